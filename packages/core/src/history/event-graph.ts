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
import { GraphWalk, IN_A, IN_B } from './graph-walk.ts';
import { IntList } from './int-list.ts';

/** A version as its heads, LVs sorted upward. */
export type LocalFrontier = readonly number[];

/** One for all graphs: a question is asked and answered before the next. */
const sharedWalk = new GraphWalk();

export class EventGraph {
  readonly #starts = new IntList();
  readonly #parents: LocalFrontier[] = [];
  /** LVs on the longest way from the start to each run's first: whatever has seen an LV is deeper than it. */
  readonly #depths = new IntList();
  readonly #criticalStarts = new IntList();
  readonly #criticalEnds = new IntList();
  #length = 0;
  /** Undefined while the last LV is the only head, so that typing alone makes no arrays. Changed in place, since there may be thousands. */
  #heads: number[] | undefined = [];
  /** What `frontier` gave last, until it is something else. */
  #frontier: LocalFrontier | undefined;

  /** LVs given so far: the next one. */
  get length(): number {
    return this.#length;
  }

  /** The heads of everything known. */
  get frontier(): LocalFrontier {
    this.#frontier ??= this.#heads === undefined ? [this.#length - 1] : this.#heads.slice();
    return this.#frontier;
  }

  /** Whether these are the heads of everything known. */
  isFrontier(version: LocalFrontier): boolean {
    const heads = this.#heads;
    if (heads === undefined) return version.length === 1 && version[0] === this.#length - 1;
    return sameFrontier(version, heads);
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
    const followsAll = this.isFrontier(parents);
    this.#length = start + count;
    this.#frontier = undefined;
    const last = start + count - 1;
    const follows = parents.length === 1 && parents[0] === start - 1;
    if (!follows || start === 0) {
      this.#depths.push(this.#depthBelow(parents));
      this.#starts.push(start);
      this.#parents.push(parents);
    }
    if (followsAll) {
      // Whoever has seen everything, and is all that is open, is critical.
      this.#heads = undefined;
      this.#addCritical(start, last);
    } else {
      this.#cutCriticalAbove(parents.length === 0 ? -1 : (parents[parents.length - 1] as number));
      this.#heads = withHead(this.#heads ?? [start - 1], parents, last);
    }
    return start;
  }

