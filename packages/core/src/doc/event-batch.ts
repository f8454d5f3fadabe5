/**
 * A part of a history on its own: what an update holds once it is read. Its events stand in runs of one replica in which
 * each event has just the one before as parent; its operations are a log whose LVs are positions in the batch.
 *
 *      run      A.1..A.40   parents: none            positions  0..39
 *      run      B.1..B.3    parents: A.12                      40..42
 *      run      A.41..A.41  parents: A.40, B.3                 43
 *
 * Here the bytes-only work is done as well: joining and cutting batches needs no document. Leaves out: bytes
 * (update-codec.ts).
 */
import { type VersionVector, vectorOf } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import { type EventLog, type EventTime, type LocalFrontier, sameFrontier } from '../history/index.ts';
import { compareDots, type Dot, type ReplicaId } from '../id/index.ts';
import type { ContainerId } from './container-id.ts';
import type { DocumentBase } from './document-base.ts';
import { OpLog } from './op-log.ts';

/** Local numbers are 30 bits wide, so no history has more dots. */
export const MAX_DOTS = 2 ** 30 - 1;

/** From `seq` on the events are this long. */
export interface LengthMark {
  readonly seq: number;
  readonly length: number;
}

/** From `seq` on the events were made then. */
export interface TimeMark extends EventTime {
  readonly seq: number;
}

export interface EventRun {
  readonly replica: ReplicaId;
  readonly seq: number;
  /** In dots. */
  readonly count: number;
  /** Of the first event; undefined when that is only its replica's event before, or at seq 1 none. */
  readonly parents: readonly Dot[] | undefined;
  /** The first mark is at `seq`; whole events fill the run. */
  readonly lengths: readonly LengthMark[];
  /** Where the time changes; before the first mark the time of its replica's event before holds. */
  readonly times: readonly TimeMark[];
  readonly position: number;
}

export interface EventBatch {
  /** What comes before these events, when they are not the whole history. */
  readonly base?: DocumentBase;
  readonly runs: readonly EventRun[];
  readonly ops: OpLog;
  /** Dots in all. */
  readonly length: number;
}

/** The part of a document's history in these LV ranges, which are [start, end) in pairs going up, of whole events. */
export function batchOf(events: EventLog, ops: OpLog, ranges: readonly number[]): EventBatch {
  const builder = new BatchBuilder();
  for (let i = 0; i < ranges.length; i += 2) {
    const end = ranges[i + 1] as number;
    for (let lv = ranges[i] as number; lv < end; ) {
      const stop = Math.min(end, events.graph.runEnd(lv) + 1, events.replicas.spanEnd(lv) + 1);
      builder.add(runOf(events, lv, stop), ops, lv);
      lv = stop;
    }
  }
  return builder.finish();
}

/**
 * One batch of all events in these batches above what `known` says of each replica, each event once. Parents come before
 * what they are parents of; the order depends on the events alone.
 */
export function composeBatches(
  batches: readonly EventBatch[],
  known: (replica: ReplicaId) => number = () => 0,
): EventBatch {
  const byReplica = new Map<ReplicaId, Piece[]>();
  for (const batch of batches) {
    for (const run of batch.runs) {
      const pieces = byReplica.get(run.replica);
      const piece = { run, ops: batch.ops, from: run.seq };
      if (pieces === undefined) byReplica.set(run.replica, [piece]);
      else pieces.push(piece);
    }
  }
  const base = baseFor(batches, known);
  const inBase = seqsOfBase(base);
  const isKnown = (replica: ReplicaId): number => Math.max(known(replica), inBase.get(replica) ?? 0);
  const builder = new BatchBuilder();
  for (const { run, ops, from } of inCausalOrder(withoutRepeats(byReplica, isKnown)))
    builder.add(cutRun(run, from, run.seq + run.count), ops, run.position + from - run.seq);
  return base === undefined ? builder.finish() : { ...builder.finish(), base };
}

