/**
 * A rate with some room for bursts: `burst` at once, and from then on `perSecond`. What is taken beyond that is owed, and whoever
 * owes has to wait; so one large message passes, and the next waits for it.
 *
 *      burst 10, 2 a second      take 8 → 0 ms      take 4 → owes 2 → wait 1,000 ms
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** Takes so much. Returns how many milliseconds to wait before the next; 0 when there is more. */
  take(amount: number, nowMs: number): number {
    this.#refill(nowMs);
    this.#left -= amount;
    return this.#left >= 0 ? 0 : Math.ceil(-this.#left / this.#perMs);
  }

  /** Nothing was taken of it for so long that a new one would be the same. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#left >= this.#burst;
  }

  #refill(nowMs: number): void {
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
