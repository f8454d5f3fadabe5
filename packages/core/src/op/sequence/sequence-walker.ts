/**
 * The event-graph walker: where operations that were made concurrently land in the document (Gentle & Kleppmann 2024,
 * "Collaborative Text Editing with Eg-walker: Better, Faster, Smaller").
 *
 * An operation's index is right for the document at its parents. Where that is the document at hand, nothing is needed. Else
 * the operations since the last critical version are replayed into a tracker: before each, the tracker's lane is moved
 * to the operation's parents by taking back what they have not seen and putting back what they have; the operation is
 * applied there, and the tracker says where that is in the document with everything applied.
 *
 *      critical ─┬─ a1 ─ a2 ─ a3        in the document: a1 a2 a3
 *                └─ b1 ─ b2             b1 comes: replay a1 a2 a3, take them back, apply b1, land
 *                                       b2 comes: the lane stands at b1, apply b2, land
 *
 * The tracker is kept warm while concurrency goes on, so that two people who type at once cost each keystroke its own
 * operation and the few between, and is given up when a later critical version makes a fresh one cheaper.
 */
import { CausewayError } from '../../error.ts';
import type { Difference, EventGraph, LocalFrontier } from '../../history/event-graph.ts';
import { sameFrontier } from '../../history/event-graph.ts';
import { BACKSPACE, INSERT, type SequenceLog } from './sequence-log.ts';
import {
  FIRST_LANES,
  MAX_LANES,
  NONE,
  PLACEHOLDER,
  type SequenceSink,
  SequenceTracker,
} from './sequence-tracker.ts';

/** The version before everything, as the base of a tracker. */
const NOTHING = -1;

/** Spans whose memory a tracker keeps without need: a hundred kilobytes. */
const MAX_SPANS_KEPT = 4096;

/** Runs and LVs that a search for a lane's way goes through before it gives way to another's, and how many times more each time after. */
const FIRST_PATIENCE = 16;
const MORE_PATIENCE = 8;

/** A way of so few LVs is taken without a look at other lanes. */
const NEAR = 4;
/** Longer ways count as a reason for another lane: what comes in turn stays within a few dozen LVs when people type together. */
const FAR = 64;

export class SequenceWalker {
  readonly #graph: EventGraph;
  readonly #log: SequenceLog;
  readonly #compareReplicas: (a: number, b: number) => number;
  #tracker: SequenceTracker | undefined;
  /** The version that each lane of the tracker stands at. */
  readonly #lanes: LocalFrontier[] = [];
  /** The last LV that was applied in each lane, or -1. Whose that is, that replica's lane it is. */
  readonly #lastOps: number[] = [];
  /** LVs on long ways since there was a new lane. */
  #longWays = 0;
  /** The lane that was moved last. */
  #lastLane = 0;
  /** LVs below this one are in the tracker. */
  #trackedTo = 0;
  /** How many more elements the tracker's placeholder has than the document had. */
  #beyond = 0;

  constructor(graph: EventGraph, log: SequenceLog, compareReplicas: (a: number, b: number) => number) {
    this.#graph = graph;
    this.#log = log;
    this.#compareReplicas = compareReplicas;
  }

  /**
   * Lands the operations of this log with LVs in [from, to), which are in graph and log, in a document of `length`
   * elements that has everything below `from`. `decode/invalid` when an index is beyond the document at its operation's
   * parents; the sink may have heard of others by then.
   */
  land(from: number, to: number, length: number, sink: SequenceSink): void {
    const tracker = this.#trackerFor(from);
    try {
      this.#beyond = 0;
      this.#replay(tracker, this.#trackedTo, from, undefined);
      this.#beyond = tracker.lengthAtEnd - length;
      this.#replay(tracker, from, to, sink);
      this.#trackedTo = to;
    } catch (error) {
      this.rest();
      throw error;
    }
  }

  /** A tracker of everything below `to`, from the start of the history. Whoever uses it keeps this walker for nothing else. */
  whole(to: number): SequenceTracker {
    const tracker = this.#tracker?.base === NOTHING ? this.#tracker : this.#start(NOTHING);
    this.#beyond = PLACEHOLDER - 1;
    try {
      this.#replay(tracker, this.#trackedTo, to, undefined);
      this.#trackedTo = to;
    } catch (error) {
      this.rest();
      throw error;
    }
    return tracker;
  }

