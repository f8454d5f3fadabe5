/**
 * Random histories of a lattice type: several replicas that act, drift apart, and exchange deltas, states and
 * differences over a network that loses, repeats, reorders and splits. A history is a list of steps, plain data that
 * plays the same way every time, also with steps taken out, so that a failing one can be cut short.
 *
 *   act          a command at one replica; its delta is sent to all others
 *   deliver      one of the deltas waiting for a replica arrives, any of them; it may stay waiting and come again
 *   lose         one of them never arrives
 *   gather       all that wait for a replica become one delta
 *   state        a replica gets another's whole state
 *   since        a replica gets what it lacks, by its summary; a stale one was made at its last `remember`
 *   restart      a replica comes back from its bytes, and counts dots on from what those say
 *   split, heal  the network falls into two parts; deltas, states and summaries stay within a part
 *
 * Everything that travels does so as bytes.
 */
import { decode, encode } from '../bytes/index.ts';
import { compareTimes, type HybridTime, hybridClock, receive, tick } from '../causality/hybrid-clock.ts';
import { type Dot, type DotKey, dot, dotKey, type ReplicaId, randomReplicaId } from '../id/index.ts';
import type { DotSource, Lattice } from '../lattice/lattice.ts';
import { showData } from './plain-data.ts';
import type { Seeded } from './seeded.ts';

/** Where and when a command is carried out. */
export interface Site {
  readonly replica: ReplicaId;
  readonly dots: DotSource;
  readonly time: HybridTime;
}

/** How random operations of a type are made and carried out. */
export interface Commands<S, C> {
  /** A random command, as plain data that knows no state. Few keys and values, so that commands meet. */
  command(random: Seeded): C;
  /** The delta of this command at a replica in this state; bottom when there is nothing to do. */
  apply(state: S, command: C, site: Site): S;
}

/** One command as it was carried out. */
export interface Operation<C> {
  /** Counts from 0; every operation in `past` has a smaller id. */
  readonly id: number;
  readonly replica: ReplicaId;
  readonly command: C;
  /** The dots it took, in order. */
  readonly dots: readonly Dot[];
  readonly time: HybridTime;
  /** Every operation that had reached the replica, itself not among them. */
  readonly past: ReadonlySet<Operation<C>>;
}

export type Step<C> =
  | { readonly do: 'act'; readonly at: number; readonly command: C; readonly waitMs: number }
  | { readonly do: 'deliver'; readonly to: number; readonly nth: number; readonly again: boolean }
  | { readonly do: 'lose'; readonly to: number; readonly nth: number }
  | { readonly do: 'gather'; readonly to: number }
  | { readonly do: 'state'; readonly from: number; readonly to: number }
  | { readonly do: 'since'; readonly from: number; readonly to: number; readonly stale: boolean }
  | { readonly do: 'remember'; readonly at: number }
  | { readonly do: 'restart'; readonly at: number }
  | { readonly do: 'split'; readonly side: readonly number[] }
  | { readonly do: 'heal' };

/** The replicas of a history before anything has happened. */
export interface Cast {
  readonly ids: readonly ReplicaId[];
  /** How far each replica's wall clock is off. */
  readonly skewsMs: readonly number[];
}

/** Something on its way to a replica: a delta as bytes, and the operations in it. */
interface Parcel<C> {
  readonly from: number;
  readonly delta: Uint8Array;
  readonly operations: ReadonlySet<Operation<C>>;
}

export interface Replica<S, C> {
  readonly id: ReplicaId;
  readonly index: number;
  state: S;
  clock: HybridTime;
  lastSeq: number;
  seen: Set<Operation<C>>;
  inbox: Parcel<C>[];
  /** Its summary at the last `remember`, as bytes. */
  remembered: Uint8Array;
}

/** How often each kind of step comes, in a history where none is more or less common than usual. */
const USUAL_WEIGHTS: Readonly<Record<Step<unknown>['do'], number>> = {
  act: 40,
  deliver: 22,
  lose: 4,
  gather: 3,
  state: 7,
  since: 10,
  remember: 4,
  restart: 4,
  split: 3,
  heal: 3,
};

