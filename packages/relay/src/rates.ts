/**
 * Token buckets by name: one for each user or address. A bucket that is full again is forgotten, and when there are as many names
 * as may be remembered, all others share one: an attack from everywhere at once takes no memory, and slows down only whoever is new.
 */
import { type Rate, TokenBucket } from './token-bucket.ts';

/** Names that are not full again; each takes some 100 bytes. */
export const MAX_RATED_NAMES = 100_000;

export class Rates {
  readonly #rate: Rate;
  readonly #maxNames: number;
  readonly #buckets = new Map<string, TokenBucket>();
  #others: TokenBucket | undefined;

  /** Each name may take so much in a minute, also at once. */
  constructor(perMinute: number, maxNames = MAX_RATED_NAMES) {
    this.#rate = { perSecond: perMinute / 60, burst: perMinute };
    this.#maxNames = maxNames;
  }

  /** Names that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes so much, and may owe. Returns how many milliseconds to wait before the next. */
  take(name: string, amount: number, nowMs: number): number {
    return this.#bucketOf(name, nowMs).take(amount, nowMs);
  }

  /** Takes so much if it is there; nothing is owed for what was refused. */
  takeIfThere(name: string, amount: number, nowMs: number): boolean {
    return this.#bucketOf(name, nowMs).takeIfThere(amount, nowMs);
  }

  /** In time linear in the names that are remembered. */
  forgetFull(nowMs: number): void {
    for (const [name, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(name);
  }

  #bucketOf(name: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket = (): TokenBucket => new TokenBucket(this.#rate, nowMs);
    if (this.#buckets.size >= this.#maxNames) {
      this.#others ??= bucket();
      return this.#others;
    }
    const made = bucket();
    this.#buckets.set(name, made);
    return made;
  }
}