  /** Moves one of the first two lanes of the tracker to this version. Returns which. */
  stand(version: LocalFrontier): number {
    const standing = this.#standingAt(version, FIRST_LANES);
    if (standing >= 0) return standing;
    const [lane, way] = this.#nearestTo(version, FIRST_LANES);
    this.#moveLane(this.#tracker as SequenceTracker, lane, way, version);
    return lane;
  }

  /** Moves the other of the first two lanes to this version. */
  standBeside(lane: number, version: LocalFrontier): void {
    const other = lane === 0 ? 1 : 0;
    this.#moveLane(this.#tracker as SequenceTracker, other, this.#wayOf(other, version), version);
  }

  /** Gives up the tracker, and its memory. */
  rest(): void {
    this.#tracker = undefined;
  }

  #trackerFor(from: number): SequenceTracker {
    const base = this.#graph.lastCritical;
    const kept = this.#tracker;
    if (kept !== undefined && kept.base <= base && !this.#freshIsCheaper(kept, base, from)) return kept;
    return this.#start(base);
  }

  #start(base: number): SequenceTracker {
    let tracker = this.#tracker;
    // Short conflicts come one after the other, so the memory of the last is used again.
    if (tracker !== undefined && tracker.size <= MAX_SPANS_KEPT) tracker.restart(base);
    else tracker = new SequenceTracker(base, this.#compareReplicas);
    this.#tracker = tracker;
    this.#trackedTo = base + 1;
    this.#longWays = 0;
    this.#lastLane = 0;
    for (let lane = 0; lane < tracker.lanes; lane++) {
      this.#lanes[lane] = base < 0 ? [] : [base];
      this.#lastOps[lane] = -1;
    }
    return tracker;
  }

