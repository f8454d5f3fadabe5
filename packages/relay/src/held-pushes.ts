/**
 * Pushes of a room that the disk would not take, kept in memory until it does: nobody is told anything of them meanwhile, so
 * they count as not yet saved, and whoever reads goes on reading. The first is tried again, later and later; when something
 * has been stored, all of them are, in the order in which they came. What they take is bounded over all rooms.
 *
 *   storing ──refused──▶ holding ◀──refused, later still──▶ trying the first
 *      ▲                                                      │ stored
 *      └───────────────── all the others are stored ◀─────────┘
 */
import { CausewayError } from '@causeway/core';
import type { ByteBudget } from './byte-budget.ts';

export interface HeldPush {
  readonly update: Uint8Array;
}

export interface HeldPushesParts<Push> {
  readonly budget: ByteBudget;
  /** Calls `run` after `ms`, once. */
  after(ms: number, run: () => void): void;
  /** Tries to store it: answered by `stored` (of it or any other), by `hold`, or by `drop`. */
  store(push: Push): void;
}

/** A disk that was full for a moment has room again. */
const FIRST_RETRY_MS = 250;
/** One try of one write for each document that waits. */
const LAST_RETRY_MS = 5_000;
/** What a push takes beside its bytes. */
const PUSH_BYTES = 300;

export class HeldPushes<Push extends HeldPush> {
  readonly #parts: HeldPushesParts<Push>;
  #waiting: Push[] = [];
  /** It is being tried. What it takes is still taken. */
  #trying: Push | undefined;
  #retryMs = FIRST_RETRY_MS;
  #timing = false;

  constructor(parts: HeldPushesParts<Push>) {
    this.#parts = parts;
  }

  /** What comes in now has to wait behind what waits. */
  get isHolding(): boolean {
    return this.#waiting.length > 0 || this.#trying !== undefined;
  }

  /** False when there is no room for it: it has to be given up. */
  hold(push: Push): boolean {
    if (push === this.#trying) {
      this.#trying = undefined;
      this.#waiting.unshift(push);
      this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    } else {
      if (!this.#parts.budget.take(sizeOf(push))) return false;
      this.#waiting.push(push);
    }
    this.#tryLater();
    return true;
  }

  /** The disk takes writes. */
  stored(): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.#giveTried();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const push of waiting) {
      this.#parts.budget.give(sizeOf(push));
      this.#parts.store(push);
    }
  }

  /** It will never be stored. */
  drop(push: Push): void {
    if (push !== this.#trying) return;
    this.#giveTried();
    if (this.#waiting.length > 0) this.#tryLater();
  }

  #tryLater(): void {
    if (this.#timing) return;
    this.#timing = true;
    this.#parts.after(this.#retryMs, () => {
      this.#timing = false;
      if (this.#trying !== undefined) return;
      this.#trying = this.#waiting.shift();
      if (this.#trying !== undefined) this.#parts.store(this.#trying);
    });
  }

  #giveTried(): void {
    if (this.#trying !== undefined) this.#parts.budget.give(sizeOf(this.#trying));
    this.#trying = undefined;
  }
}

/** A failure that passes by itself or by somebody's making room, so that the same write may succeed later. */
export function isPassing(error: unknown): boolean {
  return CausewayError.is(error, 'storage/full') || CausewayError.is(error, 'storage/failed');
}

function sizeOf({ update }: HeldPush): number {
  return update.length + PUSH_BYTES;
}
