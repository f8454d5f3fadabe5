/**
 * What a type means, as a function from the operations that were made, and what each of them knew, to the value; and the
 * harness that plays random histories and compares the two at every replica after every step.
 *
 *   operations    o0: A add x    o1: B add x    o2: A remove x, past {o0}
 *   expected      o1 is in no removal's past, so {x}
 *   the harness   the view of every replica is what the specification says of the operations that reached it;
 *                 replicas that the same operations have reached are equal, in state and in bytes;
 *                 a state is the join of the deltas of its operations, in whatever order;
 *                 lastSeq never forgets a dot of its own replica, and never invents one
 *
 * The specification sees operations, never states, dots only as names: so it cannot share a mistake with the lattice.
 */
import { encode, equalBytes } from '../bytes/index.ts';
import type { Lattice } from '../lattice/lattice.ts';
import { failureWithFewestSteps } from './fewest-steps.ts';
import {
  type Cast,
  type Commands,
  History,
  isCausallyClosed,
  type Operation,
  type Replica,
  randomCast,
  randomSteps,
  type Step,
  showSteps,
} from './history.ts';
import { equalData, showData } from './plain-data.ts';
import { Seeded, type SuiteOptions, seedsOfRuns } from './seeded.ts';
import { asBroken, Broken } from './suite-failure.ts';

export interface Specification<S, V, C> extends Commands<S, C> {
  /** The view that a replica ought to have which these operations have reached. They come in the order they were made. */
  expected(operations: readonly Operation<C>[]): V;

  /**
   * A delta may overtake those that its replica had seen before. With `true`, each delta of this type says just what its own
   * operation did, so the specification also holds with such gaps, and replicas go on acting across them; `past` is then
   * what had arrived, not what came before that. With `false` (as for a counter, whose delta holds all earlier amounts
   * of its replica) replicas with a gap wait with commands, and views are compared once the gap has healed.
   */
  readonly holdsAcrossGaps: boolean;
}

const DEFAULT_RUNS = 80;
const REPLICAS = 3;
const STEPS = 45;

/** Throws SuiteFailure at the first history that goes wrong; its message has the seed and the steps, cut to those that matter. */
export function checkSpecification<S, V, C>(
  lattice: Lattice<S, V>,
  specification: Specification<S, V, C>,
  options: SuiteOptions = {},
): void {
  for (const seed of seedsOfRuns(options, DEFAULT_RUNS)) {
    const random = new Seeded(seed);
    const cast = randomCast(random, REPLICAS);
    const steps = randomSteps(random, (source) => specification.command(source), REPLICAS, STEPS);
    const run = (tried: readonly Step<C>[]): Broken | undefined =>
      failureOf(lattice, specification, cast, tried);
    const broken = run(steps);
    if (broken !== undefined)
      throw failureWithFewestSteps(lattice.descriptor, seed, steps, broken, run, showSteps);
  }
}

function failureOf<S, V, C>(
  lattice: Lattice<S, V>,
  specification: Specification<S, V, C>,
  cast: Cast,
  steps: readonly Step<C>[],
): Broken | undefined {
  try {
    playAndCheck(lattice, specification, cast, steps);
    return undefined;
  } catch (error) {
    return asBroken(error);
  }
}

function playAndCheck<S, V, C>(
  lattice: Lattice<S, V>,
  specification: Specification<S, V, C>,
  cast: Cast,
  steps: readonly Step<C>[],
): void {
  const history = new History<S, C>(lattice, specification, cast, specification.holdsAcrossGaps);
  const check = (step: Step<C>): void => {
    const touched = history.play(step);
    if (touched === undefined) return;
    checkView(lattice, specification, touched);
    checkLastSeq(lattice, history, touched);
    checkEqualWhereMet(lattice, history, touched);
  };
  for (const step of steps) check(step);
  for (const replica of history.replicas) checkJoinOfDeltas(lattice, history, replica);
  for (const step of history.everyoneMeets()) check(step);
}

function checkView<S, V, C>(
  lattice: Lattice<S, V>,
  specification: Specification<S, V, C>,
  replica: Replica<S, C>,
): void {
  if (!specification.holdsAcrossGaps && !isCausallyClosed(replica.seen)) return;
  const found = lattice.view(replica.state);
  const wanted = specification.expected(inOrder(replica.seen));
  if (equalData(found, wanted)) return;
  throw new Broken(
    'the view is as specified',
    `${nameOf(replica)} shows ${showData(found)}\nbut ought to ${showData(wanted)}\nfor\n${showOperations(replica.seen)}`,
  );
}

function checkLastSeq<S, C>(lattice: Lattice<S>, history: History<S, C>, replica: Replica<S, C>): void {
  const found = lattice.lastSeq(replica.state, replica.id);
  if (found !== replica.lastSeq)
    throw new Broken(
      'lastSeq knows all dots of its own',
      `${nameOf(replica)} has taken ${replica.lastSeq} dots, its state says ${found}`,
    );
  for (const other of history.replicas) {
    const claimed = lattice.lastSeq(replica.state, other.id);
    if (claimed > other.lastSeq)
      throw new Broken(
        'a state knows only dots that exist',
        `${nameOf(replica)} knows dot ${claimed} of ${nameOf(other)}, which has taken ${other.lastSeq}`,
      );
  }
}

function checkEqualWhereMet<S, V, C>(
  lattice: Lattice<S, V>,
  history: History<S, C>,
  replica: Replica<S, C>,
): void {
  for (const other of history.replicas) {
    if (other === replica || !sameOperations(other.seen, replica.seen)) continue;
    const bytes = [encode(lattice.codec, replica.state), encode(lattice.codec, other.state)] as const;
    if (equalBytes(...bytes) && equalData(lattice.view(replica.state), lattice.view(other.state))) continue;
    throw new Broken(
      'replicas that have met are equal',
      `${nameOf(replica)} ${showData(replica.state)}\n${nameOf(other)} ${showData(other.state)}\nas bytes\n${showData(bytes[0])}\n${showData(bytes[1])}`,
    );
  }
}

function checkJoinOfDeltas<S, V, C>(
  lattice: Lattice<S, V>,
  history: History<S, C>,
  replica: Replica<S, C>,
): void {
  const newestFirst = inOrder(replica.seen).reverse();
  const joined = newestFirst.reduce(
    (sum, { id }) => lattice.join(sum, history.deltas[id] ?? lattice.bottom),
    lattice.bottom,
  );
  if (equalBytes(encode(lattice.codec, joined), encode(lattice.codec, replica.state))) return;
  throw new Broken(
    'deltas join to the same state as full states',
    `${nameOf(replica)} is ${showData(replica.state)}\nits deltas  ${showData(joined)}`,
  );
}

function inOrder<C>(operations: ReadonlySet<Operation<C>>): Operation<C>[] {
  return [...operations].sort((a, b) => a.id - b.id);
}

function sameOperations<C>(a: ReadonlySet<Operation<C>>, b: ReadonlySet<Operation<C>>): boolean {
  if (a.size !== b.size) return false;
  for (const operation of a) if (!b.has(operation)) return false;
  return true;
}

function nameOf(replica: { readonly index: number }): string {
  return String.fromCharCode(65 + replica.index);
}

function showOperations<C>(operations: ReadonlySet<Operation<C>>): string {
  return inOrder(operations)
    .map(
      ({ id, command, past }) =>
        `  o${id} ${showData(command)}, past {${[...past].map((earlier) => `o${earlier.id}`).join(' ')}}`,
    )
    .join('\n');
}
