/**
 * A clock and timers that only move when a test says so. Timers run in order of their time, those of one time in the order
 * they were set. Leaves out: promises; a test that awaits does so between two calls.
 */
import { InvariantError } from '../error.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** More than any test sets off; a pair of timers that set each other for ever stops here. */
const MAX_TIMERS_RUN = 1_000_000;

export class VirtualTime {
  #nowMs: number;
  #set = 0;
  /** Sorted by time, then by order. */
  readonly #timers: Timer[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Milliseconds; may be passed on as a function. */
  readonly now = (): number => this.#nowMs;

  /** Runs `run` when time has moved by `ms`. Returns the way to cancel it. May be passed on as a function. */
  readonly setTimer = (ms: number, run: () => void): (() => void) => {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#set++, run };
    this.#timers.splice(this.#firstAfter(timer.atMs), 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  };

  /** Timers set and not yet run or cancelled. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time by `ms`, running each timer that falls due at its own time, also those set meanwhile. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    this.#runTimers(end, MAX_TIMERS_RUN);
    this.#nowMs = end;
  }

  /** Runs the next timer when it falls due by `untilMs`, with time moved to it. False when none does; time stands still then. */
  runNext(untilMs: number): boolean {
    const [timer] = this.#timers;
    if (timer === undefined || timer.atMs > untilMs) return false;
    this.#timers.shift();
    this.#nowMs = timer.atMs;
    timer.run();
    return true;
  }

  /** Runs timers, moving time to each, until none is set. Throws InvariantError after `maxTimers`: something sets timers for ever. */
  runUntilIdle(maxTimers: number = MAX_TIMERS_RUN): void {
    this.#runTimers(Number.POSITIVE_INFINITY, maxTimers);
  }

  #runTimers(untilMs: number, maxTimers: number): void {
    for (let run = 0; run < maxTimers; run++) if (!this.runNext(untilMs)) return;
    const [next] = this.#timers;
    if (next === undefined || next.atMs > untilMs) return;
    throw new InvariantError(
      'testing/idle',
      `still ${this.#timers.length} timers set after ${maxTimers} have run`,
    );
  }

  /** Where a timer of this time stands: behind all that fall due before or with it. */
  #firstAfter(atMs: number): number {
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const timer = this.#timers[middle];
      if (timer === undefined || timer.atMs > atMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
