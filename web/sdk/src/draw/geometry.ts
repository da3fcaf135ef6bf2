/** Where things are drawn over a video. Pure: pixels of the camera's frame in, pixels of the frame or of the page out. */

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** CSS `object-fit` of the video. */
export type Fit = 'cover' | 'contain' | 'fill';

/** The graphics keep their size on the screen whatever the camera's resolution: their options are pixels of a frame this high. */
const NOMINAL = 720;
/** Half axes of the oval over the half height of the face box: a head is higher than the box of its face, and narrower than high. */
const OVAL_OVER_FACE = 1.15;
const OVAL_WIDTH = 0.75;
/** Half height of the face box over the frame's shorter side while the server has not asked for one. */
const RESTING = 0.25;

/** Pixels of the frame for one of the options' pixels. */
export function unit({ width, height }: Size): number {
  return Math.min(width, height) / NOMINAL;
}

/** How an SVG has to be laid over the frame so that it covers what the video shows. */
export function aspect(fit: string): string {
  if (fit === 'cover') return 'xMidYMid slice';
  return fit === 'fill' ? 'none' : 'xMidYMid meet';
}

/** A point as the person sees it: mirrored with the video, or not. */
export function seen(point: Point, frame: Size, mirrored: boolean): Point {
  return mirrored ? { x: frame.width - point.x, y: point.y } : { x: point.x, y: point.y };
}

/** A point of the frame in pixels of the box that the video fills, of which the frame may be cut off or leave margins. */
export function onPage(point: Point, frame: Size, box: Size, fit: string): Point {
  const [across, down] = [box.width / frame.width, box.height / frame.height];
  if (fit === 'fill') return { x: point.x * across, y: point.y * down };
  const scale = fit === 'cover' ? Math.max(across, down) : Math.min(across, down);
  return {
    x: (point.x - frame.width / 2) * scale + box.width / 2,
    y: (point.y - frame.height / 2) * scale + box.height / 2,
  };
}

export interface Oval {
  cx: number;
  cy: number;
  rx: number;
  ry: number;
}

/** Half height of a face box at an arm's length. */
export function resting(frame: Size): number {
  return RESTING * Math.min(frame.width, frame.height);
}

/** The oval in the frame's middle for a face box of the half height `targetR`. */
export function oval(frame: Size, targetR: number): Oval {
  const ry = targetR * OVAL_OVER_FACE;
  return { cx: frame.width / 2, cy: frame.height / 2, rx: ry * OVAL_WIDTH, ry };
}

/** Everything but the oval. Wider than the frame, so that margins are covered as well. */
export function around(frame: Size, { cx, cy, rx, ry }: Oval): string {
  const { width, height } = frame;
  return `M${-width} ${-height}H${2 * width}V${2 * height}H${-width}Z`
    + `M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
}

/** Whether something that alternates every `duration` seconds is on; always for 0. */
export function toggled(seconds: number, duration: number): boolean {
  return !(duration > 0) || Math.floor(seconds / duration) % 2 === 0;
}
