/**
 * Random histories of an op-based type: several replicas that act, drift apart and learn each other's events, each in a
 * causal order of its own, over real event graphs. A history is a list of steps, plain data that plays the same way every
 * time, also with steps taken out, so that a failing one can be cut short.
 *
 *   act          a few commands at one replica, one event
 *   learn        a replica gets some of the events that another has and it lacks, in a random causal order
 *   again        a replica is made anew from its own events, in another causal order, and goes on from there
 *   refuse       an operation that makes no sense comes to a replica
 *   split, heal  the network falls into two parts; nothing is learned across
 *
 *      A  ── a1 ──────── a2 ── learns b1 ──        graph of A:  a1 a2 b1
 *      B  ── learns a1 ── b1 ── learns a2 ─        graph of B:  a1 b1 a2
 *
 * Clocks are set wrong, and a replica does not follow one that is far ahead: so an event may have an earlier time than one
 * that it has seen.
 */
import { type HybridTime, hybridClock, receive, tick } from '../causality/hybrid-clock.ts';
import { CausewayError } from '../error.ts';
import { EventGraph, sameFrontier } from '../history/event-graph.ts';
import { type Dot, type DotKey, dot, dotKey } from '../id/index.ts';
import type { OpContext, OpType } from '../op/op-type.ts';
import type { Cast, Operation } from './history.ts';
import { showData } from './plain-data.ts';
import { Seeded } from './seeded.ts';

/** What a replica knows of its history, beside the state of the type. */
export interface OpSite {
  readonly graph: EventGraph;
  /** The dot of a local number. */
  dotOf(lv: number): Dot;
  /** The local number of a dot, or -1 when it is not known here. */
  lvOf(dot: Dot): number;
}

/** A type as histories use it. An op-based type is one when it is given a name, unless its operations name others. */
export interface OpSubject<State, Command, Op, View, Change>
  extends Omit<OpType<State, Command, Op, View, Change>, 'create'> {
  readonly name: string;
  create(site: OpSite): State;
  /** How many dots an operation takes; 1 for all when left out. */
  dots?(op: Op): number;
  /** The operation with each local number in it replaced. For types whose operations name others by local number. */
  translate?(op: Op, replace: (lv: number) => number): Op;
}

/** An event as it travels. */
export interface SharedEvent<C, Op> {
  /** Counts from 0; every event that it has seen has a smaller id. */
  readonly id: number;
  readonly replica: number;
  readonly parents: readonly Dot[];
  readonly time: HybridTime;
  /** With local numbers as those of `site`. */
  readonly ops: readonly { readonly op: Op; readonly dots: number; readonly operation: Operation<C> }[];
  readonly site: OpSite;
}

export type OpStep<C> =
  | { readonly do: 'act'; readonly at: number; readonly commands: readonly C[]; readonly waitMs: number }
  | {
      readonly do: 'learn';
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly order: number;
    }
  | { readonly do: 'again'; readonly at: number; readonly order: number }
  | { readonly do: 'refuse'; readonly at: number; readonly order: number }
  | { readonly do: 'split'; readonly side: readonly number[] }
  | { readonly do: 'heal' };

const USUAL_WEIGHTS: Readonly<Record<OpStep<unknown>['do'], number>> = {
  act: 40,
  learn: 30,
  again: 4,
  refuse: 3,
  split: 3,
  heal: 3,
};

/** Each history has a mix of its own, as in history.ts, and half of them make do with a handful of commands. */
export function randomOpSteps<C>(
  random: Seeded,
  command: (random: Seeded) => C,
  replicas: number,
  count: number,
): readonly OpStep<C>[] {
  const kinds = Object.entries(USUAL_WEIGHTS).flatMap(([kind, usual]) => {
    const some = random.pick(kind === 'act' || kind === 'learn' ? [0.5, 1, 2] : [0, 0.5, 1, 2]);
    return Array.from({ length: Math.ceil(usual * some) }, () => kind as OpStep<C>['do']);
  });
  const handful = Array.from({ length: random.between(1, 6) }, () => command(random));
  const nextCommand = random.chance(0.5) ? () => command(random) : () => random.pick(handful);
  const events = random.pick([1, 1, 3]);
  return Array.from({ length: count }, () =>
    randomStep(random, random.pick(kinds), nextCommand, replicas, events),
  );
}

