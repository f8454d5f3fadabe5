/**
 * The suites bite: each of these lattices is a real one with one known fault, and the laws or the specification must fail
 * on it, from every seed, while both pass on the real one. Faults marked as kept by the laws show why laws are not enough.
 */
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CausalContext,
  contextOf,
  contextOfVector,
  emptyContext,
  emptyVector,
  lastSeqInContext,
  mergeContexts,
  replicasOf,
  vectorOf,
} from '../causality/index.ts';
import { awMap } from '../lattice/aw-map.ts';
import { type AwSet, type AwSetState, awSet } from '../lattice/aw-set.ts';
import { type BoundedCounter, boundedCounter } from '../lattice/bounded-counter.ts';
import { dotMap, dotSet } from '../lattice/dot-store.ts';
import { type DwFlag, dwFlag } from '../lattice/dw-flag.ts';
import { type GCounter, gCounter } from '../lattice/g-counter.ts';
import { type GSet, gSet } from '../lattice/g-set.ts';
import type { Lattice, StateOf } from '../lattice/lattice.ts';
import { stringLeaf } from '../lattice/leaf.ts';
import { type LwwElementSet, lwwElementSet } from '../lattice/lww-element-set.ts';
import { type LwwRegister, lwwRegister } from '../lattice/lww-register.ts';
import { type PnCounter, pnCounter } from '../lattice/pn-counter.ts';
import { checkLaws } from './lattice-laws.ts';
import { checkSpecification, type Specification } from './specification.ts';
import {
  type AwMapCommand,
  awMapSpecification,
  awSetSpecification,
  boundedCounterSpecification,
  dwFlagSpecification,
  gCounterSpecification,
  gSetSpecification,
  lwwElementSetSpecification,
  lwwRegisterSpecification,
  pnCounterSpecification,
} from './specs/index.ts';
import { SuiteFailure } from './suite-failure.ts';

/** Each fault must be found from each of these, within the runs below. */
const SEEDS = [1, 2, 3];
const RUNS = 60;

interface Fault {
  readonly name: string;
  /** Which suites find it. */
  readonly foundBy: 'laws' | 'specification' | 'both';
  /** Throws what the suite throws. */
  readonly laws: (seed: number) => void;
  readonly specification: (seed: number) => void;
}

function fault<S, V, C, L extends Lattice<S, V>>(
  name: string,
  foundBy: Fault['foundBy'],
  faulty: L,
  specify: (lattice: L) => Specification<S, V, C>,
  runs = RUNS,
): Fault {
  return {
    name,
    foundBy,
    laws: (seed) => checkLaws(faulty, specify(faulty), { seed, runs: RUNS }),
    specification: (seed) => checkSpecification(faulty, specify(faulty), { seed, runs }),
  };
}

const set = awSet(stringLeaf);
const setStores = dotMap(stringLeaf, dotSet);
const grown = gSet(stringLeaf);
const register = lwwRegister(stringLeaf);
const elements = lwwElementSet(stringLeaf);
const counters = awMap(stringLeaf, pnCounter);

const contextFoldedOverGaps: AwSet<string> = {
  ...set,
  join: (a, b) => {
    const both = set.join(a, b);
    return both === a ? a : { ...both, context: folded(both.context) };
  },
};

const removalForgetsItsDots: AwSet<string> = { ...set, remove: () => set.bottom };

const joinKeepsRemovedDots: AwSet<string> = {
  ...set,
  join: (a, b) =>
    ifNew(a, {
      store: setStores.join(a.store, emptyContext, b.store, emptyContext),
      context: mergeContexts(a.context, b.context),
    }),
};

const contextClaimsDotsNeverSeen: AwSet<string> = {
  ...set,
  add: (state, dot, element) => {
    const delta = set.add(state, dot, element);
    return {
      ...delta,
      context: mergeContexts(delta.context, contextOfVector(vectorOf([[dot.replica, dot.seq]]))),
    };
  },
};