/**
 * The base that the batches need together: the latest, unless it is known or they have all the history that it stands for.
 * `decode/behind` when neither of two has seen the other.
 */
function baseFor(
  batches: readonly EventBatch[],
  known: (replica: ReplicaId) => number,
): DocumentBase | undefined {
  let latest: DocumentBase | undefined;
  for (const { base } of batches) {
    if (base === undefined) continue;
    if (
      latest === undefined ||
      lackedBy(base, (replica) => seqsOfBase(latest).get(replica) ?? 0) !== undefined
    ) {
      const lacked = latest && lackedBy(latest, (replica) => seqsOfBase(base).get(replica) ?? 0);
      if (lacked !== undefined) throw behind(lacked);
      latest = base;
    }
  }
  if (latest === undefined || lackedBy(latest, known) === undefined) return undefined;
  const runs = batches.flatMap((batch) => batch.runs);
  const history = vectorOfBatch({ runs, ops: new OpLog(), length: 0 });
  return lackedBy(latest, (replica) => history.get(replica) ?? 0) === undefined ? undefined : latest;
}

/** A dot of a base that a holder of what is known lacks. */
export function lackedBy({ last }: DocumentBase, known: (replica: ReplicaId) => number): Dot | undefined {
  return last.find(({ replica, seq }) => known(replica) < seq);
}

function seqsOfBase(base: DocumentBase | undefined): Map<ReplicaId, number> {
  return new Map(base?.last.map(({ replica, seq }) => [replica, seq]));
}

/** An update that cannot be joined, because what it has or lacks lies before a base. */
export function behind({ replica, seq }: Dot): CausewayError<'decode/behind'> {
  return new CausewayError(
    'decode/behind',
    { replica, seq },
    `${replica}.${seq} lies before what this document, whose first history was given up, begins with; take the update to a replica that has all history, or begin again with the document's snapshot`,
  );
}

/** How far each replica's events reach without a gap. */
export function vectorOfBatch({ runs, base }: EventBatch): VersionVector {
  const seqs = seqsOfBase(base);
  const sorted = [...runs].sort((a, b) => a.replica - b.replica || a.seq - b.seq);
  for (const { replica, seq, count } of sorted) {
    const last = seqs.get(replica) ?? 0;
    if (seq <= last + 1) seqs.set(replica, Math.max(last, seq + count - 1));
  }
  return vectorOf(seqs);
}

/** The events of a run with seqs in [from, to), which must be where events begin or end. */
export function cutRun(run: EventRun, from: number, to: number): EventRun {
  if (from === run.seq && to === run.seq + run.count) return run;
  return {
    replica: run.replica,
    seq: from,
    count: to - from,
    parents: from === run.seq ? run.parents : undefined,
    lengths: run.lengths.flatMap((mark, i) => {
      const end = run.lengths[i + 1]?.seq ?? Number.POSITIVE_INFINITY;
      return mark.seq >= to || end <= from ? [] : [{ length: mark.length, seq: Math.max(mark.seq, from) }];
    }),
    times: run.times.filter(({ seq }) => seq >= from && seq < to),
    position: run.position + from - run.seq,
  };
}

/** The first seq at or after `seq` where an event of the run begins; the end of the run when none does. */
export function eventStartFrom(run: EventRun, seq: number): number {
  if (seq <= run.seq) return run.seq;
  const end = run.seq + run.count;
  for (let i = run.lengths.length - 1; i >= 0; i--) {
    const mark = run.lengths[i] as LengthMark;
    if (mark.seq > seq) continue;
    const start = mark.seq + Math.ceil((seq - mark.seq) / mark.length) * mark.length;
    return Math.min(start, run.lengths[i + 1]?.seq ?? end, end);
  }
  return run.seq;
}

/** Puts a batch together from runs with their operations; runs that go on from the last one join it. */
export class BatchBuilder {
  readonly #runs: OpenRun[] = [];
  readonly #ops = new OpLog();
  readonly #mapped = new Map<OpLog, Map<number, number>>();
  #length = 0;

