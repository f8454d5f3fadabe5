/**
 * Undo and redo of one's own edits, whatever others have done since. What was inserted and is still there is deleted; what was
 * deleted comes back where it was, if nobody else has brought it back; a register gets its value back unless somebody has
 * written it since; a counter loses what was counted; a set gets back what it had.
 *
 *   edit 1, edit 2   undo      [1][2]           redo []
 *   undo             undo      [1]              redo [2']      an undo is a transaction like any other, and its
 *   redo             undo      [1][2'']         redo []        inverse is the redo
 *
 * Transactions that follow each other within a moment are one step, so that a word that was typed goes as one.
 *
 * What comes back are new elements. `#revivals` says which stand for which, so that undoing the edit before takes them too,
 * and so that what comes back later finds its place among them. Of two nodes of a tree that came to one place at the same
 * time, the one that is put back comes second. Leaves out: lists (list-undo.ts).
 */
import type { DocumentChange } from './change.ts';
import type { TextState } from './container-state.ts';
import type { ContainerInverse } from './inverse.ts';
import { ListUndo } from './list-undo.ts';
import type { NativeDocument } from './native-document.ts';
import { writeAt } from './plain-ops.ts';
import { Revivals } from './revivals.ts';

export interface UndoOptions {
  /** Whether a local transaction with this origin is to be undone; all are when this is left out. */
  readonly tracks?: (origin: unknown) => boolean;
  /** Steps kept; the oldest are forgotten. */
  readonly maxSteps?: number;
  /** Transactions that follow each other within so many milliseconds are one step; each is its own with 0. */
  readonly captureMs?: number;
}

/** Longer than between two strokes of somebody who types, shorter than between two thoughts. */
const DEFAULT_CAPTURE_MS = 500;

/** Enough for a session of writing; each step is a few numbers, and what it overwrote. */
const DEFAULT_MAX_STEPS = 1000;

interface Step {
  /** Of its transactions, the LVs from `start` to before `end`. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
  readonly inverses: readonly ContainerInverse[];
}

type PlainInverseAt = Extract<ContainerInverse, { readonly is: 'plain' }>;

/** Elements that come back before what stands at `index`, or, from there on, go. */
interface Restoration {
  readonly index: number;
  readonly revives: readonly number[];
  readonly removes: number;
}

export class UndoManager {
  readonly #document: NativeDocument;
  readonly #tracks: (origin: unknown) => boolean;
  readonly #maxSteps: number;
  readonly #captureMs: number;
  readonly #undo: Step[] = [];
  readonly #redo: Step[] = [];
  /** Of elements and of writes. */
  readonly #revivals = new Revivals();
  readonly #lists: ListUndo;
  readonly #stop: () => void;
  /** Where the transaction that is under way goes. */
  #target: Step[] | undefined;
  /** When the last step was added to, in milliseconds; undefined when the next transaction begins a new one. */
  #capturedAtMs: number | undefined;

  constructor(document: NativeDocument, options: UndoOptions = {}) {
    this.#document = document;
    this.#lists = new ListUndo(document);
    this.#tracks = options.tracks ?? (() => true);
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

  /** Takes the last step back, in one transaction whose origin is this object. False when there was none. */
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
    this.stopCapturing();
  }

  /** Forgets all steps and listens no more. */
  close(): void {
    this.#stop();
    this.clear();
  }

  #record({ local, origin, start, end, inverses }: DocumentChange): void {
    if (!local) return;
    const step: Step = { spans: [{ start, end }], inverses };
    if (origin === this) {
      this.#target?.push(step);
      return;
    }
    if (!this.#tracks(origin)) return;
    this.#redo.length = 0;
    const nowMs = this.#document.now();
    const last = this.#undo.at(-1);
    const goesOn = this.#capturedAtMs !== undefined && Math.abs(nowMs - this.#capturedAtMs) < this.#captureMs;
    this.#capturedAtMs = nowMs;
    if (goesOn && last !== undefined) this.#undo[this.#undo.length - 1] = joined(last, step);
    else this.#undo.push(step);
    if (this.#undo.length > this.#maxSteps) this.#undo.shift();
  }

  #takeBack(from: Step[], to: Step[]): boolean {
    const step = from.pop();
    if (step === undefined) return false;
    this.stopCapturing();
    const texts = [...this.#textsOf(step)].map(([container, elements]) => ({
      container,
      restorations: this.#restorations(container, elements),
    }));
    const orders = this.#lists.ordersFor(step.inverses);
    const steps = to.length;
    this.#target = to;
    try {
      this.#document.transact(() => {
        for (const { container, restorations } of texts) this.#restore(container, restorations);
        for (let i = step.inverses.length - 1; i >= 0; i--) {
          const inverse = step.inverses[i] as ContainerInverse;
          if (inverse.is === 'plain') this.#invert(step, inverse);
          else this.#lists.invert(inverse, orders);
        }
      }, this);
    } finally {
      this.#target = undefined;
    }
    // Where others have left nothing to take back, there is nothing to do again; but each undo has its redo.
    if (to.length === steps) to.push({ spans: [], inverses: [] });
    return true;
  }

  /** For each text the elements that go (true) and that come back (false). */
  #textsOf(step: Step): ReadonlyMap<number, ReadonlyMap<number, boolean>> {
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
    return [
      ...this.#removals(container, elements).reverse(),
      ...this.#returns(container, elements).reverse(),
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

  /** An element that was made in place of another counts where that one stood: the order is that of the first ones. */
  #returns(container: number, elements: ReadonlyMap<number, boolean>): Restoration[] {
    const revivals: { readonly index: number; readonly revives: number[]; readonly removes: 0 }[] = [];
    const identity = this.#document.identity(container);
    let index = 0;
    identity.forEachEver((lv, count, there) => {
      for (let i = 0; i < count; i++) {
        if (this.#revivals.isCopy(lv + i)) continue;
        const element = this.#latest(lv + i);
        const isThere = element === lv + i ? there : identity.has(element);
        const goes = elements.get(element);
        if (goes === false && !isThere) {
          const last = revivals.at(-1);
          if (last?.index === index) last.revives.push(element);
          else revivals.push({ index, revives: [element], removes: 0 });
        }
        if (isThere && goes !== true) index++;
      }
    });
    return revivals;
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

  #invert(step: Step, { container, key, lv, overwrote, ops }: PlainInverseAt): void {
    if (key !== undefined) {
      const state = this.#document.state(container);
      const current = state.type === 'map' ? writeAt(state, key) : undefined;
      const isOurs = current === this.#latest(lv);
      // A step that wrote a key more than once is taken back by what it first wrote over.
      const isLater = step.inverses.some((other) => isWriteOf(other, container, key) && other.lv < lv);
      if (isLater || !(isOurs || this.#wroteLater(step, container, key, current))) return;
      if (overwrote !== undefined) this.#revivals.add(overwrote, this.#document.nextLv);
    }
    for (const op of ops) this.#document.plain(container, op);
  }

  /** Whether the write that is read at the key is another one of the step. */
  #wroteLater(step: Step, container: number, key: string, current: number | undefined): boolean {
    return step.inverses.some(
      (other) => isWriteOf(other, container, key) && this.#latest(other.lv) === current,
    );
  }

  #latest(lv: number): number {
    return this.#revivals.latestOf(lv);
  }
}

function joined(step: Step, next: Step): Step {
  return { spans: [...step.spans, ...next.spans], inverses: [...step.inverses, ...next.inverses] };
}

function isWriteOf(inverse: ContainerInverse, container: number, key: string): boolean {
  return inverse.is === 'plain' && inverse.container === container && inverse.key === key;
}
