/**
 * Reads what Writer wrote, trusting nothing: every length is compared with its limit and with the bytes that are left
 * before it is used, so hostile input costs at most its own size. Every failure is a `decode/*` error.
 */
import { CausewayError } from '../error.ts';
import { utf16LengthOf } from './utf8.ts';

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** `what` names the thing being read, for error messages. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Index of the next byte. */
  get offset(): number {
    return this.#at;
  }

  u8(): number {
    this.#need(1);
    return this.#bytes[this.#at++] ?? 0;
  }

  /** An integer from 0 to 2^53 - 1, in the shortest form only, so that equal values have equal bytes. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 1; count <= 8; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (byte === 0 && count > 1) throw this.invalid('a varint with a needless last byte');
        if (value > Number.MAX_SAFE_INTEGER) throw this.invalid('a varint above 2^53 - 1');
        return value;
      }
      factor *= 128;
    }
    throw this.invalid('a varint longer than 8 bytes');
  }

  /** A varint that must not be above `limit`. */
  varintUpTo(limit: number, what: string): number {
    const value = this.varint();
    if (value > limit) throw this.overLimit(what, value, limit);
    return value;
  }

  /** The count of a list whose items take at least `bytesEach` bytes: bounded by what is left as well as by `limit`. */
  count(limit: number, what: string, bytesEach = 1): number {
    const value = this.varintUpTo(limit, what);
    if (value * bytesEach > this.left) throw this.#truncated();
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  f64(): number {
    this.#need(8);
    const { buffer, byteOffset } = this.#bytes;
    const value = new DataView(buffer, byteOffset + this.#at, 8).getFloat64(0, true);
    this.#at += 8;
    return value;
  }

  /** `length` bytes as a view on the input, not a copy. */
  raw(length: number): Uint8Array {
    this.#need(length);
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  /** Length-prefixed bytes, at most `limit`, as a view on the input. */
  bytes(limit: number, what: string): Uint8Array {
    return this.raw(this.varintUpTo(limit, what));
  }

  /** Length-prefixed UTF-8 of at most `limit` bytes; malformed UTF-8 is `decode/invalid`. */
  string(limit: number, what: string): string {
    const bytes = this.bytes(limit, what);
    try {
      return textDecoder.decode(bytes);
    } catch {
      throw this.invalid(`${what} is not UTF-8`);
    }
  }

  /** Passes over `length` bytes. */
  skip(length: number): void {
    this.#need(length);
    this.#at += length;
  }

  /** Passes over length-prefixed UTF-8, checking it without decoding it. Returns its length in UTF-16 units. */
  skipString(what: string): number {
    const length = this.varint();
    this.#need(length);
    const units = utf16LengthOf(this.#bytes, this.#at, this.#at + length);
    if (units < 0) throw this.invalid(`${what} is not UTF-8`);
    this.#at += length;
    return units;
  }

  /** Everything that is left, as a view on the input. */
  rest(): Uint8Array {
    return this.raw(this.left);
  }

  /** Throws `decode/trailing` unless every byte was read. */
  end(): void {
    if (this.left > 0) {
      throw new CausewayError(
        'decode/trailing',
        { what: this.#what, left: this.left },
        `${this.left} bytes left over after ${this.#what}; the sender and this reader disagree on the format`,
      );
    }
  }

  /** A `decode/invalid` error at this place, to be thrown by the caller. */
  invalid(detail: string): CausewayError<'decode/invalid'> {
    return new CausewayError(
      'decode/invalid',
      { what: this.#what, detail },
      `${this.#what} at byte ${this.#at}: ${detail}`,
    );
  }

  /** A `decode/limit` error, to be thrown by the caller. */
  overLimit(what: string, value: number, limit: number): CausewayError<'decode/limit'> {
    return new CausewayError(
      'decode/limit',
      { what, value, limit },
      `${what} of ${value} is above the limit of ${limit}`,
    );
  }

  #need(count: number): void {
    if (count > this.left) throw this.#truncated();
  }

  #truncated(): CausewayError<'decode/truncated'> {
    return new CausewayError(
      'decode/truncated',
      { what: this.#what, offset: this.#at },
      `${this.#what} ends too early at byte ${this.#at} of ${this.#bytes.length}`,
    );
  }
}