function randomStep<C>(
  random: Seeded,
  kind: OpStep<C>['do'],
  command: () => C,
  replicas: number,
  maxCommands: number,
): OpStep<C> {
  const at = random.int(replicas);
  switch (kind) {
    case 'act':
      return {
        do: kind,
        at,
        commands: Array.from({ length: random.between(1, maxCommands) }, command),
        waitMs: random.pick([0, 0, 0, 1, 5, 1000]),
      };
    case 'learn':
      return {
        do: kind,
        from: (at + 1 + random.int(replicas - 1)) % replicas,
        to: at,
        count: random.pick([1, 2, 5, 1000]),
        order: random.u32(),
      };
    case 'again':
    case 'refuse':
      return { do: kind, at, order: random.u32() };
    case 'split':
      return {
        do: kind,
        side: Array.from({ length: replicas }, (_, index) => index).filter(() => random.chance(0.5)),
      };
    case 'heal':
      return { do: kind };
  }
}

/** One replica: its graph, its dots, and the state of the type. */
export class OpReplica<State, C, Op, V, Change> implements OpSite {
  readonly index: number;
  readonly graph = new EventGraph();
  /** Events in the order in which they came. */
  readonly events: SharedEvent<C, Op>[] = [];
  readonly state: State;
  readonly #subject: OpSubject<State, C, Op, V, Change>;
  readonly #cast: Cast;
  readonly #dots: Dot[] = [];
  readonly #lastSeqs: number[] = [];
  readonly #lvs = new Map<DotKey, number>();
  readonly #known = new Set<SharedEvent<C, Op>>();

  constructor(subject: OpSubject<State, C, Op, V, Change>, cast: Cast, index: number) {
    this.#subject = subject;
    this.#cast = cast;
    this.index = index;
    this.state = subject.create(this);
  }

  get view(): V {
    return this.#subject.view(this.state);
  }

  /** Operations that have come here, in the order in which they were made. */
  get operations(): readonly Operation<C>[] {
    const events = [...this.events].sort((a, b) => a.id - b.id);
    return events.flatMap((event) => event.ops.map(({ operation }) => operation));
  }

  dotOf(lv: number): Dot {
    const found = this.#dots[lv];
    if (found === undefined) throw new RangeError(`no local number ${lv}`);
    return found;
  }

  lvOf(name: Dot): number {
    return this.#lvs.get(dotKey(name)) ?? -1;
  }

  knows(event: SharedEvent<C, Op>): boolean {
    return this.#known.has(event);
  }

  /** Carries the commands out as one event; undefined when there was nothing to do. */
  act(
    commands: readonly C[],
    time: HybridTime,
    id: number,
    operationOf: (command: C, dots: readonly Dot[], past: ReadonlySet<Operation<C>>) => Operation<C>,
  ): SharedEvent<C, Op> | undefined {
    const parents = this.graph.frontier.map((lv) => this.dotOf(lv));
    const past = new Set(this.operations);
    const ops: SharedEvent<C, Op>['ops'][number][] = [];
    for (const command of commands) {
      const op = this.#prepare(command);
      if (op === undefined) continue;
      const dots = this.#subject.dots?.(op) ?? 1;
      const lv = this.graph.appendNext(dots);
      const own = this.#name(this.index, lv, dots);
      const operation = operationOf(command, own, new Set(past));
      this.#subject.effect(this.state, op, this.#context(lv, time, true, lv - 1));
      past.add(operation);
      ops.push({ op, dots, operation });
    }
    if (ops.length === 0) return undefined;
    const event = { id, replica: this.index, parents, time, ops, site: this };
    this.#keep(event);
    return event;
  }

  /** Takes in an event of another replica whose parents are known. */
  learn(event: SharedEvent<C, Op>): void {
    const parents = event.parents.map((name) => this.lvOf(name)).sort((a, b) => a - b);
    const frontier = this.graph.frontier;
    const linear = sameFrontier(parents, frontier);
    const { onlyA } = this.graph.difference(frontier, parents);
    const firstUnseen = onlyA.length === 0 ? this.graph.length : (onlyA[onlyA.length - 2] as number);
    const seenUpTo = new Seeded(event.id).pick([-1, firstUnseen - 1, Math.floor(firstUnseen / 2) - 1]);
    const count = event.ops.reduce((sum, { dots }) => sum + dots, 0);
    let lv = this.graph.append(count, parents);
    this.#name(event.replica, lv, count);
    for (const { op, dots } of event.ops) {
      const here = this.#subject.translate?.(op, (there) => this.lvOf(event.site.dotOf(there))) ?? op;
      this.#subject.effect(this.state, here, this.#context(lv, event.time, linear, seenUpTo));
      lv += dots;
    }
    this.#keep(event);
  }