  /** Adds a run whose operations stand in `ops` from `at` on. */
  add(run: EventRun, ops: OpLog, at: number): void {
    this.#ops.appendFrom(ops, at, at + run.count, this.#length, (container) => this.#map(ops, container));
    const last = this.#runs.at(-1);
    if (last?.replica === run.replica && last.seq + last.count === run.seq && run.parents === undefined)
      join(last, run);
    else
      this.#runs.push({
        ...run,
        lengths: [...run.lengths],
        times: [...run.times],
        position: this.#length,
      });
    this.#length += run.count;
  }

  finish(): EventBatch {
    return { runs: this.#runs, ops: this.#ops, length: this.#length };
  }

  #map(ops: OpLog, container: number): number {
    let mapped = this.#mapped.get(ops);
    if (mapped === undefined) {
      mapped = new Map();
      this.#mapped.set(ops, mapped);
    }
    return mapContainer(ops, this.#ops, mapped, container);
  }
}

/** The number in `to` of a container of `from`; parents get theirs first. `mapped` remembers. */
export function mapContainer(from: OpLog, to: OpLog, mapped: Map<number, number>, container: number): number {
  const known = mapped.get(container);
  if (known !== undefined) return known;
  // Parents have smaller numbers, and how deep they lie is bounded where they are read.
  const id = from.containers[container] as ContainerId;
  const made = to.meet(id.at === 'root' ? id : { ...id, parent: mapContainer(from, to, mapped, id.parent) });
  mapped.set(container, made);
  return made;
}

/** A stretch of one run in one batch: the events from seq `from` to the run's end. */
interface Piece {
  readonly run: EventRun;
  readonly ops: OpLog;
  readonly from: number;
}

function runOf(events: EventLog, from: number, to: number): EventRun {
  const { replicas, graph } = events;
  const replica = replicas.replicaOf(from);
  const seq = replicas.seqOf(from);
  const last = seq + to - from - 1;
  const lengths: LengthMark[] = [];
  for (let at = seq; at <= last; ) {
    const { length, events: many } = events.eventsFrom(replica, at, last);
    lengths.push({ seq: at, length });
    at += length * many;
  }
  const times: TimeMark[] = [];
  for (let at = seq; at <= last; at = events.timeEnd(replica, at) + 1) {
    const goesOn = at === seq && at > 1 && events.timeEnd(replica, at - 1) >= at;
    if (!goesOn) times.push({ seq: at, ...events.timeOf(replica, at) });
  }
  return {
    replica: replicas.idOf(replica),
    seq,
    count: to - from,
    parents: parentsToSay(events, replica, seq, graph.parentsOf(from)),
    lengths,
    times,
    position: from,
  };
}

/** These parents of a replica's event as dots; undefined when they are only its event before, or at seq 1 none. */
export function parentsToSay(
  events: EventLog,
  replica: number,
  seq: number,
  parents: LocalFrontier,
): readonly Dot[] | undefined {
  const own = events.versionBefore(events.replicas.idOf(replica), seq);
  const isOwn = own.is === 'known' && sameFrontier(own.version, parents);
  return isOwn ? undefined : [...events.dotsOf(parents)].sort(compareDots);
}

/** A run that may still grow. */
interface OpenRun extends EventRun {
  count: number;
  readonly lengths: LengthMark[];
  readonly times: TimeMark[];
}

function join(run: OpenRun, next: EventRun): void {
  run.count += next.count;
  for (const mark of next.lengths) if (run.lengths.at(-1)?.length !== mark.length) run.lengths.push(mark);
  for (const mark of next.times) run.times.push(mark);
}

