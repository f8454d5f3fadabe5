/**
 * The event graph: which event was made with knowledge of which. Every dot of a history has a local number (LV), given in
 * the order in which this replica came to know it, so that parents always have smaller numbers. The graph is kept in runs
 * in which each LV has just its predecessor as parent, so a history typed alone is one run.
 *
 *      0 ─ 1 ─ 2 ─ 3 ─ 4 ─────── 8        run 0..4  parents []
 *                   ╲          ╱           run 5..7  parents [2]      (drawn below 3)
 *                    5 ─ 6 ─ 7             run 8..8  parents [4, 7]
 *
 * A version is written as a frontier: its heads, as LVs sorted upward; [] is the version before everything.
 *
 * A critical version is a single LV that everything after it has seen, and that has seen everything before it. At a
 * critical version no event's order is open any more, so a merge never has to look behind the last one. Here 0, 1, 2 and
 * 8 are critical. (Gentle & Kleppmann 2024, "Collaborative Text Editing with Eg-walker", section 3.5.)
 *
 * Leaves out: whose events these are (replica-log.ts) and what they do.
 */
import { InvariantError } from '../error.ts';
import { IntList } from './int-list.ts';

/** A version as its heads, LVs sorted upward. */
export type LocalFrontier = readonly number[];

const NOTHING: LocalFrontier = [];

export class EventGraph {
  readonly #starts = new IntList();
  readonly #parents: LocalFrontier[] = [];
  readonly #criticalStarts = new IntList();
  readonly #criticalEnds = new IntList();
  #length = 0;
  /** Undefined while the last LV is the only head, so that typing alone makes no arrays. */
  #heads: LocalFrontier | undefined = NOTHING;

  /** LVs given so far: the next one. */
  get length(): number {
    return this.#length;
  }

  /** The heads of everything known. */
  get frontier(): LocalFrontier {
    return this.#heads ?? [this.#length - 1];
  }

  /** True when the last LV has seen everything, so that what follows it alone follows all. */
  get isLinear(): boolean {
    return this.#heads === undefined;
  }

  get runs(): number {
    return this.#starts.length;
  }

  /** Adds `count` dots of which the first has these parents, which must be known and mutually concurrent, and each other has its predecessor. Returns the first's LV. */
  append(count: number, parents: LocalFrontier): number {
    const start = this.#length;
    this.#length = start + count;
    const last = start + count - 1;
    const follows = parents.length === 1 && parents[0] === start - 1;
    if (!follows || start === 0) {
      this.#starts.push(start);
      this.#parents.push(parents);
    }
    const open = this.#heads ?? [start - 1];
    if (sameFrontier(parents, open)) {
      // Whoever has seen everything, and is all that is open, is critical.
      this.#heads = undefined;
      this.#addCritical(start, last);
    } else {
      this.#cutCriticalAbove(parents.length === 0 ? -1 : (parents[parents.length - 1] as number));
      const heads = open.filter((head) => !parents.includes(head));
      heads.push(last);
      this.#heads = heads;
    }
    return start;
  }

