/** A video of the page, wrapped so that graphics can be laid over it. */

import { aspect, type Size } from '../../../sdk/src/draw/geometry.ts';

const SVG = 'http://www.w3.org/2000/svg';
const WRAPPER = 'wbs-video-wrapper';
const GRAPHICS = 'wbs-graphics-wrapper';

/** An error in the documented shape: its message begins with what failed. */
export function failure(what: string, why: string): Error & { error: { message: string } } {
  const message = `Failed to ${what}: ${why}`;
  return Object.assign(new Error(message), { error: { message } });
}

export function shape(name: string, attributes: Record<string, string | number> = {}): SVGElement {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  return made;
}

export function set(element: Element, attributes: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** The sign of the horizontal scale of an element's own transform. */
function flipped(element: Element): boolean {
  const found = /^matrix(?:3d)?\(([^,]+),/.exec(getComputedStyle(element).transform);
  return found !== null && Number(found[1]) < 0;
}

/** Wraps a video once; it stays wrapped. `#wbs-video-wrapper` > video + `#wbs-graphics-wrapper`, as integrators' style sheets know it. */
function wrap(video: HTMLVideoElement): HTMLElement {
  const parent = video.parentElement;
  if (parent?.id === WRAPPER) return parent;
  const wrapper = document.createElement('div');
  wrapper.id = WRAPPER;
  // A video that its page lays out absolutely needs a wrapper that is, so that its percentages keep their meaning.
  const absolute = /absolute|fixed/.test(getComputedStyle(video).position);
  Object.assign(wrapper.style, {
    position: absolute ? 'absolute' : 'relative', top: '0', left: '0', width: '100%', height: '100%',
  });
  const playing = !video.paused;
  parent?.insertBefore(wrapper, video);
  wrapper.appendChild(video);
  // Browsers pause a video that is moved.
  if (playing || video.autoplay) video.play().catch(() => undefined);
  return wrapper;
}

export class Stage {
  readonly svg: SVGElement;
  readonly layer: HTMLElement;
  private readonly video: HTMLVideoElement;

  private constructor(video: HTMLVideoElement, wrapper: HTMLElement) {
    this.video = video;
    wrapper.querySelectorAll(`#${GRAPHICS}`).forEach((old) => old.remove());
    this.layer = document.createElement('div');
    this.layer.id = GRAPHICS;
    Object.assign(this.layer.style, { position: 'absolute', overflow: 'hidden', pointerEvents: 'none' });
    this.svg = shape('svg', { id: 'wbs-graphics-overlay', 'aria-hidden': 'true', focusable: 'false' });
    Object.assign(this.svg.style, { position: 'absolute', top: '0', left: '0', width: '100%', height: '100%' });
    this.layer.appendChild(this.svg);
    wrapper.appendChild(this.layer);
  }

  /** Lays an empty stage over the video with that id; `undefined` when the page has none. */
  static over(videoId: string): Stage | undefined {
    const video = document.getElementById(videoId);
    if (!(video instanceof HTMLVideoElement)) return undefined;
    return new Stage(video, wrap(video));
  }

  shows(videoId: string): boolean {
    return this.video.id === videoId && this.layer.isConnected;
  }

  /** Size of the camera's frame; that of the wanted camera while there is none. */
  frame(): Size {
    return { width: this.video.videoWidth || 1280, height: this.video.videoHeight || 720 };
  }

  get box(): Size {
    return { width: this.video.offsetWidth, height: this.video.offsetHeight };
  }

  get fit(): string {
    return getComputedStyle(this.video).objectFit || 'contain';
  }

  /** Whether the video shows a mirrored picture within the wrapper: then points have to be mirrored. */
  get mirrored(): boolean {
    return flipped(this.video);
  }

  /** Whether something around the wrapper mirrors it: points are right then, but letters have to be turned back. */
  get turned(): boolean {
    let turned = false;
    for (let at = this.layer.parentElement; at; at = at.parentElement) if (flipped(at)) turned = !turned;
    return turned;
  }

  /** Follows the video's place and the frame's size, which both change when a phone is turned. */
  fitTo(frame: Size): void {
    const { offsetLeft, offsetTop } = this.video;
    Object.assign(this.layer.style, {
      left: `${offsetLeft}px`, top: `${offsetTop}px`, width: `${this.box.width}px`, height: `${this.box.height}px`,
    });
    set(this.svg, { viewBox: `0 0 ${frame.width} ${frame.height}`, preserveAspectRatio: aspect(this.fit) });
  }

  remove(): void {
    this.layer.remove();
  }
}
