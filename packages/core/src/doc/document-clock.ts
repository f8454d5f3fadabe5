/**
 * The hybrid clock of a document: times above every time that was given or accepted there, however the device's clock is set.
 * An event of text edits may keep the time of the one before it: who wrote what when needs no more, and typing then needs no
 * bytes for it.
 */
import { MAX_HYBRID_COUNTER, MAX_WALL_MS } from '../causality/index.ts';
import type { EventTime } from '../history/index.ts';

/** So long an edit keeps the time of the one before. */
const TIME_GRAIN_MS = 1000;
/** Clocks of devices that nobody has set are wrong by minutes, seldom by more. */
const MAX_CLOCK_DRIFT_MS = 300_000;

export class DocumentClock {
  readonly #now: () => number;
  #wallMs = 0;
  #counter = 0;
  #skewMs = 0;
  #hasLooked = false;

  /** `now` is the device's clock: milliseconds since 1970, right or wrong. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How far a time that was not accepted is ahead of the device's clock; 0 when there was none. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** `look` was called in this turn of the event loop. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** The next time. */
  tick(): EventTime {
    const now = clampWall(this.#now());
    if (now > this.#wallMs) {
      this.#wallMs = now;
      this.#counter = 0;
    } else if (this.#counter < MAX_HYBRID_COUNTER) this.#counter++;
    else {
      this.#wallMs++;
      this.#counter = 0;
    }
    return { wallMs: this.#wallMs, counter: this.#counter };
  }

  /** The next time, when `last` is too old to be kept; else undefined. Asked once in a turn of the event loop: within one, no time passes that anybody would see. */
  look(last: EventTime | undefined): EventTime | undefined {
    this.#hasLooked = true;
    queueMicrotask(() => {
      this.#hasLooked = false;
    });
    const isKept = last !== undefined && clampWall(this.#now()) - last.wallMs < TIME_GRAIN_MS;
    return isKept ? undefined : this.tick();
  }

  /** A time came that was given elsewhere, or earlier here (`isOwn`). One from far in the future of this device is not followed. */
  see(wallMs: number, counter: number, isOwn: boolean): void {
    const ahead = wallMs - clampWall(this.#now());
    if (!isOwn && ahead > MAX_CLOCK_DRIFT_MS) {
      this.#skewMs = ahead;
      return;
    }
    if (wallMs < this.#wallMs || (wallMs === this.#wallMs && counter <= this.#counter)) return;
    this.#wallMs = wallMs;
    this.#counter = counter;
  }
}

/** A wall clock as whole milliseconds in range; one that is broken altogether counts as 1970. */
function clampWall(wallMs: number): number {
  return Number.isFinite(wallMs) ? Math.min(Math.max(Math.floor(wallMs), 0), MAX_WALL_MS) : 0;
}
