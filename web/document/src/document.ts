/** The page that reads a document: a picture goes in, boxes, fields, sources and checks come out. */

import { element, make } from '../../capture/src/page.ts';
import { type Answer, checks, fieldWords, outline, type Point, sourceWords, speaks, type Tone, verdict } from './reading.ts';

/** As the server's. */
const LARGEST = 15_000_000;
const SVG = 'http://www.w3.org/2000/svg';
/** Paths in a field of 48 x 48. */
const SIGNS: Record<Tone, string> = { success: 'M14 25l7 7 14-16', spoof: 'M24 13v14M24 34v.5', unsure: 'M16 24h16' };

const drop = element('drop');
const file = element<HTMLInputElement>('file');
const status = element('status');
const picture = element<HTMLImageElement>('picture');
const places = element('places');

/** What is being read; the answer to an earlier picture is not shown. */
let latest = 0;

function say(words: string, bad = false): void {
  status.textContent = words;
  status.hidden = words === '';
  status.classList.toggle('bad', bad);
}

/** Why the server did not read it, in words. */
async function refusal(answer: Response): Promise<string> {
  if (answer.status === 404 || answer.status === 405) {
    return 'The try-it page is switched off on this server. Whoever runs it can switch it on with the setting server.try_page.';
  }
  if (answer.status === 429 || answer.status === 503) return 'The server is busy. Try again in a moment.';
  const body = (await answer.json().catch(() => undefined)) as { error?: string } | undefined;
  return body?.error ? `The picture was not read: ${body.error}.` : `The server answered with status ${answer.status}.`;
}

async function read(chosen: Blob): Promise<void> {
  const mine = ++latest;
  element('outcome').hidden = true;
  if (chosen.size > LARGEST) return say(`The picture has ${(chosen.size / 1e6).toFixed(1)} MB; at most 15 are taken.`, true);
  say('Reading …');
  drop.classList.add('busy');
  try {
    const answer = await fetch('/try/document', { method: 'POST', body: chosen, headers: { 'content-type': 'application/octet-stream' } });
    if (mine !== latest) return;
    if (!answer.ok) return say(await refusal(answer), true);
    const found = (await answer.json()) as Answer;
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(chosen);
    await picture.decode();
    if (mine !== latest) return;
    say('');
    show(found);
  } catch {
    if (mine === latest) say('The server could not be reached. Is it running?', true);
  } finally {
    if (mine === latest) drop.classList.remove('busy');
  }
}

function polygon(points: Point[], className: string): SVGPolygonElement {
  const drawn = document.createElementNS(SVG, 'polygon');
  drawn.setAttribute('points', points.map(({ x, y }) => `${x},${y}`).join(' '));
  drawn.setAttribute('class', className);
  places.append(drawn);
  return drawn;
}

function show({ width, height, reading, signs }: Answer): void {
  places.setAttribute('viewBox', `0 0 ${width} ${height}`);
  places.replaceChildren();
  if (reading.page) polygon(reading.page, 'page');
  if (reading.mrz) polygon(reading.mrz.corners, 'zone');
  if (reading.barcode && reading.barcode.corners.length > 2) polygon(reading.barcode.corners, 'barcode');

  for (const { box } of [...signs.filter(speaks), ...(reading.disagreements ?? [])]) if (box) polygon(outline(box), 'doubt');

  const rows = reading.fields.map(({ name, value, sources, confidence, box }) => {
    const row = make('tr', '', make('td', '', fieldWords(name)), make('td', '', value === 'DOES_NOT_EXPIRE' ? 'does not run out' : value), make('td', '', sourceWords(sources)), make('td', '', `${Math.round(100 * confidence)} %`));
    if (box) {
      const place = polygon(outline(box), 'field');
      const on = (yes: boolean) => (): void => void place.classList.toggle('on', yes);
      row.dataset['place'] = '';
      row.tabIndex = 0;
      for (const event of ['mouseenter', 'focus']) row.addEventListener(event, on(true));
      for (const event of ['mouseleave', 'blur']) row.addEventListener(event, on(false));
    }
    return row;
  });
  const table = element<HTMLTableElement>('fields');
  table.tBodies[0]?.replaceChildren(...rows);
  table.hidden = rows.length === 0;
  element('nothing').hidden = rows.length > 0;
  element('checks').replaceChildren(...checks(reading, signs).map(({ mark, words }) => make('li', mark, words)));
  const zone = element('zone');
  zone.hidden = !reading.mrz;
  const lines = zone.querySelector('pre');
  if (lines) lines.textContent = reading.mrz?.lines.join('\n') ?? '';

  const { title, tone, explanation } = verdict(reading, signs);
  element('banner').className = `banner ${tone}`;
  document.getElementById('sign')?.setAttribute('d', SIGNS[tone]);
  element('verdict').textContent = title;
  element('explanation').textContent = explanation;
  element('outcome').hidden = false;
  element('verdict').focus();
}

file.addEventListener('change', () => {
  const chosen = file.files?.[0];
  // So that the same file can be chosen again.
  file.value = '';
  if (chosen) void read(chosen);
});
for (const type of ['dragover', 'drop', 'dragleave'] as const) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragover');
    const dropped = type === 'drop' ? event.dataTransfer?.files[0] : undefined;
    if (dropped) void read(dropped);
  });
}
document.addEventListener('paste', (event) => {
  const pasted = event.clipboardData?.files[0];
  if (pasted) void read(pasted);
});
