/** The try-it page: one capture for the development tenant, and what came of it. */

import { openCamera, stopCamera } from '../../sdk/src/camera.ts';
import { type CaptureClient, connect } from '../../sdk/src/client.ts';
import { CaptureError } from '../../sdk/src/errors.ts';
import { guidanceWords, resultWords, type TryResult, witnessWords } from './words.ts';

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found as T;
}

const sections = ['welcome', 'capture', 'outcome'] as const;
const begin = element<HTMLButtonElement>('begin');
const video = element<HTMLVideoElement>('video');
const guidance = element('guidance');
const progress = element<HTMLProgressElement>('progress');
const stage = video.parentElement as HTMLElement;

let client: CaptureClient | undefined;
let stream: MediaStream | undefined;
let holding = false;

function show(name: (typeof sections)[number]): void {
  for (const section of sections) element(section).hidden = section !== name;
}

function tell(words: string): void {
  // Written only when it changes: screen readers would repeat it eight times a second.
  if (guidance.textContent !== words) guidance.textContent = words;
}

function release(): void {
  void client?.disconnect();
  client = undefined;
  stopCamera(stream);
  stream = undefined;
  video.srcObject = null;
}

async function run(): Promise<void> {
  begin.disabled = true;
  holding = false;
  progress.hidden = true;
  progress.value = 0;
  stage.classList.remove('good', 'busy');
  try {
    const opened = await fetch('/try/sessions', { method: 'POST' });
    if (opened.status === 404) {
      element('off').hidden = false;
      return;
    }
    if (!opened.ok) throw new CaptureError(opened.status, 'The server could not open a session. Try again in a few seconds.');
    const { sessionId } = (await opened.json()) as { sessionId: string };
    show('capture');
    tell('Starting the camera …');
    stream = await openCamera();
    video.srcObject = stream;
    client = await connect({
      sessionId,
      onStarted: () => tell('Look into the camera'),
      onTracking: (info) => {
        stage.classList.toggle('good', info.positionInfo.endsWith('_GOOD'));
        if (stage.classList.contains('busy')) {
          progress.value = info.uploadProgress;
        } else {
          tell(guidanceWords(info, holding));
        }
      },
      onInstruction: (instruction) => {
        holding = instruction.endsWith('DONT_MOVE');
        if (instruction.endsWith('PENDING')) {
          stage.classList.add('busy');
          progress.hidden = false;
          tell('Thank you. Checking …');
        }
      },
      onResult: () => void finish(sessionId),
      onError: (error) => void finish(sessionId, error),
    });
    await client.start(stream);
  } catch (error) {
    // Errors of the connection came through onError already.
    if (!element('capture').hidden || !element('welcome').hidden) outcomeOfError(error);
  } finally {
    begin.disabled = false;
  }
}

async function finish(sessionId: string, error?: CaptureError): Promise<void> {
  release();
  const answer = await fetch(`/try/sessions/${sessionId}/result`).catch(() => undefined);
  if (answer?.status !== 200) {
    outcomeOfError(error ?? new Error('The result could not be read.'));
    return;
  }
  const result = (await answer.json()) as TryResult;
  outcome(result, error);
  if (result.bestImageId) await portrait(sessionId);
}

function headline(text: string, kind: 'success' | 'spoof' | 'unsure', explanation: string): void {
  show('outcome');
  const verdict = element('verdict');
  verdict.textContent = text;
  verdict.className = kind;
  element('explanation').textContent = explanation;
  element('portrait').hidden = true;
  element('witnesses').replaceChildren();
  element('witnesses-title').hidden = true;
  verdict.focus();
}

function outcomeOfError(error: unknown): void {
  release();
  const words = error instanceof CaptureError ? error.error.replace(/^\w+Error : /, '') : 'Something went wrong.';
  headline('No verdict', 'unsure', words);
}

function outcome(result: TryResult, error?: CaptureError): void {
  const { title, kind, explanation } = resultWords(result, error?.error);
  headline(title, kind, explanation);
  const list = element('witnesses');
  for (const witness of result.report.witnesses) {
    const item = document.createElement('li');
    item.className = witness.testimony;
    const words = witnessWords(witness);
    const head = document.createElement('div');
    head.className = 'head';
    const name = document.createElement('span');
    name.textContent = words.name;
    const word = document.createElement('span');
    word.className = 'word';
    word.textContent = words.testimony;
    head.append(name, word);
    const saw = document.createElement('div');
    saw.textContent = words.saw;
    const figures = document.createElement('div');
    figures.className = 'figures';
    figures.textContent = words.figures;
    item.append(head, saw, figures);
    list.append(item);
  }
  element('witnesses-title').hidden = result.report.witnesses.length === 0;
}

async function portrait(sessionId: string): Promise<void> {
  const [picture, face] = await Promise.all([
    fetch(`/try/sessions/${sessionId}/image`),
    fetch(`/try/sessions/${sessionId}/face`),
  ]);
  if (!picture.ok || !face.ok) return;
  const image = element<HTMLImageElement>('best');
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await picture.blob());
  await image.decode();
  const { landmarks } = (await face.json()) as { landmarks: { box: { x: number; y: number; width: number; height: number } } };
  const percent = (value: number, of: number): string => `${(100 * value) / of}%`;
  Object.assign(element('box').style, {
    left: percent(landmarks.box.x, image.naturalWidth),
    top: percent(landmarks.box.y, image.naturalHeight),
    width: percent(landmarks.box.width, image.naturalWidth),
    height: percent(landmarks.box.height, image.naturalHeight),
  });
  element('portrait').hidden = false;
}

begin.addEventListener('click', () => void run());
element('again').addEventListener('click', () => void run());
element('stop').addEventListener('click', () => {
  client?.cancel();
  release();
  show('welcome');
  begin.focus();
});
window.addEventListener('pagehide', release);
