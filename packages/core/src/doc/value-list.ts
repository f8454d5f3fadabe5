/**
 * A list of values in order, which can be moved: one that is moved by two at once stands where the later put it, and one that is
 * deleted is gone whatever others do with it.
 */
import { canonicalValue, type Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { type DotKey, dotKey } from '../id/index.ts';
import type { ListCommand, ListState } from '../op/list.ts';
import type { NativeDocument } from './native-document.ts';
import type { Authorship, Position } from './position.ts';
import type { CheckValue } from './standard-schema.ts';
import { stateOf } from './state-of.ts';
import type { View } from './view.ts';

export class ValueList<T extends Value> implements View<readonly T[]> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #check: CheckValue<T>;
  #read: { readonly revision: number; readonly items: readonly T[] } | undefined;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, check: CheckValue<T>) {
    this.#document = document;
    this.#container = container;
    this.#check = check;
  }

  /** The number that changes name this list by. */
  get container(): number {
    return this.#container;
  }

  get length(): number {
    return listStateOf(this.#document, this.#container).length;
  }

  /** Undefined beyond the end. The app's type is taken on trust. */
  get(index: number): T | undefined {
    return listStateOf(this.#document, this.#container).at(index) as T | undefined;
  }

  /** What the item is called wherever it stands and whatever it is set to, for example as the key of a row; undefined beyond the end. */
  idAt(index: number): DotKey | undefined {
    return idAt(this.#document, this.#container, index);
  }

  /** A position at `index` that clings to the item before it ('left') or after it ('right'), wherever that is moved. */
  positionAt(index: number, side: Position['side'] = 'left'): Position {
    return positionIn(this.#document, this.#container, index, side);
  }

  /** Where a position is now; undefined while its item is not known here. */
  indexOf(position: Position): number | undefined {
    return indexIn(this.#document, this.#container, position);
  }

  /** Who inserted what is there, in order. */
  authors(): readonly Authorship[] {
    return authorsIn(this.#document, this.#container);
  }

  /** Values that others set this item to at the same time, the latest first. */
  conflicts(index: number): readonly T[] {
    const list = listStateOf(this.#document, this.#container);
    return list.at(index) === undefined ? [] : (list.conflictsAt(index) as readonly T[]);
  }

  /** `schema/invalid` for what the field does not take. */
  insert(index: number, ...items: readonly T[]): void {
    const checked = items.map((item) => canonicalValue(this.#check(item)));
    this.#do({ do: 'insert', index, items: checked });
  }

  push(...items: readonly T[]): void {
    this.insert(this.length, ...items);
  }

  delete(index: number, count: number = 1): void {
    this.#do({ do: 'delete', index, count });
  }

  set(index: number, value: T): void {
    this.#do({ do: 'set', index, item: canonicalValue(this.#check(value)) });
  }

  /** `to` is the index once the item is out. */
  move(from: number, to: number): void {
    this.#do({ do: 'move', from, to });
  }

  clear(): void {
    this.delete(0, this.length);
  }

  toJSON(): readonly T[] {
    const revision = this.#document.revision(this.#container);
    if (this.#read?.revision !== revision) {
      const items = listStateOf(this.#document, this.#container).items() as readonly Value[];
      this.#read = { revision, items: items as readonly T[] };
    }
    return this.#read.items;
  }

  #do(command: ListCommand<Value>): void {
    changeList(this.#document, this.#container, command);
  }
}

export function positionIn(
  document: NativeDocument,
  container: number,
  index: number,
  side: Position['side'],
): Position {
  const list = listStateOf(document, container);
  if (!Number.isInteger(index) || index < 0 || index > list.length)
    throw new CausewayError(
      'decode/invalid',
      { what: 'list position', detail: `${index} of ${list.length}` },
      `there is no position ${index} in a list of ${list.length} items; take one from 0 to ${list.length}`,
    );
  const at = side === 'left' ? index - 1 : index;
  if (at < 0 || at >= list.length) return { side, element: undefined };
  return { side, element: document.dotOf(list.elementAt(at)) };
}

export function indexIn(
  document: NativeDocument,
  container: number,
  { side, element }: Position,
): number | undefined {
  const list = listStateOf(document, container);
  if (element === undefined) return side === 'left' ? 0 : list.length;
  const lv = document.lvOf(element);
  if (lv === undefined || !document.isInsertion(container, lv)) return undefined;
  const index = list.indexOf(lv);
  if (index >= 0) return side === 'left' ? index + 1 : index;
  // It is deleted: what counts is where it stood before it was ever moved.
  return list.visibleBefore(document.identity(container).indexOf(lv));
}

export function authorsIn(document: NativeDocument, container: number): readonly Authorship[] {
  const list = listStateOf(document, container);
  const authors: Authorship[] = [];
  for (let index = 0; index < list.length; ) {
    const lv = list.elementAt(index);
    const { wallMs, count: many } = document.spanOf(lv);
    let count = 1;
    while (count < many && index + count < list.length && list.elementAt(index + count) === lv + count)
      count++;
    authors.push({ index, count, first: document.dotOf(lv), wallMs });
    index += count;
  }
  return authors;
}

export function listStateOf(document: NativeDocument, container: number): ListState<Value> {
  return stateOf(document, container, 'list').items;
}

/** The name of the item at this index; undefined beyond the end. */
export function idAt(document: NativeDocument, container: number, index: number): DotKey | undefined {
  const list = listStateOf(document, container);
  return list.at(index) === undefined ? undefined : dotKey(document.dotOf(list.elementAt(index)));
}

/** Carries a command out, as one transaction. `decode/invalid` when it reaches beyond the list. */
export function changeList(document: NativeDocument, container: number, command: ListCommand<Value>): void {
  const ops = listStateOf(document, container).prepare(command);
  document.transact(() => {
    for (const op of ops) document.listOp(container, op);
  });
}
