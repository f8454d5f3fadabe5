/**
 * A part of a document's log, merged: everything after some offset up to `upTo`. A large one goes to many clients at once, so
 * what is sent of it is made once for all of them, and kept only as long as somebody is being sent it.
 */

/** Encodes the update for every session of a protocol that has no channels. */
export type PieceEncoder = (update: Uint8Array) => Uint8Array;

export class LogPiece {
  readonly upTo: number;
  readonly update: Uint8Array;
  readonly #encoded = new Map<PieceEncoder, WeakRef<Uint8Array>>();

  constructor(upTo: number, update: Uint8Array) {
    this.upTo = upTo;
    this.update = update;
  }

  /** What `encode` makes of the update: the same bytes for everyone who asks with the same function meanwhile. */
  encodedBy(encode: PieceEncoder): Uint8Array {
    const known = this.#encoded.get(encode)?.deref();
    if (known !== undefined) return known;
    const encoded = encode(this.update);
    this.#encoded.set(encode, new WeakRef(encoded));
    return encoded;
  }
}
