/**
 * What an update does to the sequences of a document, in the order in which it is done; indexes are those of the moment. It
 * is put together before any content changes, so that an update that turns out wrong halfway has changed none.
 */
import { IntList } from '../history/index.ts';

export class Patch {
  readonly #containers = new IntList();
  readonly #indexes = new IntList();
  /** Elements inserted; below 0, elements removed. */
  readonly #counts = new IntList();
  readonly #contents = new IntList();
  #sealed = 0;

  /** Steps so far. A step that is added may join the last one unless `seal` was called since. */
  get length(): number {
    return this.#containers.length;
  }

  get isEmpty(): boolean {
    return this.#containers.length === 0;
  }

  /** Returns the length, to which `truncate` may come back. */
  seal(): number {
    this.#sealed = this.#containers.length;
    return this.#sealed;
  }

  /** Elements come in whose content begins at `content` of what the sequence has had inserted. */
  insert(container: number, index: number, count: number, content: number): void {
    const last = this.#containers.length - 1;
    if (last >= this.#sealed && this.#containers.at(last) === container) {
      const before = this.#counts.at(last);
      const goesOn =
        this.#indexes.at(last) + before === index && this.#contents.at(last) + before === content;
      if (before > 0 && goesOn) {
        this.#counts.set(last, before + count);
        return;
      }
    }
    this.#push(container, index, count, content);
  }

  remove(container: number, index: number, count: number): void {
    const last = this.#containers.length - 1;
    if (last >= this.#sealed && this.#containers.at(last) === container && this.#counts.at(last) < 0) {
      const before = -this.#counts.at(last);
      const start = this.#indexes.at(last);
      if (index === start || index + count === start) {
        this.#indexes.set(last, index);
        this.#counts.set(last, -(before + count));
        return;
      }
    }
    this.#push(container, index, -count, 0);
  }

  /** Forgets the steps from `length` on. */
  truncate(length: number): void {
    this.#containers.resize(length);
    this.#indexes.resize(length);
    this.#counts.resize(length);
    this.#contents.resize(length);
    this.#sealed = length;
  }

  /** Calls for each step in order; `count` is below 0 for a removal. */
  forEach(step: (container: number, index: number, count: number, content: number) => void): void {
    for (let i = 0; i < this.#containers.length; i++)
      step(this.#containers.at(i), this.#indexes.at(i), this.#counts.at(i), this.#contents.at(i));
  }

  #push(container: number, index: number, count: number, content: number): void {
    this.#containers.push(container);
    this.#indexes.push(index);
    this.#counts.push(count);
    this.#contents.push(content);
  }
}
