/**
 * The base of a document without its first history: what there was at a version that everything after it has seen. Whoever
 * begins with it need not know how it came about.
 *
 *      all history     ── A.1..A.900 ─┬─ C.1..C.9 ── A.901          base   what there was at A.900, B.70
 *                      ── B.1..B.70 ──┘                                    after it   C.1..C.9, A.901
 *
 * It is written as operations that make it, one container after the other, each named by a dot that it is still called by:
 * units of a text, slots of a list, nodes of a tree, writes of a map, an addition for each member of a set. They count as
 * made without knowledge of each other, so that writes at the same time stay beside each other, and everything that comes
 * later has seen them all. What was deleted and replaced has left nothing.
 *
 *      text       an insertion of all of it
 *      list       insertions of its slots, with values or empty; and
 *                   2 set element value     3 move element     4 was moved on from, element     (of the slot before)
 *      set, map   as ever: what holds (plain-ops.ts)
 *      counter    one addition, or one set
 *      tree       5 stands                  6 lies in the trash                            7 latest step of all
 *                   (parent; value: index and time of the step that put it there)
 *
 * Leaves out: bytes (base-writer.ts, base-reader.ts), and what apps call (shallow-snapshot.ts).
 */
import type { Value } from '../bytes/value.ts';
import { type HybridTime, MAX_HYBRID_COUNTER, MAX_WALL_MS } from '../causality/index.ts';
import type { HistoryBase } from '../history/index.ts';
import { parseReplicaId, type ReplicaId } from '../id/index.ts';
import { type FractionalIndex, parseFractionalIndex } from '../op/fractional-index.ts';
import type { ListState } from '../op/list.ts';
import type { OpContext } from '../op/op-type.ts';
import { ROOT, TRASH, type TreePlace, type TreeState } from '../op/tree.ts';
import type { OpLog, PlainOp } from './op-log.ts';
import type { Names } from './plain-ops.ts';

export interface DocumentBase extends HistoryBase {
  /** At the LVs of its names. */
  readonly ops: OpLog;
  /** As it was read. */
  readonly bytes: Uint8Array;
}

export const SLOT_SET = 2;
export const SLOT_TAKEN = 3;
export const SLOT_LEFT = 4;
export const NODE_STANDS = 5;
export const NODE_IN_TRASH = 6;
export const LATEST_STEP = 7;

/** The context of a base's operations. */
export function baseContext(lv: number, time: HybridTime): OpContext {
  return { lv, time, linear: false, sees: () => false, seenUpTo: -1 };
}

/** Carries out an operation on a list that only a base has. */
export function effectBaseSlot(
  list: ListState<Value>,
  { kind, value }: PlainOp,
  element: number,
  context: OpContext,
): void {
  if (kind === SLOT_SET && value !== undefined) list.set(element, value, context);
  else if (kind === SLOT_TAKEN) list.assign(context.lv - 1, element, context);
  else if (kind === SLOT_LEFT) list.leave(context.lv - 1, element);
}

/** Takes in an operation on a tree that only a base has. */
export function addBaseNode(tree: TreeState, op: PlainOp, { lv, time }: OpContext, names: Names): void {
  const read = readStanding(op);
  if (read === undefined) return;
  const stood = { ...read.time, replica: read.replica ?? time.replica };
  if (op.kind === LATEST_STEP) tree.hasSeen(lv, stood);
  else tree.stand(lv, placeOf(op, read.index, names), stood);
}

function placeOf(op: PlainOp, index: FractionalIndex, names: Names): TreePlace {
  if (op.kind === NODE_IN_TRASH) return { parent: TRASH, index };
  return { parent: (op.parent && names.lvOf(op.parent)) ?? ROOT, index };
}

export interface StandingValue {
  readonly index: FractionalIndex;
  readonly time: { readonly wallMs: number; readonly counter: number };
  /** Whose step it was, when that is another than by whose dot the operation is named. */
  readonly replica: ReplicaId | undefined;
}

/** `named` is the replica of the dot that the operation is named by. */
export function writeStanding(
  index: FractionalIndex,
  { wallMs, counter, replica }: HybridTime,
  named: ReplicaId,
): Value {
  return replica === named ? [index, wallMs, counter] : [index, wallMs, counter, replica];
}

/** Where and since when a node stands; undefined for what says nothing of the kind. */
export function readStanding({ value }: PlainOp): StandingValue | undefined {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return undefined;
  const [index, wallMs, counter, replica = 1] = value as readonly Value[];
  if (typeof index !== 'string' || !isUpTo(wallMs, MAX_WALL_MS) || !isUpTo(counter, 2 * MAX_HYBRID_COUNTER))
    return undefined;
  if (typeof replica !== 'number') return undefined;
  const id = parseReplicaId(replica);
  return {
    index: parseFractionalIndex(index),
    time: { wallMs, counter },
    replica: value.length === 4 ? id : undefined,
  };
}

function isUpTo(value: Value | undefined, limit: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= limit;
}
