/**
 * Entries of one document that became durable in one commit, as the room tells its sessions of them. What is sent is
 * encoded once, however many sessions there are and whichever protocol they speak.
 */
import { type BatchId, type SharedFrame, shareFrame } from '@causeway/core/sync';
import type { UpdatesEncoder } from './fresh-updates.ts';
import type { RoomMember } from './room.ts';

export interface CommittedEntry {
  readonly offset: number;
  readonly batch: BatchId;
  readonly update: Uint8Array;
  /** Who pushed it: more than one when it was pushed again before it was durable. */
  readonly authors: readonly RoomMember[];
  /** Which of the updates it is that were shown ahead of the disk (fresh-updates.ts); 0: it was not. */
  readonly ticket: number;
}

export class CommittedEntries {
  /** At least one, in the order of their offsets, without gap. */
  readonly entries: readonly CommittedEntry[];
  readonly #shared: SharedFrame[] = [];
  #encoded: Uint8Array | undefined;

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

  /** All updates, encoded once; `encode` is the same for everyone who asks. */
  encodedBy(encode: UpdatesEncoder): Uint8Array {
    this.#encoded ??= encode(this.entries.map(({ update }) => update));
    return this.#encoded;
  }
}
