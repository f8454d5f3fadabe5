/** A number of bytes that several share: who wants some takes them first, and gives them back. */
export class ByteBudget {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False, and nothing taken, when that many are not left. */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#limit) return false;
    this.#taken += bytes;
    return true;
  }

  get taken(): number {
    return this.#taken;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
