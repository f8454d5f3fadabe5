/**
 * A growing byte buffer. Integers are LEB128 varints (7 bits a byte, low first, at most 8 bytes for 53 bits); strings
 * are UTF-8 behind a varint byte length; nothing is aligned. Leaves out: columns and run lengths.
 */
import { InvariantError } from '../error.ts';

const textEncoder = new TextEncoder();

export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  /** `capacity` in bytes is only a hint; the buffer doubles as needed. */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** An integer from 0 to 2^53 - 1; anything else throws InvariantError. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new InvariantError('bytes/varint', `${value} is not an integer from 0 to 2^53 - 1`);
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** A safe integer of either sign: magnitudes below 2^52, zigzag coded. */
  zigzag(value: number): this {
    return this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Eight bytes, IEEE 754 double, little endian. NaN is written as the one canonical NaN. */
  f64(value: number): this {
    this.#reserve(8);
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset).setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  /** The bytes alone, without a length. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The bytes behind their varint length. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** UTF-8 behind its varint byte length. A lone surrogate is written as U+FFFD, as TextEncoder does. */
  string(text: string): this {
    return this.bytes(textEncoder.encode(text));
  }

  /** A copy of what was written; the writer may be used on. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written (a few bytes), with `tail` behind it: copies `tail` once, where `raw` and `finish` copy it twice. */
  joinedWith(tail: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#length + tail.length);
    // A few bytes are copied sooner by hand than by a view on them.
    for (let i = 0; i < this.#length; i++) whole[i] = this.#bytes[i] ?? 0;
    whole.set(tail, this.#length);
    return whole;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
