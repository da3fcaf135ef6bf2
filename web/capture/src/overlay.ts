/** What is drawn over the video, in the pixels of the camera's picture. Nothing is drawn with letters: the overlay is mirrored with it. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Oval {
  cx: number;
  cy: number;
  rx: number;
  ry: number;
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

/** Draws the oval for a picture of this size. */
export function drawOval(overlay: Element, width: number, height: number): void {
  const size = `0 0 ${width} ${height}`;
  if (overlay.getAttribute('viewBox') === size && overlay.querySelector('.shade')?.hasAttribute('d')) return;
  overlay.setAttribute('viewBox', size);
  const hole = oval(width, height);
  overlay.querySelector('.shade')?.setAttribute('d', shade(width, height, hole));
  for (const [name, value] of Object.entries(hole)) overlay.querySelector('.rim')?.setAttribute(name, String(value));
}

/** Frames the face, or nothing where none was seen. */
export function drawFace(overlay: Element, face: Box): void {
  overlay.querySelector('.corners')?.setAttribute('d', face.width > 0 && face.height > 0 ? corners(face) : '');
}
