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
