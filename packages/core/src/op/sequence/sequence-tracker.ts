/**
 * The transient sequence CRDT of the event-graph walker (walker.ts): every element that a stretch of history inserts, in
 * document order, with what it needs to place concurrent insertions and to say where in the real document each operation
 * lands. It lives for one merge, or as long as concurrency goes on, and starts from a critical version, at which the
 * document is a placeholder of unknown content:
 *
 *      ┌──────────────┬────────┬───────────────────┐
 *      │ placeholder  │ 17..21 │ placeholder       │     spans of elements; ids are LVs,
 *      └──────────────┴────────┴───────────────────┘     those of the placeholder PLACEHOLDER + offset
 *
 * Each span has a state in each lane and one at the end:
 *
 *      lane   0 not yet inserted · 1 there · n+1 deleted by n operations     the document at the version the lane stands at
 *      end    there · deleted                                                the document with everything applied
 *
 * A lane is a version that operations can be applied at. Advancing and retreating it over operations costs as much as
 * there are operations between, so long branches that arrive in turn each keep a lane of their own. There are two at first,
 * and more where whoever moves them finds that worth a column of every span.
 *
 * Placement is that of FugueMax (Weidner & Kleppmann 2023, "The Art of the Fugue"), found by scanning the list from the
 * left origin as in YjsMod: equal to the tree of the paper, which the fuzzer holds it to.
 *
 * Where many insert at one place the scan would pass all of them each time. So once a scan was long, the elements that have
 * just these origins, a crowd, are noted in their order, which is that of their replicas; the next to come there is
 * looked up among them, and its scan starts behind the one before it.
 *
 * The spans stand in the leaves of a B+-tree over typed arrays. A block is a leaf or an inner node; each has the sums of
 * what is below it, so that an index in a lane, an element of the placeholder, or a place at the end is found from either
 * side in the depth of the tree:
 *
 *      measures:  END   elements there at the end        UNDER  elements of the placeholder
 *                 LANE  elements there in lane 0, lane 1 and so on
 */
import { InvariantError } from '../../error.ts';

/** Lanes that a tracker has at first: a pair of branches, or two versions to compare. */
export const FIRST_LANES = 2;

/** Lanes at most: each costs every span four bytes, and every change of the tree a little time. */
export const MAX_LANES = 16;

/** Ids from here up are elements of the placeholder; LVs stay below. */
export const PLACEHOLDER = 2 ** 30;

/** The ends of the document, as origins; no LV, no block. */
export const NONE = -1;

/** Spans of a leaf, children of an inner block. */
const FAN = 32;

const END = 0;
const UNDER = 1;
const LANE = 2;
const MEASURES = LANE + MAX_LANES;

/** A scan that passes so many spans is long; below it a crowd costs more to keep than it saves. */
const CROWDED_SPANS = 48;

const NOT_YET = 0;
const THERE = 1;

/** Takes what changes in the real document, in order; indexes are those of the moment. */
export interface SequenceSink {
  /** The elements with these LVs come in at `index`. */
  insert(index: number, lv: number, count: number): void;
  remove(index: number, count: number): void;
}

export class SequenceTracker {
  /** Orders two LVs by replica, for elements at exactly the same place. */
  readonly #compareReplicas: (a: number, b: number) => number;

  // Spans, at block * FAN + slot. In an inner block #ids are its children.
  #ids = new Int32Array(FAN * 4);
  #lengths = new Int32Array(FAN * 4);
  #lefts = new Int32Array(FAN * 4);
  #rights = new Int32Array(FAN * 4);
  #ended = new Uint8Array(FAN * 4);
  /** By lane; as many as there are lanes now. */
  readonly #states: Int32Array[] = [];

  #base = NONE;
  #lastInserted = NONE;

  // Blocks.
  #counts = new Int32Array(4);
  #parents = new Int32Array(4).fill(NONE);
  #nexts = new Int32Array(4).fill(NONE);
  #sums = new Int32Array(4 * MEASURES);
  #blocks = 1;
  #root = 0;
  #depth = 0;

  /** The leaf of each inserted element, by LV - base - 1. */
  #leafOf = new Int32Array(64);
  /** What each deleting LV deleted, by LV - base - 1. */
  #targets = new Int32Array(64);

  /** Elements of the same origins, by these, in the order in which they stand; only where scans were long. */
  readonly #crowds = new Map<string, number[]>();

  // The leaf that was found last, with the sums of all before it: typing stays near.
  #nearLeaf = NONE;
  #nearLane = 0;
  #nearIndex = 0;
  #nearEnd = 0;

  // The place that the finders below found.
  #leaf = 0;
  #slot = 0;
  #offset = 0;

