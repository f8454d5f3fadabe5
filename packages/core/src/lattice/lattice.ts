/**
 * A lattice: a state-based CRDT as plain data. States are immutable values; `join` is their least upper bound, so replicas
 * that have exchanged states in any order, with repeats, are equal. A type is one object that holds its functions; beside
 * those named here each has its own delta-mutators (which return a delta to join, and never change or keep anything).
 *
 *                join(a, b)
 *               ↗          ↖          bottom ≤ a ≤ join(a, b)
 *              a            b         a ≤ b  means  join(a, b) = b
 *               ↖          ↗          a mutator's delta d has  state ≤ join(state, d)
 *                  bottom
 *
 * A delta is itself a state, usually a small one. Sending deltas instead of states is only a saving (Almeida, Shoker,
 * Baquero 2018, "Delta State Replicated Data Types").
 *
 * Mutators that name new elements take fresh dots. A dot must be fresh in the whole document, not only in the part that is
 * changed, so whoever owns the document hands them out (`DotSource`).
 */
import type { Codec } from '../bytes/index.ts';
import type { HybridTime } from '../causality/index.ts';
import type { Dot, ReplicaId } from '../id/index.ts';

export interface Lattice<S, V = unknown> {
  /** Names the type and its parameters in printable ASCII without spaces; equal descriptors mean interchangeable states. */
  readonly descriptor: string;

  readonly bottom: S;

  /** Least upper bound. Returns `a` itself when `b` adds nothing to it, so that identity tells whether something changed. */
  join(a: S, b: S): S;

  /** What an app reads. */
  view(state: S): V;

  /** Same state, same bytes, whatever way the state was reached. Reading hostile bytes throws `decode/*`. */
  readonly codec: Codec<S>;

  /**
   * The state stripped to what `since` needs to know of a holder: itself a state. Types with a causal context keep the
   * context and drop the content; others return the state.
   */
  summary(state: S): S;

  /** A delta that brings a holder whose summary this is to `join(holder, state)`: maybe more than is needed, never less. */
  since(state: S, summary: S): S;

  /** The highest seq that `replica` has used anywhere in this state; 0 when none. A document goes on counting from there. */
  lastSeq(state: S, replica: ReplicaId): number;

  /**
   * The state with the gaps closed that its contexts have among the dots of `replica` above seq `above`, so that they stay
   * small. Only that replica may ask, and only of a state that holds all it ever did here with dots above `above`: then
   * a dot that was not seen here is one that it used elsewhere. Left out by types without contexts.
   */
  closeGaps?(state: S, replica: ReplicaId, above: number): S;

  /** Calls `visit` with every hybrid time in this state; a document's clock goes on from them. Left out by types without times. */
  eachTime?(state: S, visit: (time: HybridTime) => void): void;
}

/** Hands out fresh dots of one replica, in order. */
export interface DotSource {
  readonly replica: ReplicaId;
  next(): Dot;

  /**
   * What this replica did with dots up to this seq may have been removed and have come back in part, by a replica that had
   * seen only the first of it. Whoever goes on counting under such a dot would repeat numbers that others know
   * already; it takes a new one. Left out where nothing is ever removed, as at the root of a document.
   */
  readonly lostUpTo?: number;
}

/** The view and state types of a lattice, for inference in products and maps. */
export type StateOf<L> = L extends Lattice<infer S, infer _V> ? S : never;
export type ViewOf<L> = L extends Lattice<infer _S, infer V> ? V : never;
