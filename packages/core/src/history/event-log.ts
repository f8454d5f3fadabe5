/**
 * The events of a history: for every local number (LV) its dot, its parents, the event it belongs to and when that was
 * made. An event is one transaction: consecutive dots of one replica that are seen together or not at all.
 *
 *      replica A   seq   1 2 3 4 5 6 7 8 9        lengths  1 → 1   6 → 2       events 1 2 3 4 5 67 89
 *                                                 times    1 → 09:00   6 → 09:02
 *
 * Where events begin and when they were made is kept by replica and in runs: a keystroke for each event is one entry.
 *
 * A history may begin with a base in place of its first events: whatever comes after has seen all of it, so it counts as one
 * event that all others come after (doc/base.ts).
 *
 *      base  A.1..A.900 B.1..B.70, with the heads A.900 and B.70         LVs 0..41, and 42 for the whole
 *      C.1   parents A.900, B.70                                        LV 43, parents [42]
 *      A.901 parent A.900                                               behind the base: it has not seen B.70
 *
 * Leaves out: what the events do.
 */
import { type VersionVector, vectorOf } from '../causality/index.ts';
import { InvariantError } from '../error.ts';
import { compareDots, type Dot, equalDots, type ReplicaId } from '../id/index.ts';
import { EventGraph, type LocalFrontier } from './event-graph.ts';
import { type DotRun, lastAtMost, ReplicaLog } from './replica-log.ts';

/** When an event was made, without its replica: see HybridTime. */
export interface EventTime {
  readonly wallMs: number;
  readonly counter: number;
}

/** Each value holds from its seq on to the next one's. */
interface ReplicaMarks {
  readonly lengthSeqs: number[];
  readonly lengths: number[];
  readonly timeSeqs: number[];
  readonly wallsMs: number[];
  readonly counters: number[];
}

const NO_TIME: EventTime = { wallMs: 0, counter: 0 };
const EMPTY_VERSION: FoundVersion = { is: 'known', version: [] };

/** What a history that is not kept from its start begins with. */
export interface HistoryBase {
  /** The last dot of each replica, and when its event was made. */
  readonly last: readonly (Dot & EventTime)[];
  /** The heads of the version that it is, sorted. */
  readonly frontier: readonly Dot[];
  /** The dots that something in it is called by, and when their events were made, in the order of their LVs. */
  readonly names: readonly (DotRun & EventTime)[];
}

/** A version by local numbers; or the first dot that is not known, or that is behind the base. */
export type FoundVersion =
  | { readonly is: 'known'; readonly version: LocalFrontier }
  | { readonly is: 'missing'; readonly dot: Dot }
  | { readonly is: 'behind'; readonly dot: Dot };

export class EventLog {
  readonly graph = new EventGraph();
  readonly replicas = new ReplicaLog();
  readonly #marks: ReplicaMarks[] = [];
  #base: HistoryBase | undefined;
  #baseSeqs: ReadonlyMap<ReplicaId, number> = new Map();
  #start = 0;

  /** LVs given so far: the next one. */
  get length(): number {
    return this.graph.length;
  }

  /** The base that it begins with, if it does. */
  get base(): HistoryBase | undefined {
    return this.#base;
  }

  /** The first LV that is none of the base. */
  get start(): number {
    return this.#start;
  }

