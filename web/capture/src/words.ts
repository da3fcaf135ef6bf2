/** What the page says, in English. */

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

export function guidanceWords(info: { positionInfo: string; phoneNotVertical: boolean }, holding: boolean): string {
  if (info.phoneNotVertical) return 'Hold the phone upright';
  const position = info.positionInfo.replace('TRACKER_POSITION_INFO_', '');
  if (holding && position === 'GOOD') return 'Do not move';
  return GUIDANCE[position] ?? 'Look into the camera';
}

export function resultWords(
  result: TryResult,
  error?: string,
): { title: string; kind: 'success' | 'spoof' | 'unsure'; explanation: string } {
  const why = result.diagnostic ? `${result.diagnostic.charAt(0).toUpperCase()}${result.diagnostic.slice(1)}.` : '';
  switch (result.livenessStatus) {
    case 'SUCCESS':
      return { title: 'Live', kind: 'success', explanation: 'Everything that was looked at indicates a live person in front of this camera.' };
    case 'SPOOF':
      return { title: 'An attack is suspected', kind: 'spoof', explanation: why };
    case 'FAILED':
      return { title: 'Not good enough to tell', kind: 'unsure', explanation: why };
    case 'TIMEOUT':
      return { title: 'Time is up', kind: 'unsure', explanation: why };
    default:
      return { title: 'Something went wrong', kind: 'unsure', explanation: why || (error ?? '') };
  }
}

const WITNESSES: Record<string, string> = {
  texture: 'Texture: skin, print or screen?',
  consistency: 'Consistency: do full frames and stream agree?',
  micro_motion: 'Micro-motion: does the face move as a living one?',
  capture_chain: 'Capture chain: a camera in a person’s browser?',
  quality: 'Quality: good enough to be compared with?',
};

const TESTIMONIES: Record<WitnessReport['testimony'], string> = {
  bona_fide: 'speaks for a live person',
  attack: 'speaks for an attack',
  insufficient: 'cannot tell',
  abstained: 'abstained',
};

const short = (value: number): string => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(3));

export function witnessWords(report: WitnessReport): { name: string; testimony: string; saw: string; figures: string } {
  const figures = report.score === null || report.threshold === null
    ? 'no score'
    : `score ${short(report.score)}, needs ${short(report.threshold)}`;
  return {
    name: WITNESSES[report.witness] ?? report.witness,
    testimony: TESTIMONIES[report.testimony] + (report.binding ? '' : ' (only observed)'),
    saw: `${report.saw.charAt(0).toUpperCase()}${report.saw.slice(1)}.`,
    figures,
  };
}
