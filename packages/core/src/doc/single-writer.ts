/**
 * Writes the updates that typing makes, of the form `single` (update-codec.ts), for an event that has no new time. Makes nothing but
 * the bytes. Text that is long or not ASCII, and a merge of many branches, it leaves to the codec.
 */
import type { Dot, ReplicaId } from '../id/index.ts';
import {
  LONG_REPLICA,
  SINGLE,
  SINGLE_DELETES,
  SINGLE_HAS_PARENTS,
  SINGLE_LONG_REPLICA,
  UPDATE_VERSION,
} from './update-form.ts';

/** Typing has one or two. */
const MAX_PARENTS = 2;

/** What is longer was pasted, and is rare. */
const MAX_TEXT_UNITS = 64;
const MAX_NAME_BYTES = 64;
/** Head, replica, seq, parents, name and its length, index, text or count. */
const ROOM = 1 + 8 + 5 + 1 + MAX_PARENTS * (8 + 5) + 1 + MAX_NAME_BYTES + 5 + MAX_TEXT_UNITS;

export class SingleWriter {
  readonly #bytes = new Uint8Array(ROOM);
  #at = 0;

  /**
   * The update, or undefined when the codec has to write it. `parents`, by ascending replica, are undefined when the only one is the
   * replica's event before, and `inserted` is for a deletion.
   */
  write(
    replica: ReplicaId,
    seq: number,
    parents: readonly Dot[] | undefined,
    name: Uint8Array | undefined,
    index: number,
    inserted: string | undefined,
    count: number,
  ): Uint8Array | undefined {
    if (
      name === undefined ||
      name.length > MAX_NAME_BYTES ||
      (parents !== undefined && parents.length > MAX_PARENTS) ||
      (inserted !== undefined && count > MAX_TEXT_UNITS)
    )
      return undefined;
    const isLong = replica >= LONG_REPLICA;
    this.#at = 0;
    this.#byte(
      UPDATE_VERSION |
        SINGLE |
        (inserted === undefined ? SINGLE_DELETES : 0) |
        (parents === undefined ? 0 : SINGLE_HAS_PARENTS) |
        (isLong ? SINGLE_LONG_REPLICA : 0),
    );
    if (isLong) this.#longReplica(replica);
    else this.#varint(replica);
    this.#varint(seq * 2);
    if (parents !== undefined) this.#parents(parents);
    this.#varint(name.length);
    for (let i = 0; i < name.length; i++) this.#byte(name[i] as number);
    this.#varint(index);
    if (inserted === undefined) {
      if (count > 1) this.#varint(count);
    } else {
      for (let i = 0; i < count; i++) {
        const unit = inserted.charCodeAt(i);
        if (unit > 0x7f) return undefined;
        this.#byte(unit);
      }
    }
    const update = new Uint8Array(this.#at);
    for (let i = 0; i < update.length; i++) update[i] = this.#bytes[i] as number;
    return update;
  }

  #parents(parents: readonly Dot[]): void {
    this.#varint(parents.length);
    for (const { replica, seq } of parents) {
      this.#varint(replica);
      this.#varint(seq);
    }
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  /** Seven bytes, low first. */
  #longReplica(replica: number): void {
    for (let rest = replica, i = 0; i < 7; i++) {
      this.#byte(rest % 256);
      rest = Math.floor(rest / 256);
    }
  }
}
