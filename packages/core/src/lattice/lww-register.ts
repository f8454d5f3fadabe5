/**
 * Last-writer-wins register: of all writes the one with the greatest hybrid time holds. A write made with knowledge of
 * another has a later time, so it wins; of concurrent writes the one with the later clock does, and the other is lost.
 * Shapiro et al. 2011, specification 8.
 *
 *   A   set x at 10:00:01 ──┬── y
 *                           │
 *   B   set y at 10:00:02 ──┴── y
 *
 * Equal times (which only a replica id used twice can make) go by the greater value, so that replicas agree all the same.
 * A write over one whose time the clock has refused as too far ahead (hybrid-clock.ts) does nothing until the clock has come up to it.
 */
import { optionalCodec } from '../bytes/index.ts';
import { compareTimes, type HybridTime, hybridTimeCodec } from '../causality/index.ts';
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export interface TimedValue<T> {
  readonly time: HybridTime;
  readonly value: T;
}

/** Undefined before the first write. */
export type LwwRegisterState<T> = TimedValue<T> | undefined;

export interface LwwRegister<T> extends Lattice<LwwRegisterState<T>, T | undefined> {
  /** `time` comes from the clock of the replica that writes. */
  set(state: LwwRegisterState<T>, time: HybridTime, value: T): LwwRegisterState<T>;
}

export function lwwRegister<T>(leaf: Leaf<T>): LwwRegister<T> {
  const wins = (state: LwwRegisterState<T>, other: LwwRegisterState<T>): boolean => {
    if (state === undefined || other === undefined) return other !== undefined;
    return (compareTimes(state.time, other.time) || leaf.compare(state.value, other.value)) < 0;
  };
  return {
    descriptor: `lww-register(${leaf.name})`,
    bottom: undefined,
    codec: optionalCodec({
      write: (writer, { time, value }) => {
        hybridTimeCodec.write(writer, time);
        leaf.codec.write(writer, value);
      },
      read: (reader) => ({ time: hybridTimeCodec.read(reader), value: leaf.codec.read(reader) }),
    }),
    join: (a, b) => (wins(a, b) ? b : a),
    view: (state) => state?.value,
    summary: (state) => state,
    since: (state, holder) => (wins(holder, state) ? state : undefined),
    lastSeq: () => 0,
    eachTime: (state, visit) => {
      if (state !== undefined) visit(state.time);
    },
    set: (_state, time, value) => ({ time, value: leaf.canonical(value) }),
  };
}
