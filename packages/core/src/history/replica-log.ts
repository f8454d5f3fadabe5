/**
 * Which local number (LV) stands for which dot, and back. Both sides are kept in spans, so what one replica typed without
 * a word from others is one entry each way.
 *
 *      lv        0 1 2 3 4 5 6 7 8          spans   0 → A.1   3 → B.1   5 → A.4
 *      dot       A A A B B A A A A          of A    1 → 0     4 → 5
 *                1 2 3 1 2 4 5 6 7          of B    1 → 3
 *
 * A replica is named by an index here, given in the order in which replicas are met. A history that begins with a base has
 * LVs only for those of its dots that something is still called by, in an order of its own (doc/base.ts). Leaves out: parents
 * (event-graph.ts) and where events begin (event-log.ts).
 */
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import { IntList } from './int-list.ts';

/** What is known of one replica: an unbroken prefix of its dots. Plain arrays, because there may be thousands of these, and most are short. */
interface ReplicaSpans {
  readonly id: ReplicaId;
  /** The last seq known. */
  last: number;
  readonly seqs: number[];
  readonly lvs: number[];
  /** Of the first spans, those of a base, how many dots they have: between these some have no LV. */
  readonly baseCounts: number[];
}

const NO_COUNTS: number[] = [];

/** Dots in a row, which get LVs in a row. */
export interface DotRun {
  readonly replica: ReplicaId;
  readonly seq: number;
  readonly count: number;
}

export class ReplicaLog {
  readonly #replicas: ReplicaSpans[] = [];
  readonly #indexes = new Map<ReplicaId, number>();
  readonly #spanLvs = new IntList();
  readonly #spanReplicas = new IntList();
  readonly #spanSeqs = new IntList();
  #length = 0;
  /** LVs of the base. */
  #base = 0;
  /** Whose the last span is: it goes on while that replica does. */
  #lastReplica = -1;

  /** Replicas met. */
  get size(): number {
    return this.#replicas.length;
  }

  /** The index of this replica, or -1 when it was not met. */
  find(id: ReplicaId): number {
    return this.#indexes.get(id) ?? -1;
  }

  /** The index of this replica, which is met now if it was not before. */
  meet(id: ReplicaId): number {
    const known = this.#indexes.get(id);
    if (known !== undefined) return known;
    const index = this.#replicas.length;
    this.#replicas.push({ id, last: 0, seqs: [], lvs: [], baseCounts: NO_COUNTS });
    this.#indexes.set(id, index);
    return index;
  }

  idOf(replica: number): ReplicaId {
    return this.#of(replica).id;
  }

  /** The last seq known of a replica; 0 when none is. */
  lastSeq(replica: number): number {
    return this.#of(replica).last;
  }

  /** Names the next `count` LVs by the next dots of this replica. */
  append(replica: number, count: number): void {
    const spans = this.#of(replica);
    const lv = this.#length;
    if (replica !== this.#lastReplica) {
      const seq = spans.last + 1;
      this.#addSpan(replica, seq);
      spans.seqs.push(seq);
      spans.lvs.push(lv);
      this.#lastReplica = replica;
    }
    spans.last += count;
    this.#length = lv + count;
  }

  /**
   * Begins with a base: the dots up to `last` of each replica are known, and those of `names`, which are among them, have the
   * first LVs. One more LV, which no dot has, stands for the base as a whole.
   */
  begin(last: ReadonlyMap<ReplicaId, number>, names: readonly DotRun[]): void {
    const byReplica = new Map<
      number,
      { readonly seq: number; readonly lv: number; readonly count: number }[]
    >();
    for (const [id, seq] of last) this.#of(this.meet(id)).last = seq;
    for (const { replica: id, seq, count } of names) {
      const replica = this.meet(id);
      const spans = byReplica.get(replica) ?? [];
      spans.push({ seq, lv: this.#length, count });
      byReplica.set(replica, spans);
      this.#addSpan(replica, seq);
      this.#length += count;
    }
    for (const [replica, spans] of byReplica) {
      spans.sort((a, b) => a.seq - b.seq);
      const { id, last: known } = this.#of(replica);
      this.#replicas[replica] = {
        id,
        last: known,
        seqs: spans.map(({ seq }) => seq),
        lvs: spans.map(({ lv }) => lv),
        baseCounts: spans.map(({ count }) => count),
      };
    }
    this.#addSpan(0, 1);
    this.#length++;
    this.#base = this.#length;
  }

  #addSpan(replica: number, seq: number): void {
    this.#spanLvs.push(this.#length);
    this.#spanReplicas.push(replica);
    this.#spanSeqs.push(seq);
  }

  /** The LV of a dot; -1 when it is not known, or has none in the base. */
  lvOf(replica: number, seq: number): number {
    const { last, seqs, lvs, baseCounts } = this.#of(replica);
    if (seq < 1 || seq > last) return -1;
    const span = lastAtMost(seqs, seq);
    const past = seq - (seqs[span] ?? 0);
    if (span < 0 || past >= (baseCounts[span] ?? Number.POSITIVE_INFINITY)) return -1;
    return (lvs[span] as number) + past;
  }

  lvOfDot(value: Dot): number {
    const replica = this.find(value.replica);
    return replica < 0 ? -1 : this.lvOf(replica, value.seq);
  }

  replicaOf(lv: number): number {
    return this.#spanReplicas.at(this.#spanLvs.lastAtMost(lv));
  }

  seqOf(lv: number): number {
    const span = this.#spanLvs.lastAtMost(lv);
    return this.#spanSeqs.at(span) + lv - this.#spanLvs.at(span);
  }

  dotOf(lv: number): Dot {
    return dot(this.idOf(this.replicaOf(lv)), this.seqOf(lv));
  }

  /** The last LV of the span that `lv` is in: up to there LVs and dots count on together. */
  spanEnd(lv: number): number {
    const span = this.#spanLvs.lastAtMost(lv);
    return span + 1 < this.#spanLvs.length ? this.#spanLvs.at(span + 1) - 1 : this.#length - 1;
  }

  /** Orders two LVs by the ids of their replicas. */
  compare(a: number, b: number): number {
    const [ofA, ofB] = [this.replicaOf(a), this.replicaOf(b)];
    return ofA === ofB ? 0 : this.idOf(ofA) - this.idOf(ofB);
  }

  /** Takes the LVs from `length` on back, none of a base. Replicas met meanwhile stay met, with nothing known of them. */
  truncate(length: number): void {
    while (this.#spanLvs.length > 0 && this.#length > length) {
      const span = this.#spanLvs.length - 1;
      const start = this.#spanLvs.at(span);
      const spans = this.#of(this.#spanReplicas.at(span));
      const stop = Math.max(start, length);
      spans.last -= this.#length - stop;
      this.#length = stop;
      if (stop > start) break;
      spans.seqs.pop();
      spans.lvs.pop();
      this.#spanLvs.resize(span);
      this.#spanReplicas.resize(span);
      this.#spanSeqs.resize(span);
    }
    const span = this.#spanLvs.length - 1;
    // What stands for the base is nobody's, and does not go on.
    this.#lastReplica = this.#length === this.#base ? -1 : this.#spanReplicas.at(span);
  }

  #of(replica: number): ReplicaSpans {
    return this.#replicas[replica] as ReplicaSpans;
  }
}

/** In a list sorted upward: the last index whose value is at most `value`; -1 when all are above it. */
export function lastAtMost(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  if (high > 0 && (list[high - 1] as number) <= value) return high - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
