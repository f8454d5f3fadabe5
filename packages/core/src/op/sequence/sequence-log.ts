/**
 * The operations of one list or text, as they were made: in runs, by ascending LV. An index means the document at the
 * operation's own parents, so the log never changes when histories merge; what does change is where an operation lands
 * now, and that is the walker's to say.
 *
 *      lv    kind       index  count  content
 *      0     INSERT     0      5      0         typed: LVs 0..4 at 0, 1, 2, 3, 4
 *      5     BACKSPACE  4      2                LV 5 deletes index 4, LV 6 index 3
 *      9     DELETE     1      3                LVs 9..11 each delete index 1
 *      12    INSERT     7      1      5
 *
 * LVs between two runs belong to other containers. What was inserted is kept by whoever keeps the log, one item for each
 * inserting LV in their order, so that the items of LVs that follow each other do too.
 */
import { IntList } from '../../history/int-list.ts';

export const INSERT = 0;
/** Forward: every LV deletes at the same index. */
export const DELETE = 1;
/** Backward: every LV deletes one index lower. */
export const BACKSPACE = 2;

export type SequenceOpKind = typeof INSERT | typeof DELETE | typeof BACKSPACE;

export class SequenceLog {
  readonly starts = new IntList();
  readonly kinds = new IntList();
  readonly indexes = new IntList();
  readonly counts = new IntList();
  /** Elements inserted by the runs before: where the content of an insertion begins. */
  readonly contents = new IntList();
  #inserted = 0;

  /** Elements inserted by all runs. */
  get inserted(): number {
    return this.#inserted;
  }

  get runs(): number {
    return this.starts.length;
  }

  /** Adds a run. Runs join as if they came element by element, so that they depend on the operations alone. */
  append(kind: SequenceOpKind, lv: number, index: number, count: number): void {
    if (kind === INSERT) this.insert(lv, index, count);
    else if (kind === BACKSPACE && count > 1) this.#backspace(lv, index, count);
    else this.remove(lv, index, count);
  }

  /** Adds `count` elements inserted at `index` by the LVs from `lv` on. */
  insert(lv: number, index: number, count: number): void {
    const last = this.starts.length - 1;
    const content = this.#inserted;
    this.#inserted = content + count;
    if (last >= 0 && this.kinds.at(last) === INSERT) {
      const before = this.counts.at(last);
      if (this.starts.at(last) + before === lv && this.indexes.at(last) + before === index) {
        this.counts.set(last, before + count);
        return;
      }
    }
    this.#push(lv, INSERT, index, count, content);
  }

  /** Adds the deletion of `count` elements from `index` on, first to last, by the LVs from `lv` on. */
  remove(lv: number, index: number, count: number): void {
    const last = this.#lastRemoval(lv);
    if (last >= 0) {
      const before = this.counts.at(last);
      const kind = this.kinds.at(last);
      const first = this.indexes.at(last);
      if (first === index && (kind === DELETE || before === 1)) {
        this.kinds.set(last, DELETE);
        this.counts.set(last, before + count);
        return;
      }
      if (index === first - before && (kind === BACKSPACE || before === 1)) {
        this.kinds.set(last, BACKSPACE);
        this.counts.set(last, before + 1);
        if (count > 1) this.#push(lv + 1, DELETE, index, count - 1, this.#inserted);
        return;
      }
    }
    this.#push(lv, DELETE, index, count, this.#inserted);
  }

  /** The place in the content of what `lv`, an LV of the insertion `run`, inserted. */
  contentOf(run: number, lv: number): number {
    return this.contents.at(run) + lv - this.starts.at(run);
  }

  /** The first run that has an LV at or above `lv`. */
  runFrom(lv: number): number {
    const run = this.starts.lastAtMost(lv);
    return run >= 0 && lv < this.starts.at(run) + this.counts.at(run) ? run : run + 1;
  }

  /** Takes back what the LVs from `lv` on did. */
  truncate(lv: number): void {
    while (this.starts.length > 0) {
      const last = this.starts.length - 1;
      const start = this.starts.at(last);
      const kept = Math.max(0, lv - start);
      const count = this.counts.at(last);
      if (kept >= count) return;
      if (this.kinds.at(last) === INSERT) this.#inserted -= count - kept;
      this.counts.set(last, kept);
      if (kept > 0) return;
      for (const column of [this.starts, this.kinds, this.indexes, this.counts, this.contents])
        column.resize(last);
    }
  }

  #backspace(lv: number, index: number, count: number): void {
    const last = this.#lastRemoval(lv);
    if (last >= 0) {
      const before = this.counts.at(last);
      const kind = this.kinds.at(last);
      const first = this.indexes.at(last);
      if (first === index && (kind === DELETE || before === 1)) {
        this.kinds.set(last, DELETE);
        this.counts.set(last, before + 1);
        this.#push(lv + 1, count === 2 ? DELETE : BACKSPACE, index - 1, count - 1, this.#inserted);
        return;
      }
      if (index === first - before && (kind === BACKSPACE || before === 1)) {
        this.kinds.set(last, BACKSPACE);
        this.counts.set(last, before + count);
        return;
      }
    }
    this.#push(lv, BACKSPACE, index, count, this.#inserted);
  }

  /** The last run if it is a removal that an operation of this LV could go on; else -1. */
  #lastRemoval(lv: number): number {
    const last = this.starts.length - 1;
    if (last < 0 || this.kinds.at(last) === INSERT) return -1;
    return this.starts.at(last) + this.counts.at(last) === lv ? last : -1;
  }

  #push(lv: number, kind: SequenceOpKind, index: number, count: number, content: number): void {
    this.starts.push(lv);
    this.kinds.push(kind);
    this.indexes.push(index);
    this.counts.push(count);
    this.contents.push(content);
  }
}
