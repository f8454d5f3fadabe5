/**
 * A list of containers in order. A container is that of its element, wherever that is moved; it is gone with the element, and
 * comes back whole, with what others wrote into it meanwhile, when the deletion is undone: the item of an element is the dot
 * of the one whose container it shows, [replica, seq], its own unless it came back in the place of another.
 */
import type { Value } from '../bytes/value.ts';
import { type Dot, type DotKey, dot, dotKey, parseReplicaId } from '../id/index.ts';
import type { NativeDocument } from './native-document.ts';
import type { Authorship, Position } from './position.ts';
import type { ContainerField } from './record-view.ts';
import { authorsIn, changeList, idAt, indexIn, listStateOf, positionIn } from './value-list.ts';
import type { JsonOf, View } from './view.ts';

export class ChildList<V extends View<unknown>> implements View<readonly JsonOf<V>[]> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #field: ContainerField<V>;
  readonly #children = new Map<DotKey, V>();
  #json: readonly JsonOf<V>[] = [];

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, field: ContainerField<V>) {
    this.#document = document;
    this.#container = container;
    this.#field = field;
  }

  /** The number that changes name this list by. */
  get container(): number {
    return this.#container;
  }

  get length(): number {
    return listStateOf(this.#document, this.#container).length;
  }

  /** The child at this index, the same object each time and wherever it is moved; undefined beyond the end. */
  get(index: number): V | undefined {
    const item = listStateOf(this.#document, this.#container).at(index);
    return item === undefined ? undefined : this.#child(index, item);
  }

  /** All children, in order. */
  get children(): readonly V[] {
    const items = listStateOf(this.#document, this.#container).items();
    return items.map((item, index) => this.#child(index, item));
  }

  /** What the element is called wherever it stands, for example as the key of a row; undefined beyond the end. */
  idAt(index: number): DotKey | undefined {
    return idAt(this.#document, this.#container, index);
  }

  /** A position at `index` that clings to the child before it ('left') or after it ('right'), wherever that is moved. */
  positionAt(index: number, side: Position['side'] = 'left'): Position {
    return positionIn(this.#document, this.#container, index, side);
  }

  /** Where a position is now; undefined while its child is not known here. */
  indexOf(position: Position): number | undefined {
    return indexIn(this.#document, this.#container, position);
  }

  /** Who inserted what is there, in order. */
  authors(): readonly Authorship[] {
    return authorsIn(this.#document, this.#container);
  }

  /** A new child before what is at `index`. */
  insert(index: number): V {
    this.#document.transact(() => {
      const { replica, seq } = this.#document.dotOf(this.#document.nextLv);
      changeList(this.#document, this.#container, { do: 'insert', index, items: [[replica, seq]] });
    });
    return this.get(index) as V;
  }

  /** A new child at the end. */
  push(): V {
    return this.insert(this.length);
  }

  delete(index: number, count: number = 1): void {
    changeList(this.#document, this.#container, { do: 'delete', index, count });
  }

  /** `to` is the index once the child is out. */
  move(from: number, to: number): void {
    changeList(this.#document, this.#container, { do: 'move', from, to });
  }

  clear(): void {
    this.delete(0, this.length);
  }

  toJSON(): readonly JsonOf<V>[] {
    const json = this.children.map((child) => child.toJSON() as JsonOf<V>);
    const isSame = json.length === this.#json.length && json.every((each, i) => each === this.#json[i]);
    if (!isSame) this.#json = json;
    return this.#json;
  }

  #child(index: number, item: Value): V {
    const list = listStateOf(this.#document, this.#container);
    const element = elementOf(item) ?? this.#document.dotOf(list.elementAt(index));
    const key = dotKey(element);
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const id = { at: 'element', type: this.#field.type, parent: this.#container, element } as const;
    const made = this.#field.open(this.#document, this.#document.container(id));
    this.#children.set(key, made);
    return made;
  }
}

/** Undefined for what another schema has put there. */
function elementOf(item: Value): Dot | undefined {
  if (!Array.isArray(item)) return undefined;
  const [replica, seq, more]: readonly unknown[] = item;
  if (!isPositive(replica) || !isPositive(seq) || more !== undefined) return undefined;
  return dot(parseReplicaId(replica), seq);
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
