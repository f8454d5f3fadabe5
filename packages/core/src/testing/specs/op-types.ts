/** What register, counter, add-wins set and map of the op-based kind mean. */
import { compareStrings, type Value } from '../../bytes/value.ts';
import type { SetChange, SetCommand } from '../../op/add-wins-set.ts';
import type { CounterChange, CounterCommand } from '../../op/counter.ts';
import { conflictsAt, type MapChange, type MapEntry, type MapOp, type MapState, map } from '../../op/map.ts';
import type { RegisterChange, RegisterOp, RegisterView } from '../../op/register.ts';
import { byTime, type Operation } from '../history.ts';
import type { OpSpecification } from '../op-laws.ts';
import { operationsOn } from './operations.ts';

/** The latest of the writes that no other has seen, and what the others wrote that is not the same. */
export const registerSpecification: OpSpecification<RegisterOp, RegisterOp, RegisterView, RegisterChange> = {
  command: (random) => ({ value: random.pick<Value>([0, 1, null, 'x', 'y', { a: [1] }]) }),
  expected: (operations) => {
    const [value, ...others] = current(operations).map(({ command }) => command.value);
    return { value, conflicts: distinct(others, value) };
  },
  patched: (_, { to }) => to,
  senselessCommands: [{ value: Symbol('no value') as unknown as Value }],
};

/** The latest set that no other has seen, or 0, and every increment that it has not seen. */
export const counterSpecification: OpSpecification<CounterCommand, CounterCommand, number, CounterChange> = {
  command: (random) => {
    if (random.chance(0.25)) return { do: 'set', value: random.pick([0, -7, 100, Number.MAX_SAFE_INTEGER]) };
    return { do: 'add', amount: random.pick([0, 1, 1, -1, 2 ** 40, -(2 ** 53 - 1), 2 ** 53 - 1]) };
  },
  expected: (operations) => {
    const [base] = current(operations.filter(({ command }) => command.do === 'set'));
    const added = operations.flatMap(({ command }) => (command.do === 'add' ? [command.amount] : []));
    const seen = [...(base?.past ?? [])].flatMap(({ command }) =>
      command.do === 'add' ? [-command.amount] : [],
    );
    const value = base?.command.do === 'set' ? base.command.value : 0;
    const sum = [...added, ...seen].reduce((total, amount) => total + BigInt(amount), 0n);
    const unit = 2n ** 27n;
    return value + (Number(sum / unit) * 2 ** 27 + Number(sum % unit));
  },
  patched: (_, { to }) => to,
  senselessCommands: [
    { do: 'add', amount: 0.5 },
    { do: 'set', value: 2 ** 53 },
    { do: 'set', value: Number.NaN },
  ],
};

/** A value is in if it was added by an operation that no removal of it has seen. */
export const setSpecification: OpSpecification<SetCommand, SetCommand, readonly Value[], SetChange> = {
  command: (random) =>
    random.chance(0.1)
      ? { do: 'clear' }
      : { do: random.pick(['add', 'add', 'remove']), value: random.pick(SET_VALUES) },
  expected: (operations) =>
    SET_VALUES.filter((value) =>
      operations.some(
        (addition) =>
          addition.command.do === 'add' &&
          addition.command.value === value &&
          !operations.some(
            ({ command, past }) =>
              past.has(addition) &&
              (command.do === 'clear' || (command.do === 'remove' && command.value === value)),
          ),
      ),
    ),
  patched: (view, { added, removed }) =>
    SET_VALUES.filter((value) => added.includes(value) || (view.includes(value) && !removed.includes(value))),
  senselessCommands: [{ do: 'add', value: Symbol('no value') as unknown as Value }],
};

/** In the order in which the set views them. */
const SET_VALUES: readonly Value[] = [-1, 2, 10, '', 'a', 'b', null];

/** What a map shows, with what was written at the same time. */
export interface MapWithConflicts {
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly conflicts: ReadonlyMap<string, readonly MapEntry[]>;
}

/** The whole view of a map's state. */
export function mapWithConflicts(state: MapState): MapWithConflicts {
  const conflicts = [...state.writes.keys()].map((key) => [key, conflictsAt(state, key)] as const);
  return {
    entries: map<string>().view(state),
    conflicts: new Map(conflicts.filter(([, beside]) => beside.length > 0)),
  };
}

/** At each key the latest of the writes that no other has seen. */
export const mapSpecification: OpSpecification<MapOp, MapOp, MapWithConflicts, MapChange> = {
  command: (random) => ({ key: random.pick(KEYS), entry: random.pick(ENTRIES) }),
  expected: (operations) => {
    const entries = new Map<string, MapEntry>();
    const conflicts = new Map<string, readonly MapEntry[]>();
    for (const key of KEYS) {
      const onKey = operationsOn(operations, (command) => (command.key === key ? command.entry : undefined));
      const [read, ...beside] = current(onKey).map(({ command }) => command);
      if (read !== undefined && read.is !== 'absent') entries.set(key, read);
      const others = distinct(beside, read).filter((entry) => entry.is !== 'absent');
      if (others.length > 0) conflicts.set(key, others);
    }
    return { entries, conflicts };
  },
  patched: (view, change) => {
    const entries = new Map(view.entries);
    const conflicts = new Map(view.conflicts);
    if (change.to.is === 'absent') entries.delete(change.key);
    else entries.set(change.key, change.to);
    if (change.conflicts.length === 0) conflicts.delete(change.key);
    else conflicts.set(change.key, change.conflicts);
    return { entries, conflicts };
  },
  senselessCommands: [{ key: 'a', entry: { is: 'value', value: Symbol('no value') as unknown as Value } }],
};

const KEYS = ['a', 'b', ''].sort(compareStrings);
const ENTRIES: readonly MapEntry[] = [
  { is: 'value', value: 'x' },
  { is: 'value', value: 1 },
  { is: 'child', type: 'text' },
  { is: 'absent' },
];

/** Each value once, and none that is the same as `read`. */
function distinct<T>(values: readonly T[], read: T | undefined): readonly T[] {
  const texts = [read, ...values].map((value) => JSON.stringify([value]));
  return values.filter((value, at) => texts.indexOf(JSON.stringify([value])) === at + 1);
}

/** The operations that no other has seen, the latest first. */
function current<C>(operations: readonly Operation<C>[]): readonly Operation<C>[] {
  return byTime(operations.filter((each) => !operations.some(({ past }) => past.has(each)))).reverse();
}
