/**
 * Last-writer-wins element set: whether an element is in it goes by the addition or removal of it with the greatest hybrid
 * time, also over ones that were not seen. Shapiro et al. 2011, section 3.3.3. Removed elements stay as tombstones.
 *
 *   A's operation on e    B's, concurrent    both then have
 *   add at 10:01          remove at 10:02    -
 *   add at 10:02          remove at 10:01    e
 *   add at t              remove at t        e       only with a replica id used twice
 */
import { compareTimes, type HybridTime, hybridTimeCodec } from '../causality/index.ts';
import { type Entries, type EntryValues, entryMap } from './entry-map.ts';
import type { Lattice } from './lattice.ts';
import { booleanLeaf, type Leaf } from './leaf.ts';

export interface TimedPresence {
  readonly time: HybridTime;
  readonly present: boolean;
}

export type LwwElementSetState<T> = Entries<T, TimedPresence>;

/** Views as the elements that are in it, in ascending order. */
export interface LwwElementSet<T> extends Lattice<LwwElementSetState<T>, readonly T[]> {
  /** `time` comes from the clock of the replica that adds. */
  add(state: LwwElementSetState<T>, time: HybridTime, element: T): LwwElementSetState<T>;
  remove(state: LwwElementSetState<T>, time: HybridTime, element: T): LwwElementSetState<T>;
  has(state: LwwElementSetState<T>, element: T): boolean;
}

const latest: EntryValues<TimedPresence> = {
  join: (a, b) => ((compareTimes(a.time, b.time) || Number(a.present) - Number(b.present)) < 0 ? b : a),
  codec: {
    write: (writer, { time, present }) => {
      hybridTimeCodec.write(writer, time);
      booleanLeaf.codec.write(writer, present);
    },
    read: (reader) => ({ time: hybridTimeCodec.read(reader), present: booleanLeaf.codec.read(reader) }),
  },
};

export function lwwElementSet<T>(leaf: Leaf<T>): LwwElementSet<T> {
  const elements = entryMap(leaf, latest);
  return {
    ...elements,
    descriptor: `lww-element-set(${leaf.name})`,
    view: (state) => state.filter(({ value }) => value.present).map(({ key }) => key),
    lastSeq: () => 0,
    eachTime: (state, visit) => {
      for (const { value } of state) visit(value.time);
    },
    add: (_state, time, element) => [{ key: leaf.canonical(element), value: { time, present: true } }],
    remove: (_state, time, element) => [{ key: leaf.canonical(element), value: { time, present: false } }],
    has: (state, element) => elements.at(state, leaf.canonical(element))?.present === true,
  };
}
