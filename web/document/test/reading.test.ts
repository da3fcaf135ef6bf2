import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checks, fieldWords, outline, type Reading, sourceWords, typeWords, verdict, type Zone } from '../src/reading.ts';

const zone = (verdict: Zone['verdict'], ok = true): Zone => ({
  format: 'TD3', lines: ['P<UTO', 'L898'], verdict, corners: [],
  checks: [{ field: 'documentNumber', ok: true }, { field: null, ok }],
});
const reading = (change: Partial<Reading> = {}): Reading => ({
  documentType: 'PASSPORT', issuingCountry: 'UTO', warnings: [],
  fields: [{ name: 'surname', value: 'ERIKSSON', sources: ['MRZ'], confidence: 0.99 }],
  ...change,
});

test('only check digits that agree are good news', () => {
  assert.equal(verdict(reading({ mrz: zone('VALID') })).tone, 'success');
  for (const word of ['AMBIGUOUS', 'UNPROTECTED'] as const) assert.equal(verdict(reading({ mrz: zone(word) })).tone, 'unsure');
  assert.equal(verdict(reading({ mrz: zone('INVALID', false) })).tone, 'spoof');
  assert.equal(verdict(reading()).tone, 'unsure');
  assert.equal(verdict({ fields: [], warnings: ['UNKNOWN_DOCUMENT'] }).tone, 'unsure');
});

test('check digits are no good news where the picture indicates an alteration', () => {
  const tone = (indicates: string, measure: number) => verdict(reading({ mrz: zone('VALID') }), [{ indicates, measure, threshold: 0.5 }]).tone;
  for (const indicates of ['OTHER_PORTRAIT', 'PATTERN', 'CUT_OFF', 'FOLDED']) {
    assert.equal(tone(indicates, 0.5), 'spoof', indicates);
    assert.equal(tone(indicates, 0.49), 'success', indicates);
  }
  assert.equal(tone('GLARE', 0.9), 'success');
});

const NOW = new Date('2026-03-01T12:00:00Z');
const dated = (dates: Record<string, string>, confidence = 0.99): Reading => reading({
  mrz: zone('VALID'),
  fields: Object.entries(dates).map(([name, value]) => ({ name, value, sources: ['MRZ'], confidence })),
});

test('what is printed and not what the zone says is a fault, with both values', () => {
  const differing = { name: 'birthDate', printed: '1974-08-12', other: '1984-08-12', source: 'MRZ', box: { x: 1, y: 2, width: 3, height: 4 } };
  const altered = reading({ mrz: zone('VALID'), disagreements: [differing] });
  const { tone, explanation } = verdict(altered, [], NOW);
  assert.equal(tone, 'spoof');
  assert.match(explanation, /Date of birth is printed as 1974-08-12, but the machine-readable zone says 1984-08-12/);
  const told = checks(altered, [], NOW).filter(({ mark }) => mark === 'bad');
  assert.equal(told.length, 1);
  assert.match(told[0]?.words ?? '', /1974-08-12.*1984-08-12/);
  // It stands behind a zone that contradicts itself.
  assert.match(verdict({ ...altered, mrz: zone('INVALID', false) }, [], NOW).explanation, /Check digits/);
});

test('a document that has expired is no good news', () => {
  for (const [expiry, tone] of [['2026-02-28', 'unsure'], ['2026-03-01', 'success'], ['2026-02', 'unsure'], ['2026-03', 'success'], ['2025', 'unsure'], ['2026', 'success']] as const) {
    assert.equal(verdict(dated({ expiryDate: expiry }), [], NOW).tone, tone, expiry);
    const told = checks(dated({ expiryDate: expiry }), [], NOW).filter(({ mark }) => mark === 'bad');
    assert.equal(told.length, tone === 'unsure' ? 1 : 0, expiry);
  }
  assert.match(verdict(dated({ expiryDate: '2026-02-28' }), [], NOW).explanation, /has expired: 2026-02-28/);
  // What was not read surely is a doubt.
  const doubted = checks(dated({ expiryDate: '2026-02-28' }, 0.8), [], NOW);
  assert.ok(doubted.some(({ mark, words }) => mark === 'open' && /seems to have expired/.test(words)));
});

