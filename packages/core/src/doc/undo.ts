/**
 * Undo and redo of one's own edits, whatever others have done since. What was inserted and is still there is deleted; what was
 * deleted comes back where it was, if nobody else has brought it back; what was written, moved or counted is as it was
 * before, unless somebody else has written, moved or set it since.
 *
 *   edit 1, edit 2   undo      [1][2]           redo []
 *   undo             undo      [1]              redo [2']      an undo is a transaction like any other, and its
 *   redo             undo      [1][2'']         redo []        inverse is the redo
 *
 * Transactions that follow each other within a moment are one step, so that a word that was typed goes as one.
 *
 * What comes back are new elements. `#revivals` says which stand for which, so that undoing the edit before takes them too,
 * and so that what comes back later finds its place among them. It is known here alone: what two have deleted, and both
 * bring back, is there twice. Leaves out: lists (list-undo.ts), and all that is no sequence (plain-undo.ts).
 */
import type { DocumentChange } from './change.ts';
import type { TextState } from './container-state.ts';
import type { ContainerInverse } from './inverse.ts';
import { ListUndo } from './list-undo.ts';
import type { NativeDocument } from './native-document.ts';
import { PastOrder } from './past-order.ts';
import { PlainUndo } from './plain-undo.ts';
import { Revivals } from './revivals.ts';

/** `M` is what an app keeps with a step. */
export interface UndoOptions<M = unknown> {
  /** Whether a local transaction is to be undone, by its origin or by what it changed; all are when this is left out. */
  readonly tracks?: (origin: unknown, change: DocumentChange) => boolean;
  /** Asked when a step begins, once its first transaction has been told: what is to come back with it, such as a selection. */
  readonly remember?: () => M;
  /** Told what was remembered with a step, once it has been undone or redone. */
  readonly restore?: (remembered: M) => void;
  /** Steps kept; the oldest are forgotten. */
  readonly maxSteps?: number;
  /** Transactions that follow each other within so many milliseconds are one step; each is its own with 0. */
  readonly captureMs?: number;
}

/** Longer than between two strokes of somebody who types, shorter than between two thoughts. */
const DEFAULT_CAPTURE_MS = 500;

/** Enough for a session of writing; each step is a few numbers, and what it overwrote. */
const DEFAULT_MAX_STEPS = 1000;

interface Step<M> {
  /** Of its transactions, the LVs from `start` to before `end`. It grows while transactions join it. */
  readonly spans: { readonly start: number; end: number }[];
  readonly inverses: ContainerInverse[];
  /** Undefined where nobody asked for it. */
  readonly remembered: { readonly it: M } | undefined;
}

/** Elements that come back before what stands at `index`, or, from there on, go. */
interface Restoration {
  readonly index: number;
  readonly revives: readonly number[];
  readonly removes: number;
}

export class UndoManager<M = unknown> {
  readonly #document: NativeDocument;
  readonly #options: UndoOptions<M>;
  readonly #maxSteps: number;
  readonly #captureMs: number;
  readonly #undo: Step<M>[] = [];
  readonly #redo: Step<M>[] = [];
  /** Of elements of texts. */
  readonly #revivals = new Revivals();
  readonly #lists: ListUndo;
  readonly #plains: PlainUndo;
  readonly #stop: () => void;
  /** Where the transaction that is under way goes. */
  #target: Step<M>[] | undefined;
  /** When the last step was added to, in milliseconds; undefined when the next transaction begins a new one. */
  #capturedAtMs: number | undefined;