  /** Adds `count` dots that have seen everything, as `append` with the frontier as parents does. Returns the first's LV. */
  appendNext(count: number): number {
    if (this.#heads !== undefined) return this.append(count, this.#heads);
    const start = this.#length;
    this.#length = start + count;
    this.#criticalEnds.set(this.#criticalEnds.length - 1, this.#length - 1);
    return start;
  }

  /** Takes the LVs from `length` on back. Costs as much as the runs that stay: it is for what was found wrong. */
  truncate(length: number): void {
    const end = this.#length;
    if (length > end) throw new InvariantError('history/truncate', `${length} of ${end}`);
    const starts = [...this.#starts.data.subarray(0, this.#starts.length)];
    const parents = this.#parents.splice(0);
    this.#starts.resize(0);
    this.#criticalStarts.resize(0);
    this.#criticalEnds.resize(0);
    this.#length = 0;
    this.#heads = NOTHING;
    for (const [run, start] of starts.entries()) {
      if (start >= length) return;
      const stop = Math.min(starts[run + 1] ?? end, length);
      this.append(stop - start, parents[run] as LocalFrontier);
    }
  }

  /** The parents of one LV. */
  parentsOf(lv: number): LocalFrontier {
    const run = this.#starts.lastAtMost(lv);
    return this.#starts.at(run) === lv ? (this.#parents[run] as LocalFrontier) : [lv - 1];
  }

  /** The last LV of the run that `lv` is in. */
  runEnd(lv: number): number {
    const run = this.#starts.lastAtMost(lv);
    return run + 1 < this.#starts.length ? this.#starts.at(run + 1) - 1 : this.#length - 1;
  }

  /** The last critical version; -1 is the version before everything. */
  get lastCritical(): number {
    return this.#criticalEnds.length === 0 ? -1 : this.#criticalEnds.last();
  }

  /** True when `lv` is in the version: one of its heads or an ancestor of one. */
  includes(version: LocalFrontier, lv: number): boolean {
    if (version.includes(lv)) return true;
    const heap = version.filter((head) => head > lv);
    while (heap.length > 0) {
      const head = takeMax(heap);
      const run = this.#starts.lastAtMost(head);
      if (this.#starts.at(run) <= lv) return true;
      for (const parent of this.#parents[run] as LocalFrontier) {
        if (parent === lv) return true;
        if (parent > lv && !heap.includes(parent)) heap.push(parent);
      }
    }
    return false;
  }

  /**
   * What is in one version and not in the other, as pairs [start, end) from the highest down. Cost grows with the runs
   * between the two, not with the history. Undefined as soon as there is more than `limit` between them.
   */
  difference(a: LocalFrontier, b: LocalFrontier): Difference;
  difference(a: LocalFrontier, b: LocalFrontier, limit: number): Difference | undefined;
  difference(a: LocalFrontier, b: LocalFrontier, limit = Number.POSITIVE_INFINITY): Difference | undefined {
    const onlyA: number[] = [];
    const onlyB: number[] = [];
    // Heads still to be followed, each with who has it: 1 a, 2 b, 3 both. Few at a time, so a plain array serves as heap.
    const heads: number[] = [];
    const owners: number[] = [];
    let single = 0;
    let length = 0;
    const add = (lv: number, owner: number): void => {
      const at = heads.indexOf(lv);
      if (at < 0) {
        heads.push(lv);
        owners.push(owner);
        if (owner !== 3) single++;
        return;
      }
      const before = owners[at] as number;
      owners[at] = before | owner;
      if (before !== 3 && (before | owner) === 3) single--;
    };
    for (const lv of a) add(lv, 1);
    for (const lv of b) add(lv, 2);
    while (single > 0) {
      let top = 0;
      for (let i = 1; i < heads.length; i++) if ((heads[i] as number) > (heads[top] as number)) top = i;
      const lv = heads[top] as number;
      const owner = owners[top] as number;
      removeAt(heads, top);
      removeAt(owners, top);
      if (owner !== 3) single--;
      const run = this.#starts.lastAtMost(lv);
      const start = this.#starts.at(run);
      // The next head in the same run bounds what belongs to this owner alone.
      let stop = start - 1;
      for (let i = 0; i < heads.length; i++) {
        const other = heads[i] as number;
        if (other >= start && other > stop) stop = other;
      }
      if (owner !== 3) length += lv - stop;
      if (length > limit) return undefined;
      if (owner === 1) onlyA.push(stop + 1, lv + 1);
      else if (owner === 2) onlyB.push(stop + 1, lv + 1);
      if (stop >= start) add(stop, owner);
      else for (const parent of this.#parents[run] as LocalFrontier) add(parent, owner);
    }
    return { onlyA, onlyB };
  }

  /** The heads among these LVs: those that no other of them has seen, sorted upward. Costs as much as the runs between them. */
  headsOf(lvs: readonly number[]): LocalFrontier {
    const left = [...new Set(lvs)].sort((x, y) => x - y);
    const heads: number[] = [];
    // The last LVs of stretches that some head has seen.
    const seen: number[] = [];
    while (left.length > 0) {
      const next = left[left.length - 1] as number;
      let last = seen.length === 0 ? -1 : takeMax(seen);
      if (last < next) {
        if (last >= 0) seen.push(last);
        heads.push(next);
        last = next;
      }
      const run = this.#starts.lastAtMost(last);
      const start = this.#starts.at(run);
      while (left.length > 0 && (left[left.length - 1] as number) >= start) left.pop();
      for (const parent of this.#parents[run] as LocalFrontier) if (!seen.includes(parent)) seen.push(parent);
    }
    return heads.reverse();
  }

  #addCritical(start: number, last: number): void {
    const ends = this.#criticalEnds;
    if (ends.length > 0 && ends.last() === start - 1) {
      ends.set(ends.length - 1, last);
    } else {
      this.#criticalStarts.push(start);
      ends.push(last);
    }
  }

  #cutCriticalAbove(lv: number): void {
    const starts = this.#criticalStarts;
    const ends = this.#criticalEnds;
    while (starts.length > 0 && starts.last() > lv) {
      starts.resize(starts.length - 1);
      ends.resize(ends.length - 1);
    }
    if (ends.length > 0 && ends.last() > lv) ends.set(ends.length - 1, lv);
  }
}

/** LV ranges [start, end), flattened in pairs, from the highest down. */
export interface Difference {
  readonly onlyA: readonly number[];
  readonly onlyB: readonly number[];
}

export function sameFrontier(a: LocalFrontier, b: LocalFrontier): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function takeMax(heap: number[]): number {
  let top = 0;
  for (let i = 1; i < heap.length; i++) if ((heap[i] as number) > (heap[top] as number)) top = i;
  const value = heap[top] as number;
  removeAt(heap, top);
  return value;
}

function removeAt(list: number[], index: number): void {
  const last = list.pop() as number;
  if (index < list.length) list[index] = last;
}
