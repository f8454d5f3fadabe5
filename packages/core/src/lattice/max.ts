/**
 * Max: the greatest value that anyone has put in, by the order of its leaf. Writes that are not above it do nothing.
 *
 *   A   put 3 ──┬── 5
 *               │
 *   B   put 5 ──┴── 5
 */
import { optionalCodec } from '../bytes/index.ts';
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

/** Undefined before the first value. */
export type ExtremumState<T> = { readonly value: T } | undefined;

export interface Extremum<T> extends Lattice<ExtremumState<T>, T | undefined> {
  put(state: ExtremumState<T>, value: T): ExtremumState<T>;
}

export function max<T>(leaf: Leaf<T>): Extremum<T> {
  return extremum(`max(${leaf.name})`, leaf, leaf.compare);
}

/** The value that comes last in the order of `compare`. */
export function extremum<T>(descriptor: string, leaf: Leaf<T>, compare: (a: T, b: T) => number): Extremum<T> {
  const adds = (state: ExtremumState<T>, other: ExtremumState<T>): boolean =>
    other !== undefined && (state === undefined || compare(state.value, other.value) < 0);
  return {
    descriptor,
    bottom: undefined,
    codec: optionalCodec({
      write: (writer, { value }) => leaf.codec.write(writer, value),
      read: (reader) => ({ value: leaf.codec.read(reader) }),
    }),
    join: (a, b) => (adds(a, b) ? b : a),
    view: (state) => state?.value,
    summary: (state) => state,
    since: (state, holder) => (adds(holder, state) ? state : undefined),
    lastSeq: () => 0,
    put: (_state, value) => ({ value: leaf.canonical(value) }),
  };
}