  constructor(base: number, compareReplicas: (a: number, b: number) => number) {
    this.#compareReplicas = compareReplicas;
    this.restart(base);
  }

  /** Forgets everything but its memory, and starts from this version. */
  restart(base: number): void {
    this.#base = base;
    this.#lastInserted = NONE;
    this.#crowds.clear();
    this.#blocks = 1;
    this.#root = 0;
    this.#depth = 0;
    this.#nearLeaf = NONE;
    this.#counts[0] = 1;
    this.#parents[0] = NONE;
    this.#nexts[0] = NONE;
    this.#ids[0] = PLACEHOLDER;
    this.#lengths[0] = PLACEHOLDER - 1;
    this.#lefts[0] = NONE;
    this.#rights[0] = NONE;
    this.#ended[0] = 0;
    this.#states.length = Math.min(this.#states.length, FIRST_LANES);
    while (this.#states.length < FIRST_LANES) this.#states.push(new Int32Array(this.#ids.length));
    for (const states of this.#states) states[0] = THERE;
    this.#sums.fill(PLACEHOLDER - 1, 0, MEASURES);
  }

  get lanes(): number {
    return this.#states.length;
  }

  /** Makes another lane that stands where `lane` does. Returns which. Costs a copy of that lane. */
  addLane(lane: number): number {
    const added = this.#states.length;
    if (added === MAX_LANES) throw new InvariantError('sequence/lanes', `${added} lanes`);
    this.#states.push((this.#states[lane] as Int32Array).slice());
    for (let block = 0; block < this.#blocks; block++) {
      const sums = block * MEASURES + LANE;
      this.#sums[sums + added] = this.#sums[sums + lane] as number;
    }
    return added;
  }

  /** The critical version that it starts from: ids are those of LVs above it. */
  get base(): number {
    return this.#base;
  }

  /** Spans held, by which to judge what keeping it costs. */
  get size(): number {
    return this.#blocks * FAN;
  }

  /** Elements there in the lane, those of the placeholder too. */
  lengthIn(lane: number): number {
    return this.#sums[this.#root * MEASURES + LANE + lane] as number;
  }

  /** Elements there with everything applied, those of the placeholder too. */
  get lengthAtEnd(): number {
    return this.#sums[this.#root * MEASURES + END] as number;
  }

  /**
   * Applies the insertion of `count` elements from `lv` on at `index` in the lane, and tells the sink where they land. `head`
   * is the only parent of `lv`, NONE when it has none or more; from `chain` on up to `lv`, each LV's only parent is the one
   * before, but for the first of them.
   */
  insert(
    lane: number,
    index: number,
    lv: number,
    count: number,
    head: number,
    chain: number,
    sink: SequenceSink | undefined,
  ): void {
    const states = this.#states[lane] as Int32Array;
    let left = NONE;
    if (index === 0) {
      this.#leaf = this.#firstLeaf();
      this.#slot = 0;
      this.#offset = 0;
      this.#nearLeaf = this.#leaf;
      this.#nearLane = lane;
      this.#nearIndex = 0;
      this.#nearEnd = 0;
    } else {
      this.#findInLane(lane, index - 1);
      left = (this.#ids[this.#leaf * FAN + this.#slot] as number) + this.#offset;
      this.#offset++;
    }
    let right = NONE;
    const here = this.#leaf * FAN + this.#slot;
    if (this.#offset > 0 && this.#offset < (this.#lengths[here] as number)) {
      right = (this.#ids[here] as number) + this.#offset;
    } else {
      if (this.#offset > 0) this.#slot++;
      this.#offset = 0;
      if (chain < lv && this.#lastInserted === lv - 1 && this.#stepBefore(lv - 1, chain, left)) {
        right = this.#ids[this.#leaf * FAN + this.#slot] as number;
      } else {
        // Right after what its parent inserted comes what came after that: no need to look beyond what the lane has not yet.
        right = left !== NONE && left === head ? (this.#rights[here] as number) : this.#rightOrigin(states);
        if (this.#standsOn(states, NOT_YET)) this.#place(states, left, right, lv);
      }
    }
    this.#putSpan(lane, lv, count, left, right, sink);
  }

  /**
   * Applies the deletion of `count` elements from `index` on in the lane by the LVs from `lv` on, and tells the sink what
   * it removes: nothing for what another operation has deleted. In a `backward` one the first LV deletes the last element.
   */
  remove(
    lane: number,
    index: number,
    lv: number,
    count: number,
    backward: boolean,
    sink: SequenceSink | undefined,
  ): void {
    this.#reserveLvs(lv + count);
    let done = 0;
    while (done < count) {
      this.#findInLane(lane, index);
      const at = this.#leaf * FAN + this.#slot;
      const part = Math.min(count - done, (this.#lengths[at] as number) - this.#offset);
      this.#isolate(part);
      const span = this.#leaf * FAN + this.#slot;
      const id = this.#ids[span] as number;
      const first = lv - this.#base - 1;
      if (backward) for (let i = 0; i < part; i++) this.#targets[first + count - 1 - done - i] = id + i;
      else for (let i = 0; i < part; i++) this.#targets[first + done + i] = id + i;
      const place = this.#ended[span] === 0 ? this.#endIndex() : NONE;
      (this.#states[lane] as Int32Array)[span] = THERE + 1;
      this.#addToSums(this.#leaf, LANE + lane, -part);
      if (place !== NONE) {
        this.#ended[span] = 1;
        this.#addToSums(this.#leaf, END, -part);
        sink?.remove(place, part);
      }
      this.#mergeAround();
      done += part;
    }
  }

  /** Takes insertions out of the lane ([from, to) in LVs), or with `forward` puts them back. What deleted them must have been retreated before. */
  moveInsertions(lane: number, from: number, to: number, forward: boolean): void {
    for (let lv = from; lv < to; ) {
      this.#findId(lv);
      const at = this.#leaf * FAN + this.#slot;
      const part = Math.min(to - lv, (this.#lengths[at] as number) - this.#offset);
      this.#isolate(part);
      (this.#states[lane] as Int32Array)[this.#leaf * FAN + this.#slot] = forward ? THERE : NOT_YET;
      this.#addToSums(this.#leaf, LANE + lane, forward ? part : -part);
      this.#mergeAround();
      lv += part;
    }
    this.#nearLeaf = NONE;
  }

  /** Undoes deletions in the lane ([from, to) in LVs), or with `forward` does them again. */
  moveDeletions(lane: number, from: number, to: number, forward: boolean): void {
    const targets = this.#targets;
    const base = this.#base + 1;
    for (let lv = from; lv < to; ) {
      const id = targets[lv - base] as number;
      const step = lv + 1 < to && targets[lv + 1 - base] === id - 1 ? -1 : 1;
      let run = 1;
      while (lv + run < to && targets[lv + run - base] === id + run * step) run++;
      const lowest = step < 0 ? id - run + 1 : id;
      for (let done = 0; done < run; ) {
        this.#findId(lowest + done);
        const at = this.#leaf * FAN + this.#slot;
        const part = Math.min(run - done, (this.#lengths[at] as number) - this.#offset);
        this.#isolate(part);
        const states = this.#states[lane] as Int32Array;
        const span = this.#leaf * FAN + this.#slot;
        const before = states[span] as number;
        const after = forward ? before + 1 : before - 1;
        states[span] = after;
        if (before === THERE) this.#addToSums(this.#leaf, LANE + lane, -part);
        else if (after === THERE) this.#addToSums(this.#leaf, LANE + lane, part);
        this.#mergeAround();
        done += part;
      }
      lv += run;
    }
    this.#nearLeaf = NONE;
  }

  // ---- Reading ----

  /** The index at the end of the element with this id: where it stands, or where it would if it had not been deleted. */
  endIndexOf(id: number): number {
    this.#findId(id);
    this.#nearLeaf = NONE;
    return this.#endIndex();
  }

  /** Whether the element with this id is there at the end. */
  isThereAtEnd(id: number): boolean {
    this.#findId(id);
    return this.#ended[this.#leaf * FAN + this.#slot] === 0;
  }

  /** The id of the element at `index` at the end. */
  idAtEnd(index: number): number {
    let rest = index;
    let block = this.#root;
    for (let level = this.#depth; level > 0; level--) {
      for (let i = block * FAN; ; i++) {
        const child = this.#ids[i] as number;
        const sum = this.#sums[child * MEASURES + END] as number;
        if (rest < sum) {
          block = child;
          break;
        }
        rest -= sum;
      }
    }
    for (let at = block * FAN; ; at++) {
      const length = this.#ended[at] === 0 ? (this.#lengths[at] as number) : 0;
      if (rest < length) return (this.#ids[at] as number) + rest;
      rest -= length;
    }
  }

  /** What the deletion by this LV deleted. */
  targetOf(lv: number): number {
    return this.#targets[lv - this.#base - 1] as number;
  }

  /** Visits the inserted elements in order, in spans that are alike: their first id, how many, whether they are there at the end, and in the first two lanes. */
  forEach(
    visit: (id: number, count: number, atEnd: boolean, inFirst: boolean, inSecond: boolean) => void,
  ): void {
    const [first, second] = this.#states as [Int32Array, Int32Array];
    for (let leaf = this.#firstLeaf(); leaf !== NONE; leaf = this.#nexts[leaf] as number) {
      const start = leaf * FAN;
      for (let at = start; at < start + (this.#counts[leaf] as number); at++) {
        const id = this.#ids[at] as number;
        if (id < PLACEHOLDER)
          visit(
            id,
            this.#lengths[at] as number,
            this.#ended[at] === 0,
            first[at] === THERE,
            second[at] === THERE,
          );
      }
    }
  }

  // ---- Placement ----

  /**
   * Where `last`, the last LV inserted and the parent of what comes, ends a span of the chain that stands right of `left`:
   * moves the place found to before that span, and returns true. What is inserted between the two goes there: what stands
   * between is what the span was placed after, and neither that nor what the lane has of it has changed since. So typing in
   * front of oneself need not go past it each time.
   *
   *      left · others', not yet in the lane · here · the span, ends with `last`
   */
  #stepBefore(last: number, chain: number, left: number): boolean {
    const leaf = this.#leafOf[last - this.#base - 1] as number;
    for (let at = leaf * FAN; ; at++) {
      const id = this.#ids[at] as number;
      if (last < id || last >= id + (this.#lengths[at] as number)) continue;
      if (id < chain || this.#lefts[at] !== left) return false;
      this.#leaf = leaf;
      this.#slot = at - leaf * FAN;
      return true;
    }
  }

  /** From the place found, where nothing stands to its left in this span: the first element to the right that the lane has. */
  #rightOrigin(states: Int32Array): number {
    let leaf = this.#leaf;
    let slot = this.#slot;
    for (;;) {
      if (slot === (this.#counts[leaf] as number)) {
        leaf = this.#nexts[leaf] as number;
        if (leaf === NONE) return NONE;
        slot = 0;
        continue;
      }
      if (states[leaf * FAN + slot] !== NOT_YET) return this.#ids[leaf * FAN + slot] as number;
      slot++;
    }
  }

  #standsOn(states: Int32Array, state: number): boolean {
    let leaf = this.#leaf;
    let slot = this.#slot;
    while (slot === (this.#counts[leaf] as number)) {
      leaf = this.#nexts[leaf] as number;
      if (leaf === NONE) return false;
      slot = 0;
    }
    return states[leaf * FAN + slot] === state;
  }

  /** Moves the place found to where an element with these origins goes. */
  #place(states: Int32Array, left: number, right: number, lv: number): void {
    const crowd = this.#crowds.size === 0 ? undefined : this.#crowds.get(originsKey(left, right));
    if (crowd !== undefined) {
      this.#joinCrowd(crowd, lv);
      this.#scan(states, left, right, lv);
      return;
    }
    const [leaf, slot] = [this.#leaf, this.#slot];
    if (this.#scan(states, left, right, lv) < CROWDED_SPANS) return;
    const others = this.#crowdFrom(leaf, slot, states, left, right);
    if (others.length < CROWDED_SPANS) return;
    this.#insertByReplica(others, lv);
    this.#crowds.set(originsKey(left, right), others);
  }

  /** Adds an element to a crowd, and moves the place found behind the one that it comes after. */
  #joinCrowd(crowd: number[], lv: number): void {
    const at = this.#insertByReplica(crowd, lv);
    if (at === 0) return;
    // Where it stands begins a span: the lane has what is before it, and has it not.
    this.#findId(crowd[at - 1] as number);
    this.#slot++;
    this.#offset = 0;
  }

  /** Returns where it stands among them. */
  #insertByReplica(crowd: number[], lv: number): number {
    let low = 0;
    let high = crowd.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareReplicas(lv, crowd[middle] as number) < 0) high = middle;
      else low = middle + 1;
    }
    crowd.splice(low, 0, lv);
    return low;
  }

  /** From this place on, the elements of these origins that the lane has not yet. */
  #crowdFrom(from: number, first: number, states: Int32Array, left: number, right: number): number[] {
    const crowd: number[] = [];
    let slot = first;
    for (let leaf = from; leaf !== NONE; leaf = this.#nexts[leaf] as number) {
      const end = leaf * FAN + (this.#counts[leaf] as number);
      for (let at = leaf * FAN + slot; at < end; at++) {
        if (states[at] !== NOT_YET) return crowd;
        if (this.#lefts[at] === left && this.#rights[at] === right) crowd.push(this.#ids[at] as number);
      }
      slot = 0;
    }
    return crowd;
  }

  /**
   * Moves the place found past those concurrent elements that go before an element with these origins: YjsMod. `other` is
   * an element that the lane does not have, so concurrent to ours. Returns how many spans were passed.
   *
   *      other's left origin   before ours    we go before it: stop
   *                            after ours     it belongs to something we have passed: go on
   *                            the same       by right origin: its further left than ours, perhaps after it (scan on);
   *                                           the same, by replica; further right, after it
   */
  #scan(states: Int32Array, left: number, right: number, lv: number): number {
    let leaf = this.#leaf;
    let slot = this.#slot;
    let scanning = false;
    for (let passed = 0; ; ) {
      if (slot === (this.#counts[leaf] as number)) {
        leaf = this.#nexts[leaf] as number;
        if (leaf === NONE) return passed;
        slot = 0;
        continue;
      }
      const at = leaf * FAN + slot;
      if (states[at] !== NOT_YET) return passed;
      const byLeft = this.#compareIds(this.#lefts[at] as number, left, -1);
      if (byLeft < 0) return passed;
      if (byLeft === 0) {
        const byRight = this.#compareIds(this.#rights[at] as number, right, 1);
        if (byRight === 0 && this.#compareReplicas(lv, this.#ids[at] as number) < 0) return passed;
        scanning = byRight < 0;
      }
      slot++;
      passed++;
      if (!scanning) {
        this.#leaf = leaf;
        this.#slot = slot;
      }
    }
  }

  /** Order of two elements in the document; NONE stands before everything when `none` is -1, after everything when it is 1. */
  #compareIds(a: number, b: number, none: -1 | 1): number {
    if (a === b) return 0;
    if (a === NONE) return none;
    if (b === NONE) return -none;
    const [leaf, slot, offset] = [this.#leaf, this.#slot, this.#offset];
    this.#findId(a);
    let [blockA, slotA] = [this.#leaf, this.#slot];
    const offsetA = this.#offset;
    this.#findId(b);
    let [blockB, slotB] = [this.#leaf, this.#slot];
    const offsetB = this.#offset;
    this.#leaf = leaf;
    this.#slot = slot;
    this.#offset = offset;
    if (blockA === blockB && slotA === slotB) return offsetA - offsetB;
    while (blockA !== blockB) {
      const parentA = this.#parents[blockA] as number;
      const parentB = this.#parents[blockB] as number;
      slotA = this.#slotIn(parentA, blockA);
      slotB = this.#slotIn(parentB, blockB);
      blockA = parentA;
      blockB = parentB;
    }
    return slotA - slotB;
  }

  // ---- Finding ----

  #firstLeaf(): number {
    let block = this.#root;
    for (let level = this.#depth; level > 0; level--) block = this.#ids[block * FAN] as number;
    return block;
  }

  /** Finds the element that is there at `index` in the lane. */
  #findInLane(lane: number, index: number): void {
    const measure = LANE + lane;
    const near = this.#nearLeaf;
    let rest = index;
    let leaf: number;
    const inNear = near !== NONE && this.#nearLane === lane ? index - this.#nearIndex : NONE;
    if (inNear >= 0 && inNear < (this.#sums[near * MEASURES + measure] as number)) {
      leaf = near;
      rest = inNear;
    } else {
      leaf = this.#root;
      let end = 0;
      for (let level = this.#depth; level > 0; level--) {
        const first = leaf * FAN;
        let child = 0;
        for (let i = first; ; i++) {
          child = this.#ids[i] as number;
          const sum = this.#sums[child * MEASURES + measure] as number;
          if (rest < sum) break;
          rest -= sum;
          end += this.#sums[child * MEASURES + END] as number;
        }
        leaf = child;
      }
      this.#nearLeaf = leaf;
      this.#nearLane = lane;
      this.#nearIndex = index - rest;
      this.#nearEnd = end;
    }
    const states = this.#states[lane] as Int32Array;
    let at = leaf * FAN;
    for (; ; at++) {
      if (states[at] !== THERE) continue;
      const length = this.#lengths[at] as number;
      if (rest < length) break;
      rest -= length;
    }
    this.#leaf = leaf;
    this.#slot = at - leaf * FAN;
    this.#offset = rest;
  }

  /** Finds an element by its id. */
  #findId(id: number): void {
    const leaf =
      id >= PLACEHOLDER ? this.#leafUnder(id - PLACEHOLDER) : (this.#leafOf[id - this.#base - 1] as number);
    for (let at = leaf * FAN; ; at++) {
      const first = this.#ids[at] as number;
      if (id >= first && id < first + (this.#lengths[at] as number)) {
        this.#leaf = leaf;
        this.#slot = at - leaf * FAN;
        this.#offset = id - first;
        return;
      }
    }
  }

  #leafUnder(offset: number): number {
    let rest = offset;
    let block = this.#root;
    for (let level = this.#depth; level > 0; level--) {
      for (let i = block * FAN; ; i++) {
        const child = this.#ids[i] as number;
        const sum = this.#sums[child * MEASURES + UNDER] as number;
        if (rest < sum) {
          block = child;
          break;
        }
        rest -= sum;
      }
    }
    return block;
  }

  /** Elements there at the end before the place found. */
  #endIndex(): number {
    const leaf = this.#leaf;
    const first = leaf * FAN;
    let index = 0;
    for (let at = first; at < first + this.#slot; at++) {
      if (this.#ended[at] === 0) index += this.#lengths[at] as number;
    }
    if (this.#offset > 0 && this.#ended[first + this.#slot] === 0) index += this.#offset;
    if (leaf === this.#nearLeaf) return index + this.#nearEnd;
    let block = leaf;
    for (
      let parent = this.#parents[block] as number;
      parent !== NONE;
      parent = this.#parents[block] as number
    ) {
      for (let i = parent * FAN; ; i++) {
        const child = this.#ids[i] as number;
        if (child === block) break;
        index += this.#sums[child * MEASURES + END] as number;
      }
      block = parent;
    }
    return index;
  }

  #slotIn(parent: number, child: number): number {
    let i = parent * FAN;
    while (this.#ids[i] !== child) i++;
    return i - parent * FAN;
  }

  // ---- Changing the tree ----

  /** Puts new elements at the place found. They are there in this lane and at the end, and not yet in the other lanes. */
  #putSpan(
    lane: number,
    lv: number,
    count: number,
    left: number,
    right: number,
    sink: SequenceSink | undefined,
  ): void {
    this.#reserveLvs(lv + count);
    if (this.#offset === 0 && this.#slot === 0) this.#stepBackIfPossible();
    const before = this.#leaf * FAN + this.#slot - 1;
    sink?.insert(this.#endIndex(), lv, count);
    if (this.#offset === 0 && this.#slot > 0 && this.#extends(before, lane, lv, left, right)) {
      this.#lengths[before] = (this.#lengths[before] as number) + count;
    } else {
      this.#makeRoom(this.#offset > 0 ? 2 : 1);
      if (this.#offset > 0) this.#splitSpan();
      this.#shift(this.#leaf, this.#slot, 1);
      const at = this.#leaf * FAN + this.#slot;
      this.#ids[at] = lv;
      this.#lengths[at] = count;
      this.#lefts[at] = left;
      this.#rights[at] = right;
      this.#ended[at] = 0;
      for (let other = 0; other < this.#states.length; other++)
        (this.#states[other] as Int32Array)[at] = other === lane ? THERE : NOT_YET;
    }
    this.#leafOf.fill(this.#leaf, lv - this.#base - 1, lv - this.#base - 1 + count);
    this.#lastInserted = lv + count - 1;
    this.#addToSums(this.#leaf, END, count);
    this.#addToSums(this.#leaf, LANE + lane, count);
  }

  /** The end of the leaf before is the same place as the start of a leaf, and typing goes on there. */
  #stepBackIfPossible(): void {
    const near = this.#nearLeaf;
    if (near !== NONE && near !== this.#leaf && (this.#nexts[near] as number) === this.#leaf) {
      this.#leaf = near;
      this.#slot = this.#counts[near] as number;
    }
  }

  /** Whether elements with these origins simply go on from the span at `at`. */
  #extends(at: number, lane: number, lv: number, left: number, right: number): boolean {
    const next = (this.#ids[at] as number) + (this.#lengths[at] as number);
    if (next !== lv || left !== lv - 1 || this.#rights[at] !== right || this.#ended[at] !== 0) return false;
    for (let other = 0; other < this.#states.length; other++) {
      if ((this.#states[other] as Int32Array)[at] !== (other === lane ? THERE : NOT_YET)) return false;
    }
    return true;
  }

  /** Makes the first `part` elements from the place found a span of their own, and the place found its start. */
  #isolate(part: number): void {
    const at = this.#leaf * FAN + this.#slot;
    const after = this.#offset + part < (this.#lengths[at] as number);
    const before = this.#offset > 0;
    if (!before && !after) return;
    this.#makeRoom((before ? 1 : 0) + (after ? 1 : 0));
    if (before) this.#splitSpan();
    if (after) {
      this.#offset = part;
      this.#splitSpan();
      this.#slot--;
    }
    this.#offset = 0;
  }

  /** Splits the span found at the offset found; the place found becomes the start of the second part. There must be room. */
  #splitSpan(): void {
    const offset = this.#offset;
    this.#shift(this.#leaf, this.#slot + 1, 1);
    const first = this.#leaf * FAN + this.#slot;
    const second = first + 1;
    this.#ids[second] = (this.#ids[first] as number) + offset;
    this.#lengths[second] = (this.#lengths[first] as number) - offset;
    this.#lengths[first] = offset;
    this.#lefts[second] = (this.#ids[second] as number) - 1;
    this.#rights[second] = this.#rights[first] as number;
    this.#ended[second] = this.#ended[first] as number;
    for (const states of this.#states) states[second] = states[first] as number;
    this.#slot++;
    this.#offset = 0;
  }

  /** Joins the span found with its neighbours in the leaf where they are one again, so that states that come and go leave no crumbs. */
  #mergeAround(): void {
    if (this.#slot + 1 < (this.#counts[this.#leaf] as number)) this.#mergeWithNext(this.#slot);
    if (this.#slot > 0) this.#mergeWithNext(this.#slot - 1);
  }

  #mergeWithNext(slot: number): void {
    const a = this.#leaf * FAN + slot;
    const b = a + 1;
    const id = this.#ids[b] as number;
    if ((this.#ids[a] as number) + (this.#lengths[a] as number) !== id || this.#ended[a] !== this.#ended[b])
      return;
    for (const states of this.#states) if (states[a] !== states[b]) return;
    if (id < PLACEHOLDER && (this.#lefts[b] !== id - 1 || this.#rights[a] !== this.#rights[b])) return;
    this.#lengths[a] = (this.#lengths[a] as number) + (this.#lengths[b] as number);
    this.#shift(this.#leaf, slot + 2, -1);
  }

  /** Moves the spans of a leaf from `slot` on by one place to the right (`by` 1, there must be room) or to the left (-1). */
  #shift(block: number, slot: number, by: 1 | -1): void {
    const first = block * FAN + slot;
    const count = this.#counts[block] as number;
    const end = block * FAN + count;
    if (first < end) {
      this.#ids.copyWithin(first + by, first, end);
      this.#lengths.copyWithin(first + by, first, end);
      this.#lefts.copyWithin(first + by, first, end);
      this.#rights.copyWithin(first + by, first, end);
      this.#ended.copyWithin(first + by, first, end);
      for (const states of this.#states) states.copyWithin(first + by, first, end);
    }
    this.#counts[block] = count + by;
  }

  /** Splits the leaf found unless it has room for this many more spans. The place found stays the same place. */
  #makeRoom(spans: number): void {
    const leaf = this.#leaf;
    const count = this.#counts[leaf] as number;
    if (count + spans <= FAN) return;
    const half = count >>> 1;
    const measures = LANE + this.#states.length;
    const right = this.#newBlock();
    const from = leaf * FAN + half;
    const to = right * FAN;
    const moved = count - half;
    this.#ids.copyWithin(to, from, from + moved);
    this.#lengths.copyWithin(to, from, from + moved);
    this.#lefts.copyWithin(to, from, from + moved);
    this.#rights.copyWithin(to, from, from + moved);
    this.#ended.copyWithin(to, from, from + moved);
    for (const states of this.#states) states.copyWithin(to, from, from + moved);
    this.#counts[leaf] = half;
    this.#counts[right] = moved;
    this.#nexts[right] = this.#nexts[leaf] as number;
    this.#nexts[leaf] = right;
    for (let at = to; at < to + moved; at++) {
      const id = this.#ids[at] as number;
      const length = this.#lengths[at] as number;
      if (id < PLACEHOLDER) this.#leafOf.fill(right, id - this.#base - 1, id - this.#base - 1 + length);
      this.#count(right, at, length);
    }
    for (let measure = 0; measure < measures; measure++) {
      const own = leaf * MEASURES + measure;
      this.#sums[own] = (this.#sums[own] as number) - (this.#sums[right * MEASURES + measure] as number);
    }
    this.#adopt(leaf, right);
    if (this.#slot >= half) {
      this.#leaf = right;
      this.#slot -= half;
    }
    this.#nearLeaf = NONE;
  }

  /** Adds a span of the leaf to its sums. */
  #count(leaf: number, at: number, length: number): void {
    const sums = leaf * MEASURES;
    if (this.#ended[at] === 0) this.#sums[sums + END] = (this.#sums[sums + END] as number) + length;
    if ((this.#ids[at] as number) >= PLACEHOLDER)
      this.#sums[sums + UNDER] = (this.#sums[sums + UNDER] as number) + length;
    for (let lane = 0; lane < this.#states.length; lane++) {
      const sum = sums + LANE + lane;
      if ((this.#states[lane] as Int32Array)[at] === THERE)
        this.#sums[sum] = (this.#sums[sum] as number) + length;
    }
  }

  /** Hangs `right`, split off `left`, beside it; splits parents on the way up as needed. The sums of what is above stay right. */
  #adopt(left: number, right: number): void {
    const measures = LANE + this.#states.length;
    let parent = this.#parents[left] as number;
    if (parent === NONE) {
      parent = this.#newBlock();
      this.#root = parent;
      this.#depth++;
      this.#ids[parent * FAN] = left;
      this.#counts[parent] = 1;
      this.#parents[left] = parent;
      for (let measure = 0; measure < measures; measure++) {
        this.#sums[parent * MEASURES + measure] =
          (this.#sums[left * MEASURES + measure] as number) +
          (this.#sums[right * MEASURES + measure] as number);
      }
    }
    const count = this.#counts[parent] as number;
    if (count === FAN) {
      const half = FAN >>> 1;
      const sibling = this.#newBlock();
      this.#ids.copyWithin(sibling * FAN, parent * FAN + half, parent * FAN + FAN);
      this.#counts[parent] = half;
      this.#counts[sibling] = FAN - half;
      for (let i = 0; i < FAN - half; i++) {
        const child = this.#ids[sibling * FAN + i] as number;
        this.#parents[child] = sibling;
        for (let measure = 0; measure < measures; measure++) {
          const sum = this.#sums[child * MEASURES + measure] as number;
          this.#sums[sibling * MEASURES + measure] =
            (this.#sums[sibling * MEASURES + measure] as number) + sum;
        }
      }
      // `right` has left's elements and hangs nowhere yet; where left goes, right's sums go too.
      const leftMoved = this.#parents[left] === sibling;
      for (let measure = 0; measure < measures; measure++) {
        const rights = this.#sums[right * MEASURES + measure] as number;
        const own = sibling * MEASURES + measure;
        if (leftMoved) this.#sums[own] = (this.#sums[own] as number) + rights;
        const kept = parent * MEASURES + measure;
        this.#sums[kept] = (this.#sums[kept] as number) - (this.#sums[own] as number);
      }
      this.#adopt(parent, sibling);
      parent = this.#parents[left] as number;
    }
    const slot = this.#slotIn(parent, left) + 1;
    const first = parent * FAN + slot;
    const end = parent * FAN + (this.#counts[parent] as number);
    if (first < end) this.#ids.copyWithin(first + 1, first, end);
    this.#ids[first] = right;
    this.#counts[parent] = (this.#counts[parent] as number) + 1;
    this.#parents[right] = parent;
  }

  #addToSums(leaf: number, measure: number, by: number): void {
    for (let block = leaf; block !== NONE; block = this.#parents[block] as number) {
      const sum = block * MEASURES + measure;
      this.#sums[sum] = (this.#sums[sum] as number) + by;
    }
  }

  #newBlock(): number {
    const block = this.#blocks++;
    if (block === this.#counts.length) this.#growBlocks();
    this.#counts[block] = 0;
    this.#parents[block] = NONE;
    this.#nexts[block] = NONE;
    this.#sums.fill(0, block * MEASURES, (block + 1) * MEASURES);
    return block;
  }

  #growBlocks(): void {
    const blocks = this.#counts.length * 2;
    this.#counts = grown(this.#counts, blocks);
    this.#parents = grown(this.#parents, blocks);
    this.#nexts = grown(this.#nexts, blocks);
    this.#sums = grown(this.#sums, blocks * MEASURES);
    this.#ids = grown(this.#ids, blocks * FAN);
    this.#lengths = grown(this.#lengths, blocks * FAN);
    this.#lefts = grown(this.#lefts, blocks * FAN);
    this.#rights = grown(this.#rights, blocks * FAN);
    const ended = new Uint8Array(blocks * FAN);
    ended.set(this.#ended);
    this.#ended = ended;
    for (let lane = 0; lane < this.#states.length; lane++)
      this.#states[lane] = grown(this.#states[lane] as Int32Array, blocks * FAN);
  }

  /** Makes room for LVs below `end`. */
  #reserveLvs(end: number): void {
    const needed = end - this.#base - 1;
    if (needed <= this.#leafOf.length) return;
    const size = Math.max(needed, this.#leafOf.length * 2);
    this.#leafOf = grown(this.#leafOf, size);
    this.#targets = grown(this.#targets, size);
  }
}

function originsKey(left: number, right: number): string {
  return `${left},${right}`;
}

function grown(data: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(data);
  return larger;
}
