/**
 * Causal state: a dot store beside the context of all dots it has seen. Makes what every causal type shares out of its
 * dot store: the lattice functions, and deltas. Leaves out: the mutators and the view, which are the type's own.
 *
 *   state   { store: what is live,  context: what was seen }        every live dot is in the context, and live once
 *   delta   the same, of one change: new dots live, replaced dots only in the context
 *
 *   since   store:    the live dots that the holder has not seen
 *           context:  the state's, without the live dots that the holder has seen.  They are not in the delta's store,
 *                     so in its context they would read as removed. Dots that are not live stay in: the holder may
 *                     have them live still.
 */
import type { Codec } from '../bytes/index.ts';
import {
  type CausalContext,
  closeGapsInContext,
  contextCodec,
  contextHas,
  contextOf,
  countShared,
  emptyContext,
  lastSeqInContext,
  mergeContexts,
  replicasOf,
  subtractContexts,
} from '../causality/index.ts';
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import type { DotStore } from './dot-store.ts';
import type { Lattice } from './lattice.ts';

export interface Causal<S> {
  readonly store: S;
  readonly context: CausalContext;
}

/** A lattice without its descriptor and view, but with gaps to close, and how its mutators make their deltas. */
export interface CausalLattice<S> extends Omit<Lattice<Causal<S>>, 'descriptor' | 'view'> {
  closeGaps(state: Causal<S>, replica: ReplicaId, above: number): Causal<S>;

  /** The delta that puts the dots of `content` in the place of the `replaced` ones. */
  delta(content: S, replaced: readonly Dot[]): Causal<S>;
}

export function causal<S>(stores: DotStore<S>): CausalLattice<S> {
  const bottom: Causal<S> = { store: stores.empty, context: emptyContext };
  return {
    bottom,
    join: (a, b) => {
      const store = stores.join(a.store, a.context, b.store, b.context);
      const context = mergeContexts(a.context, b.context);
      return store === a.store && context === a.context ? a : { store, context };
    },
    summary: (state) =>
      stores.isEmpty(state.store) ? state : { store: stores.empty, context: state.context },
    since: (state, holder) => {
      const known = stores.dots(state.store).filter((live) => contextHas(holder.context, live));
      return {
        store: stores.join(stores.empty, holder.context, state.store, emptyContext),
        context: subtractContexts(state.context, contextOf(known)),
      };
    },
    lastSeq: (state, replica) => lastSeqInContext(state.context, replica),
    closeGaps: (state, replica, above) => {
      const context = closeGapsInContext(state.context, replica, above);
      return context === state.context ? state : { store: state.store, context };
    },
    codec: {
      write: (writer, { store, context }) => {
        contextCodec.write(writer, context);
        stores.codec(dotsIn(context)).write(writer, store);
      },
      read: (reader) => {
        const context = contextCodec.read(reader);
        const store = stores.codec(dotsIn(context)).read(reader);
        const live = stores.dots(store);
        if (countShared(context, contextOf(live)) < live.length) {
          throw reader.invalid('a live dot that is there twice or is not in the context');
        }
        return { store, context };
      },
    },
    delta: (content, replaced) => ({
      store: content,
      context: contextOf([...stores.dots(content), ...replaced]),
    }),
  };
}

/** Dots of a context as the index of their replica in it and their seq: two or three bytes each instead of ten. */
function dotsIn(context: CausalContext): Codec<Dot> {
  const replicas = replicasOf(context);
  const indexes = new Map(replicas.map((replica, index) => [replica, index]));
  return {
    write: (writer, { replica, seq }) =>
      void writer.varint(indexes.get(replica) ?? replicas.length).varint(seq),
    read: (reader) => {
      const replica = replicas[reader.varint()];
      if (replica === undefined)
        throw reader.invalid('a live dot of a replica that the context does not name');
      return dot(replica, reader.varint());
    },
  };
}
