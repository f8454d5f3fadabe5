/**
 * What apps call: the extension that shows a native text in an editor, and the commands for undo of one's own edits. Leaves
 * out: a history of the editor's own, which would take back what others write; do not add one.
 */
import { EditorState, type Extension, Facet, Prec } from '@codemirror/state';
import { type Command, EditorView, keymap, ViewPlugin } from '@codemirror/view';
import type { CursorOptions } from './cursor-state.ts';
import { remoteCursors } from './remote-cursors.ts';
import { type BindingOptions, shown, TextBinding, unitsOf } from './text-binding.ts';
import { mendingOf } from './text-edits.ts';

export interface SharedTextOptions extends BindingOptions {
  /** Shows where others are and says where this editor's user is; nobody's cursor when left out. */
  readonly cursors?: CursorOptions;
}

/**
 * Keeps the editor and the text the same, from the moment the editor is made until it is destroyed or reconfigured. Give the
 * editor `text.toString()` as its document; it is made so in any case. Edits are transactions of the document, so the app
 * makes none of the editor's within one of those. Undo and redo have their usual keys, and take back this editor's edits alone.
 */
export function sharedText({ cursors, ...options }: SharedTextOptions): Extension {
  const plugin = ViewPlugin.define((view) => new TextBinding(view, options));
  const bindingOf = (view: EditorView): TextBinding | undefined => view.plugin(plugin) ?? undefined;
  return [
    // With any other, texts with a carriage return would be of two lengths.
    EditorState.lineSeparator.of('\n'),
    wholePairs,
    plugin,
    bindings.of(bindingOf),
    undoKeys,
    ...(cursors === undefined ? [] : [remoteCursors(cursors, bindingOf)]),
  ];
}

/** Takes back this editor's last step. */
export const undo: Command = (view) => boundTo(view)?.undo() ?? false;

/** Does again what was taken back last. */
export const redo: Command = (view) => boundTo(view)?.redo() ?? false;

const bindings = Facet.define<(view: EditorView) => TextBinding | undefined>();

function boundTo(view: EditorView): TextBinding | undefined {
  return view.state.facet(bindings)[0]?.(view);
}

/** An edit that would leave half a surrogate pair takes the whole pair, in the same transaction. */
const wholePairs = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.annotation(shown) === true) return transaction;
  const mending = mendingOf(transaction.changes, unitsOf(transaction.startState.doc));
  return mending === undefined ? transaction : [transaction, { changes: mending, sequential: true }];
});

/** The keys, and what menus and gestures of the platform ask for. */
const undoKeys = Prec.high([
  keymap.of([
    { key: 'Mod-z', run: undo, preventDefault: true },
    { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
    { linux: 'Ctrl-Shift-z', run: redo, preventDefault: true },
  ]),
  EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const command = { historyUndo: undo, historyRedo: redo }[event.inputType];
      if (command === undefined) return false;
      event.preventDefault();
      return command(view);
    },
  }),
]);