const sinceForgetsRemovals: AwSet<string> = {
  ...set,
  since: (state, holder) => {
    const { store } = set.since(state, holder);
    return { store, context: contextOf(setStores.dots(store)) };
  },
};

const lastSeqForgetsRemovedDots: AwSet<string> = {
  ...set,
  lastSeq: (state, replica) =>
    Math.max(0, ...setStores.dots(state.store).map((dot) => (dot.replica === replica ? dot.seq : 0))),
};

const removalTakesConcurrentAdditions: AwSet<string> = {
  ...set,
  // The dots that it has not seen but guesses: the next few of every replica.
  remove: (state, element) => {
    const delta = set.remove(state, element);
    const next = replicasOf(state.context).map((replica) => ({
      replica,
      seq: lastSeqInContext(state.context, replica) + 1,
    }));
    return { ...delta, context: mergeContexts(delta.context, contextOf(next)) };
  },
};

const incrementIgnoresItsAmount: GCounter = {
  ...gCounter,
  increment: (state, dots, amount = 1) => gCounter.increment(state, dots, Math.min(amount, 1)),
};

const incrementSendsOnlyItself: GCounter = {
  ...gCounter,
  increment: (state, dots, amount = 1) =>
    gCounter.increment(state, dots, amount).map(({ key }) => ({ key, value: amount })),
};

const joinAddsTotals: GCounter = {
  ...gCounter,
  join: (a, b) =>
    b.length === 0
      ? a
      : gCounter.join(
          a,
          b.map(({ key, value }) => ({ key, value: value + (a.find((own) => own.key === key)?.value ?? 0) })),
        ),
};

const sinceGoesByCountOfEntries: PnCounter = {
  ...pnCounter,
  since: (state, holder) =>
    holder.length >= state.length ? pnCounter.bottom : pnCounter.since(state, holder),
};

const decrementAsksForNoRights: BoundedCounter = {
  ...boundedCounter,
  decrement: (state, dots, amount = 1) => {
    const granted = boundedCounter.decrement(
      boundedCounter.join(state, boundedCounter.increment(state, dots, amount)),
      dots,
      amount,
    );
    if (!granted.granted) return granted;
    return {
      granted: true,
      delta: granted.delta.map(({ key, value }) => ({
        key,
        value: { ...value, created: value.created - amount },
      })),
    };
  },
};

const tiesGoByArrival: LwwRegister<string> = {
  ...register,
  join: (a, b) => {
    if (a === undefined || b === undefined) return a ?? b;
    return (b.time.wallMs - a.time.wallMs || b.time.counter - a.time.counter) >= 0 ? b : a;
  },
};

const codecDropsTheCounter: LwwRegister<string> = {
  ...register,
  codec: {
    write: (writer, state) =>
      register.codec.write(
        writer,
        state === undefined ? state : { ...state, time: { ...state.time, counter: 0 } },
      ),
    read: (reader) => register.codec.read(reader),
  },
};

const removalKeepsNoTime: LwwElementSet<string> = {
  ...elements,
  join: (a, b) => {
    const both = elements.join(a, b);
    return both === a ? a : both.filter(({ value }) => value.present);
  },
};

const codecWritesInOrderOfArrival: GSet<string> = {
  ...grown,
  join: (a, b) => {
    const added = b.filter(({ key }) => a.every((entry) => entry.key !== key));
    return added.length === 0 ? a : [...a, ...added];
  },
  view: (state) => state.map(({ key }) => key).sort(),
  codec: {
    write: (writer, state) => {
      writer.varint(state.length);
      for (const { key } of state) writer.string(key);
    },
    read: (reader) =>
      Array.from({ length: reader.count(1000, 'elements') }, () => ({
        key: reader.string(100, 'element'),
        value: true,
      })),
  },
};

const decoderTakesAnyOrder: GSet<string> = {
  ...grown,
  codec: {
    write: (writer, state) => grown.codec.write(writer, state),
    read: (reader) => {
      const count = reader.varint();
      return Array.from({ length: Math.min(count, 1000) }, () => ({
        key: stringLeaf.codec.read(reader),
        value: true,
      }));
    },
  },
};

