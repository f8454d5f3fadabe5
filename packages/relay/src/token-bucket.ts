/**
 * A rate with some room for bursts: `burst` at once, and from then on `perSecond`. What is taken beyond that is owed, and whoever
 * owes has to wait; so one large message passes, and the next waits for it.
 *
 *      burst 10, 2 a second      take 8 → 0 ms      take 4 → owes 2 → wait 1,000 ms
 */

/** One for all who are held to it. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export class TokenBucket {
  readonly #rate: Rate;
  #left: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes so much. Returns how many milliseconds to wait before the next; 0 when there is more. */
  take(amount: number, nowMs: number): number {
    this.#refill(nowMs);
    this.#left -= amount;
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / this.#rate.perSecond);
  }

  /** Takes so much if it is there, and nothing if not. */
  takeIfThere(amount: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }

  /** Nothing was taken of it for so long that a new one would be the same. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#left >= this.#rate.burst;
  }

  #refill(nowMs: number): void {
    const { perSecond, burst } = this.#rate;
    this.#left = Math.min(burst, this.#left + (Math.max(0, nowMs - this.#atMs) * perSecond) / 1000);
    this.#atMs = nowMs;
  }
}