  /** Adds `count` dots that have seen everything, as `append` with the frontier as parents does. Returns the first's LV. */
  appendNext(count: number): number {
    if (this.#heads !== undefined) return this.append(count, this.frontier);
    const start = this.#length;
    this.#length = start + count;
    this.#frontier = undefined;
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
    this.#depths.resize(0);
    this.#criticalStarts.resize(0);
    this.#criticalEnds.resize(0);
    this.#length = 0;
    this.#heads = [];
    this.#frontier = undefined;
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

  /** The first LV of the run that `lv` is in. */
  runStart(lv: number): number {
    return this.#starts.at(this.#starts.lastAtMost(lv));
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

  /** The last critical version that is `lv` or before it; -1 when that is the one before everything. */
  criticalAtMost(lv: number): number {
    const range = this.#criticalStarts.lastAtMost(lv);
    return range < 0 ? -1 : Math.min(lv, this.#criticalEnds.at(range));
  }

  /** True when `lv` is in the version: one of its heads or an ancestor of one. Costs at most the runs deeper than `lv`. */
  includes(version: LocalFrontier, lv: number): boolean {
    const target = this.#starts.lastAtMost(lv);
    const depth = this.#depthIn(target, lv);
    const walk = sharedWalk;
    walk.begin(this.#starts.length);
    for (let heads = version; ; ) {
      for (const head of heads) {
        if (head === lv) return true;
        if (head < lv) continue;
        const run = this.#starts.lastAtMost(head);
        if (run === target) return true;
        if (this.#depthIn(run, head) > depth) walk.reach(run, head, IN_A, this.#depths.at(run));
      }
      if (!walk.next()) return false;
      walk.close();
      heads = this.#parents[walk.run] as LocalFrontier;
    }
  }

  /**
   * What is in one version and not in the other, as pairs [start, end) from the highest down. Runs are followed from the
   * deepest up: whatever has seen an LV is deeper than it, so what both have is only followed as far up as what just one has.
   * With a `limit`, undefined when more runs than that must be followed or more LVs are in just one.
   */
  difference(a: LocalFrontier, b: LocalFrontier): Difference;
  difference(a: LocalFrontier, b: LocalFrontier, limit: number): Difference | undefined;
  difference(
    a: LocalFrontier,
    b: LocalFrontier,
    limit: number = Number.POSITIVE_INFINITY,
  ): Difference | undefined {
    const onlyA: number[] = [];
    const onlyB: number[] = [];
    const walk = sharedWalk;
    walk.begin(this.#starts.length);
    this.#reachAll(a, IN_A);
    this.#reachAll(b, IN_B);
    let followed = 0;
    let length = 0;
    while (walk.uneven > 0) {
      if (!walk.next()) throw new InvariantError('history/difference', 'runs that nothing leads to');
      if (++followed > limit || length > limit) return undefined;
      const { run } = walk;
      const [inA, inB] = [walk.topA(run), walk.topB(run)];
      const start = this.#starts.at(run);
      const parents = this.#parents[run] as LocalFrontier;
      if (inA === inB) {
        walk.close();
        this.#reachAll(parents, IN_A | IN_B);
        continue;
      }
      // The version that has less of this run may still turn out to have more, by a way through something deeper.
      const less = Math.min(inA, inB);
      const open = this.#depthIn(run, Math.max(less, start));
      if (open < walk.depth) {
        walk.wait(open);
        continue;
      }
      const from = less < 0 ? start : less + 1;
      const to = Math.max(inA, inB) + 1;
      length += to - from;
      addRange(inA > inB ? onlyA : onlyB, from, to);
      walk.close();
      this.#reachAll(parents, less >= 0 ? IN_A | IN_B : inA > inB ? IN_A : IN_B);
    }
    return { onlyA: fromHighest(onlyA), onlyB: fromHighest(onlyB) };
  }

  /** The heads among these LVs: those that no other of them has seen, sorted upward. */
  headsOf(lvs: readonly number[]): LocalFrontier {
    if (lvs.length < 2) return lvs;
    const heads: number[] = [];
    const walk = sharedWalk;
    walk.begin(this.#starts.length);
    // B has what others of them have seen, and A that and they themselves: a head is where A is ahead.
    this.#reachAll(lvs, IN_A);
    while (walk.uneven > 0 && walk.next()) {
      const { run } = walk;
      if (walk.topA(run) > walk.topB(run)) heads.push(walk.topA(run));
      walk.close();
      this.#reachAll(this.#parents[run] as LocalFrontier, IN_A | IN_B);
    }
    return heads.sort((x, y) => x - y);
  }

  #reachAll(lvs: LocalFrontier, versions: number): void {
    for (let i = 0; i < lvs.length; i++) {
      const lv = lvs[i] as number;
      const run = this.#starts.lastAtMost(lv);
      sharedWalk.reach(run, lv, versions, this.#depthIn(run, lv));
    }
  }

  #depthIn(run: number, lv: number): number {
    return this.#depths.at(run) + lv - this.#starts.at(run);
  }

  #depthBelow(parents: LocalFrontier): number {
    let depth = 0;
    for (const parent of parents)
      depth = Math.max(depth, this.#depthIn(this.#starts.lastAtMost(parent), parent) + 1);
    return depth;
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

/** Adds a range below or above those before; one that touches the last joins it. */
function addRange(ranges: number[], from: number, to: number): void {
  const last = ranges.length - 2;
  if (last >= 0 && ranges[last] === to) ranges[last] = from;
  else ranges.push(from, to);
}

function fromHighest(ranges: number[]): readonly number[] {
  let sorted = true;
  for (let i = 2; i < ranges.length; i += 2)
    if ((ranges[i] as number) > (ranges[i - 2] as number)) sorted = false;
  if (sorted) return ranges;
  const starts = ranges.filter((_, i) => i % 2 === 0).sort((x, y) => y - x);
  const ends = ranges.filter((_, i) => i % 2 === 1).sort((x, y) => y - x);
  const result: number[] = [];
  for (const [i, start] of starts.entries()) addRange(result, start, ends[i] as number);
  return result;
}

/** The heads when `last` comes after those of its parents that are heads; changes the list. */
function withHead(heads: number[], parents: LocalFrontier, last: number): number[] {
  for (const parent of parents) {
    const at = heads.lastIndexOf(parent);
    if (at >= 0) heads.splice(at, 1);
  }
  heads.push(last);
  return heads;
}
