/**
 * A list within a document: its content, and its operations as they stand in the log. Items are values; what a list of
 * containers holds is said in child-list.ts.
 *
 *      insert      a sequence insertion, with a value for each dot
 *      delete      a sequence deletion
 *      set         0 set element value
 *      move        a sequence insertion of one slot without a value, and with the next dot   1 move element
 *
 * An operation on an element that its event has not seen, or that is a slot and no element, changes nothing, here as
 * everywhere.
 */
import type { Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { checkElement, type ListEdit, type ListOp, ListState } from '../op/list.ts';
import type { OpContext } from '../op/op-type.ts';
import type { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import type { SequenceWalker } from '../op/sequence/sequence-walker.ts';
import { effectBaseSlot } from './document-base.ts';
import type { OpLog, PlainOp, SequenceOps } from './op-log.ts';
import type { Names } from './plain-ops.ts';

/** The kinds of its plain operations. */
export const LIST_SET = 0;
export const LIST_MOVE = 1;

/** `length`, in slots, runs ahead of the content while an update is taken in. */
export interface ListContent {
  readonly type: 'list';
  readonly items: ListState<Value>;
  length: number;
  walker: SequenceWalker | undefined;
  /** Made when somebody asks which slot is where. */
  identity: SequenceIdentity | undefined;
}

export function createList(): ListContent {
  return { type: 'list', items: new ListState(), length: 0, walker: undefined, identity: undefined };
}

/** Whether this is one of the operations of lists that are no sequence's. */
export function isListOp({ kind, key, target, parent, value }: PlainOp): boolean {
  if (key !== undefined || parent !== undefined || target === undefined) return false;
  return kind === LIST_SET ? value !== undefined : kind === LIST_MOVE && value === undefined;
}

export function dotsOfListOp(op: ListOp<Value>): number {
  switch (op.do) {
    case 'insert':
      return op.items.length;
    case 'delete':
      return op.count;
    case 'set':
      return 1;
    case 'move':
      return 2;
  }
}

/** Adds an operation to the log at `lv`. */
export function logListOp(log: OpLog, container: number, lv: number, op: ListOp<Value>, names: Names): void {
  switch (op.do) {
    case 'insert':
      log.insertValues(container, lv, op.index, op.items);
      return;
    case 'delete':
      log.deleteFrom(container, lv, op.index, op.count);
      return;
    case 'set':
      log.plain(container, lv, { kind: LIST_SET, target: names.dotOf(op.element), value: op.item });
      return;
    case 'move':
      log.insertValues(container, lv, op.index, [undefined]);
      log.plain(container, lv + 1, { kind: LIST_MOVE, target: names.dotOf(op.element) });
  }
}

/** Slots come in whose content begins at `content` of what the list has had inserted. */
export function insertLogged(
  { items }: ListContent,
  ops: SequenceOps,
  index: number,
  count: number,
  content: number,
  edits: ListEdit<Value>[] | undefined,
): void {
  const { log, values } = ops;
  for (let done = 0; done < count; ) {
    const at = content + done;
    // Of the runs whose content begins there, the last is the insertion.
    const run = log.contents.lastAtMost(at);
    const past = at - log.contents.at(run);
    const many = Math.min(count - done, log.counts.at(run) - past);
    items.insert(index + done, log.starts.at(run) + past, values.slice(at, at + many), edits);
    done += many;
  }
}

/** Carries out a plain operation of the log; for a move, its slot has come in before. */
export function effectList(
  { items }: ListContent,
  ops: SequenceOps,
  op: PlainOp,
  context: OpContext,
  names: Names,
  edits: ListEdit<Value>[] | undefined,
): void {
  const element = op.target === undefined ? undefined : names.lvOf(op.target);
  if (element === undefined) return;
  if (op.kind > LIST_MOVE) effectBaseSlot(items, op, element, context);
  if (op.kind > LIST_MOVE || !isElement(ops, element, context)) return;
  if (op.kind === LIST_MOVE) items.assign(context.lv - 1, element, context, edits);
  else if (op.value !== undefined) items.set(element, op.value, context, edits);
}

function isElement({ log, values }: SequenceOps, element: number, context: OpContext): boolean {
  try {
    checkElement(log, element, context, undefined);
  } catch (error) {
    // What was forged names what its event has not seen. It is left out by every replica alike.
    if (!CausewayError.is(error, 'decode/invalid')) throw error;
    return false;
  }
  return values[log.contentOf(log.starts.lastAtMost(element), element)] !== undefined;
}