  /** Tries an operation that has to be refused, as one whose event has seen everything or as one that has seen nothing. Returns what it throws. */
  refused(op: Op, time: HybridTime, linear: boolean): unknown {
    const length = this.graph.length;
    const dots = this.#subject.dots?.(op) ?? 1;
    const parents = linear ? this.graph.frontier : [];
    const follows = sameFrontier(parents, this.graph.frontier);
    const lv = this.graph.append(dots, parents);
    const names = this.#name(this.index, lv, dots);
    try {
      this.#subject.effect(this.state, op, this.#context(lv, time, follows, -1));
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.graph.truncate(length);
      this.#unname(this.index, names);
    }
  }

  #prepare(command: C): Op | undefined {
    try {
      return this.#subject.prepare(this.state, command);
    } catch (error) {
      if (CausewayError.inFamily(error, 'decode')) return undefined;
      throw error;
    }
  }

  /** Gives the `count` local numbers from `lv` on the next dots of a replica. */
  #name(replica: number, lv: number, count: number): readonly Dot[] {
    const id = this.#cast.ids[replica];
    if (id === undefined) throw new RangeError(`no replica ${replica}`);
    const last = this.#lastSeqs[replica] ?? 0;
    this.#lastSeqs[replica] = last + count;
    return Array.from({ length: count }, (_, i) => {
      const name = dot(id, last + 1 + i);
      this.#dots[lv + i] = name;
      this.#lvs.set(dotKey(name), lv + i);
      return name;
    });
  }

  /** Takes the last names of a replica back. */
  #unname(replica: number, names: readonly Dot[]): void {
    this.#lastSeqs[replica] = (this.#lastSeqs[replica] ?? 0) - names.length;
    this.#dots.length -= names.length;
    for (const name of names) this.#lvs.delete(dotKey(name));
  }

  #keep(event: SharedEvent<C, Op>): void {
    this.events.push(event);
    this.#known.add(event);
  }

  #context(lv: number, time: HybridTime, linear: boolean, seenUpTo: number): OpContext {
    const { graph } = this;
    return { lv, time, linear, seenUpTo, sees: (other) => graph.includes(graph.parentsOf(lv), other) };
  }
}

/** The drift that clocks accept here: less than the largest skew of a cast, so that refused times occur. */
const MAX_DRIFT_MS = 60_000;

/** Replicas at work. Changed by `play`, read by those who check. */
export class OpHistory<State, C, Op, V, Change> {
  readonly replicas: OpReplica<State, C, Op, V, Change>[];
  readonly #subject: OpSubject<State, C, Op, V, Change>;
  readonly #cast: Cast;
  readonly #clocks: HybridTime[];
  readonly #refuse: (replica: OpReplica<State, C, Op, V, Change>, time: HybridTime, random: Seeded) => void;
  #events = 0;
  #operations = 0;
  #wallMs = 1_700_000_000_000;
  #side: ReadonlySet<number> = new Set();

  /** `refuse` tries at a replica what has to be refused. */
  constructor(
    subject: OpSubject<State, C, Op, V, Change>,
    cast: Cast,
    refuse: (replica: OpReplica<State, C, Op, V, Change>, time: HybridTime, random: Seeded) => void,
  ) {
    this.#subject = subject;
    this.#cast = cast;
    this.#refuse = refuse;
    this.#clocks = cast.ids.map((id) => hybridClock(id));
    this.replicas = cast.ids.map((_, index) => this.fresh(index));
  }

