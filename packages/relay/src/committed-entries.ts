/**
 * Entries of one document that became durable in one commit, as the room tells its sessions of them. What is sent is
 * encoded once, however many sessions there are and whichever protocol they speak.
 */
import { type BatchId, type SharedFrame, shareFrame } from '@causeway/core/sync';
import type { RoomMember } from './room.ts';

export interface CommittedEntry {
  readonly offset: number;
  readonly batch: BatchId;
  readonly update: Uint8Array;
  /** Who pushed it: more than one when it was pushed again before it was durable. */
  readonly authors: readonly RoomMember[];
}

/** Encodes the entries for every session of a protocol that has no channels. */
export type EntriesEncoder = (entries: readonly CommittedEntry[]) => Uint8Array;

export class CommittedEntries {
  /** At least one, in the order of their offsets, without gap. */
  readonly entries: readonly CommittedEntry[];
  readonly #shared: SharedFrame[] = [];
  readonly #encoded = new Map<EntriesEncoder, Uint8Array>();

  constructor(entries: readonly CommittedEntry[]) {
    this.entries = entries;
  }

  /** Offset of the last. */
  get upTo(): number {
    return this.entries.at(-1)?.offset ?? 0;
  }

  /** The `updates` frame of the entry at `index`. */
  shared(index: number): SharedFrame | undefined {
    const entry = this.entries[index];
    if (entry === undefined) return undefined;
    const { offset, update } = entry;
    this.#shared[index] ??= shareFrame({
      type: 'updates',
      channel: 0,
      after: offset - 1,
      upTo: offset,
      update,
    });
    return this.#shared[index];
  }

  /** What `encode` makes of the entries: the same bytes for everyone who asks with the same function. */
  encodedBy(encode: EntriesEncoder): Uint8Array {
    const known = this.#encoded.get(encode);
    if (known !== undefined) return known;
    const encoded = encode(this.entries);
    this.#encoded.set(encode, encoded);
    return encoded;
  }
}
