/** Shows what came of a capture. */

import { element, make } from './page.ts';
import { resultWords, type Tone, type TryResult, type WitnessReport, witnessWords } from './words.ts';

/** Paths in a field of 48 x 48. */
const SIGNS: Record<Tone, string> = { success: 'M14 25l7 7 14-16', spoof: 'M24 13v14M24 34v.5', unsure: 'M16 24h16' };

/** A verdict, or why there is none, without evidence. */
export function showVerdict(title: string, tone: Tone, explanation: string): void {
  const verdict = element('verdict');
  verdict.textContent = title;
  element('banner').className = `banner ${tone}`;
  document.getElementById('sign')?.setAttribute('d', SIGNS[tone]);
  element('explanation').textContent = explanation;
  element('portrait').hidden = true;
  element('testimony').hidden = true;
  element('witnesses').replaceChildren();
  verdict.focus();
}

export function showResult(result: TryResult, error?: string): void {
  const { title, tone, explanation } = resultWords(result, error);
  showVerdict(title, tone, explanation);
  const { witnesses, framesTracked, framesOfEvidence } = result.report;
  element('witnesses').replaceChildren(...witnesses.map(testimony));
  element('testimony').hidden = witnesses.length === 0;
  element('counts').textContent = `It is one of ${framesOfEvidence} full pictures; ${framesTracked} small ones were followed.`;
}

function testimony(report: WitnessReport): HTMLElement {
  const words = witnessWords(report);
  const head = make('div', 'head', make('h3', '', words.name), make('span', 'word', words.testimony));
  const item = make('li', report.testimony, head, make('p', 'asks', words.asks));
  if (words.figures) {
    const bar = make('span', 'bar');
    bar.style.width = `${(100 * words.figures.position).toFixed(1)}%`;
    const scale = make('div', 'scale', bar, make('span', 'needed'));
    // The figures below say the same.
    scale.setAttribute('aria-hidden', 'true');
    item.append(scale, make('p', 'figures', make('span', '', words.figures.score), make('span', '', words.figures.needed)));
  }
  item.append(make('p', 'saw', words.saw));
  if (words.aside) item.append(make('p', 'aside', words.aside));
  return item;
}

interface FaceAnswer {
  landmarks: { box: { x: number; y: number; width: number; height: number } };
}

/** The best image with the face framed. Nothing is shown when the server keeps no pictures. */
export async function showPortrait(sessionId: string): Promise<void> {
  const [picture, face] = await Promise.all([
    fetch(`/try/sessions/${sessionId}/image`),
    fetch(`/try/sessions/${sessionId}/face`),
  ]);
  if (!picture.ok || !face.ok) return;
  const image = element<HTMLImageElement>('best');
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await picture.blob());
  await image.decode();
  const { landmarks } = (await face.json()) as FaceAnswer;
  const percent = (value: number, of: number): string => `${(100 * value) / of}%`;
  Object.assign(element('box').style, {
    left: percent(landmarks.box.x, image.naturalWidth),
    top: percent(landmarks.box.y, image.naturalHeight),
    width: percent(landmarks.box.width, image.naturalWidth),
    height: percent(landmarks.box.height, image.naturalHeight),
  });
  element('portrait').hidden = false;
}
