/** From a running video to small tracking frames and full frames. */

/** Of the frames that are kept: evidence is cut out of them and encoded once more. */
const FULL_QUALITY = 0.95;

export interface Shot {
  at: number;
  width: number;
  height: number;
  small: ArrayBuffer;
  full: Blob;
}

function toBlob(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the frame could not be encoded'))), 'image/jpeg', quality);
  });
}

/** As `Blob.arrayBuffer`, which the oldest supported browsers lack. */
function bytes(blob: Blob): Promise<ArrayBuffer> {
  return new Response(blob).arrayBuffer();
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext('2d', { alpha: false });
  if (!found) throw new Error('the browser has no 2d canvas');
  return found;
}

/** Plays a stream out of sight and takes pictures of it. Two canvases are reused, so that phones keep their memory. */
export class FrameSource {
  private readonly video = document.createElement('video');
  private readonly full = document.createElement('canvas');
  private readonly small = document.createElement('canvas');
  private stopped = false;

  constructor(stream: MediaStream) {
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.srcObject = stream;
    // Safari delivers no frames to a video that is not in the page.
    this.video.setAttribute('aria-hidden', 'true');
    this.video.tabIndex = -1;
    Object.assign(this.video.style, {
      position: 'fixed', left: '0', bottom: '0', width: '1px', height: '1px', opacity: '0', pointerEvents: 'none',
    });
    document.body.appendChild(this.video);
  }

  async play(): Promise<void> {
    await this.video.play();
  }

  /** Calls back on every new frame, or sixty times a second where the browser cannot tell. */
  onFrame(callback: () => void): void {
    const next = (): void => {
      if (this.stopped) return;
      callback();
      schedule();
    };
    const schedule = (): void => {
      if ('requestVideoFrameCallback' in this.video) this.video.requestVideoFrameCallback(next);
      else requestAnimationFrame(next);
    };
    schedule();
  }

  /** Both pictures are of the same instant: they are drawn before anything is awaited. */
  async shoot(smallWidth: number, quality: number): Promise<Shot | undefined> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width === 0 || height === 0) return undefined;
    const at = performance.now();
    if (this.full.width !== width || this.full.height !== height) {
      this.full.width = width;
      this.full.height = height;
    }
    context(this.full).drawImage(this.video, 0, 0, width, height);
    // The longer side gets the width: an upright phone would otherwise send three times the pixels.
    const scale = Math.min(1, smallWidth / Math.max(width, height));
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    if (this.small.width !== w || this.small.height !== h) {
      this.small.width = w;
      this.small.height = h;
    }
    const drawing = context(this.small);
    drawing.imageSmoothingQuality = 'high';
    drawing.drawImage(this.full, 0, 0, w, h);
    // toBlob takes its copy of the canvas when it is called, so that both can be reused at once.
    const [small, full] = await Promise.all([toBlob(this.small, quality), toBlob(this.full, FULL_QUALITY)]);
    return { at, width, height, small: await bytes(small), full };
  }

  stop(): void {
    this.stopped = true;
    this.video.pause();
    this.video.srcObject = null;
    this.video.remove();
  }
}

/** Safari and its WebViews have createImageBitmap from version 15 on only. */
function decoded(picture: Blob): Promise<ImageBitmap | HTMLImageElement> {
  if (typeof createImageBitmap === 'function') return createImageBitmap(picture);
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(picture);
    const image = new Image();
    image.onload = () => { URL.revokeObjectURL(url); resolve(image); };
    image.onerror = () => { URL.revokeObjectURL(url); reject(new Error('a kept frame cannot be decoded')); };
    image.src = url;
  });
}

/** A part of a kept full frame as JPEG; the frame as it was kept when all of it is asked for. */
export async function cropped(
  picture: Blob,
  size: { width: number; height: number },
  crop: { x: number; y: number; width: number; height: number },
  quality: number,
): Promise<ArrayBuffer> {
  if (crop.x === 0 && crop.y === 0 && crop.width === size.width && crop.height === size.height) {
    return bytes(picture);
  }
  const image = await decoded(picture);
  const canvas = document.createElement('canvas');
  canvas.width = crop.width;
  canvas.height = crop.height;
  context(canvas).drawImage(image, -crop.x, -crop.y);
  if ('close' in image) image.close();
  return bytes(await toBlob(canvas, quality));
}
