/** What the harness tells when it fails, and that its histories hold what they are meant to hold. */
import { expect, it } from 'vitest';
import { gSet } from '../lattice/g-set.ts';
import { stringLeaf } from '../lattice/leaf.ts';
import { History, isCausallyClosed, type Operation, randomCast, randomSteps } from './history.ts';
import { checkLaws } from './lattice-laws.ts';
import { Seeded, seedsOfRuns } from './seeded.ts';
import { checkSpecification, type Specification } from './specification.ts';
import { gSetSpecification } from './specs/index.ts';
import { SuiteFailure } from './suite-failure.ts';

const set = gSet(stringLeaf);
const specification = gSetSpecification(set);
/** Wrong in one case: c is not shown when a was there before it. */
const wrong: typeof specification = {
  ...specification,
  expected: (operations) => {
    const shown = specification.expected(operations);
    const before = operations.some(
      ({ command, past }) => command === 'c' && [...past].some((earlier) => earlier.command === 'a'),
    );
    return before ? shown.filter((element) => element !== 'c') : shown;
  },
};

it('a failure names the check and the seed, which alone gives the failure again', () => {
  const failure = failureOf(() => checkSpecification(set, wrong));
  expect(failure.check).toBe('the view is as specified');
  expect(failure.message).toContain(`{ seed: ${failure.seed}, runs: 1 }`);
  expect(failureOf(() => checkSpecification(set, wrong, { seed: failure.seed, runs: 1 })).message).toBe(
    failure.message,
  );
});

it('a failure shows only the steps that it takes', () => {
  const { message } = failureOf(() => checkSpecification(set, wrong, { seed: 1 }));
  expect(message).toMatch(/^[23] of 45 steps/m);
  expect(message).toMatch(/does "a"[\s\S]*does "c"/);
});

it('whatever the code under test throws is a failure with a seed', () => {
  const broken: typeof set = { ...set, view: () => [].reduce((a) => a) };
  const failure = failureOf(() => checkSpecification(broken, specification));
  expect(failure.check).toBe('throws nothing');
  expect(failure.cause).toBeInstanceOf(TypeError);
  expect(failureOf(() => checkLaws(broken, specification)).check).toBe('throws nothing');
});

it('histories have concurrent operations, gaps, repeats and equal wall times, and replicas that have met', () => {
  const seen = { concurrent: 0, gaps: 0, equalWalls: 0, met: 0, operations: 0 };
  for (const seed of seedsOfRuns({}, 60)) {
    const random = new Seeded(seed);
    const history = new History(
      set,
      specification as Specification<ReturnType<typeof set.join>, readonly string[], string>,
      randomCast(random, 3),
      true,
    );
    for (const step of randomSteps(random, (source) => specification.command(source), 3, 45)) {
      const touched = history.play(step);
      if (touched === undefined) continue;
      if (!isCausallyClosed(touched.seen)) seen.gaps++;
      if (
        history.replicas.some(
          (other) => other !== touched && other.seen.size > 0 && sameSet(other.seen, touched.seen),
        )
      )
        seen.met++;
    }
    seen.operations += history.operations.length;
    for (const a of history.operations) {
      for (const b of history.operations) {
        if (a.id >= b.id || a.replica === b.replica) continue;
        if (!b.past.has(a)) seen.concurrent++;
        if (a.time.wallMs === b.time.wallMs && a.time.counter === b.time.counter) seen.equalWalls++;
      }
    }
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});

function failureOf(run: () => void): SuiteFailure {
  try {
    run();
  } catch (error) {
    if (error instanceof SuiteFailure) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

function sameSet(a: ReadonlySet<Operation<string>>, b: ReadonlySet<Operation<string>>): boolean {
  return a.size === b.size && [...a].every((operation) => b.has(operation));
}
