/** The try-it page: one capture for the development tenant, and what came of it. */

import { openCamera, stopCamera } from '../../sdk/src/camera.ts';
import { type CaptureClient, connect } from '../../sdk/src/client.ts';
import { CaptureError } from '../../sdk/src/errors.ts';
import type { TrackingInfo } from '../../sdk/src/protocol.ts';
import { showPortrait, showResult, showVerdict } from './outcome.ts';
import { Overlay } from './overlay.ts';
import { Announcer, element } from './page.ts';
import { errorWords, guidanceWords, type TryResult } from './words.ts';

const sections = ['welcome', 'capture', 'outcome'] as const;
const begin = element<HTMLButtonElement>('begin');
const video = element<HTMLVideoElement>('video');
const view = element('view');
const stage = element('stage');
const overlay = new Overlay(element('overlay'));
const progress = element<HTMLProgressElement>('progress');
const announcer = new Announcer(element('guidance'));

type Mode = 'LIVENESS_PASSIVE' | 'LIVENESS_PASSIVE_VIDEO' | 'LIVENESS_ACTIVE';

/** One press of the button. What still arrives of an earlier one is not shown. */
interface Run {
  sessionId: string;
  mode: Mode;
  client?: CaptureClient;
  stream?: MediaStream;
}

let current: Run | undefined;

/** The mode that is chosen on the page. */
function chosen(): Mode {
  const input = document.querySelector<HTMLInputElement>('input[name=mode]:checked');
  return (input?.value as Mode | undefined) ?? 'LIVENESS_PASSIVE';
}

function show(name: (typeof sections)[number]): void {
  for (const section of sections) element(section).hidden = section !== name;
  window.scrollTo(0, 0);
}

/** Camera and connection off; nothing of this run is heard any more. */
function end(run: Run | undefined): void {
  if (current === run) current = undefined;
  void run?.client?.disconnect();
  stopCamera(run?.stream);
  video.srcObject = null;
}

async function open(mode: Mode): Promise<string | undefined> {
  const opened = await fetch(`/try/sessions?mode=${mode}`, { method: 'POST' });
  if (opened.status === 404 || opened.status === 405) {
    show('welcome');
    element('off').hidden = false;
    return undefined;
  }
  if (opened.status === 400) {
    const { error } = (await opened.json()) as { error: string };
    throw new CaptureError(400, error);
  }
  if (!opened.ok) throw new CaptureError(opened.status, 'The server could not open a session. Try again in a few seconds.');
  return ((await opened.json()) as { sessionId: string }).sessionId;
}

async function start(): Promise<void> {
  end(current);
  begin.disabled = true;
  let run: Run | undefined;
  try {
    const mode = chosen();
    const sessionId = await open(mode);
    if (!sessionId) return;
    run = { sessionId, mode };
    current = run;
    await capture(run);
  } catch (error) {
    // A run that ended otherwise has said why.
    if (!run || current === run) noVerdict(run, error);
  } finally {
    begin.disabled = false;
  }
}

async function capture(run: Run): Promise<void> {
  stage.className = `stage ${run.mode.toLowerCase().replace('liveness_', '')}`;
  progress.hidden = true;
  progress.value = 0;
  overlay.reset(run.mode === 'LIVENESS_PASSIVE_VIDEO');
  show('capture');
  element('capture-title').focus();
  announcer.sayNow('Starting the camera …');
  const stream = await openCamera();
  if (current !== run) {
    stopCamera(stream);
    return;
  }
  run.stream = stream;
  video.srcObject = stream;
  const alive = (): boolean => current === run;
  const client = await connect({
    sessionId: run.sessionId,
    onStarted: () => { if (alive()) announcer.sayNow('Look into the camera'); },
    onTracking: (info) => { if (alive()) track(info); },
    onInstruction: (instruction) => { if (alive()) instruct(instruction); },
    onResult: () => { if (alive()) void finish(run); },
    onError: (error) => { if (alive()) void finish(run, error); },
  });
  if (!alive()) {
    await client.disconnect();
    return;
  }
  run.client = client;
  await client.start(stream);
}

function track(info: TrackingInfo): void {
  if (stage.classList.contains('busy')) {
    progress.value = info.uploadProgress;
    return;
  }
  // To stand still is asked of those who are in the oval.
  const good = /_(GOOD|STAND_STILL)$/.test(info.positionInfo) && !info.phoneNotVertical;
  stage.classList.toggle('good', good);
  stage.classList.toggle('holding', good && stage.classList.contains('passive'));
  stage.classList.toggle('adjust', !good && info.facew > 0);
  overlay.face({ x: info.facex, y: info.facey, width: info.facew, height: info.faceh });
  if (stage.classList.contains('passive_video')) overlay.target(info.targetInfo);
  if (info.livenessActive && stage.classList.contains('challenge')) overlay.challenge(info.livenessActive);
  announcer.say(guidanceWords(info, stage.classList.contains('holding')));
}

function instruct(instruction: string): void {
  if (instruction === 'FACEFLOW_CHALLENGE_2D') {
    stage.classList.add('challenge');
    announcer.sayNow('Join the dots by moving your head');
  }
  if (instruction.endsWith('PENDING')) {
    stage.classList.remove('good', 'adjust', 'holding', 'challenge');
    stage.classList.add('busy');
    progress.hidden = false;
    announcer.sayNow('Thank you. Checking …');
  }
}

async function finish(run: Run, error?: CaptureError): Promise<void> {
  // A time-out is a verdict too: the server says more of it than the error does. The camera stays on until the answer is there,
  // so that the person does not look at a black picture.
  const answer = await fetch(`/try/sessions/${run.sessionId}/result`).catch(() => undefined);
  if (current !== run) return;
  end(run);
  if (answer?.status !== 200) {
    noVerdict(run, error ?? new Error('the result could not be read'));
    return;
  }
  const result = (await answer.json()) as TryResult;
  show('outcome');
  showResult(result, error?.error);
  if (result.bestImageId) await showPortrait(run.sessionId);
}

function noVerdict(run: Run | undefined, error: unknown): void {
  end(run);
  show('outcome');
  showVerdict('No verdict', 'unsure', errorWords(error instanceof Error ? error : new Error(String(error))));
}

video.addEventListener('resize', () => {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return;
  view.style.setProperty('--ratio', String(videoWidth / videoHeight));
  view.classList.toggle('lying', videoWidth > videoHeight);
  overlay.resize({ width: videoWidth, height: videoHeight });
});
overlay.resize({ width: 1280, height: 720 });

begin.addEventListener('click', () => void start());
element('again').addEventListener('click', () => void start());
element('stop').addEventListener('click', () => {
  current?.client?.cancel();
  end(current);
  // The browser may still be asking for the camera; what it brings is switched off.
  begin.disabled = false;
  show('welcome');
  begin.focus();
});
window.addEventListener('pagehide', () => end(current));
