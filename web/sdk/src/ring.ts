/** The last full frames, because the server asks for some of them afterwards. */

export interface RingLimits {
  frames: number;
  seconds: number;
}

export interface FullFrame {
  seq: number;
  at: number;
  width: number;
  height: number;
  picture: Blob;
}

export class FrameRing {
  private readonly limits: RingLimits;
  private frames: FullFrame[] = [];
  private frozen = false;

  constructor(limits: RingLimits) {
    this.limits = limits;
  }

  push(frame: FullFrame): void {
    if (this.frozen) return;
    this.frames.push(frame);
    const oldest = frame.at - this.limits.seconds * 1000;
    this.frames = this.frames.slice(-this.limits.frames).filter((kept) => kept.at >= oldest);
  }

  /** Nothing leaves from here on: evidence was asked for. */
  freeze(): void {
    this.frozen = true;
  }

  get(seq: number): FullFrame | undefined {
    return this.frames.find((frame) => frame.seq === seq);
  }

  clear(): void {
    this.frames = [];
  }

  get size(): number {
    return this.frames.length;
  }
}
