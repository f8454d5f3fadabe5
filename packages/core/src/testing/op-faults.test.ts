/**
 * The laws of op-based types bite: each of these is a real type with one known fault, and must fail from every seed, while
 * the real ones pass (op/op-types.laws.test.ts).
 */
import { expect, it } from 'vitest';
import { CausewayError } from '../error.ts';
import { addWinsSet } from '../op/add-wins-set.ts';
import { counter } from '../op/counter.ts';
import type { ListEdit, ListOp } from '../op/list.ts';
import { map } from '../op/map.ts';
import type { OpContext } from '../op/op-type.ts';
import { register } from '../op/register.ts';
import { checkOpLaws, type OpSpecification } from './op-laws.ts';
import type { SuiteOptions } from './seeded.ts';
import { eachOp, type ListAtSite, listSpecification, listSubject } from './specs/op-list.ts';
import { treeSpecification, treeSubject } from './specs/op-tree.ts';
import {
  counterSpecification,
  mapSpecification,
  mapWithConflicts,
  registerSpecification,
  setSpecification,
} from './specs/op-types.ts';
import { SuiteFailure } from './suite-failure.ts';

const seesAll = (context: OpContext): OpContext => ({
  ...context,
  linear: true,
  sees: () => true,
  seenUpTo: context.lv - 1,
});
const seesNothing = (context: OpContext): OpContext => ({
  ...context,
  linear: false,
  sees: () => false,
  seenUpTo: -1,
});

const conflictFreeMap = map<string>();

const faults: Readonly<Record<string, (options: SuiteOptions) => void>> = {
  'a register that goes by arrival': (options) =>
    checkOpLaws(
      {
        ...register,
        name: 'faulty',
        effect: (state, op, context) => register.effect(state, op, seesAll(context)),
      },
      registerSpecification,
      options,
    ),
  'a register that goes by time even over what it has seen': (options) =>
    checkOpLaws(
      {
        ...register,
        name: 'faulty',
        effect: (state, op, context) => register.effect(state, op, seesNothing(context)),
      },
      registerSpecification,
      options,
    ),
  'a register that takes seenUpTo for all that was seen': (options) =>
    checkOpLaws(
      {
        ...register,
        name: 'faulty',
        effect: (state, op, context) =>
          register.effect(state, op, { ...context, sees: (lv) => lv <= context.seenUpTo }),
      },
      registerSpecification,
      options,
    ),
  'a counter whose reset forgets concurrent increments': (options) =>
    checkOpLaws(
      {
        ...counter,
        name: 'faulty',
        effect: (state, op, context) =>
          counter.effect(state, op, op.do === 'set' ? { ...context, seenUpTo: context.lv } : context),
      },
      counterSpecification,
      options,
    ),
  'a counter that forgets its increments once set': (options) =>
    checkOpLaws(
      {
        ...counter,
        name: 'faulty',
        effect: (state, op, context) => {
          const change = counter.effect(state, op, context);
          if (op.do === 'set') state.increments = undefined;
          return change;
        },
      },
      counterSpecification,
      options,
    ),
  'a removal that takes away what it has not seen': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        effect: (state, op, context) =>
          addWinsSet.effect(state, op, op.do === 'add' ? context : seesAll(context)),
      },
      setSpecification,
      options,
    ),
  'a removal that removes nothing elsewhere': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        effect: (state, op, context) =>
          op.do === 'remove' && !context.linear ? undefined : addWinsSet.effect(state, op, context),
      },
      setSpecification,
      options,
    ),
  'an addition that forgets those made at the same time': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        effect: (state, op, context) =>
          addWinsSet.effect(state, op, op.do === 'add' ? seesAll(context) : context),
      },
      setSpecification,
      options,
    ),
  'a set that does not tell what was added': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        effect: (state, op, context) => {
          const change = addWinsSet.effect(state, op, context);
          return change === undefined ? undefined : { ...change, added: [] };
        },
      },
      setSpecification,
      options,
    ),
  'a set that tells nothing': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        effect: (state, op, context) => {
          addWinsSet.effect(state, op, context);
          return undefined;
        },
      },
      setSpecification,
      options,
    ),
  'a map that forgets a deletion': (options) =>
    checkOpLaws(
      {
        ...conflictFreeMap,
        name: 'faulty',
        view: mapWithConflicts,
        effect: (state, op, context) => {
          const change = conflictFreeMap.effect(state, op, context);
          const write = state.writes.get(op.key);
          if (write?.value.is === 'absent' && write.beside === undefined) state.writes.delete(op.key);
          return change;
        },
      },
      mapSpecification,
      options,
    ),
  'a set whose prepare changes it': (options) =>
    checkOpLaws(
      {
        ...addWinsSet,
        name: 'faulty',
        prepare: (state, command) => {
          if (command.do === 'clear') state.members.clear();
          return addWinsSet.prepare(state, command);
        },
      },
      setSpecification,
      options,
    ),
  'a tree that goes by arrival': (options) =>
    checkOpLaws(
      {
        ...treeSubject,
        name: 'faulty',
        effect: (state, op, context) =>
          treeSubject.effect(state, op, { ...context, time: { ...context.time, wallMs: context.lv } }),
      },
      treeSpecification,
      options,
    ),
  'a list whose moves go by arrival': (options) =>
    checkOpLaws(
      {
        ...listSubject,
        name: 'faulty',
        effect: (state, ops, context) => listEffect(state, ops, context, (at) => seesAll(at)),
      },
      listSpecification,
      options,
    ),
  'a list whose moves go by time even over what they have seen': (options) =>
    checkOpLaws(
      {
        ...listSubject,
        name: 'faulty',
        effect: (state, ops, context) => listEffect(state, ops, context, (at) => seesNothing(at)),
      },
      listSpecification,
      options,
    ),
  'a counter that takes fractions': (options) =>
    checkOpLaws(
      { ...counter, name: 'faulty', prepare: (_, command) => command },
      counterSpecification,
      options,
    ),
};

