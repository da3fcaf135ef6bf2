/** The dots of LIVENESS_ACTIVE: a line that the head draws from dot to dot. */

import type { LivenessActive, TrackingInfo } from '../../../sdk/src/protocol.ts';
import { onPage, type Point, seen, type Size, toggled, unit } from '../../../sdk/src/draw/geometry.ts';
import { Glide } from '../../../sdk/src/draw/glide.ts';
import { failure, set, shape, Stage } from './stage.ts';

type Length = number | string;
/** A dash length, or `false` for a whole line. */
type Dash = Length | false;

export interface PointOptions {
  color?: string;
  borderSize?: Length;
  borderColor?: string;
  textColor?: string;
  textFont?: string;
  dashed?: Dash;
}

export interface LineOptions {
  color?: string;
  size?: Length;
  dashed?: Dash;
}

export interface ActiveOptions {
  tooltip?: {
    enabled?: boolean;
    backgroundColor?: string;
    width?: string;
    fontSize?: string;
    fontColor?: string;
    /** Seconds that it is shown, then hidden; 0 shows it all the time. */
    duration?: Length;
    text?: string;
  };
  controlledPoint?: { radius?: Length; color?: string; borderSize?: Length; borderColor?: string };
  challengePoint?: { done?: PointOptions; target?: PointOptions };
  challengeLines?: { done?: LineOptions; target?: LineOptions };
}

const POINT = { borderSize: 3, borderColor: 'white', textColor: 'white', textFont: 'Helvetica', dashed: false as Dash };
const LINE = { size: 5 as Length, dashed: 10 as Dash };

/** The documented defaults with `options` over them. */
export function complete(options: ActiveOptions = {}) {
  const { tooltip, controlledPoint, challengePoint, challengeLines } = options;
  return {
    tooltip: {
      enabled: false, backgroundColor: '#ff6700', width: '200px', fontSize: '0.8em', fontColor: 'white', duration: 4 as Length,
      text: 'Move the line gently with your head to this point', ...tooltip,
    },
    controlledPoint: { radius: 40 as Length, color: 'black', borderSize: 3 as Length, borderColor: 'white', ...controlledPoint },
    challengePoint: {
      done: { ...POINT, color: 'Lavender', ...challengePoint?.done },
      target: { ...POINT, color: 'DarkOrchid', ...challengePoint?.target },
    },
    challengeLines: {
      done: { ...LINE, color: 'Lavender', ...challengeLines?.done },
      target: { ...LINE, color: 'DarkOrchid', ...challengeLines?.target },
    },
  };
}

function number(value: Length | undefined): number {
  return Number.parseFloat(String(value)) || 0;
}

function dashes(dashed: Dash | undefined, scale: number): string {
  const length = dashed === false || dashed === 'false' ? 0 : number(dashed);
  return length > 0 ? String(length * scale) : 'none';
}

interface View {
  stage: Stage;
  tooltip: HTMLElement;
  marks: SVGElement;
  line: SVGElement;
  head: SVGElement;
  glide: Glide;
  /** Where the line begins before any dot is done: where the head was when the dots appeared. */
  start: Point;
  target: number;
  targetSince: number;
}

let options = complete();
let view: View | undefined;

/** Takes the graphics away, and sets the options of the next. May come before any were there. */
export function resetLivenessActiveGraphics(chosen?: ActiveOptions): void {
  options = complete(chosen);
  view?.glide.stop();
  view?.stage.remove();
  view = undefined;
}

function open(videoId: string, head: Point): View {
  const stage = Stage.over(videoId);
  if (!stage) throw failure('display challenge', `the page has no video ${videoId}`);
  const [marks, line, circle] = [shape('g', {}), shape('line', { 'stroke-linecap': 'round' }), shape('circle', {})];
  stage.svg.append(line, marks, circle);
  const tooltip = document.createElement('div');
  tooltip.id = 'wbs-tooltip';
  const { backgroundColor, width, fontSize, fontColor, text } = options.tooltip;
  tooltip.textContent = text;
  Object.assign(tooltip.style, {
    position: 'absolute', boxSizing: 'border-box', padding: '8px 10px', borderRadius: '8px', textAlign: 'center', lineHeight: '1.3',
    maxWidth: 'calc(100% - 8px)', backgroundColor, width, fontSize, color: fontColor, visibility: 'hidden',
  });
  stage.layer.insertBefore(tooltip, stage.svg);
  // Above the drawing, though it stands before it.
  tooltip.style.zIndex = '1';
  const glide = new Glide(([x = 0, y = 0]) => {
    set(circle, { cx: x, cy: y });
    set(line, { x2: x, y2: y });
  });
  return { stage, tooltip, marks, line, head: circle, glide, start: head, target: -1, targetSince: 0 };
}

