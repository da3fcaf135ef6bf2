/** `window.BioserverVideoUI`: shows the best image. The graphics of the other modes come with those modes. */

import type { BestImageInfo } from '../../sdk/src/protocol.ts';

interface OvalOptions {
  oval?: { borderSize?: number; borderColor?: string };
}

/** Callers pass the whole challenge result or only its `bestImageInfo`. */
type Info = BestImageInfo | { bestImageInfo?: BestImageInfo } | undefined;

const CLASS = 'wbs-best-image';
let shown: { element: HTMLElement; url: string }[] = [];

function infoOf(info: Info): BestImageInfo | undefined {
  if (!info) return undefined;
  if ('boxX' in info) return info;
  return info.bestImageInfo;
}

function failure(what: string): Error & { error?: { message: string } } {
  const message = `Failed to ${what}`;
  return Object.assign(new Error(message), { error: { message } });
}

function find(idOrSelector: string, bySelector: boolean): HTMLElement | null {
  return bySelector ? document.querySelector<HTMLElement>(idOrSelector) : document.getElementById(idOrSelector);
}

async function place(blob: Blob, element: HTMLElement): Promise<HTMLImageElement> {
  const image = element instanceof HTMLImageElement ? element : document.createElement('img');
  const url = URL.createObjectURL(blob);
  image.src = url;
  image.alt = 'Best image of the capture';
  if (image !== element) {
    element.querySelectorAll(`:scope > .${CLASS}`).forEach((old) => old.remove());
    element.appendChild(image);
  }
  image.classList.add(CLASS);
  shown.push({ element: image, url });
  await image.decode();
  return image;
}

/** Moves and scales the picture so that the face fills about half of the element and stands in its middle. */
function centre(image: HTMLImageElement, info: BestImageInfo, element: HTMLElement): void {
  const width = element.clientWidth || image.naturalWidth;
  const height = element.clientHeight || width;
  const scale = Math.max(
    Math.min(width / (info.boxW * 2), height / (info.boxH * 2)),
    Math.min(width / image.naturalWidth, height / image.naturalHeight),
  );
  const x = width / 2 - (info.boxX + info.boxW / 2) * scale;
  const y = height / 2 - (info.boxY + info.boxH / 2) * scale;
  Object.assign(image.style, {
    position: 'absolute', left: `${x}px`, top: `${y}px`, maxWidth: 'none',
    width: `${image.naturalWidth * scale}px`, height: `${image.naturalHeight * scale}px`,
  });
  if (image !== element) {
    if (getComputedStyle(element).position === 'static') element.style.position = 'relative';
    element.style.overflow = 'hidden';
  }
}

/** The picture in the element with that id. */
export async function displayBestImage(blob: Blob, _info: Info, elementId: string): Promise<void> {
  const element = find(elementId, false);
  if (!element) throw failure('display best image');
  const image = await place(blob, element);
  if (image !== element) Object.assign(image.style, { width: '100%', height: 'auto' });
}

/** The face in the middle of the element that the CSS selector finds. */
export async function displayAndCenterBestImage(blob: Blob, info: Info, selector: string): Promise<void> {
  const element = find(selector, true);
  if (!element) throw failure('display best image');
  const image = await place(blob, element);
  const box = infoOf(info);
  if (box && box.boxW > 0 && box.boxH > 0) centre(image, box, image === element ? (element.parentElement ?? element) : element);
}

/** The face in an oval, in the element with that id. */
export async function displayPassiveVideoBestImage(
  blob: Blob,
  info: Info,
  elementId: string,
  options: OvalOptions = {},
): Promise<void> {
  const element = find(elementId, false);
  if (!element) throw failure('display best image');
  const image = await place(blob, element);
  const box = infoOf(info);
  if (image !== element) {
    const { borderSize = 8, borderColor = '#FFFFFF' } = options.oval ?? {};
    Object.assign(element.style, { borderRadius: '50%', border: `${borderSize}px solid ${borderColor}`, overflow: 'hidden' });
  }
  if (box && box.boxW > 0 && box.boxH > 0) centre(image, box, image === element ? (element.parentElement ?? element) : element);
}

/** Takes away every picture that was shown. May come before any was. */
export function resetBestImage(): void {
  for (const { element, url } of shown) {
    URL.revokeObjectURL(url);
    if (element instanceof HTMLImageElement && element.src === url) element.removeAttribute('src');
    if (element.classList.contains(CLASS) && !element.id) element.remove();
  }
  shown = [];
}
