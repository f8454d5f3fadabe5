/**
 * The current writes of one place that is written as a whole: those that no other has replaced. A write replaces the writes
 * that its event has seen; what is left beside each other is concurrent. The one with the greatest hybrid time is what
 * readers see, the others stay readable as conflicts until the next write.
 *
 *      A  set x ───┬── y │ x, reads y (later)
 *      B  set y ───┘                             next write, by anyone: z
 *
 * What has been seen is replaced whatever its time: a clock that was set wrong may have given it a time from the future.
 */
import { compareTimes, type HybridTime } from '../causality/index.ts';
import type { OpContext } from './op-type.ts';

/** The write that is read, and by `beside` the others, the latest first. One object where nothing is concurrent, as nearly everywhere. */
export interface Write<T> {
  readonly lv: number;
  readonly time: HybridTime;
  readonly value: T;
  beside: Write<T> | undefined;
}

/** Current writes; undefined when nothing was ever written. */
export type Writes<T> = Write<T> | undefined;

/**
 * The writes after this one; those before are used up. Costs one question for each current write, of which there are as many
 * as writers at once.
 */
export function written<T>(writes: Writes<T>, value: T, context: OpContext): Write<T> {
  const { lv, time } = context;
  const write: Write<T> = { lv, time, value, beside: undefined };
  if (context.linear) return write;
  const head: { beside: Writes<T> } = { beside: undefined };
  let last = head;
  let isIn = false;
  const put = (next: Write<T>): void => {
    last.beside = next;
    last = next;
  };
  for (let each = writes; each !== undefined; each = each.beside) {
    if (context.sees(each.lv)) continue;
    if (!isIn && compareTimes(each.time, time) <= 0) {
      put(write);
      isIn = true;
    }
    put(each);
  }
  if (!isIn) put(write);
  last.beside = undefined;
  // It holds the new write at least.
  return head.beside as Write<T>;
}

/** The values that are not read, the latest first, each once, and none that is read. `keyOf` gives a string that no other value has. */
export function valuesBeside<T>(writes: Writes<T>, keyOf: (value: T) => string): readonly T[] {
  if (writes?.beside === undefined) return NONE;
  const beside = new Map(listOf(writes).map(({ value }) => [keyOf(value), value]));
  beside.delete(keyOf(writes.value));
  return [...beside.values()];
}

const NONE: readonly never[] = [];

function listOf<T>(writes: Writes<T>): readonly Write<T>[] {
  const list: Write<T>[] = [];
  for (let write = writes; write !== undefined; write = write.beside) list.push(write);
  return list;
}