/**
 * Every history has a mix of its own: some kinds of steps come more often than usual and some never, and half of the
 * histories make do with a handful of commands. Rare mistakes need many meetings of the few steps that make them, which
 * one mix for all hardly ever brings about (Groce et al. 2012, "Swarm Testing").
 */
export function randomSteps<C>(
  random: Seeded,
  command: (random: Seeded) => C,
  replicas: number,
  count: number,
): readonly Step<C>[] {
  const kinds = Object.entries(USUAL_WEIGHTS).map(([kind, usual]) => ({
    kind: kind as Step<C>['do'],
    weight: usual * random.pick(kind === 'act' ? [0.5, 1, 2] : [0, 0.5, 1, 2]),
  }));
  const handful = Array.from({ length: random.between(1, 6) }, () => command(random));
  const nextCommand = random.chance(0.5) ? () => command(random) : () => random.pick(handful);
  return Array.from({ length: count }, () =>
    randomStep(random, pickKind(random, kinds), nextCommand, replicas),
  );
}

function pickKind<K>(random: Seeded, kinds: readonly { readonly kind: K; readonly weight: number }[]): K {
  let left = random.unit() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  const found = kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return (found ?? random.pick(kinds)).kind;
}

function randomStep<C>(random: Seeded, kind: Step<C>['do'], command: () => C, replicas: number): Step<C> {
  const at = random.int(replicas);
  const other = (at + 1 + random.int(replicas - 1)) % replicas;
  switch (kind) {
    case 'act':
      return { do: kind, at, command: command(), waitMs: random.pick([0, 0, 0, 1, 5, 1000]) };
    case 'deliver':
      return { do: kind, to: at, nth: random.pick([0, random.int(8)]), again: random.chance(0.3) };
    case 'lose':
      return { do: kind, to: at, nth: random.int(8) };
    case 'gather':
      return { do: kind, to: at };
    case 'state':
      return { do: kind, from: other, to: at };
    case 'since':
      return { do: kind, from: other, to: at, stale: random.chance(0.3) };
    case 'remember':
    case 'restart':
      return { do: kind, at };
    case 'split':
      return {
        do: kind,
        side: Array.from({ length: replicas }, (_, index) => index).filter(() => random.chance(0.5)),
      };
    case 'heal':
      return { do: kind };
  }
}

export function randomCast(random: Seeded, replicas: number): Cast {
  return {
    ids: Array.from({ length: replicas }, () => randomReplicaId(() => random.u32())),
    skewsMs: Array.from({ length: replicas }, () => random.pick([0, 0, 0, -3000, 40, 900_000])),
  };
}

/** The drift that clocks accept here: less than the largest skew above, so that refused times occur. */
const MAX_DRIFT_MS = 60_000;

/** Replicas at work. Changed by `play`, read by those who check. */
export class History<S, C> {
  readonly lattice: Lattice<S>;
  readonly replicas: readonly Replica<S, C>[];
  readonly operations: Operation<C>[] = [];
  /** The delta of each operation, by its id. */
  readonly deltas: S[] = [];
  readonly #commands: Commands<S, C>;
  readonly #cast: Cast;
  readonly #actAcrossGaps: boolean;
  readonly #taken = new Set<DotKey>();
  #wallMs = 1_700_000_000_000;
  #side: ReadonlySet<number> = new Set();

  /** Without `actAcrossGaps` a replica that lacks something of the past of what it has waits with its own commands. */
  constructor(lattice: Lattice<S>, commands: Commands<S, C>, cast: Cast, actAcrossGaps: boolean) {
    this.lattice = lattice;
    this.#commands = commands;
    this.#cast = cast;
    this.#actAcrossGaps = actAcrossGaps;
    this.replicas = cast.ids.map((id, index) => ({
      id,
      index,
      state: lattice.bottom,
      clock: hybridClock(id),
      lastSeq: 0,
      seen: new Set(),
      inbox: [],
      remembered: this.#summaryOf(lattice.bottom),
    }));
  }

