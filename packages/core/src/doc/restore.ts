/**
 * Makes a document what it was at a version, by edits of now: what was written since stays in the history, others get the edits
 * as they get any, and they can be undone. Goes by the difference between the two versions (version-changes.ts), so that what
 * is the same is not touched. Leaves out: conflicts, which are of their time; counts of the same number are left as they are.
 *
 * What was deleted since comes back with what it held: an item of a list of containers names the container that it shows, and
 * a node of a tree is moved out of the trash.
 */
import type { Value } from '../bytes/value.ts';
import { type Dot, type DotKey, parseDotKey } from '../id/index.ts';
import type { ListEdit } from '../op/list.ts';
import { ROOT, TRASH, type TreeCommand, type TreeState } from '../op/tree.ts';
import type { ContainerChange, NodeEdit, NodePlace, TextEdit } from './change.ts';
import type { TextState } from './container-state.ts';
import { Counter } from './counter.ts';
import { mapStateOf } from './key-reader.ts';
import type { NativeDocument } from './native-document.ts';
import { mapOfContainers, writeMap, writeTree } from './plain-ops.ts';
import { stateOf } from './state-of.ts';
import { Text } from './text.ts';
import { changeList } from './value-list.ts';
import { ValueSet } from './value-set.ts';
import { changesBetween } from './version-changes.ts';

/**
 * One transaction, labelled with `origin`; none when nothing differs. What comes back in a list is new there, so it differs from
 * what it was even when it looks the same. The version is what `frontier` of the document once was: `decode/invalid` for one that
 * is not known here, `decode/behind` for one before the base. Costs a replay.
 */
export function restoreVersion(document: NativeDocument, version: readonly Dot[], origin?: unknown): void {
  const changes = changesBetween(document, document.frontier, version);
  if (changes.size === 0) return;
  const texts = new Map<number, string>();
  for (const [container, { type }] of changes) {
    if (type === 'text') texts.set(container, textOf(document, container).textAt(version));
  }
  document.transact(() => {
    for (const [container, change] of changes) {
      restoreContainer(document, container, change, texts.get(container) ?? '');
    }
  }, origin);
}

function restoreContainer(
  document: NativeDocument,
  container: number,
  change: ContainerChange,
  text: string,
): void {
  switch (change.type) {
    case 'text':
      restoreText(textOf(document, container), change.edits, text);
      return;
    case 'map':
      for (const { key, to } of change.edits) {
        const op = mapOfContainers.prepare(mapStateOf(document, container), { key, entry: to });
        if (op !== undefined) document.plain(container, writeMap(op));
      }
      return;
    case 'counter':
      new Counter(document, container).set(change.to);
      return;
    case 'set': {
      const set = new ValueSet<Value>(document, container, (value) => value);
      for (const value of change.removed) set.delete(value);
      for (const value of change.added) set.add(value);
      return;
    }
    case 'list':
      for (const edit of change.edits) restoreList(document, container, edit);
      return;
    case 'tree':
      restoreTree(document, container, change.edits);
      return;
  }
}

function textOf(document: NativeDocument, container: number): Text {
  return new Text(document, container, document.state(container) as TextState);
}

function restoreText(text: Text, edits: readonly TextEdit[], wanted: string): void {
  for (const { index, removed, inserted } of edits) {
    if (removed > 0) text.delete(index, removed);
    if (inserted !== '') text.insert(index, inserted);
  }
  // Edits of two that cut one character in halves cannot be made again piece by piece.
  if (text.toString() === wanted) return;
  text.clear();
  text.insert(0, wanted);
}

function restoreList(document: NativeDocument, container: number, edit: ListEdit<Value>): void {
  switch (edit.do) {
    case 'insert':
      changeList(document, container, { do: 'insert', index: edit.index, items: edit.items });
      return;
    case 'delete':
      changeList(document, container, { do: 'delete', index: edit.index, count: edit.items.length });
      return;
    case 'set':
      changeList(document, container, { do: 'set', index: edit.index, item: edit.to });
      return;
    case 'move':
      changeList(document, container, { do: 'move', from: edit.from, to: edit.to });
      return;
  }
}

/**
 * Puts nodes in their places from the top down, so that no node is ever put below itself: one waits until its parent, and
 * all above that, stand where they are to stand.
 */
function restoreTree(document: NativeDocument, container: number, edits: readonly NodeEdit[]): void {
  const stateNow = (): TreeState => stateOf(document, container, 'tree').state;
  const change = (command: TreeCommand): void => {
    for (const step of stateNow().prepare(command) ?? []) {
      document.plain(container, writeTree(step, document.names));
    }
  };
  const lvOf = (node: DotKey): number => document.names.lvOf(parseDotKey(node)) ?? TRASH;
  const waiting = new Map<number, NodePlace>();
  for (const { node, to } of edits) {
    // Also below a node that is in the trash now: it comes back without what it did not have.
    if (to === undefined)
      document.plain(container, writeTree({ do: 'delete', node: lvOf(node) }, document.names));
    else waiting.set(lvOf(node), to);
  }
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const [node, to] of waiting) {
      const parent = to.parent === undefined ? ROOT : lvOf(to.parent);
      if (!isInPlace(stateNow(), parent, waiting)) continue;
      waiting.delete(node);
      const siblings = stateNow().childrenOf(parent);
      change({ do: 'move', node, parent, at: indexBehind(siblings, to.at, node, waiting) });
    }
  }
}

/** What is below a node that is deleted waits for ever, and is not seen. */
function isInPlace(state: TreeState, node: number, waiting: ReadonlyMap<number, NodePlace>): boolean {
  for (let at = node; at !== ROOT; at = state.placeOf(at)?.parent ?? TRASH) {
    if (at === TRASH || waiting.has(at)) return false;
  }
  return true;
}

/** The index behind so many siblings that stand where they are to stand, without the node itself. */
function indexBehind(
  siblings: readonly number[],
  count: number,
  node: number,
  waiting: ReadonlyMap<number, NodePlace>,
): number {
  const others = siblings.filter((sibling) => sibling !== node);
  let left = count;
  let index = 0;
  for (; left > 0 && index < others.length; index++) {
    if (!waiting.has(others[index] as number)) left -= 1;
  }
  return index;
}
