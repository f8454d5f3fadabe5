/**
 * Which local numbers stand for which others: what comes back when an edit is undone is new, and whoever knew what it was before
 * finds it here.
 *
 *      3 ──▶ 17 ──▶ 25        3 was deleted, came back as 17, was deleted, came back as 25
 *                 latest
 */
export class Revivals {
  readonly #next = new Map<number, number>();
  readonly #origins = new Map<number, number>();

  /** From now on `copy` stands for `lv`. */
  add(lv: number, copy: number): void {
    this.#next.set(lv, copy);
    this.#origins.set(copy, lv);
  }

  /** Which one `copy` was made in place of; undefined for one that was made in place of none. */
  originOf(copy: number): number | undefined {
    return this.#origins.get(copy);
  }

  latestOf(lv: number): number {
    let latest = lv;
    for (let next = this.#next.get(latest); next !== undefined; next = this.#next.get(latest)) latest = next;
    return latest;
  }

  clear(): void {
    this.#next.clear();
    this.#origins.clear();
  }
}