test('dates that cannot be are a fault', () => {
  for (const [dates, words] of [
    [{ birthDate: '2027-01-01' }, /2027-01-01, is yet to come/],
    [{ birthDate: '1899-01-01' }, /more than 125 years ago/],
    [{ birthDate: '2000-01-01', issueDate: '1999-01-01' }, /before the birth on 2000-01-01/],
    [{ issueDate: '2030-01-01', expiryDate: '2030-01-01' }, /Issued on 2030-01-01/],
    [{ birthDate: '2020-01-01', expiryDate: '2019-01-01' }, /birth was on 2020-01-01/],
  ] as const) {
    const { tone, explanation } = verdict(dated(dates), [], NOW);
    assert.equal(tone, 'spoof', explanation);
    assert.match(explanation, words);
    assert.ok(checks(dated(dates), [], NOW).some((check) => check.mark === 'bad' && words.test(check.words)));
    assert.equal(checks(dated(dates, 0.8), [], NOW).filter(({ mark }) => mark === 'bad').length, 0);
  }
  const sound = dated({ birthDate: '1974-08-12', issueDate: '2020-01-01', expiryDate: '2030-01-01' });
  assert.equal(verdict(sound, [], NOW).tone, 'success');
  assert.deepEqual(checks(sound, [], NOW).map(({ mark }) => mark), ['good', 'good']);
  // Of months and years nothing is said.
  assert.equal(verdict(dated({ birthDate: '2074' }), [], NOW).tone, 'success');
});

test('each check is told with how it went', () => {
  const told = checks(reading({ mrz: zone('INVALID', false), warnings: ['MRZ_INVALID'] }));
  assert.deepEqual(told.map(({ mark }) => mark), ['good', 'bad', 'bad']);
  assert.match(told[0]?.words ?? '', /document number agrees/);
  assert.match(told[1]?.words ?? '', /all of them together disagrees/);
  const twice = { name: 'surname', value: 'A', sources: ['MRZ', 'VISUAL_ZONE'], confidence: 1 };
  assert.match(checks(reading({ fields: [twice] }))[0]?.words ?? '', /One field/);
  const barcode = { kind: 'PDF417', content: { type: 'AAMVA', version: 8, issuer: 'VA' }, corners: [] };
  assert.match(checks(reading({ barcode }))[0]?.words ?? '', /version 8, VA/);
  assert.equal(checks({ fields: [], warnings: [] })[0]?.mark, 'open');
});

test('signs that speak are told as indications, and silence as no proof', () => {
  const sign = (indicates: string, measure: number) => ({ indicates, measure, threshold: 0.5 });
  const told = checks(reading(), [sign('OTHER_PORTRAIT', 0.6), sign('GLARE', 0.5), sign('FOLDED', 0.7), sign('PATTERN', 0.4), sign('TOO_DARK', 0.1)]);
  assert.deepEqual(told.map(({ mark }) => mark), ['bad', 'open', 'bad', 'open']);
  assert.match(told[0]?.words ?? '', /indicates that the portrait was replaced/);
  assert.match(told[2]?.words ?? '', /indicates folded/);
  assert.match(told[3]?.words ?? '', /^One sign .* proves nothing/);
});

test('words that are not known yet are shown readably', () => {
  assert.equal(typeWords('RESIDENCE_PERMIT'), 'Residence permit');
  assert.equal(fieldWords('bloodGroup'), 'Blood group');
  assert.equal(sourceWords(['MRZ', 'CHIP']), 'machine-readable zone, Chip');
  assert.equal(checks({ fields: [], warnings: ['GLARE_SEEN'] })[0]?.words, 'Glare seen');
});

test('a box goes round its corners', () => {
  assert.deepEqual(outline({ x: 1, y: 2, width: 3, height: 4 }), [{ x: 1, y: 2 }, { x: 4, y: 2 }, { x: 4, y: 6 }, { x: 1, y: 6 }]);
});
