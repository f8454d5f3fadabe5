/**
 * Counter: increments are never lost, and it can be set. A set replaces the sets and increments that it has seen;
 * increments made at the same time count on top of it. Of concurrent sets the greatest hybrid time holds.
 *
 *   A's operation   B's, concurrent   both read, from 5
 *   +2              +3                10
 *   set 0           +3                3          the reset had not seen the increment
 *   set 0 at 10     set 8 at 12       8
 *
 * Each set that may still hold is kept with the sum of the increments that it has not seen. The increments themselves are
 * kept too, 12 bytes each: a set that is yet to come may have been made before any of them.
 */
import { compareTimes, type HybridTime } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import { IntList } from '../history/int-list.ts';
import type { OpContext, OpType } from './op-type.ts';

/** A set that may still hold. */
interface Base {
  readonly lv: number;
  readonly time: HybridTime;
  readonly value: number;
  /** Of the increments that it has not seen. */
  readonly sum: Sum;
}

export interface CounterState {
  /** The one that holds comes first; none before the first set. */
  bases: readonly Base[];
  /** Of all increments before the first set; meaningless after it. */
  readonly sum: Sum;
  increments: Increments | undefined;
}

export type CounterCommand =
  | { readonly do: 'add'; readonly amount: number }
  | { readonly do: 'set'; readonly value: number };

export interface CounterChange {
  readonly from: number;
  readonly to: number;
}

const NONE: readonly never[] = [];

export const counter: OpType<CounterState, CounterCommand, CounterCommand, number, CounterChange> = {
  create: () => ({ bases: NONE, sum: zero(), increments: undefined }),

  prepare: (state, command) => {
    const number = command.do === 'add' ? command.amount : command.value;
    const result = command.do === 'add' ? viewOf(state) + number : number;
    if (!Number.isSafeInteger(number) || !Number.isSafeInteger(result)) throw notCountable(number);
    return command.do === 'add' && number === 0 ? undefined : command;
  },

  effect: (state, op, context) => {
    const from = viewOf(state);
    if (op.do === 'add') increment(state, op.amount, context);
    else set(state, op.value, context);
    const to = viewOf(state);
    return from === to ? undefined : { from, to };
  },

  view: viewOf,
};

/** What makes a counter that reads the same to whoever has seen everything, and the local number of an operation to name it by. */
export function standingOf(
  state: CounterState,
): { readonly lv: number; readonly command: CounterCommand } | undefined {
  const value = viewOf(state);
  const [holding] = state.bases;
  if (holding !== undefined) return { lv: holding.lv, command: { do: 'set', value } };
  return value === 0 || state.increments === undefined
    ? undefined
    : { lv: state.increments.lastLv, command: { do: 'add', amount: value } };
}

/** No set that is known has seen this increment: it counts on top of each. */
function increment(state: CounterState, amount: number, { lv }: OpContext): void {
  if (state.bases.length === 0) add(state.sum, amount);
  for (const base of state.bases) add(base.sum, amount);
  state.increments ??= new Increments();
  state.increments.push(lv, amount);
}

function set(state: CounterState, value: number, context: OpContext): void {
  const { lv, time, linear } = context;
  const sum = linear || state.increments === undefined ? zero() : state.increments.sumUnseen(context);
  const others = linear ? NONE : state.bases.filter((other) => !context.sees(other.lv));
  state.bases = [...others, { lv, time, value, sum }].sort((a, b) => compareTimes(b.time, a.time));
}

function viewOf({ bases, sum }: CounterState): number {
  const [holding] = bases;
  return holding === undefined ? totalOf(0, sum) : totalOf(holding.value, holding.sum);
}

/** What would be read if the set that holds had not been made, where others set it at the same time; else undefined. */
export function valueBeside({ bases }: CounterState): number | undefined {
  const base = bases[1];
  return base && totalOf(base.value, base.sum);
}

function notCountable(number: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'counter', detail: String(number) },
    `${number} cannot be counted here: take an integer, and stay within 2^53`,
  );
}

/**
 * A sum of integers in two parts, each exact for 2^26 amounts of any size: concurrent increments may together leave what
 * one number can hold exactly, and their sum must not depend on the order of adding.
 */
interface Sum {
  /** In units of 2^27. */
  high: number;
  low: number;
}

const UNIT = 2 ** 27;

function zero(): Sum {
  return { high: 0, low: 0 };
}

function add(sum: Sum, amount: number): void {
  const high = Math.floor(amount / UNIT);
  sum.high += high;
  sum.low += amount - high * UNIT;
}

function totalOf(value: number, { high, low }: Sum): number {
  return value + (high * UNIT + low);
}

const NO_AMOUNTS = new Float64Array(0);

/** The increments of a counter, in two columns. */
class Increments {
  readonly #lvs = new IntList();
  #amounts = NO_AMOUNTS;

  push(lv: number, amount: number): void {
    const length = this.#lvs.length;
    if (length === this.#amounts.length) {
      const grown = new Float64Array(Math.max(4, length * 2));
      grown.set(this.#amounts);
      this.#amounts = grown;
    }
    this.#amounts[length] = amount;
    this.#lvs.push(lv);
  }

  /** The local number of the last. */
  get lastLv(): number {
    return this.#lvs.last();
  }

  /** The sum of those that the event has not seen. Costs one question for each increment since `seenUpTo`. */
  sumUnseen(context: OpContext): Sum {
    const sum = zero();
    for (let i = this.#lvs.length - 1; i >= 0 && this.#lvs.at(i) > context.seenUpTo; i--) {
      if (!context.sees(this.#lvs.at(i))) add(sum, this.#amounts[i] as number);
    }
    return sum;
  }
}
