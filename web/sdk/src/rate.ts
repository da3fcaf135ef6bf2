/** How often and how well tracking frames are sent, so that they fit the link. Pure: time is a parameter. */

export interface RateLimits {
  maxFps: number;
  maxKbps: number;
  /** JPEG quality to begin with, 0..1. */
  quality: number;
  /** Frames that may be unanswered. */
  window: number;
}

const MIN_FPS = 4;
const MIN_QUALITY = 0.35;
/** Over how long the rate is measured. */
const SPAN_MS = 2000;
/** A frame that has not been answered for this long is given up, so that one lost answer does not stop the capture. */
const LOST_MS = 4000;

export class RateControl {
  private readonly limits: RateLimits;
  private sent: { at: number; bytes: number }[] = [];
  private pending = new Map<number, number>();
  private last = Number.NEGATIVE_INFINITY;
  private fps: number;
  private currentQuality: number;

  constructor(limits: RateLimits) {
    this.limits = limits;
    this.fps = limits.maxFps;
    this.currentQuality = limits.quality;
  }

  get quality(): number {
    return this.currentQuality;
  }

  /** Whether a frame may be sent now. */
  mayStart(now: number): boolean {
    for (const [seq, at] of this.pending) if (now - at > LOST_MS) this.pending.delete(seq);
    if (this.pending.size >= this.limits.window) return false;
    // A camera's clock is coarse: half a frame early is on time.
    return now - this.last >= 1000 / this.fps - 8;
  }

  /** A frame is being made: the next has to wait for its turn. */
  started(now: number): void {
    this.last = now;
  }

  sending(seq: number, bytes: number, now: number): void {
    this.pending.set(seq, now);
    this.sent.push({ at: now, bytes });
    this.sent = this.sent.filter((frame) => now - frame.at < SPAN_MS);
    this.adapt();
  }

  answered(seq: number): void {
    for (const waiting of this.pending.keys()) if (waiting <= seq) this.pending.delete(waiting);
  }

  /** kbit/s that the current rate and the recent frames' size come to. */
  get kbps(): number {
    if (this.sent.length === 0) return 0;
    const mean = this.sent.reduce((sum, frame) => sum + frame.bytes, 0) / this.sent.length;
    return (mean * 8 * this.fps) / 1000;
  }

  /** First the rate gives way, then the quality; when there is room both come back in the opposite order. */
  private adapt(): void {
    const { maxKbps, maxFps, quality } = this.limits;
    if (this.kbps > maxKbps) {
      if (this.fps > MIN_FPS) this.fps = Math.max(MIN_FPS, this.fps * (maxKbps / this.kbps) * 0.98);
      if (this.kbps > maxKbps) this.currentQuality = Math.max(MIN_QUALITY, this.currentQuality - 0.05);
    } else if (this.kbps < maxKbps * 0.8) {
      if (this.currentQuality < quality) this.currentQuality = Math.min(quality, this.currentQuality + 0.02);
      else this.fps = Math.min(maxFps, this.fps * 1.05);
    }
  }
}
