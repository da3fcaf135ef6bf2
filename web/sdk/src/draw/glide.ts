/** Values that move smoothly: the server speaks eight times a second, the screen shows sixty pictures. */

/** Time in which a value comes two thirds of the way. */
const EASE_MS = 90;
/** Near enough to be there, in the values' own unit. */
const THERE = 0.05;

/** One step of an exponential approach. Pure. */
export function approach(now: number, goal: number, elapsedMs: number): number {
  return goal + (now - goal) * Math.exp(-elapsedMs / EASE_MS);
}

export class Glide {
  private readonly draw: (values: number[]) => void;
  private values: number[] | undefined;
  private goal: number[] = [];
  private frame = 0;
  private at = 0;

  constructor(draw: (values: number[]) => void) {
    this.draw = draw;
  }

  /** Moves there; jumps the first time, and always for people who asked for less motion. */
  to(goal: number[]): void {
    this.goal = goal;
    if (!this.values || this.values.length !== goal.length || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.values = goal.slice();
      this.draw(this.values);
      return;
    }
    if (this.frame === 0) {
      this.at = performance.now();
      this.frame = requestAnimationFrame(this.step);
    }
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.values = undefined;
  }

  private readonly step = (): void => {
    const now = performance.now();
    const elapsed = now - this.at;
    this.at = now;
    this.values = (this.values ?? this.goal).map((value, index) => approach(value, this.goal[index] ?? value, elapsed));
    const arrived = this.values.every((value, index) => Math.abs(value - (this.goal[index] ?? value)) < THERE);
    if (arrived) this.values = this.goal.slice();
    this.draw(this.values);
    this.frame = arrived ? 0 : requestAnimationFrame(this.step);
  };
}
