/**
 * Local changes on their way to the store: written in the turn in which they are made, so that a page that is closed right
 * after loses nothing.
 *
 *   turn 1   change ──▶ transaction        the first change of a turn begins one at once,
 *            change ┐
 *            change ┴─▶ transaction        the others of that turn share one, begun at its end
 *   turn 2   change ──▶ transaction        turns do not wait for each other, until many are under way
 */
import { randomBatchId } from '@causeway/core/sync';
import type { Batch } from './storage/document-store.ts';

export interface LocalWritesOptions {
  /** Makes one update of several. */
  readonly merge: (updates: readonly Uint8Array[]) => Uint8Array;
  /** Begins to write the batch. Resolves either way: what becomes of one that fails is not decided here. */
  readonly write: (batch: Batch) => Promise<void>;
  /** An unsigned 32-bit integer. */
  readonly random: () => number;
}

/** A disk that is slower than this many turns is not helped by more transactions: then turns are put together. */
const MAX_WRITES_UNDER_WAY = 8;

export class LocalWrites {
  readonly #options: LocalWritesOptions;
  readonly #underWay = new Set<Promise<void>>();
  #waiting: Uint8Array[] = [];
  #isTurnOpen = false;

  constructor(options: LocalWritesOptions) {
    this.#options = options;
  }

  /** Changes that are not yet in a batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#underWay.size === 0;
  }

  add(update: Uint8Array): void {
    this.#waiting.push(update);
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    queueMicrotask(() => {
      this.#isTurnOpen = false;
      this.#begin();
    });
    this.#begin();
  }

  /** Begins to write what waits, however much is under way. */
  hurry(): void {
    this.#begin(Number.POSITIVE_INFINITY);
  }

  /** Resolves when everything has been written, or has failed. */
  async finish(): Promise<void> {
    this.hurry();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #begin(mostUnderWay: number = MAX_WRITES_UNDER_WAY): void {
    const [first, ...more] = this.#waiting;
    if (first === undefined || this.#underWay.size >= mostUnderWay) return;
    const { merge, write, random } = this.#options;
    this.#waiting = [];
    const update = more.length === 0 ? first : merge([first, ...more]);
    const written = write({ id: randomBatchId(random), update });
    this.#underWay.add(written);
    void written.then(() => {
      this.#underWay.delete(written);
      this.#begin();
    });
  }
}
