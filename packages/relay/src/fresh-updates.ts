/**
 * Updates that came in together and were found sound, not yet durable: for sessions that go by no offset, and so may be ahead
 * of the disk (docs/decisions/0018). What is sent of them is encoded once for all who have no part in them.
 */
import type { RoomMember } from './room.ts';

export interface FreshUpdate {
  readonly author: RoomMember;
  readonly update: Uint8Array;
}

/** Encodes updates for every session of a protocol that has no channels. */
export type UpdatesEncoder = (updates: readonly Uint8Array[]) => Uint8Array;

export class FreshUpdates {
  readonly #fresh: readonly FreshUpdate[];
  readonly #authors: ReadonlySet<RoomMember>;
  #encoded: Uint8Array | undefined;

  constructor(fresh: readonly FreshUpdate[]) {
    this.#fresh = fresh;
    this.#authors = new Set(fresh.map(({ author }) => author));
  }

  /** The updates of everyone but this member; undefined when there are none. `encode` is the same for all members. */
  encodedFor(member: RoomMember, encode: UpdatesEncoder): Uint8Array | undefined {
    if (!this.#authors.has(member)) {
      this.#encoded ??= encode(this.#fresh.map(({ update }) => update));
      return this.#encoded;
    }
    const others = this.#fresh.filter(({ author }) => author !== member).map(({ update }) => update);
    return others.length === 0 ? undefined : encode(others);
  }
}
