/** What the page says, in English. */

import type { DotPosition, LivenessActive, TrackingInfo } from '../../sdk/src/protocol.ts';

export interface WitnessReport {
  witness: string;
  testimony: 'bona_fide' | 'attack' | 'insufficient' | 'abstained';
  score: number | null;
  threshold: number | null;
  saw: string;
  binding: boolean;
}

export interface TryResult {
  livenessStatus: string;
  diagnostic?: string;
  bestImageId?: string;
  report: { witnesses: WitnessReport[]; framesTracked: number; framesOfEvidence: number };
}

/** The video is mirrored, so left and right are the person's own. */
const GUIDANCE: Record<string, string> = {
  GOOD: 'Good. Stay like this',
  MOVE_BACK_INTO_FRAME: 'Show your face in the oval',
  CENTER_MOVE_BACKWARDS: 'Move back a little',
  CENTER_MOVE_FORWARDS: 'Come closer',
  CENTER_MOVE_LEFT: 'Move to your left',
  CENTER_MOVE_RIGHT: 'Move to your right',
  CENTER_MOVE_UP: 'Move up a little',
  CENTER_MOVE_DOWN: 'Move down a little',
  CENTER_TURN_LEFT: 'Turn your head a little to your left',
  CENTER_TURN_RIGHT: 'Turn your head a little to your right',
  CENTER_ROTATE_UP: 'Raise your chin a little',
  CENTER_ROTATE_DOWN: 'Lower your chin a little',
  CENTER_TILT_LEFT: 'Hold your head upright',
  CENTER_TILT_RIGHT: 'Hold your head upright',
  MOVING_TOO_FAST: 'More slowly, please',
  MOVE_BRIGHTER_AREA: 'It is too dark here. Face the light',
  MOVE_DARKER_AREA: 'It is too bright here',
  STAND_STILL: 'Stand still',
  OPEN_EYES: 'Open your eyes',
  UNKNOWN: 'One person only, please',
};

/** Where a dot lies: the screen is a mirror, so its right is the person's own. */
const DIRECTIONS: Record<DotPosition, string> = {
  T: 'up', TR: 'up and to your right', R: 'to your right', BR: 'down and to your right',
  B: 'down', BL: 'down and to your left', L: 'to your left', TL: 'up and to your left',
};

export type Guided = Pick<TrackingInfo, 'positionInfo' | 'phoneNotVertical' | 'targetInfo' | 'livenessActive'>;

/** The one thing to do now. `holding`: nothing else is asked for. */
export function guidanceWords(info: Guided, holding: boolean): string {
  if (info.phoneNotVertical) return 'Hold the phone upright';
  const position = info.positionInfo.replace('TRACKER_POSITION_INFO_', '');
  const { livenessActive } = info;
  // Before the server has chosen a size the target is all zeros.
  const target = (info.targetInfo?.targetR ?? 0) > 0;
  if (livenessActive && Object.keys(livenessActive.challengeCircles).length > 0) return dotWords(livenessActive, position);
  if (target && position === 'CENTER_MOVE_FORWARDS') return 'Come closer, until your face fills the oval';
  if (target && position === 'CENTER_MOVE_BACKWARDS') return 'Move back, until your face fits into the oval';
  if (target && (position === 'GOOD' || position === 'STAND_STILL')) return 'Good. Stay within the oval';
  if (holding && position === 'GOOD') return 'Do not move';
  return GUIDANCE[position] ?? 'Look into the camera';
}

function dotWords(active: LivenessActive, position: string): string {
  if (position === 'MOVE_BACK_INTO_FRAME' || position === 'UNKNOWN') return GUIDANCE[position] ?? '';
  if (active.movingPhone) return 'Hold the device still and move only your head';
  if (active.targetOnHover) return 'Good. Stay on the dot';
  const circle = active.challengeCircles[active.targetChallengeIndex];
  if (!circle) return 'Good';
  const number = active.targetChallengeIndex + 1;
  const turn = `turn your head ${DIRECTIONS[circle.pos] ?? 'towards it'}`;
  return active.stillFace ? `Move your head: ${turn}` : `Dot ${number}: ${turn}`;
}

/** The first letter large and a full stop at the end: what the server says is a clause. */
export function sentence(clause: string): string {
  const text = clause.trim();
  if (text === '') return '';
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}

export type Tone = 'success' | 'spoof' | 'unsure';

export function resultWords(result: TryResult, error?: string): { title: string; tone: Tone; explanation: string } {
  const why = sentence(result.diagnostic ?? '');
  switch (result.livenessStatus) {
    case 'SUCCESS':
      return { title: 'Live', tone: 'success', explanation: 'Everything that counted indicates a live person in front of this camera.' };
    case 'SPOOF':
      return { title: 'An attack is suspected', tone: 'spoof', explanation: why };
    case 'FAILED':
      return { title: 'Not good enough to tell', tone: 'unsure', explanation: why };
    case 'TIMEOUT':
      return { title: 'Time is up', tone: 'unsure', explanation: why };
    default:
      return { title: 'Something went wrong', tone: 'unsure', explanation: why || (error ?? '') };
  }
}