const decoderThrowsItsOwn: GSet<string> = {
  ...grown,
  codec: {
    write: (writer, state) => grown.codec.write(writer, state),
    read: (reader) => {
      try {
        return grown.codec.read(reader);
      } catch {
        throw new TypeError('cannot read');
      }
    },
  },
};

const joinChangesItsArgument: GSet<string> = {
  ...grown,
  bottom: [],
  join: (a, b) => {
    const both = grown.join(a, b);
    if (both === a) return a;
    return Object.assign(a, both);
  },
};

const joinMakesANewObjectAlways: GSet<string> = { ...grown, join: (a, b) => [...grown.join(a, b)] };

const removalBeatsAConcurrentChange: typeof counters = {
  ...counters,
  update: (state, dots, key, change) => {
    const live = state.store.find((entry) => entry.key === key)?.store.at(-1);
    const delta = counters.update(state, dots, key, change);
    if (live === undefined) return delta;
    const store = delta.store.map((entry) => ({
      ...entry,
      store: entry.store.map(({ value }) => ({ dot: live.dot, value })),
    }));
    return { ...delta, store };
  },
};

const viewShowsOneOfConcurrentValues: typeof counters = {
  ...counters,
  view: (state) =>
    new Map(
      state.store.flatMap(({ key, store }) =>
        store.slice(-1).map(({ value }) => [key, pnCounter.view(value)] as const),
      ),
    ),
};

const countersGoOnInLeftovers: typeof counters = {
  ...counters,
  remove: (state, key) => ({ ...counters.remove(state, key), lost: emptyVector }),
};

const flagLetsEnablingWin: DwFlag = { ...dwFlag, view: (state) => state.store.some(({ value }) => value) };

const faults: readonly Fault[] = [
  fault('a context folded over a gap', 'both', contextFoldedOverGaps, awSetSpecification),
  fault('a remove delta that forgets its dots', 'specification', removalForgetsItsDots, awSetSpecification),
  fault('a join that keeps removed dots', 'both', joinKeepsRemovedDots, awSetSpecification),
  fault(
    'a context that claims dots never seen',
    'specification',
    contextClaimsDotsNeverSeen,
    awSetSpecification,
  ),
  fault(
    'a removal that claims dots to come',
    'specification',
    removalTakesConcurrentAdditions,
    awSetSpecification,
  ),
  fault('since() that forgets removals', 'both', sinceForgetsRemovals, awSetSpecification),
  fault('lastSeq that forgets removed dots', 'both', lastSeqForgetsRemovedDots, awSetSpecification),
  fault(
    'an increment that ignores its amount',
    'specification',
    incrementIgnoresItsAmount,
    gCounterSpecification,
  ),
  fault(
    'an increment whose delta is only itself',
    'specification',
    incrementSendsOnlyItself,
    gCounterSpecification,
  ),
  fault('a join that adds totals', 'both', joinAddsTotals, gCounterSpecification),
  fault(
    'since() that goes by the count of entries',
    'both',
    sinceGoesByCountOfEntries,
    pnCounterSpecification,
  ),
  fault(
    'a decrement that asks for no rights',
    'specification',
    decrementAsksForNoRights,
    boundedCounterSpecification,
  ),
  fault('last-writer-wins with ties by arrival', 'both', tiesGoByArrival, lwwRegisterSpecification),
  fault('a codec that drops the counter of a time', 'both', codecDropsTheCounter, lwwRegisterSpecification),
  fault('a removal that leaves no tombstone', 'both', removalKeepsNoTime, lwwElementSetSpecification),
  fault('a codec that writes in order of arrival', 'both', codecWritesInOrderOfArrival, gSetSpecification),
  fault('a decoder that takes any order', 'laws', decoderTakesAnyOrder, gSetSpecification),
  fault('a decoder that throws its own errors', 'laws', decoderThrowsItsOwn, gSetSpecification),
  fault('a join that changes its argument', 'both', joinChangesItsArgument, gSetSpecification),
  fault('a join that makes a new object always', 'laws', joinMakesANewObjectAlways, gSetSpecification),
  fault(
    'a map whose removal beats a concurrent change',
    'both',
    removalBeatsAConcurrentChange,
    mapOfCounters,
  ),
  fault(
    'a map that shows one of two concurrent values',
    'specification',
    viewShowsOneOfConcurrentValues,
    mapOfCounters,
  ),
  fault(
    'counters that go on in what a removal left over',
    'specification',
    countersGoOnInLeftovers,
    mapOfOneCounter,
    // Three replicas must have three versions of one counter at the right moments: one history in 200.
    2000,
  ),
  fault(
    'a disable-wins flag in which enabling wins',
    'specification',
    flagLetsEnablingWin,
    dwFlagSpecification,
  ),
];

