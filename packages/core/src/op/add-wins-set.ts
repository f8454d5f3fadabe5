/**
 * Add-wins set: a removal takes away the additions that it has seen, so an addition made at the same time stays. (Shapiro
 * et al. 2011, specification 15, with the history in place of tags and tombstones.)
 *
 *   A's operation on e    B's, concurrent    both then have
 *   add                   remove             e
 *   remove                remove             -
 */
import { encode } from '../bytes/index.ts';
import { canonicalValue, compareNumbers, compareStrings, type Value, valueCodec } from '../bytes/value.ts';
import type { OpContext, OpType } from './op-type.ts';

interface Member {
  readonly value: Value;
  /** The additions that hold. */
  additions: readonly number[];
}

export interface SetState {
  /** By the value as a string that no other has. */
  readonly members: Map<string, Member>;
}

export type SetCommand = { readonly do: 'add' | 'remove'; readonly value: Value } | { readonly do: 'clear' };

export interface SetChange {
  readonly added: readonly Value[];
  readonly removed: readonly Value[];
}

/** Views as its values: numbers by size, then strings by UTF-16 units, then the rest. */
export const addWinsSet: OpType<SetState, SetCommand, SetCommand, readonly Value[], SetChange> = {
  create: () => ({ members: new Map() }),

  prepare: (state, command) => {
    if (command.do === 'clear') return state.members.size === 0 ? undefined : command;
    const value = canonicalValue(command.value);
    return command.do === 'remove' && !has(state, value) ? undefined : { do: command.do, value };
  },

  effect: (state, op, context) => {
    if (op.do === 'add') return add(state, op.value, context);
    const keys = op.do === 'remove' ? [valueKey(op.value)] : [...state.members.keys()];
    const removed = keys.flatMap((key) => remove(state, key, context));
    return removed.length === 0 ? undefined : { added: [], removed };
  },

  view: (state) =>
    [...state.members]
      .sort(([keyA, a], [keyB, b]) => compareMembers(a.value, b.value) || compareStrings(keyA, keyB))
      .map(([, member]) => member.value),
};

/** Whether the value is in the set. */
export function has(state: SetState, value: Value): boolean {
  return state.members.has(valueKey(value));
}

function add(state: SetState, value: Value, context: OpContext): SetChange | undefined {
  const key = valueKey(value);
  const member = state.members.get(key);
  if (member === undefined) {
    state.members.set(key, { value, additions: [context.lv] });
    return { added: [value], removed: [] };
  }
  // Whoever will have seen this addition will have seen those before it too, so they need not be kept.
  member.additions = [...unseen(member, context), context.lv];
  return undefined;
}

function remove(state: SetState, key: string, context: OpContext): readonly Value[] {
  const member = state.members.get(key);
  if (member === undefined) return [];
  member.additions = unseen(member, context);
  if (member.additions.length > 0) return [];
  state.members.delete(key);
  return [member.value];
}

function unseen({ additions }: Member, context: OpContext): readonly number[] {
  return context.linear ? [] : additions.filter((lv) => !context.sees(lv));
}

/** Zero for two values of which neither has a place of its own. */
function compareMembers(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  return rankOf(a) - rankOf(b);
}

function rankOf(value: Value): number {
  if (typeof value === 'number') return 0;
  return typeof value === 'string' ? 1 : 2;
}

/** A string that no other value has. */
export function valueKey(value: Value): string {
  return typeof value === 'string' ? `s${value}` : `b${encode(valueCodec, value).join()}`;
}