  /** Plays one step; one that makes no sense here (nothing waits, the network is split) does nothing. Returns the replica it touched. */
  play(step: Step<C>): Replica<S, C> | undefined {
    switch (step.do) {
      case 'act':
        return this.#act(this.#replica(step.at), step.command, step.waitMs);
      case 'deliver':
        return this.#deliver(this.#replica(step.to), step.nth, step.again);
      case 'lose': {
        const { inbox } = this.#replica(step.to);
        inbox.splice(step.nth % Math.max(inbox.length, 1), 1);
        return undefined;
      }
      case 'gather':
        this.#gather(this.#replica(step.to));
        return undefined;
      case 'state':
        return this.#meet(step.from, step.to, (from) => from.state);
      case 'since':
        return this.#meet(step.from, step.to, (from, to) => {
          const summary = step.stale ? to.remembered : this.#summaryOf(to.state);
          return this.lattice.since(from.state, decode(this.lattice.codec, summary, 'summary'));
        });
      case 'remember': {
        const replica = this.#replica(step.at);
        replica.remembered = this.#summaryOf(replica.state);
        return undefined;
      }
      case 'restart': {
        const replica = this.#replica(step.at);
        replica.state = this.#copy(replica.state);
        replica.lastSeq = this.lattice.lastSeq(replica.state, replica.id);
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

  /** The steps after which every replica has met every other. */
  everyoneMeets(): readonly Step<C>[] {
    const last = this.replicas.length - 1;
    const collect = this.replicas
      .slice(0, last)
      .map((from): Step<C> => ({ do: 'state', from: from.index, to: last }));
    const spread = this.replicas
      .slice(0, last)
      .map((to): Step<C> => ({ do: 'since', from: last, to: to.index, stale: false }));
    return [{ do: 'heal' }, ...collect, ...spread];
  }

  #act(replica: Replica<S, C>, command: C, waitMs: number): Replica<S, C> | undefined {
    this.#wallMs += waitMs;
    if (!this.#actAcrossGaps && !isCausallyClosed(replica.seen)) return undefined;
    const time = tick(replica.clock, this.#wallMsAt(replica));
    const dots: Dot[] = [];
    const source: DotSource = {
      replica: replica.id,
      next: () => {
        replica.lastSeq++;
        const fresh = dot(replica.id, replica.lastSeq);
        if (this.#taken.has(dotKey(fresh)))
          throw new Error(`dot ${dotKey(fresh)} was used before: lastSeq forgot it`);
        this.#taken.add(dotKey(fresh));
        dots.push(fresh);
        return fresh;
      },
    };
    const delta = this.#commands.apply(replica.state, command, { replica: replica.id, dots: source, time });
    const operation: Operation<C> = {
      id: this.operations.length,
      replica: replica.id,
      command,
      dots,
      time,
      past: new Set(replica.seen),
    };
    this.operations.push(operation);
    this.deltas.push(delta);
    replica.state = this.lattice.join(replica.state, delta);
    replica.clock = time;
    replica.seen.add(operation);
    const bytes = encode(this.lattice.codec, delta);
    for (const other of this.replicas) {
      if (other !== replica)
        other.inbox.push({ from: replica.index, delta: bytes, operations: new Set([operation]) });
    }
    return replica;
  }

  #deliver(replica: Replica<S, C>, nth: number, again: boolean): Replica<S, C> | undefined {
    if (replica.inbox.length === 0) return undefined;
    const at = nth % replica.inbox.length;
    const parcel = replica.inbox[at];
    if (parcel === undefined || !this.#connected(parcel.from, replica.index)) return undefined;
    if (!again) replica.inbox.splice(at, 1);
    this.#receive(replica, parcel);
    return replica;
  }

  #gather(replica: Replica<S, C>): void {
    const [first, ...rest] = replica.inbox;
    if (first === undefined) return;
    const { lattice } = this;
    const deltas = rest.map((parcel) => decode(lattice.codec, parcel.delta, 'delta'));
    const group = deltas.reduce(
      (sum, delta) => lattice.join(sum, delta),
      decode(lattice.codec, first.delta, 'delta'),
    );
    const operations = new Set(replica.inbox.flatMap((parcel) => [...parcel.operations]));
    replica.inbox = [{ from: first.from, delta: encode(lattice.codec, group), operations }];
  }

  #meet(
    fromIndex: number,
    toIndex: number,
    deltaOf: (from: Replica<S, C>, to: Replica<S, C>) => S,
  ): Replica<S, C> | undefined {
    const [from, to] = [this.#replica(fromIndex), this.#replica(toIndex)];
    if (!this.#connected(from.index, to.index)) return undefined;
    this.#receive(to, {
      from: from.index,
      delta: encode(this.lattice.codec, deltaOf(from, to)),
      operations: from.seen,
    });
    return to;
  }

  #receive(replica: Replica<S, C>, parcel: Parcel<C>): void {
    replica.state = this.lattice.join(replica.state, decode(this.lattice.codec, parcel.delta, 'delta'));
    for (const operation of parcel.operations) {
      replica.seen.add(operation);
      replica.clock = receive(replica.clock, operation.time, this.#wallMsAt(replica), MAX_DRIFT_MS).clock;
    }
  }

  #summaryOf(state: S): Uint8Array {
    return encode(this.lattice.codec, this.lattice.summary(state));
  }

