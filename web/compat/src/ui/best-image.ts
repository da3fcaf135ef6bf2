/** Shows the best image of a capture. */

import type { BestImageInfo } from '../../../sdk/src/protocol.ts';
import { failure as failed } from './stage.ts';

interface OvalOptions {
  oval?: { borderSize?: number | string; borderColor?: string };
}

/** Callers pass the whole challenge result or only its `bestImageInfo`. */
type Info = BestImageInfo | { bestImageInfo?: BestImageInfo } | undefined;

/** Part of a picture, in its pixels. */
export interface Cut {
  x: number;
  y: number;
  width: number;
  height: number;
}

const CLASS = 'wbs-best-image';
/** Marks an `img` of the page's own that was given a picture. */
const BORROWED = 'wbs-best-image-shown';
/** Width of a cut in face widths: head and hair, as in a portrait. */
const MARGIN = 1.9;
/** Width over height of a cut. */
const PORTRAIT = 3 / 4;
/** Pixels across that are kept: two for each of a large phone's. */
const MOST_PIXELS = 900;

/** Where the face is; `undefined` when nothing usable was passed. */
export function faceOf(info: Info): BestImageInfo | undefined {
  const face = info && 'bestImageInfo' in info ? info.bestImageInfo : (info as BestImageInfo | undefined);
  if (!face) return undefined;
  const whole = [face.boxX, face.boxY, face.boxW, face.boxH].every((value) => Number.isFinite(value));
  return whole && face.boxW > 0 && face.boxH > 0 ? face : undefined;
}

/** The upright part of a picture with the face in its middle, moved or made smaller where the picture ends. Without a face: the middle. */
export function cutAround(picture: { width: number; height: number }, face: BestImageInfo | undefined): Cut {
  // The picture may have been delivered in another size than the box was measured in.
  const scale = face?.w ? picture.width / face.w : 1;
  const centreX = face ? (face.boxX + face.boxW / 2) * scale : picture.width / 2;
  const centreY = face ? (face.boxY + face.boxH / 2) * scale : picture.height / 2;
  const wanted = face ? face.boxW * scale * MARGIN : picture.width;
  const width = Math.min(wanted, picture.width, picture.height * PORTRAIT);
  const height = width / PORTRAIT;
  const within = (centre: number, size: number, end: number): number => Math.max(0, Math.min(centre - size / 2, end - size));
  return { x: within(centreX, width, picture.width), y: within(centreY, height, picture.height), width, height };
}

type Failure = (why: string) => Error;
const noImage: Failure = (why) => failed('display best image', why);
/** The documents have these words for the picture in the oval, too. */
const noAnimation: Failure = (why) => failed('display animation', why);

/** What the last picture was meant for, where the page had no such element. */
let missing: string | undefined;

const noElement = (name: string): string => `the page has no element ${name}`;

function find(found: HTMLElement | null, name: string, failure: Failure): HTMLElement {
  missing = found ? undefined : name;
  if (!found) throw failure(noElement(name));
  return found;
}

function decode(blob: Blob, failure: Failure): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    if (!(blob instanceof Blob)) {
      reject(failure('the picture is not a Blob'));
      return;
    }
    const url = URL.createObjectURL(blob);
    const image = new Image();
    image.onload = () => { URL.revokeObjectURL(url); resolve(image); };
    image.onerror = () => { URL.revokeObjectURL(url); reject(failure('the picture cannot be decoded')); };
    image.src = url;
  });
}

/** A cut as a data URL: nothing has to be given back when the page forgets the element. */
function draw(image: HTMLImageElement, cut: Cut, failure: Failure): string {
  const scale = Math.min(1, MOST_PIXELS / cut.width);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(cut.width * scale));
  canvas.height = Math.max(1, Math.round(cut.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw failure('the browser has no 2d canvas');
  context.drawImage(image, cut.x, cut.y, cut.width, cut.height, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', 0.92);
}

/** An element shows one best image; whatever else the page put there stays. An `img` of the page's own gets the picture itself. */
function put(target: HTMLElement, source: string, style: Partial<CSSStyleDeclaration>): void {
  if (target instanceof HTMLImageElement) {
    target.src = source;
    target.classList.add(BORROWED);
    Object.assign(target.style, { border: '', borderRadius: '' }, style);
    return;
  }
  const image = document.createElement('img');
  image.className = CLASS;
  image.alt = 'Best image of the capture';
  image.src = source;
  // The page's own rules for pictures in this place (ticks laid over a corner) are not meant for this one.
  Object.assign(image.style, {
    position: 'static', display: 'block', boxSizing: 'border-box', width: 'auto', height: 'auto', maxWidth: '100%', margin: '0 auto',
  }, style);
  target.querySelectorAll(`.${CLASS}`).forEach((old) => old.remove());
  target.appendChild(image);
}

/** The whole picture, in the element with that id. */
export async function displayBestImage(blob: Blob, _info: Info, elementId: string): Promise<void> {
  const target = find(document.getElementById(elementId), elementId, noImage);
  const image = await decode(blob, noImage);
  put(target, draw(image, { x: 0, y: 0, width: image.naturalWidth, height: image.naturalHeight }, noImage), {});
}

async function portrait(
  blob: Blob,
  info: Info,
  target: HTMLElement,
  style: Partial<CSSStyleDeclaration>,
  failure: Failure,
): Promise<void> {
  const image = await decode(blob, failure);
  const cut = cutAround({ width: image.naturalWidth, height: image.naturalHeight }, faceOf(info));
  put(target, draw(image, cut, failure), { maxHeight: '60vh', ...style });
}

/** The face in the middle of the element that the CSS selector finds. */
export async function displayAndCenterBestImage(blob: Blob, info: Info, selector: string): Promise<void> {
  const target = find(document.querySelector<HTMLElement>(selector), selector, noImage);
  await portrait(blob, info, target, { borderRadius: '12px' }, noImage);
}

/** The face in an oval, in the element with that id. */
export async function displayPassiveVideoBestImage(
  blob: Blob,
  info: Info,
  elementId: string,
  options?: OvalOptions | null,
): Promise<void> {
  const { borderSize = 8, borderColor = '#FFFFFF' } = options?.oval ?? {};
  const border = `${Number.parseFloat(String(borderSize)) || 0}px solid ${borderColor}`;
  const target = find(document.getElementById(elementId), elementId, noAnimation);
  await portrait(blob, info, target, { borderRadius: '50%', border }, noAnimation);
}

/** Takes away every picture that was shown. May come before any was; throws, once, where the last had no element to be shown in. */
export function resetBestImage(): void {
  const without = missing;
  missing = undefined;
  document.querySelectorAll(`.${CLASS}`).forEach((shown) => shown.remove());
  document.querySelectorAll<HTMLImageElement>(`img.${BORROWED}`).forEach((image) => {
    image.removeAttribute('src');
    Object.assign(image.style, { border: '', borderRadius: '', maxHeight: '' });
    image.classList.remove(BORROWED);
  });
  if (without !== undefined) throw failed('reset image', noElement(without));
}
