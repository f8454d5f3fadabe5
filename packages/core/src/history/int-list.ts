/**
 * A growing list of 32-bit integers in one typed array: the columns of a history are made of these. Indexes are trusted;
 * reading past the end gives 0. Leaves out: everything that is not append, overwrite, cut.
 */
/** Most documents are small, and most of their lists are empty. */
const NOTHING = new Int32Array(0);
const FIRST_CAPACITY = 8;

export class IntList {
  /** The storage; only the first `length` entries mean something. Replaced when it grows, so never keep it across a push. */
  data: Int32Array = NOTHING;
  length = 0;

  at(index: number): number {
    return this.data[index] as number;
  }

  last(): number {
    return this.data[this.length - 1] as number;
  }

  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length + 1);
    this.data[this.length++] = value;
  }

  set(index: number, value: number): void {
    this.data[index] = value;
  }

  /** Makes the list `length` long, with zeros where it grows. */
  resize(length: number): void {
    if (length > this.data.length) this.#grow(length);
    if (length < this.length) this.data.fill(0, length, this.length);
    this.length = length;
  }

  /** In a list sorted upward: the last index whose value is at most `value`; -1 when all are above it. */
  lastAtMost(value: number): number {
    const data = this.data;
    let low = 0;
    let high = this.length;
    // The place asked for is nearly always the end.
    if (high > 0 && (data[high - 1] as number) <= value) return high - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((data[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #grow(needed: number): void {
    const grown = new Int32Array(Math.max(needed, this.data.length * 2, FIRST_CAPACITY));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }
}