const real: readonly Fault[] = [
  fault('add-wins set', 'both', set, awSetSpecification),
  fault('grow-only counter', 'both', gCounter, gCounterSpecification),
  fault('positive-negative counter', 'both', pnCounter, pnCounterSpecification),
  fault('bounded counter', 'both', boundedCounter, boundedCounterSpecification),
  fault('last-writer-wins register', 'both', register, lwwRegisterSpecification),
  fault('last-writer-wins element set', 'both', elements, lwwElementSetSpecification),
  fault('grow-only set', 'both', grown, gSetSpecification),
  fault('add-wins map', 'both', counters, mapOfCounters),
  fault('disable-wins flag', 'both', dwFlag, dwFlagSpecification),
];

const table: Record<string, Found> = {};

describe.each(faults)('$name', ({ name, foundBy, laws, specification }) => {
  it(`is found by ${foundBy === 'both' ? 'the laws and the specification' : `the ${foundBy}`}`, () => {
    for (const seed of SEEDS) {
      const found = { laws: failedCheck(laws, seed), specification: failedCheck(specification, seed) };
      table[name] = found;
      expect({ seed, ...found, by: suitesThatFound(found) }).toMatchObject({ by: foundBy });
    }
  });
});

it.each(real)('the real $name passes both', ({ laws, specification }) => {
  for (const seed of SEEDS) {
    laws(seed);
    specification(seed);
  }
});

afterAll(() => {
  console.table(table);
});

const HOLDS = '-';

interface Found {
  readonly laws: string;
  readonly specification: string;
}

/** The name of the law or promise that failed. */
function failedCheck(suite: (seed: number) => void, seed: number): string {
  try {
    suite(seed);
    return HOLDS;
  } catch (error) {
    if (error instanceof SuiteFailure) return error.check;
    throw error;
  }
}

function suitesThatFound({ laws, specification }: Found): Fault['foundBy'] | 'nobody' {
  if (laws === HOLDS) return specification === HOLDS ? 'nobody' : 'specification';
  return specification === HOLDS ? 'laws' : 'both';
}

type CountersSpecification = Specification<
  StateOf<typeof counters>,
  ReadonlyMap<string, number>,
  AwMapCommand<number>
>;

function mapOfCounters(map: typeof counters): CountersSpecification {
  return awMapSpecification(map, pnCounterSpecification(pnCounter));
}

function mapOfOneCounter(map: typeof counters): CountersSpecification {
  return {
    ...mapOfCounters(map),
    command: (random) =>
      random.chance(0.1)
        ? { do: 'remove', key: 'a' }
        : { do: 'update', key: 'a', change: random.between(1, 3) },
  };
}

/** The context as a version vector has it: all up to the last. */
function folded(context: CausalContext): CausalContext {
  return contextOfVector(
    vectorOf(replicasOf(context).map((replica) => [replica, lastSeqInContext(context, replica)])),
  );
}

/** `a` itself when the outcome is as it was. */
function ifNew(a: AwSetState<string>, both: AwSetState<string>): AwSetState<string> {
  return both.store === a.store && both.context === a.context ? a : both;
}
