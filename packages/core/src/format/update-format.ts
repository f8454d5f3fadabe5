/**
 * What a relay, a store, an outbox and the protocol need of a kind of document: stateless functions on bytes. None of
 * them ever holds a live document. Leaves out: everything a user sees (engine.ts).
 *
 * An update is a set of changes as bytes. Merging updates in any order, with repeats, gives the same document; a merge
 * across a gap is legal, waits, and heals when the missing part comes.
 *
 * A version is a summary of what an update or a document holds, as bytes of that format. Equal versions do not mean equal
 * documents (a Yjs deletion moves no clock): versions say what to send at first contact, never that nothing is missing.
 * After first contact, delivery goes by the relay's log offset and acknowledgement by batch id.
 */
import type { DocumentKind } from '../id/index.ts';

declare const versionBrand: unique symbol;

/** A version in the bytes of its format. Opaque to everyone else. */
export type Version = Uint8Array & { readonly [versionBrand]: 'Version' };

export type VersionOrder = 'equal' | 'before' | 'after' | 'concurrent';

/** Stateless functions on the updates of one kind. All throw `decode/*` on hostile bytes, in time and memory linear in them. */
export interface UpdateFormat {
  readonly kind: DocumentKind;

  /** The update that changes nothing: the neutral element of `merge`. */
  readonly empty: Uint8Array;

  /** Throws `decode/*` unless the bytes are an update of this format. Relays call it before they store anything. */
  validate(update: Uint8Array): void;

  /** The version of a document that holds just this update. */
  versionOf(update: Uint8Array): Version;

  /**
   * The version of a document that had `version` and takes `update`, as far as can be told without the document: never more
   * than it holds. A format that leaves it out has every version made from the document.
   */
  advance?(version: Version, update: Uint8Array): Version;

  /** Bytes from a peer as a version; `decode/*` unless they are one of this format. */
  parseVersion(bytes: Uint8Array): Version;

  /** `before` says that everything in `a` is in `b`, as far as versions tell. */
  compare(a: Version, b: Version): VersionOrder;

  /** One update that does what all of these do. Of none: `empty`. */
  merge(updates: readonly Uint8Array[]): Uint8Array;

  /**
   * The same document with less of what nobody can see any more. Merges with other updates as before. May take as long as
   * opening the document, and more than linear memory. A format that leaves it out has nothing to collect beyond `merge`.
   */
  collect?(update: Uint8Array): Uint8Array;

  /** An update that brings a holder of `since` to where `update` would: it may hold more than is needed, never less. */
  diff(update: Uint8Array, since: Version): Uint8Array;
}