interface Described {
  name: string;
  asks: string;
  /** Where the scale of its score begins and ends. */
  from: number;
  to: number;
  /** What it means when it is content, where that says nothing of being alive. */
  content?: string;
}

/** docs/liveness.md says it at length. */
const WITNESSES: Record<string, Described> = {
  texture: { name: 'Texture', asks: 'Is this skin, or a print or a screen?', from: 0, to: 1 },
  consistency: { name: 'Consistency', asks: 'Do the full pictures show the face where the stream showed it?', from: 0, to: 1 },
  micro_motion: { name: 'Micro-motion', asks: 'Does the face move as a living one does?', from: 0, to: 0.03 },
  depth: { name: 'Depth', asks: 'Does the face have the depth of a face when it moves?', from: 0, to: 0.2 },
  surroundings: { name: 'Surroundings', asks: 'Does the face move against what is around it?', from: 0, to: 1 },
  obedience: { name: 'Obedience', asks: 'Did the head follow the dots in order, in human time?', from: 0, to: 1 },
  perspective: { name: 'Perspective', asks: 'Did the person really come closer?', from: 0, to: 1 },
  replay: { name: 'Replay', asks: 'Is every picture of the stream a new one?', from: 0, to: 1 },
  eyes: { name: 'Eyes', asks: 'Do the eyes blink?', from: 0, to: 1 },
  patterns: { name: 'Patterns', asks: 'Is the picture free of a screen’s grid and a print’s dots?', from: 0, to: 1 },
  edges: { name: 'Edges', asks: 'Is the face free of the edges of a device or a sheet?', from: 0, to: 1 },
  capture_chain: { name: 'Capture chain', asks: 'Is this a real camera in a person’s own browser?', from: 0, to: 1 },
  quality: { name: 'Quality', asks: 'Is the best picture good enough to be compared with? Above 100 is good.', from: -100, to: 200, content: 'good enough' },
};

const TESTIMONIES: Record<WitnessReport['testimony'], string> = {
  bona_fide: 'speaks for a live person',
  attack: 'speaks for an attack',
  insufficient: 'cannot tell',
  abstained: 'abstained',
};

/** Two digits that say something; whole numbers on scales that run over ten. */
function short(value: number, whole: boolean): string {
  if (whole) return String(Math.round(value));
  return value === 0 || Math.abs(value) >= 0.1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

/** Where a score stands, 0..1, on a scale that has what is needed in its middle whatever the units are. */
export function position(score: number, needed: number, from: number, to: number): number {
  const part = score < needed
    ? 0.5 * ((score - from) / (needed - from || 1))
    : 0.5 + 0.5 * ((score - needed) / (to - needed || 1));
  return Math.max(0, Math.min(1, part));
}

export interface WitnessWords {
  name: string;
  asks: string;
  testimony: string;
  saw: string;
  /** Absent when there is no score. */
  figures?: { score: string; needed: string; position: number };
  aside?: string;
}

export function witnessWords(report: WitnessReport): WitnessWords {
  // A witness that this page does not know yet still gets a readable name.
  const known: Described = WITNESSES[report.witness]
    ?? { name: sentence(report.witness.replace(/_/g, ' ')).slice(0, -1), asks: '', from: 0, to: 1 };
  const words: WitnessWords = {
    name: known.name,
    asks: known.asks,
    testimony: (report.testimony === 'bona_fide' && known.content) || TESTIMONIES[report.testimony],
    saw: sentence(report.saw),
  };
  const { score, threshold } = report;
  if (score !== null && threshold !== null) {
    const whole = known.to > 10;
    words.figures = {
      score: `score ${short(score, whole)}`,
      needed: `at least ${short(threshold, whole)} is needed`,
      position: position(score, threshold, known.from, known.to),
    };
  }
  if (!report.binding) words.aside = 'Only observed: on this server its word does not count.';
  return words;
}

/** What the person can do where the camera did not open, by the browser's name for the reason. */
const CAMERA: Record<string, string> = {
  NotAllowedError: 'You have denied permission to use the camera. Allow it beside the address of this page, then try again.',
  NotFoundError: 'No camera was found on this device. Connect one, then try again.',
  NotReadableError: 'Another program is using the camera, or it does not answer. Close the other program, then try again.',
  TypeError: 'The browser gives this page no camera. Open it at https://, or at http://localhost on the machine that it runs on.',
};

export function errorWords(error: { name: string; code?: number; error?: string; unlockDateTime?: string }): string {
  if (error.code === undefined) return 'The server could not be reached. Is it running?';
  // The browser's name for the reason is for developers.
  const words = CAMERA[error.name] ?? sentence((error.error ?? '').replace(/^\w+Error : /, ''));
  const until = new Date(error.unlockDateTime ?? '');
  return Number.isNaN(until.getTime()) ? words : `${words} You can try again after ${until.toLocaleTimeString()}.`;
}
