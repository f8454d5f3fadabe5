/**
 * Reads the updates that typing makes, of the form `single` (update-codec.ts), without making anything: what it finds
 * stands in its fields until the next one. It knows only what is common, and leaves all else, errors too, to the codec.
 */
import {
  SINGLE,
  SINGLE_DELETES,
  SINGLE_HAS_PARENTS,
  SINGLE_LONG_REPLICA,
  UPDATE_VERSION,
} from './update-form.ts';

/** Typing has one or two; a merge of many branches goes the long way. */
const MAX_PARENTS = 2;
/** What is longer was pasted, and is rare. */
const MAX_TEXT_BYTES = 64;
const MAX_NAME_BYTES = 64;
const LONG_REPLICA_BYTES = 7;
const LONG_REPLICA = 2 ** 49;

export class SingleReader {
  bytes: Uint8Array = new Uint8Array(0);
  replica = 0;
  seq = 0;
  hasTime = false;
  wallMs = 0;
  counter = 0;
  /** -1 when the event has just its replica's event before. */
  parents = -1;
  readonly parentReplicas = [0, 0];
  readonly parentSeqs = [0, 0];
  nameStart = 0;
  nameEnd = 0;
  index = 0;
  /** Units inserted or deleted. */
  count = 0;
  deletes = false;
  /** Where the inserted text, which is ASCII, stands in the bytes. */
  textStart = 0;
  #at = 0;

  /** True when the fields say what the update is. */
  read(update: Uint8Array): boolean {
    this.bytes = update;
    this.#at = 1;
    const head = update.length === 0 ? 0 : (update[0] as number);
    if ((head & (0x0f | SINGLE)) !== (UPDATE_VERSION | SINGLE)) return false;
    this.replica = (head & SINGLE_LONG_REPLICA) === 0 ? this.#varint() : this.#longReplica();
    const seqAndTime = this.#varint();
    this.seq = seqAndTime >>> 1;
    if (this.replica < 1 || seqAndTime < 2) return false;
    this.hasTime = (seqAndTime & 1) === 1;
    if (this.hasTime && !this.#readTime()) return false;
    this.parents = -1;
    if ((head & SINGLE_HAS_PARENTS) !== 0 && !this.#readParents()) return false;
    if (!this.#readName()) return false;
    this.index = this.#varint();
    if (this.index < 0) return false;
    this.deletes = (head & SINGLE_DELETES) !== 0;
    return this.deletes ? this.#readCount() : this.#readText();
  }

  /** Whether the text at the root that is edited has this name. */
  hasName(name: Uint8Array): boolean {
    const { bytes, nameStart } = this;
    if (name.length !== this.nameEnd - nameStart) return false;
    for (let i = 0; i < name.length; i++) if (name[i] !== bytes[nameStart + i]) return false;
    return true;
  }

  /** The name, which is ASCII. */
  name(): string {
    return String.fromCharCode(...this.bytes.subarray(this.nameStart, this.nameEnd));
  }

  /** The inserted text; empty for a deletion. */
  text(): string {
    return this.deletes ? '' : String.fromCharCode(...this.bytes.subarray(this.textStart));
  }

  #readTime(): boolean {
    let wall = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#byte();
      wall += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
      if (factor > 2 ** 42) return false;
    }
    this.wallMs = wall / 2;
    this.counter = this.#varint();
    return Number.isInteger(this.wallMs) && this.counter >= 0;
  }

  #readParents(): boolean {
    this.parents = this.#varint();
    if (this.parents < 1 || this.parents > MAX_PARENTS) return false;
    for (let i = 0; i < this.parents; i++) {
      const replica = this.#replica();
      this.parentReplicas[i] = replica;
      const seq = this.#varint();
      this.parentSeqs[i] = seq;
      if (seq < 1 || replica < 1) return false;
      if (i > 0 && (this.parentReplicas[i - 1] as number) >= replica) return false;
      if (replica === this.replica && (seq >= this.seq || (this.parents === 1 && seq === this.seq - 1)))
        return false;
    }
    return true;
  }

  #readName(): boolean {
    const length = this.#varint();
    this.nameStart = this.#at;
    this.nameEnd = this.#at + length;
    this.#at = this.nameEnd;
    return length >= 0 && length <= MAX_NAME_BYTES && this.#isAscii(this.nameStart, this.nameEnd);
  }

  #readText(): boolean {
    this.textStart = this.#at;
    const end = this.bytes.length;
    this.count = end - this.#at;
    return this.count > 0 && this.count <= MAX_TEXT_BYTES && this.#isAscii(this.#at, end);
  }

  #readCount(): boolean {
    if (this.#at === this.bytes.length) {
      this.count = 1;
      return true;
    }
    this.count = this.#varint();
    return this.count > 1 && this.#at === this.bytes.length;
  }

  #isAscii(start: number, end: number): boolean {
    if (end > this.bytes.length) return false;
    for (let i = start; i < end; i++) if ((this.bytes[i] as number) > 0x7f) return false;
    return true;
  }

  /** Below 2^28 and in its shortest form, else -1. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte === 0 && shift > 0 ? -1 : value;
    }
    return -1;
  }

  #longReplica(): number {
    let id = 0;
    let factor = 1;
    for (let i = 0; i < LONG_REPLICA_BYTES; i++) {
      id += this.#byte() * factor;
      factor *= 256;
    }
    return id >= LONG_REPLICA && id <= Number.MAX_SAFE_INTEGER ? id : -1;
  }

  /** A replica id of any size as a varint. */
  #replica(): number {
    let id = 0;
    let factor = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#byte();
      id += (byte & 0x7f) * factor;
      if (byte < 0x80) return id > Number.MAX_SAFE_INTEGER || (byte === 0 && i > 0) ? -1 : id;
      factor *= 128;
    }
    return -1;
  }

  /** 0 beyond the end, which the checks of what follows find out. */
  #byte(): number {
    const at = this.#at++;
    return at < this.bytes.length ? (this.bytes[at] as number) : 0;
  }
}