/** What a list does, with another context for what is done to elements. */
function listEffect(
  state: ListAtSite,
  ops: readonly ListOp<string>[],
  context: OpContext,
  contextOfElements: (context: OpContext) => OpContext,
): readonly ListEdit<string>[] | undefined {
  const edits: ListEdit<string>[] = [];
  for (const [op, at] of eachOp(ops, context)) {
    state.check(op, at);
    state.land(op, at, edits);
    state.change(op, contextOfElements(at), edits);
  }
  return edits.length === 0 ? undefined : edits;
}

for (const [name, check] of Object.entries(faults)) {
  it(`finds ${name}`, () => {
    for (const seed of [1, 2, 3]) expect(() => check({ seed, runs: 60 })).toThrow(SuiteFailure);
  });
}

/** Sums up numbers, and refuses negative ones; `tidy` says whether before it adds them. */
function refusing(tidy: boolean): (options: SuiteOptions) => void {
  const specification: OpSpecification<number, number, number, number> = {
    command: (random) => random.int(5),
    expected: (operations) => operations.reduce((sum, { command }) => sum + command, 0),
    senselessOps: [-1],
  };
  return (options) =>
    checkOpLaws(
      {
        name: 'sum',
        create: () => ({ sum: 0 }),
        prepare: (_, amount: number) => amount,
        effect: (state, amount) => {
          if (!tidy) state.sum += amount;
          if (amount < 0)
            throw new CausewayError('decode/invalid', { what: 'amount', detail: String(amount) }, 'negative');
          if (tidy) state.sum += amount;
          return amount;
        },
        view: ({ sum }) => sum,
      },
      specification,
      options,
    );
}

it('finds an effect that changes something before it refuses', () => {
  refusing(true)({});
  expect(failureOf(refusing(false)).check).toBe('what is refused changes nothing');
});

it('a failure names the seed, which alone gives it again, and shows only the steps that it takes', () => {
  const check = faults['a removal that takes away what it has not seen'] ?? (() => {});
  const failure = failureOf(check);
  expect(failureOf((options) => check({ ...options, seed: failure.seed, runs: 1 })).message).toBe(
    failure.message,
  );
  expect(failure.message).toContain(`{ seed: ${failure.seed}, runs: 1 }`);
  expect(failure.message).toMatch(/^[2-6] of 45 steps/m);
});

it('tells apart the checks that fail', () => {
  const found = Object.values(faults).map((check) => failureOf(check).check);
  expect(new Set(found).size, found.join('\n')).toBeGreaterThanOrEqual(5);
});

function failureOf(check: (options: SuiteOptions) => void): SuiteFailure {
  try {
    check({ seed: 1 });
  } catch (error) {
    if (error instanceof SuiteFailure) return error;
    throw error;
  }
  throw new Error('nothing failed');
}
