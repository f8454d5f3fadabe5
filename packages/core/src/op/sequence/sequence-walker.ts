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
  /** Up to which LV each lane has tried to go forward over what came. */
  readonly #triedAt: number[] = [];
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
    return this.#laneAt(this.#tracker as SequenceTracker, version, this.#trackedTo, FIRST_LANES);
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
      this.#triedAt[lane] = base + 1;
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
        const lane = this.#laneAt(tracker, parents, lv, tracker.lanes);
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
        lv = until;
      }
    }
  }

  /**
   * A lane that stands at this version, at which operations from `lv` on come: one that does already, or one that is moved
   * there. That is the one with the shortest way, unless it would have to go back and another only forward, over no more
   * than has come since that was tried: each lane goes so over each operation once, and then stands where the other is not.
   * When lanes have gone over as much as the tracker holds, a new one is made and goes instead, so that many long branches
   * that arrive in turn cost each operation little.
   */
  #laneAt(tracker: SequenceTracker, version: LocalFrontier, lv: number, lanes: number): number {
    for (let lane = 0; lane < lanes; lane++) {
      if (sameFrontier(this.#lanes[lane] as LocalFrontier, version)) return lane;
    }
    let [nearest, way] = this.#nearestTo(version, lanes);
    const found = nearest;
    let length = lengthOf(way);
    for (let lane = 0; lane < lanes && length > NEAR; lane++) {
      if (lane === found) continue;
      const credit = way.onlyA.length === 0 ? 0 : lv - (this.#triedAt[lane] as number);
      if (credit > 0) this.#triedAt[lane] = lv;
      const limit = Math.max(length - 1, credit);
      const other = this.#graph.difference(this.#lanes[lane] as LocalFrontier, version, limit);
      if (other === undefined) continue;
      const isForward = other.onlyA.length === 0 && credit > 0;
      if (!isForward && lengthOf(other) >= length) continue;
      nearest = lane;
      way = other;
      length = lengthOf(way);
    }
    if (length > FAR && way.onlyA.length > 0) this.#longWays += length;
    if (lanes === tracker.lanes && lanes < MAX_LANES && this.#longWays > tracker.size) {
      this.#longWays = 0;
      this.#lanes[lanes] = this.#lanes[nearest] as LocalFrontier;
      this.#triedAt[lanes] = lv;
      nearest = tracker.addLane(nearest);
    }
    this.#moveLane(tracker, nearest, way, version);
    return nearest;
  }

  /**
   * A lane and its way to this version. The lane that moved last is nearly always the nearest, and another may be as far off
   * as the history is long: so each is looked from with little patience first.
   */
  #nearestTo(version: LocalFrontier, lanes: number): [lane: number, way: Difference] {
    for (let patience = FIRST_PATIENCE; ; patience *= MORE_PATIENCE) {
      for (let i = 0; i < lanes; i++) {
        const lane = (this.#lastLane + i) % lanes;
        const way = this.#graph.difference(this.#lanes[lane] as LocalFrontier, version, patience);
        if (way !== undefined) return [lane, way];
      }
    }
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