/** Each event once, above what is known; what contradicts what came before it is left out. */
function withoutRepeats(
  byReplica: ReadonlyMap<ReplicaId, Piece[]>,
  known: (replica: ReplicaId) => number,
): readonly Piece[] {
  const fresh: Piece[] = [];
  for (const replica of [...byReplica.keys()].sort((a, b) => a - b)) {
    const pieces = (byReplica.get(replica) as Piece[]).sort(
      (a, b) => a.run.seq - b.run.seq || b.run.count - a.run.count,
    );
    let next = known(replica) + 1;
    for (const piece of pieces) {
      const end = piece.run.seq + piece.run.count;
      if (end <= next) continue;
      const from = eventStartFrom(piece.run, next);
      // An event that is known in part only is taken whole: more than is needed, never less.
      const cut = from > next && next === known(replica) + 1 ? eventStartAt(piece.run, next) : from;
      if (cut >= end) continue;
      fresh.push({ ...piece, from: cut });
      next = end;
    }
  }
  return fresh;
}

/** The first seq of the event of the run that has this dot. */
export function eventStartAt(run: EventRun, seq: number): number {
  if (seq <= run.seq) return run.seq;
  const mark = run.lengths.findLast((each) => each.seq <= seq) as LengthMark;
  return mark.seq + Math.floor((seq - mark.seq) / mark.length) * mark.length;
}

/**
 * Pieces that go on from each other count as one, a chain, so that the order does not depend on how the events came. Depth
 * first: what a chain's first event has as parents comes before the chain. Pieces are by ascending replica and seq.
 */
function inCausalOrder(pieces: readonly Piece[]): readonly Piece[] {
  const chains = chainsOf(pieces);
  const ofReplica = new Map<ReplicaId, number[]>();
  for (const [i, [{ run }]] of chains.entries()) {
    const list = ofReplica.get(run.replica);
    if (list === undefined) ofReplica.set(run.replica, [i]);
    else list.push(i);
  }
  const ordered: Piece[] = [];
  const states = new Uint8Array(chains.length);
  const stack: number[] = [];
  for (let root = 0; root < chains.length; root++) {
    stack.push(root);
    while (stack.length > 0) {
      const i = stack[stack.length - 1] as number;
      const chain = chains[i] as Chain;
      if (states[i] === 0) {
        states[i] = 1;
        for (const parent of parentsOf(chain[0])) {
          const before = chainOf(chains, parent.seq, ofReplica.get(parent.replica));
          // One that is being waited for already can only be so in a history that contradicts itself.
          if (before >= 0 && states[before] === 0) stack.push(before);
        }
      } else {
        stack.pop();
        if (states[i] === 1) for (const piece of chain) ordered.push(piece);
        states[i] = 2;
      }
    }
  }
  return ordered;
}

type Chain = readonly [Piece, ...Piece[]];

function chainsOf(pieces: readonly Piece[]): readonly Chain[] {
  const chains: [Piece, ...Piece[]][] = [];
  let last: Piece | undefined;
  for (const piece of pieces) {
    const goesOn = last !== undefined && last.run.replica === piece.run.replica && endOf(last) === piece.from;
    if (goesOn && explicitParents(piece) === undefined) chains.at(-1)?.push(piece);
    else chains.push([piece]);
    last = piece;
  }
  return chains;
}

function endOf({ run }: Piece): number {
  return run.seq + run.count;
}

function explicitParents({ run, from }: Piece): readonly Dot[] | undefined {
  return from === run.seq ? run.parents : undefined;
}

function parentsOf(piece: Piece): readonly Dot[] {
  const { run, from } = piece;
  const own = from > 1 ? [{ replica: run.replica, seq: from - 1 }] : [];
  return [...(explicitParents(piece) ?? []), ...own];
}

/** The chain of a replica that has this seq; -1 when none has. */
function chainOf(chains: readonly Chain[], seq: number, ofReplica: readonly number[] = []): number {
  let low = 0;
  let high = ofReplica.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chains[ofReplica[middle] as number] as Chain)[0].from <= seq) low = middle + 1;
    else high = middle;
  }
  const index = low === 0 ? -1 : (ofReplica[low - 1] as number);
  return index >= 0 && seq < endOf((chains[index] as Chain).at(-1) as Piece) ? index : -1;
}