  /** Begins with a base. Nothing must have been added. */
  begin(base: HistoryBase): void {
    if (this.length > 0) throw new InvariantError('history/base-first', `${this.length} LVs are known`);
    this.#base = base;
    this.#baseSeqs = new Map(base.last.map(({ replica, seq }) => [replica, seq]));
    this.replicas.begin(this.#baseSeqs, base.names);
    this.#start = base.names.reduce((sum, { count }) => sum + count, 1);
    this.graph.append(this.#start, []);
    // A base has no events any more: each of its dots counts as one.
    for (const { replica } of base.last) {
      const { lengthSeqs, lengths } = this.#marksOf(this.replicas.find(replica));
      lengthSeqs.push(1);
      lengths.push(1);
    }
    for (const { replica, seq, wallMs, counter } of [...base.names, ...base.last].sort(compareDots))
      this.markTime(this.replicas.find(replica), seq, wallMs, counter);
  }

  /** The last seq of a replica in the base; 0 for who is not in it. */
  baseSeq(replica: ReplicaId): number {
    return this.#baseSeqs.get(replica) ?? 0;
  }

  /** Whether a holder of `vector` lacks something of the base. */
  isBehindBase(vector: ReadonlyMap<ReplicaId, number>): boolean {
    return this.#base?.last.some(({ replica, seq }) => (vector.get(replica) ?? 0) < seq) ?? false;
  }

  /** The version with these heads. */
  versionOf(heads: readonly Dot[]): FoundVersion {
    if (this.#base !== undefined) {
      if (sameDots(heads, this.#base.frontier)) return { is: 'known', version: [this.#start - 1] };
      const behind = heads.find(({ replica, seq }) => seq <= this.baseSeq(replica));
      if (behind !== undefined) return { is: 'behind', dot: behind };
    }
    const version: number[] = [];
    for (const head of heads) {
      const lv = this.replicas.lvOfDot(head);
      if (lv < 0) return { is: 'missing', dot: head };
      version.push(lv);
    }
    return { is: 'known', version: version.length < 2 ? version : version.sort((a, b) => a - b) };
  }

  /** The version that has only what a replica's event at `seq` follows if nothing is said of its parents. */
  versionBefore(replica: ReplicaId, seq: number): FoundVersion {
    if (seq > 1) return this.versionOf([{ replica, seq: seq - 1 }]);
    return this.#base === undefined ? EMPTY_VERSION : { is: 'behind', dot: { replica, seq } };
  }

  /** Adds one event of `count` dots that has seen everything. Returns its first LV. */
  appendNext(replica: number, count: number): number {
    const lv = this.graph.appendNext(count);
    this.#markLength(replica, count);
    this.replicas.append(replica, count);
    return lv;
  }

  /**
   * Adds `events` events of `length` dots each, of which the first has these parents and each other the one before it.
   * Parents are LVs that are known, last of their events, mutually concurrent. Returns the first LV.
   */
  append(replica: number, events: number, length: number, parents: LocalFrontier): number {
    const lv = this.graph.append(events * length, parents);
    this.#markLength(replica, length);
    this.replicas.append(replica, events * length);
    return lv;
  }

  /** Says when the events of this replica from `seq` on were made. In order of seq; a time that goes on is not written again. */
  markTime(replica: number, seq: number, wallMs: number, counter: number): void {
    const marks = this.#marksOf(replica);
    const last = marks.timeSeqs.length - 1;
    if (last >= 0 && marks.wallsMs[last] === wallMs && marks.counters[last] === counter) return;
    marks.timeSeqs.push(seq);
    marks.wallsMs.push(wallMs);
    marks.counters.push(counter);
  }

  timeOf(replica: number, seq: number): EventTime {
    const marks = this.#marksOf(replica);
    const at = lastAtMost(marks.timeSeqs, seq);
    if (at < 0) return NO_TIME;
    return { wallMs: marks.wallsMs[at] as number, counter: marks.counters[at] as number };
  }

  /** The seq up to which the time at `seq` holds, as far as is known; `Infinity` when no other follows. */
  timeEnd(replica: number, seq: number): number {
    const { timeSeqs } = this.#marksOf(replica);
    return (timeSeqs[lastAtMost(timeSeqs, seq) + 1] ?? Number.POSITIVE_INFINITY) - 1;
  }

  /** The dots of the event that has this dot, first and last. */
  eventAt(replica: number, seq: number): { readonly first: number; readonly last: number } {
    const { lengthSeqs, lengths } = this.#marksOf(replica);
    const at = lastAtMost(lengthSeqs, seq);
    const length = lengths[at] as number;
    const start = lengthSeqs[at] as number;
    const first = start + Math.floor((seq - start) / length) * length;
    return { first, last: first + length - 1 };
  }

  /** The length of the event that begins at `seq`, and how many of that length stand from there on up to `end`, which ends an event. */
  eventsFrom(
    replica: number,
    seq: number,
    end: number,
  ): { readonly length: number; readonly events: number } {
    const { lengthSeqs, lengths } = this.#marksOf(replica);
    const at = lastAtMost(lengthSeqs, seq);
    const length = lengths[at] as number;
    const stop = Math.min((lengthSeqs[at + 1] ?? Number.POSITIVE_INFINITY) - 1, end);
    return { length, events: Math.floor((stop - seq + 1) / length) };
  }

  /** True when an event ends with this LV, so that it can be a parent. */
  endsEvent(lv: number): boolean {
    if (lv < this.#start) return lv === this.#start - 1;
    const replica = this.replicas.replicaOf(lv);
    const seq = this.replicas.seqOf(lv);
    return this.eventAt(replica, seq).last === seq;
  }

  /** What is known, of each replica. */
  vector(): VersionVector {
    const entries: (readonly [ReplicaId, number])[] = [];
    for (let replica = 0; replica < this.replicas.size; replica++)
      entries.push([this.replicas.idOf(replica), this.replicas.lastSeq(replica)]);
    return vectorOf(entries);
  }

  /** The vector of what a version has seen. Costs as much as there is between that version and all. */
  vectorAt(version: LocalFrontier): VersionVector {
    const seqs = new Map(this.vector());
    const { onlyA } = this.graph.difference(this.graph.frontier, version);
    for (let i = 0; i < onlyA.length; i += 2) {
      for (let lv = onlyA[i] as number; lv < (onlyA[i + 1] as number); lv = this.replicas.spanEnd(lv) + 1) {
        const id = this.replicas.idOf(this.replicas.replicaOf(lv));
        seqs.set(id, Math.min(seqs.get(id) ?? 0, this.replicas.seqOf(lv) - 1));
      }
    }
    return vectorOf(seqs);
  }

  /** The last dots of the heads of a version. */
  dotsOf(version: LocalFrontier): readonly Dot[] {
    if (this.#base !== undefined && version[0] === this.#start - 1) return this.#base.frontier;
    return version.map((lv) => this.replicas.dotOf(lv));
  }

  /**
   * The LVs that a holder of `vector` lacks, none of the base, as pairs [start, end) going up, each of one replica. Events are
   * whole: one that the vector cuts through is lacking.
   */
  lacking(vector: ReadonlyMap<ReplicaId, number>): readonly number[] {
    const spans: (readonly [start: number, end: number])[] = [];
    for (let replica = 0; replica < this.replicas.size; replica++) {
      const last = this.replicas.lastSeq(replica);
      const id = this.replicas.idOf(replica);
      const known = Math.min(Math.max(vector.get(id) ?? 0, this.baseSeq(id)), last);
      if (known === last) continue;
      let seq = known + 1;
      const event = this.eventAt(replica, seq);
      seq = event.first;
      while (seq <= last) {
        const lv = this.replicas.lvOf(replica, seq);
        const end = this.replicas.spanEnd(lv) + 1;
        spans.push([lv, end]);
        seq += end - lv;
      }
    }
    return spans.sort(([a], [b]) => a - b).flat();
  }

  /** Takes the LVs from `length` on back; it must be the end of an event. Costs as much as the runs that stay. */
  truncate(length: number): void {
    this.graph.truncate(length);
    this.replicas.truncate(length);
    for (const [replica, marks] of this.#marks.entries()) {
      const last = this.replicas.lastSeq(replica);
      const lengths = lastAtMost(marks.lengthSeqs, last) + 1;
      const times = lastAtMost(marks.timeSeqs, last) + 1;
      marks.lengthSeqs.length = marks.lengths.length = lengths;
      marks.timeSeqs.length = marks.wallsMs.length = marks.counters.length = times;
    }
  }

  #markLength(replica: number, length: number): void {
    const marks = this.#marksOf(replica);
    if (marks.lengths[marks.lengths.length - 1] === length) return;
    marks.lengthSeqs.push(this.replicas.lastSeq(replica) + 1);
    marks.lengths.push(length);
  }

  #marksOf(replica: number): ReplicaMarks {
    const known = this.#marks[replica];
    if (known !== undefined) return known;
    if (replica >= this.replicas.size)
      throw new InvariantError('history/replica-met', `replica ${replica} of ${this.replicas.size}`);
    for (let next = this.#marks.length; next <= replica; next++)
      this.#marks.push({ lengthSeqs: [], lengths: [], timeSeqs: [], wallsMs: [], counters: [] });
    return this.#marks[replica] as ReplicaMarks;
  }
}

/** `b` is sorted. */
function sameDots(a: readonly Dot[], b: readonly Dot[]): boolean {
  if (a.length !== b.length) return false;
  const sorted = [...a].sort(compareDots);
  return sorted.every((each, i) => equalDots(each, b[i] as Dot));
}
