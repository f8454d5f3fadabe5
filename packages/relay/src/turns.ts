/**
 * Work that is done one piece in each round of the event loop, however many ask for it: what comes in meanwhile waits for one
 * piece and not for all. First asked, first served.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  next(run: () => void): void {
    this.#waiting.push(run);
    if (this.#waiting.length === 1) setImmediate(this.#round);
  }

  readonly #round = (): void => {
    const [run] = this.#waiting;
    run?.();
    this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(this.#round);
  };
}
