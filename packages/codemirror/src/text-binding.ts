/**
 * One editor and one native text, kept the same.
 *
 *   editor ── transactions ──▶ edits, one transaction of the document each ──▶ text
 *   editor ◀── one transaction ── held ◀── changes of the text, from wherever ───┘
 *
 * `#held` is what the text has and the editor has not been shown: nothing, as a rule. While an input method composes, the line
 * that it composes in is left alone, since whoever changes that line's text in the page ends the composition; what others do
 * elsewhere is shown at once. What is written meanwhile is moved to where it belongs in the text.
 *
 * Leaves out: translation (text-edits.ts), cursors of others (remote-cursors.ts), and what apps call (shared-text.ts).
 */
import {
  type ContainerChange,
  type DocumentChange,
  type NativeDocument,
  type Position,
  type Text,
  UndoManager,
  type UndoOptions,
} from '@causeway/core/doc';
import { Annotation, ChangeSet, EditorSelection, MapMode, Transaction } from '@codemirror/state';
import type { EditorView, PluginValue, ViewUpdate } from '@codemirror/view';
import { changesOf, differenceOf, dividedAt, editsOf, mendingOf, type Units } from './text-edits.ts';

export interface BindingOptions extends Pick<UndoOptions, 'maxSteps' | 'captureMs'> {
  readonly document: NativeDocument;
  /** Of that document. */
  readonly text: Text;
}

/** On transactions that show what the text has already. */
export const shown = Annotation.define<boolean>();

/** Between two looks whether a composition is over. The editor reads its last text up to 50 ms after its end, so it takes two. */
const LOOK_MS = 100;

/** Some keyboards compose for as long as the cursor is in a word: five seconds after the last stroke the others' edits come first. */
const MAX_LOOKS = 50;

interface KeptSelection {
  readonly anchor: Position;
  readonly head: Position;
}

export class TextBinding implements PluginValue {
  readonly #view: EditorView;
  readonly #document: NativeDocument;
  readonly #text: Text;
  readonly #undo: UndoManager<KeptSelection | undefined>;
  readonly #stop: () => void;
  /** From what the editor shows to what the text is. */
  #held: ChangeSet;
  #isUpdating = false;
  #isFlushWanted = false;
  #isDestroyed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Looks since the last stroke, and whether the last one found no composition. */
  #looks = 0;
  #isCalm = false;
  /** What the step that begins next is to bring back. */
  #kept: KeptSelection | undefined;
  /** The end of what was last changed in the text by undo or redo, in the editor. */
  #restoredTo = 0;

