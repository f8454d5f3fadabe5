/**
 * The laws of op-based types, and what each type means: random histories over real event graphs (op-history.ts), and after
 * every step these checks.
 *
 *   the view is as specified                     at every replica, by a function from the operations that came there,
 *                                                with what each had seen, to the value
 *   every causal order gives the same view       a replica made anew from its events in another order
 *   concurrent effects commute                   two events one after the other and the other way round, anywhere
 *   prepare changes nothing
 *   every change is told                         an effect that tells no change has made none
 *   changes lead from view to view               the view before and the change give the view after, where the
 *                                                specification says how
 *   what makes no sense is refused               with `decode/*`, at prepare and at effect
 *   what is refused changes nothing
 *
 * The specification sees operations, never states: so it cannot share a mistake with the type.
 */
import { CausewayError } from '../error.ts';
import { failureWithFewestSteps } from './fewest-steps.ts';
import { type Cast, type Operation, randomCast } from './history.ts';
import {
  causalOrder,
  hasSeen,
  nameOfReplica,
  OpHistory,
  type OpReplica,
  type OpStep,
  type OpSubject,
  randomOpSteps,
  type SharedEvent,
  showOpSteps,
} from './op-history.ts';
import { equalData, showData } from './plain-data.ts';
import { Seeded, type SuiteOptions, seedsOfRuns } from './seeded.ts';
import { asBroken, Broken } from './suite-failure.ts';

/** What an op-based type means. */
export interface OpSpecification<C, Op, V, Change> {
  /** A random command, as plain data that knows no state. Few keys and values, so that commands meet. */
  command(random: Seeded): C;
  /** The view that a replica ought to have which these operations have reached. They come in the order they were made. */
  expected(operations: readonly Operation<C>[]): V;
  /** The view after a change, from the one before. */
  patched?(view: V, change: Change): V;
  /** Commands that every state refuses. */
  readonly senselessCommands?: readonly C[];
  /** Operations that every state refuses. */
  readonly senselessOps?: readonly Op[];
}

const DEFAULT_RUNS = 80;
const REPLICAS = 3;
const STEPS = 45;
/** Pairs of concurrent events swapped in each history; each plays the history up to there twice. */
const SWAPS = 4;

/** Throws SuiteFailure at the first history that goes wrong; its message has the seed and the steps, cut to those that matter. */
export function checkOpLaws<State, C, Op, V, Change>(
  subject: OpSubject<State, C, Op, V, Change>,
  specification: OpSpecification<C, Op, V, Change>,
  options: SuiteOptions = {},
): void {
  for (const seed of seedsOfRuns(options, DEFAULT_RUNS)) {
    const random = new Seeded(seed);
    const cast = randomCast(random, REPLICAS);
    const steps = randomOpSteps(random, (source) => specification.command(source), REPLICAS, STEPS);
    const run = (tried: readonly OpStep<C>[]): Broken | undefined =>
      failureOf(() => playAndCheck(subject, specification, cast, tried, seed));
    const broken = run(steps);
    if (broken !== undefined)
      throw failureWithFewestSteps(subject.name, seed, steps, broken, run, showOpSteps);
  }
}

function failureOf(play: () => void): Broken | undefined {
  try {
    play();
    return undefined;
  } catch (error) {
    return asBroken(error);
  }
}

function playAndCheck<State, C, Op, V, Change>(
  subject: OpSubject<State, C, Op, V, Change>,
  specification: OpSpecification<C, Op, V, Change>,
  cast: Cast,
  steps: readonly OpStep<C>[],
  seed: number,
): void {
  const watched = watchedSubject(subject, specification);
  const history = new OpHistory(watched, cast, (replica, time, random) => {
    for (const command of specification.senselessCommands ?? [])
      checkRefusedCommand(watched, replica, command);
    for (const op of specification.senselessOps ?? []) {
      const before = replica.view;
      checkRefusal(replica.refused(op, time, random.chance(0.5)), op);
      checkNothingChanged(before, replica.view, showData(op));
    }
  });
  const play = (step: OpStep<C>): void => {
    const before = step.do === 'again' ? history.replicas[step.at] : undefined;
    const touched = history.play(step);
    if (touched === undefined) return;
    if (before !== undefined && !equalData(before.view, touched.view))
      throw new Broken(
        'every causal order gives the same view',
        `${nameOfReplica(touched.index)} showed ${showData(before.view)}\nmade anew it shows ${showData(touched.view)}`,
      );
    checkView(specification, touched);
  };
  for (const step of steps) play(step);
  for (const step of history.everyoneMeets()) play(step);
  checkSwaps(history, new Seeded(seed));
}

