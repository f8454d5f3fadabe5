/**
 * FugueMax as its paper has it, a tree walked from end to end at every step: slow, and simple enough to believe. The
 * sequence engine is held to it. (Weidner & Kleppmann 2023, "The Art of the Fugue: Minimizing Interleaving in
 * Collaborative Text Editing", algorithms 1 and 2.)
 *
 * Each element is a node, a left or a right child of another; the list is the in-order walk. A new element becomes the
 * right child of the element before it, unless something stands there already: then it becomes the left child of the
 * element after it. Right siblings stand by right origin, the furthest first, then by id; left siblings by id.
 */

/** Names an element: `replica` decides between siblings, `seq` makes it one of a kind. */
export interface TreeId {
  readonly replica: number;
  readonly seq: number;
}

interface Node<T> {
  readonly id: TreeId | undefined;
  readonly value: T | undefined;
  readonly parent: Node<T> | undefined;
  readonly rightOrigin: Node<T> | undefined;
  deleted: boolean;
  readonly left: Node<T>[];
  readonly right: Node<T>[];
}

/** An insertion as it travels. An origin of `undefined` is the start or the end of the list. */
export interface TreeInsertion<T> {
  readonly id: TreeId;
  readonly value: T;
  readonly parent: TreeId | undefined;
  readonly side: 'left' | 'right';
  readonly rightOrigin: TreeId | undefined;
}

export class FugueMaxTree<T> {
  readonly #root: Node<T> = {
    id: undefined,
    value: undefined,
    parent: undefined,
    rightOrigin: undefined,
    deleted: true,
    left: [],
    right: [],
  };
  readonly #nodes = new Map<string, Node<T>>();

  /** The values that are there, in order. */
  get values(): readonly T[] {
    return this.#walk().flatMap((node) => (node.deleted ? [] : [node.value as T]));
  }

  /** The insertion of `value` before the element at `index`; it still has to be applied. */
  prepareInsert(id: TreeId, index: number, value: T): TreeInsertion<T> {
    const all = [this.#root, ...this.#walk()];
    const visible = [this.#root, ...all.filter((node) => !node.deleted)];
    const leftOrigin = visible[index] as Node<T>;
    const rightOrigin = all[all.indexOf(leftOrigin) + 1];
    if (leftOrigin.right.length === 0) {
      return { id, value, parent: leftOrigin.id, side: 'right', rightOrigin: rightOrigin?.id };
    }
    return { id, value, parent: rightOrigin?.id, side: 'left', rightOrigin: undefined };
  }

  applyInsert({ id, value, parent: parentId, side, rightOrigin: originId }: TreeInsertion<T>): void {
    const parent = this.#node(parentId) ?? this.#root;
    const rightOrigin = this.#node(originId);
    const node: Node<T> = { id, value, parent, rightOrigin, deleted: false, left: [], right: [] };
    const siblings = side === 'left' ? parent.left : parent.right;
    const places = new Map(this.#walk().map((other, place) => [other, place]));
    const placeOf = (origin: Node<T> | undefined): number =>
      origin === undefined ? Number.POSITIVE_INFINITY : (places.get(origin) as number);
    const goesAfter = (sibling: Node<T>): boolean => {
      if (side === 'right' && placeOf(sibling.rightOrigin) !== placeOf(rightOrigin)) {
        return placeOf(sibling.rightOrigin) > placeOf(rightOrigin);
      }
      return (sibling.id as TreeId).replica < id.replica;
    };
    let at = 0;
    while (at < siblings.length && goesAfter(siblings[at] as Node<T>)) at++;
    siblings.splice(at, 0, node);
    this.#nodes.set(keyOf(id), node);
  }

  /** The id of the element at `index`. */
  idAt(index: number): TreeId {
    return this.#walk().filter((node) => !node.deleted)[index]?.id as TreeId;
  }

  applyDelete(id: TreeId): void {
    (this.#nodes.get(keyOf(id)) as Node<T>).deleted = true;
  }

  #node(id: TreeId | undefined): Node<T> | undefined {
    return id === undefined ? undefined : this.#nodes.get(keyOf(id));
  }

  /** Every node but the root, deleted ones too, in order of the list. */
  #walk(): Node<T>[] {
    const out: Node<T>[] = [];
    const visit = (node: Node<T>): void => {
      for (const child of node.left) visit(child);
      if (node !== this.#root) out.push(node);
      for (const child of node.right) visit(child);
    };
    visit(this.#root);
    return out;
  }
}

function keyOf(id: TreeId): string {
  return `${id.replica}.${id.seq}`;
}