  /** What a fresh tracker would replay against what the kept one lacks; and one that has grown far beyond what is open is given up for its memory. */
  #freshIsCheaper(kept: SequenceTracker, base: number, from: number): boolean {
    const fresh = from - base;
    return fresh <= from - this.#trackedTo || kept.size > MAX_SPANS_KEPT + 8 * fresh;
  }

  #replay(tracker: SequenceTracker, from: number, to: number, sink: SequenceSink | undefined): void {
    const { starts, counts, kinds, indexes } = this.#log;
    for (let run = this.#log.runFrom(from); run < starts.length; run++) {
      const start = starts.at(run);
      if (start >= to) return;
      const end = Math.min(start + counts.at(run), to);
      const kind = kinds.at(run);
      for (let lv = Math.max(start, from); lv < end; ) {
        const until = Math.min(end, this.#graph.runEnd(lv) + 1);
        const parents = this.#graph.parentsOf(lv);
        const lane = this.#laneFor(tracker, parents, lv);
        const count = until - lv;
        const index = indexes.at(run);
        const reach =
          kind === INSERT ? index + lv - start : index + (kind === BACKSPACE ? start - lv + 1 : count);
        if (reach > tracker.lengthIn(lane) - this.#beyond) throw outOfRange(index);
        const head = parents.length === 1 ? (parents[0] as number) : NONE;
        const chain = head >= 0 && head === lv - 1 ? this.#graph.runStart(head) : lv;
        if (kind === INSERT) tracker.insert(lane, index + lv - start, lv, count, head, chain, sink);
        else if (kind === BACKSPACE) tracker.remove(lane, index - (until - 1 - start), lv, count, true, sink);
        else tracker.remove(lane, index, lv, count, false, sink);
        this.#lanes[lane] = [until - 1];
        this.#lastOps[lane] = until - 1;
        lv = until;
      }
    }
  }

  /**
   * A lane that stands at this version, at which an operation with this LV comes. Each replica keeps to a lane: as its own
   * past only grows, that lane only goes forward, over each operation once. One that has none yet takes a lane that nobody
   * has, else the nearest. When lanes have gone as far as the tracker is large on long ways, a new one is made and goes
   * instead, so that many long branches that arrive in turn cost each operation little.
   */
  #laneFor(tracker: SequenceTracker, version: LocalFrontier, lv: number): number {
    const standing = this.#standingAt(version, tracker.lanes);
    if (standing >= 0) return standing;
    const own = this.#laneOf(lv, tracker.lanes);
    let [nearest, way] = own < 0 ? this.#nearestTo(version, tracker.lanes) : [own, this.#wayOf(own, version)];
    const length = lengthOf(way);
    if (length > FAR && way.onlyA.length > 0) this.#longWays += length;
    if (tracker.lanes < MAX_LANES && this.#longWays > tracker.size) {
      this.#longWays = 0;
      const added = tracker.addLane(nearest);
      this.#lanes[added] = this.#lanes[nearest] as LocalFrontier;
      nearest = added;
    }
    this.#moveLane(tracker, nearest, way, version);
    return nearest;
  }

  /** The lane in which this LV's replica was last, or one in which nobody was; -1 when there is neither. */
  #laneOf(lv: number, lanes: number): number {
    let free = -1;
    for (let lane = 0; lane < lanes; lane++) {
      const last = this.#lastOps[lane] as number;
      if (last < 0) free = lane;
      else if (this.#compareReplicas(last, lv) === 0) return lane;
    }
    return free;
  }

  /** The first of so many lanes that stands at this version; -1 when none does. */
  #standingAt(version: LocalFrontier, lanes: number): number {
    for (let lane = 0; lane < lanes; lane++) {
      if (sameFrontier(this.#lanes[lane] as LocalFrontier, version)) return lane;
    }
    return -1;
  }

  /**
   * Of so many lanes the nearest to this version, and its way. The one that moved last nearly always is, and another may be as
   * far off as the history is long: so each is looked from with little patience first, and then from the others only as
   * far as their ways may be shorter.
   */
  #nearestTo(version: LocalFrontier, lanes: number): [lane: number, way: Difference] {
    let nearest = this.#lastLane % lanes;
    let way: Difference | undefined;
    for (let patience = FIRST_PATIENCE; way === undefined; patience *= MORE_PATIENCE) {
      for (let i = 0; i < lanes && way === undefined; i++) {
        nearest = (this.#lastLane + i) % lanes;
        way = this.#graph.difference(this.#lanes[nearest] as LocalFrontier, version, patience);
      }
    }
    const found = nearest;
    for (let lane = 0; lane < lanes && lengthOf(way) > NEAR; lane++) {
      if (lane === found) continue;
      const limit: number = lengthOf(way) - 1;
      const shorter = this.#graph.difference(this.#lanes[lane] as LocalFrontier, version, limit);
      if (shorter === undefined) continue;
      nearest = lane;
      way = shorter;
    }
    return [nearest, way];
  }

  #wayOf(lane: number, version: LocalFrontier): Difference {
    return this.#graph.difference(this.#lanes[lane] as LocalFrontier, version);
  }

  #moveLane(tracker: SequenceTracker, lane: number, way: Difference, version: LocalFrontier): void {
    for (let i = 0; i < way.onlyA.length; i += 2)
      this.#retreat(tracker, lane, way.onlyA[i] as number, way.onlyA[i + 1] as number);
    for (let i = way.onlyB.length - 2; i >= 0; i -= 2)
      this.#advance(tracker, lane, way.onlyB[i] as number, way.onlyB[i + 1] as number);
    this.#lanes[lane] = version;
    this.#lastOps[lane] = -1;
    this.#lastLane = lane;
  }

  /** Takes the operations in [from, to) out of the lane, last first. */
  #retreat(tracker: SequenceTracker, lane: number, from: number, to: number): void {
    const { starts, counts } = this.#log;
    for (let run = starts.lastAtMost(to - 1); run >= 0; run--) {
      const start = starts.at(run);
      const end = Math.min(start + counts.at(run), to);
      if (end <= from) return;
      this.#move(tracker, lane, run, Math.max(start, from), end, false);
    }
  }

  #advance(tracker: SequenceTracker, lane: number, from: number, to: number): void {
    const { starts, counts } = this.#log;
    for (let run = this.#log.runFrom(from); run < starts.length; run++) {
      const start = starts.at(run);
      if (start >= to) return;
      this.#move(tracker, lane, run, Math.max(start, from), Math.min(start + counts.at(run), to), true);
    }
  }

  #move(
    tracker: SequenceTracker,
    lane: number,
    run: number,
    from: number,
    to: number,
    forward: boolean,
  ): void {
    if (this.#log.kinds.at(run) === INSERT) tracker.moveInsertions(lane, from, to, forward);
    else tracker.moveDeletions(lane, from, to, forward);
  }
}

function outOfRange(index: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'sequence operation', detail: `index ${index}` },
    `index ${index} is beyond the end of the sequence that its operation has seen`,
  );
}

/** LVs on a way. */
function lengthOf({ onlyA, onlyB }: Difference): number {
  let length = 0;
  for (const ranges of [onlyA, onlyB])
    for (let i = 0; i < ranges.length; i += 2) length += (ranges[i + 1] as number) - (ranges[i] as number);
  return length;
}