function checkView<State, C, Op, V, Change>(
  specification: OpSpecification<C, Op, V, Change>,
  replica: OpReplica<State, C, Op, V, Change>,
): void {
  const found = replica.view;
  const wanted = specification.expected(replica.operations);
  if (equalData(found, wanted)) return;
  throw new Broken(
    'the view is as specified',
    `${nameOfReplica(replica.index)} shows ${showData(found)}\nbut ought to ${showData(wanted)}\nfor\n${showOperations(replica.operations)}`,
  );
}

/** Takes two concurrent events that can come one after the other, and lets them come both ways. */
function checkSwaps<State, C, Op, V, Change>(
  history: OpHistory<State, C, Op, V, Change>,
  random: Seeded,
): void {
  const [replica] = history.replicas;
  if (replica === undefined) return;
  const order = causalOrder(replica.events, random);
  const places = order.flatMap((event, place) => {
    const next = order[place + 1];
    return next !== undefined && !hasSeen(next, event) ? [place] : [];
  });
  for (const place of random.shuffle(places).slice(0, SWAPS)) {
    const before = order.slice(0, place);
    const [one, other] = order.slice(place, place + 2) as [SharedEvent<C, Op>, SharedEvent<C, Op>];
    const [first, second] = [
      [one, other],
      [other, one],
    ].map((pair) => {
      const fresh = history.fresh(replica.index);
      for (const event of [...before, ...pair]) fresh.learn(event);
      return fresh.view;
    });
    if (equalData(first, second)) continue;
    throw new Broken(
      'concurrent effects commute',
      `${showEvent(one)}\nand then ${showEvent(other)}\ngave     ${showData(first)}\nswapped  ${showData(second)}`,
    );
  }
}

/** The subject, held to what prepare and effect promise whenever they are called. */
function watchedSubject<State, C, Op, V, Change>(
  subject: OpSubject<State, C, Op, V, Change>,
  specification: OpSpecification<C, Op, V, Change>,
): OpSubject<State, C, Op, V, Change> {
  return {
    ...subject,
    prepare: (state, command) => {
      const before = subject.view(state);
      let op: Op | undefined;
      let refusal: unknown;
      try {
        op = subject.prepare(state, command);
      } catch (error) {
        refusal = error;
      }
      const after = subject.view(state);
      if (!equalData(before, after))
        throw new Broken(
          'prepare changes nothing',
          `${showData(command)} made\n${showData(after)} of\n${showData(before)}`,
        );
      if (refusal !== undefined) throw refusal;
      return op;
    },
    effect: (state, op, context) => {
      const before = subject.view(state);
      const change = subject.effect(state, op, context);
      const after = subject.view(state);
      if (change === undefined && !equalData(before, after))
        throw new Broken(
          'every change is told',
          `${showData(op)} made\n${showData(after)} of\n${showData(before)}`,
        );
      if (change !== undefined && specification.patched !== undefined) {
        const patched = specification.patched(before, change);
        if (!equalData(patched, after))
          throw new Broken(
            'changes lead from view to view',
            `${showData(op)}\nfrom ${showData(before)}\nto   ${showData(after)}\ntold ${showData(change)}\ngive ${showData(patched)}`,
          );
      }
      return change;
    },
  };
}

function checkRefusedCommand<State, C, Op, V, Change>(
  subject: OpSubject<State, C, Op, V, Change>,
  replica: OpReplica<State, C, Op, V, Change>,
  command: C,
): void {
  const before = replica.view;
  let thrown: unknown;
  try {
    subject.prepare(replica.state, command);
  } catch (error) {
    thrown = error;
  }
  checkRefusal(thrown, command);
  checkNothingChanged(before, replica.view, showData(command));
}

function checkRefusal(thrown: unknown, what: unknown): void {
  if (CausewayError.inFamily(thrown, 'decode')) return;
  if (thrown instanceof Broken) throw thrown;
  const found = thrown === undefined ? 'was taken' : `threw ${String(thrown)}`;
  throw new Broken('what makes no sense is refused', `${showData(what)} ${found}`, { cause: thrown });
}

function checkNothingChanged(before: unknown, after: unknown, what: string): void {
  if (equalData(before, after)) return;
  throw new Broken(
    'what is refused changes nothing',
    `${what} made\n${showData(after)} of\n${showData(before)}`,
  );
}

function showEvent<C, Op>(event: SharedEvent<C, Op>): string {
  return `${nameOfReplica(event.replica)}'s ${event.ops.map(({ operation }) => showData(operation.command)).join(', ')}`;
}

function showOperations<C>(operations: readonly Operation<C>[]): string {
  return operations
    .map(({ id, command, time, past }) => {
      const seen = [...past].map((earlier) => `o${earlier.id}`).join(' ');
      return `  o${id} ${showData(command)}, at ${time.wallMs}.${time.counter}.${time.replica}, past {${seen}}`;
    })
    .join('\n');
}
