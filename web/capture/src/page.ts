/** The page's own elements. */

export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found as T;
}

export function make(tag: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Least time between two texts: guidance that changes eight times a second can neither be read nor listened to. */
const CALM_MS = 700;

/** Tells the person something, visibly and to screen readers, no more often than can be followed. */
export class Announcer {
  private readonly target: HTMLElement;
  private shownAt = Number.NEGATIVE_INFINITY;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(target: HTMLElement) {
    this.target = target;
  }

  say(words: string): void {
    clearTimeout(this.waiting);
    const calm = this.shownAt + CALM_MS - performance.now();
    if (calm > 0) this.waiting = setTimeout(() => this.sayNow(words), calm);
    else this.sayNow(words);
  }

  /** Does not wait: for what must not be missed. */
  sayNow(words: string): void {
    clearTimeout(this.waiting);
    if (this.target.textContent === words) return;
    this.target.textContent = words;
    this.shownAt = performance.now();
  }
}
