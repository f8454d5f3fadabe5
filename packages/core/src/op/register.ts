/**
 * Register: one value, written as a whole. A write replaces those it has seen; of concurrent ones the greatest hybrid time is
 * read, and the others are readable as conflicts until somebody writes again (writes.ts).
 *
 *   A's operation   B's, concurrent   both read                        conflicts
 *   set x at 10     set y at 12       y                                x
 *   set x at 10     nothing           x                                none
 */
import { canonicalValue, type Value } from '../bytes/value.ts';
import { valueKey } from './add-wins-set.ts';
import type { OpType } from './op-type.ts';
import { valuesBeside, type Writes, written } from './writes.ts';

export interface RegisterState {
  writes: Writes<Value>;
}

export interface RegisterOp {
  readonly value: Value;
}

export interface RegisterView {
  /** Undefined when never set. */
  readonly value: Value | undefined;
  /** Concurrent values that lost, the latest first; the same value written twice is none. */
  readonly conflicts: readonly Value[];
}

/** A reader saw `from` and sees `to`. */
export interface RegisterChange {
  readonly from: RegisterView;
  readonly to: RegisterView;
}

export const register: OpType<RegisterState, RegisterOp, RegisterOp, RegisterView, RegisterChange> = {
  create: () => ({ writes: undefined }),
  prepare: (_, { value }) => ({ value: canonicalValue(value) }),
  effect: (state, { value }, context) => {
    const from = viewOf(state);
    state.writes = written(state.writes, value, context);
    return { from, to: viewOf(state) };
  },
  view: viewOf,
};

function viewOf({ writes }: RegisterState): RegisterView {
  return { value: writes?.value, conflicts: valuesBeside(writes, valueKey) };
}
