/**
 * A text as UTF-16 units around a gap that stands where the last edit was, so that typing moves nothing. Until its first
 * edit it is the string that it was made from. Indexes are trusted. Leaves out: history, surrogate pairs.
 *
 *      T h e · c a t _ _ _ _ _ _ · s a t          gap after index 7
 */
import { textOfUnits } from './unit-list.ts';

const NO_UNITS = new Uint16Array(0);

export class GapText {
  /** Empty while the text is only a string. */
  #units = NO_UNITS;
  #gapStart = 0;
  #gapEnd = 0;
  #length: number;
  /** The text as a string; undefined when it has changed since it was last asked for. */
  #text: string | undefined;

  constructor(text = '') {
    this.#text = text;
    this.#length = text.length;
  }

  get length(): number {
    return this.#length;
  }

  insert(index: number, text: string): void {
    const count = text.length;
    this.#openGap(index, count);
    const units = this.#units;
    let at = this.#gapStart;
    for (let i = 0; i < count; i++) units[at++] = text.charCodeAt(i);
    this.#gapStart = at;
    this.#length += count;
  }

  insertUnits(index: number, inserted: Uint16Array): void {
    if (this.#length === 0 && this.#units.length === 0) {
      // What was read from bytes is most often only read.
      this.#text = textOfUnits(inserted);
      this.#length = inserted.length;
      return;
    }
    this.#openGap(index, inserted.length);
    this.#units.set(inserted, this.#gapStart);
    this.#gapStart += inserted.length;
    this.#length += inserted.length;
  }

  /** Inserts ASCII that stands in bytes. */
  insertAscii(index: number, bytes: Uint8Array, start: number, count: number): void {
    this.#openGap(index, count);
    const units = this.#units;
    let at = this.#gapStart;
    for (let i = start; i < start + count; i++) units[at++] = bytes[i] as number;
    this.#gapStart = at;
    this.#length += count;
  }

  remove(index: number, count: number): void {
    const end = index + count;
    // Deleting around the gap, as backspace and delete keys do, only widens it.
    if (index > this.#gapStart || end < this.#gapStart || this.#text !== undefined) this.#openGap(end, 0);
    this.#gapEnd += end - this.#gapStart;
    this.#gapStart = index;
    this.#length -= count;
  }

  at(index: number): number {
    if (this.#text !== undefined) return this.#text.charCodeAt(index);
    return this.#units[index < this.#gapStart ? index : index + this.#gapEnd - this.#gapStart] as number;
  }

  slice(start: number, end: number): string {
    if (this.#text !== undefined) return this.#text.slice(start, end);
    const gap = this.#gapStart;
    const shift = this.#gapEnd - gap;
    if (end <= gap) return textOfUnits(this.#units.subarray(start, end));
    if (start >= gap) return textOfUnits(this.#units.subarray(start + shift, end + shift));
    return (
      textOfUnits(this.#units.subarray(start, gap)) +
      textOfUnits(this.#units.subarray(this.#gapEnd, end + shift))
    );
  }

  /** The same string until the text changes. */
  toString(): string {
    this.#text ??= this.slice(0, this.#length);
    return this.#text;
  }

  /** Moves the gap to `index` and makes it at least `count` wide. */
  #openGap(index: number, count: number): void {
    if (this.#text !== undefined) {
      if (this.#units.length === 0) this.#spread(this.#text, count);
      this.#text = undefined;
    }
    if (this.#gapEnd - this.#gapStart < count) this.#grow(count);
    const gap = this.#gapStart;
    if (index === gap) return;
    const shift = this.#gapEnd - gap;
    if (index < gap) this.#units.copyWithin(index + shift, index, gap);
    else this.#units.copyWithin(gap, this.#gapEnd, index + shift);
    this.#gapStart = index;
    this.#gapEnd = index + shift;
  }

  #spread(text: string, count: number): void {
    const units = new Uint16Array(roomFor(text.length + count));
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    this.#units = units;
    this.#gapStart = text.length;
    this.#gapEnd = units.length;
  }

  #grow(count: number): void {
    const units = new Uint16Array(roomFor(this.#length + count));
    const after = this.#length - this.#gapStart;
    units.set(this.#units.subarray(0, this.#gapStart));
    units.set(this.#units.subarray(this.#gapEnd), units.length - after);
    this.#units = units;
    this.#gapEnd = units.length - after;
  }
}

/** A quarter more than needed, so that growing costs little for each unit and little stays unused. */
function roomFor(length: number): number {
  return length + (length >>> 2) + 16;
}