  constructor(document: NativeDocument, options: UndoOptions<M> = {}) {
    this.#document = document;
    this.#lists = new ListUndo(document);
    this.#plains = new PlainUndo(document);
    this.#options = options;
    this.#maxSteps = options.maxSteps ?? DEFAULT_MAX_STEPS;
    this.#captureMs = options.captureMs ?? DEFAULT_CAPTURE_MS;
    this.#stop = document.onChange((change) => this.#record(change));
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** Takes the last step back, in one transaction whose origin is this object. False when there was none. Not within a transaction. */
  undo(): boolean {
    return this.#takeBack(this.#undo, this.#redo);
  }

  /** Does again what was undone last. False when there was nothing. */
  redo(): boolean {
    return this.#takeBack(this.#redo, this.#undo);
  }

  /** Lets the next transaction begin a step of its own, however soon it comes. */
  stopCapturing(): void {
    this.#capturedAtMs = undefined;
  }

  /** Forgets all steps. */
  clear(): void {
    this.#undo.length = 0;
    this.#redo.length = 0;
    this.#revivals.clear();
    this.#lists.clear();
    this.#plains.clear();
    this.stopCapturing();
  }

  /** Forgets all steps and listens no more. */
  close(): void {
    this.#stop();
    this.clear();
  }

  #record(change: DocumentChange): void {
    if (!change.local) return;
    if (change.origin === this) {
      this.#target?.push(this.#stepOf(change));
      return;
    }
    if (this.#options.tracks?.(change.origin, change) === false) return;
    this.#redo.length = 0;
    const nowMs = this.#document.now();
    const last = this.#undo.at(-1);
    const goesOn = this.#capturedAtMs !== undefined && Math.abs(nowMs - this.#capturedAtMs) < this.#captureMs;
    this.#capturedAtMs = nowMs;
    if (goesOn && last !== undefined) join(last, change);
    else this.#undo.push(this.#stepOf(change));
    if (this.#undo.length > this.#maxSteps) this.#undo.shift();
  }

  #stepOf(change: DocumentChange): Step<M> {
    const { remember } = this.#options;
    const step: Step<M> = {
      spans: [],
      inverses: [],
      remembered: remember === undefined ? undefined : { it: remember() },
    };
    join(step, change);
    return step;
  }

  #takeBack(from: Step<M>[], to: Step<M>[]): boolean {
    const step = from.at(-1);
    if (step === undefined) return false;
    this.stopCapturing();
    const texts = [...this.#textsOf(step)].map(([container, elements]) => ({
      container,
      restorations: this.#restorations(container, elements),
    }));
    const orders = this.#lists.ordersFor(step.inverses);
    const writes = new Map(
      step.inverses.flatMap((inverse) => (inverse.is === 'key' ? [[inverse.lv, inverse] as const] : [])),
    );
    const redoes = from === this.#redo;
    const steps = to.length;
    this.#target = to;
    try {
      this.#document.transact(() => {
        for (const { container, restorations } of texts) this.#restore(container, restorations);
        for (let i = step.inverses.length - 1; i >= 0; i--) {
          const inverse = step.inverses[i] as ContainerInverse;
          if (isOfList(inverse)) this.#lists.invert(inverse, orders, redoes);
          else this.#plains.invert(inverse, { writes, redoes });
        }
        this.#plains.settle();
      }, this);
    } finally {
      this.#target = undefined;
    }
    from.splice(from.lastIndexOf(step), 1);
    const { remembered } = step;
    // Where others have left nothing to take back, there is nothing to do again; but each undo has its redo.
    if (to.length === steps) to.push({ spans: [], inverses: [], remembered });
    if (remembered !== undefined) this.#options.restore?.(remembered.it);
    return true;
  }

  /** For each text the elements that go (true) and that come back (false). */
  #textsOf(step: Step<M>): ReadonlyMap<number, ReadonlyMap<number, boolean>> {
    const texts = new Map<number, Map<number, boolean>>();
    const visit = (container: number, inserts: boolean, lv: number, count: number): void => {
      const elements = texts.get(container) ?? new Map<number, boolean>();
      texts.set(container, elements);
      const identity = this.#document.identity(container);
      for (let i = 0; i < count; i++) {
        const element = this.#latest(inserts ? lv + i : identity.targetOf(lv + i));
        // What the step itself inserted and deleted stays away.
        if (inserts) elements.set(element, true);
        else if (elements.has(element)) elements.delete(element);
        else elements.set(element, false);
      }
    };
    for (const { start, end } of step.spans) this.#document.visitTexts(start, end, visit);
    return texts;
  }

  /** What goes, then what comes back, each from the end of the text to its start, so that none moves the next. */
  #restorations(container: number, elements: ReadonlyMap<number, boolean>): readonly Restoration[] {
    const goes = [...elements.values()];
    return [
      ...(goes.includes(true) ? this.#removals(container, elements).reverse() : []),
      ...(goes.includes(false) ? this.#returns(container, elements).reverse() : []),
    ];
  }

  #removals(container: number, elements: ReadonlyMap<number, boolean>): Restoration[] {
    const removals: { index: number; readonly revives: readonly number[]; removes: number }[] = [];
    let index = 0;
    this.#document.identity(container).forEach((lv, count) => {
      for (let i = 0; i < count; i++, index++) {
        if (elements.get(lv + i) !== true) continue;
        const last = removals.at(-1);
        if (last !== undefined && last.index + last.removes === index) last.removes++;
        else removals.push({ index, revives: [], removes: 1 });
      }
    });
    return removals;
  }

  /** Each comes back behind the nearest one before it that stays. */
  #returns(container: number, elements: ReadonlyMap<number, boolean>): Restoration[] {
    const order = new PastOrder(this.#document.identity(container), this.#revivals, this.#document.nextLv);
    const returns = new Map<number, number[]>();
    // How many of those that stay come before each place.
    const staying = new Int32Array(order.elements.length + 1);
    for (const [place, element] of order.elements.entries()) {
      const stays = order.had(element) && elements.get(element) !== true;
      staying[place + 1] = (staying[place] as number) + (stays ? 1 : 0);
      if (order.had(element) || elements.get(element) !== false) continue;
      const index = staying[order.returnOf(element)] as number;
      const others = returns.get(index);
      if (others === undefined) returns.set(index, [element]);
      else others.push(element);
    }
    return [...returns]
      .sort(([a], [b]) => a - b)
      .map(([index, revives]) => ({
        index,
        revives: revives.sort((a, b) => (order.precedes(a, b) ? -1 : 1)),
        removes: 0,
      }));
  }

  #restore(container: number, restorations: readonly Restoration[]): void {
    const text = this.#document.state(container) as TextState;
    for (const { index, revives, removes } of restorations) {
      if (removes > 0) this.#document.removeText(container, text, index, removes);
      else {
        const first = this.#document.nextLv;
        const parts = revives.map((lv) => this.#document.insertedText(container, lv, 1));
        this.#document.insertText(container, text, index, parts.join(''));
        for (const [i, lv] of revives.entries()) this.#revivals.add(lv, first + i);
      }
    }
  }

  #latest(lv: number): number {
    return this.#revivals.latestOf(lv);
  }
}

/** Adds a transaction to a step. One that follows on the last, as in typing, adds no span. */
function join<M>({ spans, inverses }: Step<M>, { start, end, inverses: more }: DocumentChange): void {
  const last = spans.at(-1);
  if (last?.end === start) last.end = end;
  else spans.push({ start, end });
  for (const inverse of more) inverses.push(inverse);
}

function isOfList(inverse: ContainerInverse): inverse is Parameters<ListUndo['invert']>[0] {
  return inverse.is.startsWith('list ');
}