  /** A replica that knows nothing yet. */
  fresh(index: number): OpReplica<State, C, Op, V, Change> {
    return new OpReplica(this.#subject, this.#cast, index);
  }

  /** Plays one step; one that makes no sense here (nothing is lacking, the network is split) does nothing. Returns the replica it touched. */
  play(step: OpStep<C>): OpReplica<State, C, Op, V, Change> | undefined {
    switch (step.do) {
      case 'act':
        return this.#act(this.#replica(step.at), step.commands, step.waitMs);
      case 'learn':
        return this.#learn(this.#replica(step.from), this.#replica(step.to), step.count, step.order);
      case 'again': {
        const anew = this.fresh(step.at);
        for (const event of causalOrder(this.#replica(step.at).events, new Seeded(step.order)))
          anew.learn(event);
        this.replicas[step.at] = anew;
        return anew;
      }
      case 'refuse': {
        const replica = this.#replica(step.at);
        this.#refuse(replica, tick(this.#clock(replica), this.#wallMsAt(replica)), new Seeded(step.order));
        return replica;
      }
      case 'split':
        this.#side = new Set(step.side);
        return undefined;
      case 'heal':
        this.#side = new Set();
        return undefined;
    }
  }

  /** The steps after which every replica knows every event. */
  everyoneMeets(): readonly OpStep<C>[] {
    const last = this.replicas.length - 1;
    const all = { do: 'learn', count: Number.POSITIVE_INFINITY, order: last } as const;
    const others = this.replicas.slice(0, last).map((_, index) => index);
    return [
      { do: 'heal' },
      ...others.map((from) => ({ ...all, from, to: last })),
      ...others.map((to) => ({ ...all, from: last, to })),
    ];
  }

  #act(
    replica: OpReplica<State, C, Op, V, Change>,
    commands: readonly C[],
    waitMs: number,
  ): OpReplica<State, C, Op, V, Change> | undefined {
    this.#wallMs += waitMs;
    const time = tick(this.#clock(replica), this.#wallMsAt(replica));
    const event = replica.act(commands, time, this.#events, (command, dots, past) => ({
      id: this.#operations++,
      replica: time.replica,
      command,
      dots,
      time,
      past,
    }));
    if (event === undefined) return undefined;
    this.#events++;
    this.#clocks[replica.index] = time;
    return replica;
  }

  #learn(
    from: OpReplica<State, C, Op, V, Change>,
    to: OpReplica<State, C, Op, V, Change>,
    count: number,
    order: number,
  ): OpReplica<State, C, Op, V, Change> | undefined {
    if (this.#side.has(from.index) !== this.#side.has(to.index)) return undefined;
    const lacking = from.events.filter((event) => !to.knows(event));
    if (lacking.length === 0) return undefined;
    for (const event of causalOrder(lacking, new Seeded(order)).slice(0, count)) {
      to.learn(event);
      this.#clocks[to.index] = receive(this.#clock(to), event.time, this.#wallMsAt(to), MAX_DRIFT_MS).clock;
    }
    return to;
  }

  #clock(replica: { readonly index: number }): HybridTime {
    const clock = this.#clocks[replica.index];
    if (clock === undefined) throw new RangeError(`no replica ${replica.index}`);
    return clock;
  }

  #wallMsAt(replica: { readonly index: number }): number {
    return this.#wallMs + (this.#cast.skewsMs[replica.index] ?? 0);
  }

  #replica(index: number): OpReplica<State, C, Op, V, Change> {
    const replica = this.replicas[index];
    if (replica === undefined) throw new RangeError(`no replica ${index}`);
    return replica;
  }
}

/** The events in a random order in which each comes after those of them that it has seen. */
export function causalOrder<C, Op>(
  events: readonly SharedEvent<C, Op>[],
  random: Seeded,
): readonly SharedEvent<C, Op>[] {
  const left = [...events].sort((a, b) => a.id - b.id);
  const order: SharedEvent<C, Op>[] = [];
  while (left.length > 0) {
    const wanted = random.pick(left);
    // The earliest that it has seen has itself seen none of those left.
    const next = left.find((event) => hasSeen(wanted, event)) ?? wanted;
    left.splice(left.indexOf(next), 1);
    order.push(next);
  }
  return order;
}

/** Whether one event was made with knowledge of the other. */
export function hasSeen<C, Op>(event: SharedEvent<C, Op>, other: SharedEvent<C, Op>): boolean {
  const [first] = event.ops;
  const [operation] = other.ops;
  return first !== undefined && operation !== undefined && first.operation.past.has(operation.operation);
}

/** A history as lines that can be read, replicas named A, B, C. */
export function showOpSteps<C>(steps: readonly OpStep<C>[]): string {
  return steps.map((step, index) => `${String(index + 1).padStart(4)}  ${showStep(step)}`).join('\n');
}

export function nameOfReplica(index: number): string {
  return String.fromCharCode(65 + index);
}

function showStep<C>(step: OpStep<C>): string {
  switch (step.do) {
    case 'act':
      return `${nameOfReplica(step.at)} does ${step.commands.map((command) => showData(command)).join(', then ')} after ${step.waitMs} ms`;
    case 'learn':
      return `${nameOfReplica(step.to)} learns up to ${step.count} events from ${nameOfReplica(step.from)}, order ${step.order}`;
    case 'again':
      return `${nameOfReplica(step.at)} is made anew, order ${step.order}`;
    case 'refuse':
      return `${nameOfReplica(step.at)} gets what makes no sense, order ${step.order}`;
    case 'split':
      return `the network splits: {${step.side.map(nameOfReplica).join('')}} from the rest`;
    case 'heal':
      return 'the network heals';
  }
}