  constructor(view: EditorView, { document, text, ...undo }: BindingOptions) {
    this.#view = view;
    this.#document = document;
    this.#text = text;
    this.#stop = document.onChange((change) => this.#receive(change));
    this.#undo = new UndoManager(document, {
      ...undo,
      tracks: (origin) => origin === this,
      remember: () => this.#kept,
      restore: (kept) => this.#select(kept),
    });
    this.#held = differenceOf(view.state.doc.toString(), text.toString());
    if (!this.#held.empty) this.#flushSoon();
  }

  update({ transactions }: ViewUpdate): void {
    this.#isUpdating = true;
    try {
      for (const transaction of transactions) {
        if (transaction.annotation(shown) === true) continue;
        if (transaction.docChanged) this.#write(transaction);
        else if (transaction.selection !== undefined) this.#undo.stopCapturing();
      }
    } finally {
      this.#isUpdating = false;
    }
  }

  destroy(): void {
    this.#isDestroyed = true;
    clearTimeout(this.#timer);
    this.#undo.close();
    this.#stop();
  }

  undo(): boolean {
    this.#flush('all');
    this.#kept = undefined;
    return this.#undo.undo();
  }

  redo(): boolean {
    this.#flush('all');
    this.#kept = this.#keep(this.#view.state.selection.main, ChangeSet.empty(this.#view.state.doc.length));
    return this.#undo.redo();
  }

  /** A position in the text for an index in the editor. */
  positionAt(index: number, side: Position['side']): Position {
    return this.#text.positionAt(this.#held.mapPos(index), side);
  }

  /** Where that is in the editor; undefined while it is not known here. */
  indexOf(position: Position): number | undefined {
    const index = this.#text.indexOf(position);
    return index === undefined ? undefined : this.#held.invertedDesc.mapPos(index);
  }

  #write({ startState, changes }: Transaction): void {
    const mending = mendingOf(changes, unitsOf(startState.doc));
    const whole = mending === undefined ? changes : changes.compose(mending);
    const held = this.#held;
    this.#looks = 0;
    const edits = editsOf(held.empty ? whole : whole.map(held, true), this.#text);
    this.#kept = this.#keep(startState.selection.main, changes);
    const others = held.empty ? ChangeSet.empty(whole.newLength) : held.map(whole);
    this.#held = mending === undefined ? others : mending.compose(others);
    this.#document.transact(() => {
      for (const { index, removed, inserted } of edits) {
        this.#text.delete(index, removed);
        this.#text.insert(index, inserted);
      }
    }, this);
    if (!this.#held.empty) this.#flushSoon();
  }

  #receive(change: DocumentChange): void {
    const edits = editsIn(change.containers.get(this.#text.container));
    if (edits === undefined || change.origin === this) return;
    const changes = changesOf(edits, this.#held.newLength);
    this.#held = this.#held.compose(changes);
    if (this.#isUpdating) this.#flushSoon();
    else if (change.origin === this.#undo) {
      changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => {
        this.#restoredTo = toB;
      });
      this.#flush('all');
    } else this.#flush(this.#whatMayBeShown());
  }

  /** Once the editor has done what it is at. */
  #flushSoon(): void {
    if (this.#isFlushWanted) return;
    this.#isFlushWanted = true;
    queueMicrotask(() => {
      this.#isFlushWanted = false;
      this.#flush(this.#whatMayBeShown());
    });
  }

  /** Shows what is held: all of it, or what is far from a composition. */
  #flush(which: 'all' | 'far'): void {
    if (this.#isDestroyed) return;
    const { doc, selection } = this.#view.state;
    let changes = this.#held;
    if (which === 'far') {
      const { from } = doc.lineAt(selection.main.from);
      const { to } = doc.lineAt(selection.main.to);
      const { near, far } = dividedAt(this.#held, from, to);
      changes = far;
      this.#held = near.map(far);
      if (!near.empty) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
    } else {
      this.#held = ChangeSet.empty(this.#held.newLength);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#isCalm = false;
    }
    if (changes.empty) return;
    const torn = selection.ranges.some(
      ({ from, to, empty }) => !empty && changes.mapPos(from, 1) > changes.mapPos(to, -1),
    );
    this.#view.dispatch({
      changes,
      // An editor that maps a range of which nothing is left may turn it inside out.
      ...(torn ? { selection: { anchor: changes.mapPos(selection.main.head, -1) } } : {}),
      annotations: [shown.of(true), Transaction.remote.of(true), Transaction.addToHistory.of(false)],
      // These are whole as they are, and no app has a say in what a text already is.
      filter: false,
    });
  }

  #whatMayBeShown(): 'all' | 'far' {
    return this.#view.composing || this.#timer !== undefined ? 'far' : 'all';
  }

  #look(): void {
    const { composing } = this.#view;
    const isOver = !composing && this.#isCalm;
    this.#isCalm = !composing;
    this.#looks += 1;
    if (isOver || this.#looks > MAX_LOOKS) this.#flush('all');
    else this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  /**
   * A selection that is about to be edited, so that it can be brought back. Its ends cling to what stays: what comes back
   * when the edit is undone are new elements.
   */
  #keep({ anchor, head, empty }: EditorSelection['main'], changes: ChangeSet): KeptSelection {
    if (empty) {
      const loses = changes.mapPos(head, -1, MapMode.TrackBefore) === null;
      const position = this.positionAt(head, loses ? 'right' : 'left');
      return { anchor: position, head: position };
    }
    return {
      anchor: this.positionAt(anchor, anchor < head ? 'left' : 'right'),
      head: this.positionAt(head, anchor < head ? 'right' : 'left'),
    };
  }

  /** What was kept, or else the end of what has changed. */
  #select(kept: KeptSelection | undefined): void {
    const anchor = (kept && this.indexOf(kept.anchor)) ?? this.#restoredTo;
    const head = (kept && this.indexOf(kept.head)) ?? this.#restoredTo;
    this.#view.dispatch({
      selection: EditorSelection.single(anchor, head),
      annotations: shown.of(true),
      scrollIntoView: true,
    });
  }
}

function editsIn(
  change: ContainerChange | undefined,
): (ContainerChange & { type: 'text' })['edits'] | undefined {
  return change?.type === 'text' && change.edits.length > 0 ? change.edits : undefined;
}

/** An editor's text as its units. */
export function unitsOf(lines: Transaction['newDoc']): Units {
  return { length: lines.length, slice: (start, end) => lines.sliceString(start, end) };
}
