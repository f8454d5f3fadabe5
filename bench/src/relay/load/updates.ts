// Yjs updates as an editor makes them, written by hand: the load must cost little beside what it measures. Each is one
// character typed behind the last of the same client. And back: how far an update, or several merged into one, reaches.

const ITEM_WITH_ORIGIN = 0x84;
const ITEM_AT_ROOT = 0x04;
const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_KEY = 0x20;
const CONTENT = 0x1f;
const GC = 0;
const DELETED = 1;
const STRING = 4;
const SKIP = 10;

/** The update that types one character at `clock` of `client`. */
export const typed = (client: number, clock: number): Uint8Array => {
  const bytes: number[] = [1, 1];
  varint(bytes, client);
  varint(bytes, clock);
  if (clock === 0) bytes.push(ITEM_AT_ROOT, 1, 1, 't'.charCodeAt(0));
  else {
    bytes.push(ITEM_WITH_ORIGIN);
    varint(bytes, client);
    varint(bytes, clock - 1);
  }
  bytes.push(1, 'x'.charCodeAt(0), 0);
  return Uint8Array.from(bytes);
};

/** For each client in an update of such edits, the clock behind its last. */
export const reach = (update: Uint8Array, tell: (client: number, end: number) => void): void => {
  const cursor = new Cursor(update);
  for (let clients = cursor.varint(); clients > 0; clients--) {
    const structs = cursor.varint();
    const client = cursor.varint();
    let clock = cursor.varint();
    for (let left = structs; left > 0; left--) clock += cursor.struct();
    tell(client, clock);
  }
};

/** A position in bytes that are trusted: they are of this bench. */
export class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** Length-prefixed bytes. */
  field(): Uint8Array {
    const length = this.varint();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** Passes over a struct; its length in clocks. */
  struct(): number {
    const info = this.#bytes[this.at++] ?? 0;
    if (info === GC || info === SKIP) return this.varint();
    if ((info & HAS_ORIGIN) !== 0) this.#id();
    if ((info & HAS_RIGHT_ORIGIN) !== 0) this.#id();
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
      if (this.varint() === 1) this.field();
      else this.#id();
      if ((info & HAS_KEY) !== 0) this.field();
    }
    if ((info & CONTENT) === DELETED) return this.varint();
    if ((info & CONTENT) !== STRING) throw new Error(`content ${info & CONTENT} is not of this bench`);
    return this.field().length;
  }

  #id(): void {
    this.varint();
    this.varint();
  }
}

export const varint = (bytes: number[], value: number): void => {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
};
