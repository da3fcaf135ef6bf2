/** What is drawn over the video, in the pixels of the camera's picture. The overlay is mirrored with it; digits are turned back. */

import { type Oval, oval as asked, resting, type Size, unit } from '../../sdk/src/draw/geometry.ts';
import { Glide } from '../../sdk/src/draw/glide.ts';
import type { LivenessActive, TargetInfo } from '../../sdk/src/protocol.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Height of the oval over the picture's, and at most its width over the picture's. */
const TALL = 0.76;
const WIDE = 0.78;
/** Its centre over the picture's height: guidance is written below it. */
const MIDDLE = 0.455;
/** A head is about four thirds as high as it is wide. */
const HEAD = 4 / 3;

/** Where the face should be: as large as a head may be in a picture of this size. */
export function oval(width: number, height: number): Oval {
  const ry = Math.min(height * TALL, width * WIDE * HEAD) / 2;
  return { cx: width / 2, cy: height * MIDDLE, rx: ry / HEAD, ry };
}

/** Everything but the oval, as one path with a hole. */
export function shade(width: number, height: number, hole: Oval): string {
  const { cx, cy, rx, ry } = hole;
  return `M0 0H${width}V${height}H0ZM${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
}

/** The four corners of a box, each a fifth of its sides long. */
export function corners({ x, y, width, height }: Box): string {
  const [dx, dy, right, bottom] = [width / 5, height / 5, x + width, y + height];
  return [
    `M${x} ${y + dy}V${y}H${x + dx}`,
    `M${right - dx} ${y}H${right}V${y + dy}`,
    `M${right} ${bottom - dy}V${bottom}H${right - dx}`,
    `M${x + dx} ${bottom}H${x}V${bottom - dy}`,
  ].join('');
}

const SVG = 'http://www.w3.org/2000/svg';
/** Radius of the point that the head moves, in pixels of a picture 720 high. */
const HEAD_RADIUS = 26;

function shape(name: string, className: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  made.setAttribute('class', className);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** The page's graphics, over a picture whose size may change when a phone is turned. */
export class Overlay {
  private readonly svg: Element;
  private size: Size = { width: 0, height: 0 };
  /** Whether the oval is that of LIVENESS_PASSIVE_VIDEO. */
  private leading = false;
  private readonly ovalGlide = new Glide(([cx = 0, cy = 0, rx = 0, ry = 0, percent = 0]) => {
    this.drawOval({ cx, cy, rx, ry }, percent / 100);
  });
  private readonly headGlide = new Glide(([x = 0, y = 0]) => {
    const at = { cx: x, cy: y };
    for (const [name, value] of Object.entries(at)) this.find('.point').setAttribute(name, String(value));
    this.find('.thread').setAttribute('x2', String(x));
    this.find('.thread').setAttribute('y2', String(y));
  });
  private start: { x: number; y: number } | undefined;

  constructor(svg: Element) {
    this.svg = svg;
  }

  private find(selector: string): Element {
    const found = this.svg.querySelector(selector);
    if (!found) throw new Error(`the overlay has no ${selector}`);
    return found;
  }

  /** Empties it for a new capture; `leading` when the oval will follow the server. */
  reset(leading: boolean): void {
    this.leading = leading;
    this.start = undefined;
    this.ovalGlide.stop();
    this.headGlide.stop();
    this.find('.dots').textContent = '';
    this.find('.challenge').setAttribute('visibility', 'hidden');
    this.face({ x: 0, y: 0, width: 0, height: 0 });
    if (this.size.width > 0) this.target(undefined);
  }

  resize(size: Size): void {
    if (size.width === this.size.width && size.height === this.size.height) return;
    this.size = size;
    this.svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    this.ovalGlide.stop();
    this.target(undefined);
  }

  /** The oval as the server wants it, or where a face should be while it wants none. */
  target(info: TargetInfo | undefined): void {
    const { width, height } = this.size;
    const half = info && info.targetR > 0 ? info.targetR : resting(this.size);
    const { cx, cy, rx, ry } = this.leading ? asked(this.size, half) : oval(width, height);
    this.ovalGlide.to([cx, cy, rx, ry, 100 * (info?.stability ?? 0)]);
  }

  private drawOval(hole: Oval, stability: number): void {
    const { width, height } = this.size;
    this.find('.shade').setAttribute('d', shade(width, height, hole));
    for (const [name, value] of Object.entries(hole)) this.find('.rim').setAttribute(name, String(value));
    const { cx, cy, rx, ry } = hole;
    const stay = this.find('.stay');
    stay.setAttribute('d', `M${cx} ${cy - ry}a${rx} ${ry} 0 1 0 0 ${2 * ry}a${rx} ${ry} 0 1 0 0 ${-2 * ry}`);
    stay.setAttribute('stroke-dasharray', `${stability} 1`);
    stay.setAttribute('visibility', stability > 0 ? 'visible' : 'hidden');
  }

  /** Frames the face, or nothing where none was seen. */
  face(face: Box): void {
    this.find('.corners').setAttribute('d', face.width > 0 && face.height > 0 ? corners(face) : '');
  }

  /** The dots done, the one to go to, and the thread from dot to head. */
  challenge(active: LivenessActive): void {
    const scale = unit(this.size);
    const circles = Object.entries(active.challengeCircles).sort(([a], [b]) => Number(a) - Number(b));
    const done = circles.filter(([index]) => Number(index) < active.targetChallengeIndex).map(([, circle]) => circle);
    this.start ??= active.controlledPoint;
    const path = done.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    const drawn = [shape('path', 'joined', { d: path })];
    for (const [index, { x, y, r }] of circles) {
      const reached = Number(index) < active.targetChallengeIndex;
      if (!reached) drawn.push(shape('circle', 'halo', { cx: x, cy: y, r }));
      drawn.push(shape('circle', reached ? 'dot reached' : 'dot', { cx: x, cy: y, r }));
      const digit = shape('text', 'digit', { transform: `translate(${x} ${y}) scale(-1 1)`, 'font-size': r });
      digit.textContent = String(Number(index) + 1);
      drawn.push(digit);
    }
    const dots = this.find('.dots');
    // The halo's animation would begin anew with every frame.
    const key = JSON.stringify([active.targetChallengeIndex, circles]);
    if (dots.getAttribute('data-drawn') !== key || dots.childElementCount === 0) {
      dots.textContent = '';
      dots.append(...drawn);
      dots.setAttribute('data-drawn', key);
    }
    const from = done[done.length - 1] ?? this.start;
    this.find('.thread').setAttribute('x1', String(from.x));
    this.find('.thread').setAttribute('y1', String(from.y));
    this.find('.point').setAttribute('r', String(HEAD_RADIUS * scale));
    this.find('.point').classList.toggle('arrived', active.targetOnHover);
    this.headGlide.to([active.controlledPoint.x, active.controlledPoint.y]);
    this.find('.challenge').setAttribute('visibility', 'visible');
  }
}
