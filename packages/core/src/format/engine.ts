/**
 * A live document on a client: what the client needs of it, whichever kind it is. What an app sees of it (a `Y.Doc`, a
 * lattice's value, a native document) belongs to the engine's own class.
 */
import type { ReplicaId } from '../id/index.ts';
import type { UpdateFormat, Version } from './update-format.ts';

/** Where an engine lives: who writes there, and that place's clock and dice. Passed in by whoever opens the document. */
export interface Site {
  readonly replica: ReplicaId;
  /** Milliseconds since 1970 by this device's clock, right or wrong. */
  now(): number;
  /** An unsigned 32-bit integer. */
  random(): number;
}

/** Makes the engine of a document at a site: what an app hands to a client to say what kind of document it opens. */
export type EngineFactory<E extends Engine> = (site: Site) => E;

export interface Engine {
  readonly format: UpdateFormat;

  /**
   * Merges an update from a store or a peer. All or nothing: on `decode/*` the document is as it was. Local listeners of
   * `onUpdate` are not told.
   */
  apply(update: Uint8Array): void;

  /**
   * Calls `listener` with the bytes of every local change, once, in order, in the same turn as the change. Returns the way
   * to stop. What changed here before anyone listened is told to the first listener, before this returns.
   */
  onUpdate(listener: (update: Uint8Array) => void): () => void;

  /** Calls `listener` after every change of what an app reads, local or not, before the call that made it returns. Returns the way to stop. */
  onChange(listener: () => void): () => void;

  /** The whole document as one update, collected as far as this kind can. */
  snapshot(): Uint8Array;

  version(): Version;

  /** Detaches from the underlying document. The document itself stays usable by whoever made it. */
  close(): void;
}