/** Draws what a tracking message says of the challenge. Before the challenge there is nothing to draw. */
export function updateLivenessActiveGraphics(videoId: string, info: Partial<TrackingInfo> | undefined): void {
  const active: LivenessActive | undefined = info?.livenessActive ?? info?.livenessHigh;
  const circles = Object.entries(active?.challengeCircles ?? {}).map(([index, circle]) => ({ index: Number(index), ...circle }));
  if (!active || circles.length === 0 || !info?.w || !info.h) return;
  const frame: Size = { width: info.w, height: info.h };
  if (!view?.stage.shows(videoId)) {
    view?.glide.stop();
    view = open(videoId, active.controlledPoint);
  }
  circles.sort((a, b) => a.index - b.index);
  drawDots(view, frame, circles, active.targetChallengeIndex);
  const { mirrored } = view.stage;
  const scale = unit(frame);
  const lastDone = circles.filter(({ index }) => index < active.targetChallengeIndex).pop();
  const from = seen(lastDone ?? view.start, frame, mirrored);
  const { target } = options.challengeLines;
  set(view.line, {
    x1: from.x, y1: from.y, stroke: target.color, 'stroke-width': number(target.size) * scale,
    'stroke-dasharray': dashes(target.dashed, scale),
  });
  const { radius, color, borderSize, borderColor } = options.controlledPoint;
  set(view.head, { r: number(radius) * scale, fill: color, stroke: borderColor, 'stroke-width': number(borderSize) * scale });
  const head = seen(active.controlledPoint, frame, mirrored);
  view.glide.to([head.x, head.y]);
  placeTooltip(view, frame, circles.find(({ index }) => index === active.targetChallengeIndex));
}

function drawDots(at: View, frame: Size, circles: (Point & { index: number; r: number })[], target: number): void {
  const { stage, marks } = at;
  stage.fitTo(frame);
  const [scale, mirrored, turned] = [unit(frame), stage.mirrored, stage.turned];
  const drawn: SVGElement[] = [];
  let before: Point | undefined;
  for (const circle of circles) {
    const { x, y } = seen(circle, frame, mirrored);
    const done = circle.index < target;
    const look = done ? options.challengePoint.done : options.challengePoint.target;
    if (done && before) {
      const { color, size, dashed } = options.challengeLines.done;
      drawn.unshift(shape('line', {
        x1: before.x, y1: before.y, x2: x, y2: y, stroke: color, 'stroke-width': number(size) * scale, 'stroke-linecap': 'round',
        'stroke-dasharray': dashes(dashed, scale),
      }));
    }
    if (done) before = { x, y };
    const text = shape('text', {
      'text-anchor': 'middle', 'dominant-baseline': 'central', 'font-size': circle.r, 'font-family': look.textFont, fill: look.textColor,
      transform: `translate(${x} ${y})${turned ? ' scale(-1 1)' : ''}`,
    });
    text.textContent = String(circle.index + 1);
    drawn.push(shape('circle', {
      class: done ? 'wbs-done' : 'wbs-target', cx: x, cy: y, r: circle.r, fill: look.color, stroke: look.borderColor,
      'stroke-width': number(look.borderSize) * scale, 'stroke-dasharray': dashes(look.dashed, scale),
    }), text);
  }
  // The oldest supported browsers lack replaceChildren.
  marks.textContent = '';
  for (const mark of drawn) marks.appendChild(mark);
}

/** On the side of its dot that is away from the face, or on the other where there is no room; never out of the picture. */
function placeTooltip(at: View, frame: Size, target: (Point & { index: number; r: number }) | undefined): void {
  const { stage, tooltip } = at;
  if (target && at.target !== target.index) {
    at.target = target.index;
    at.targetSince = performance.now();
  }
  const seconds = (performance.now() - at.targetSince) / 1000;
  const shown = options.tooltip.enabled && target && toggled(seconds, number(options.tooltip.duration));
  tooltip.style.visibility = shown ? 'visible' : 'hidden';
  if (!shown || !target) return;
  const { box, fit, mirrored } = stage;
  const dot = onPage(seen(target, frame, mirrored), frame, box, fit);
  const edge = onPage({ x: frame.width / 2, y: frame.height / 2 + target.r }, frame, box, fit).y - box.height / 2 + 10;
  const [width, height] = [tooltip.offsetWidth, tooltip.offsetHeight];
  const [above, below] = [dot.y - edge - height >= 0, dot.y + edge + height <= box.height];
  const under = below && (dot.y >= box.height / 2 || !above);
  const left = Math.max(4, Math.min(dot.x - width / 2, box.width - width - 4));
  const top = under ? dot.y + edge : Math.max(4, dot.y - edge - height);
  Object.assign(tooltip.style, { left: `${left}px`, top: `${top}px`, transform: stage.turned ? 'scaleX(-1)' : '' });
}