  #copy(state: S): S {
    return decode(this.lattice.codec, encode(this.lattice.codec, state), 'state');
  }

  #connected(a: number, b: number): boolean {
    return this.#side.has(a) === this.#side.has(b);
  }

  #wallMsAt(replica: Replica<S, C>): number {
    return this.#wallMs + (this.#cast.skewsMs[replica.index] ?? 0);
  }

  #replica(index: number): Replica<S, C> {
    const replica = this.replicas[index];
    if (replica === undefined) throw new RangeError(`no replica ${index}`);
    return replica;
  }
}

/** True when each of these operations comes with its whole past. */
export function isCausallyClosed<C>(seen: ReadonlySet<Operation<C>>): boolean {
  for (const operation of seen) {
    for (const earlier of operation.past) if (!seen.has(earlier)) return false;
  }
  return true;
}

/** Operations in the order of their times: greatest last. */
export function byTime<C>(operations: readonly Operation<C>[]): Operation<C>[] {
  return [...operations].sort((a, b) => compareTimes(a.time, b.time));
}

/** A history as lines that can be read, replicas named A, B, C. */
export function showSteps<C>(steps: readonly Step<C>[]): string {
  return steps.map((step, index) => `${String(index + 1).padStart(4)}  ${showStep(step)}`).join('\n');
}

function showStep<C>(step: Step<C>): string {
  const name = (index: number): string => String.fromCharCode(65 + index);
  switch (step.do) {
    case 'act':
      return `${name(step.at)} does ${showData(step.command)} after ${step.waitMs} ms`;
    case 'deliver':
      return `${name(step.to)} gets delta ${step.nth}${step.again ? ', which stays waiting' : ''}`;
    case 'lose':
      return `${name(step.to)} never gets delta ${step.nth}`;
    case 'gather':
      return `the deltas waiting for ${name(step.to)} are joined to one`;
    case 'state':
      return `${name(step.to)} gets the state of ${name(step.from)}`;
    case 'since':
      return `${name(step.to)} gets what it lacks from ${name(step.from)}${step.stale ? ', by the summary it remembered' : ''}`;
    case 'remember':
      return `${name(step.at)} remembers its summary`;
    case 'restart':
      return `${name(step.at)} comes back from its bytes`;
    case 'split':
      return `the network splits: {${step.side.map(name).join('')}} from the rest`;
    case 'heal':
      return 'the network heals';
  }
}
