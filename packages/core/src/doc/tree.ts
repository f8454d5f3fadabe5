/**
 * A tree of nodes in order, each with the same fields. Nodes can be moved and deleted anywhere by many at once: no move makes
 * a cycle, no node is there twice, and what is deleted keeps its content and comes back whole when it is moved out of the trash.
 */
import { type DotKey, dotKey, parseDotKey } from '../id/index.ts';
import { ROOT, TRASH, type TreeCommand, type TreeState } from '../op/tree.ts';
import type { NativeDocument } from './native-document.ts';
import { writeTree } from './plain-ops.ts';
import type { Author } from './position.ts';
import { type Fields, type JsonOfFields, type RecordView, recordView } from './record-view.ts';
import { stateOf } from './state-of.ts';
import type { View } from './view.ts';

/** A node as plain data. */
export interface TreeItem<F extends Fields> {
  readonly id: DotKey;
  /** Undefined at the top. */
  readonly parent: DotKey | undefined;
  readonly data: JsonOfFields<F>;
}

export class Tree<F extends Fields> implements View<readonly TreeItem<F>[]> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #fields: F;
  readonly #nodes = new Map<number, TreeNode<F>>();
  readonly #items = new Map<number, TreeItem<F>>();
  #json: readonly TreeItem<F>[] = [];

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, fields: F) {
    this.#document = document;
    this.#container = container;
    this.#fields = fields;
  }

  /** The nodes at the top, in order. */
  get children(): readonly TreeNode<F>[] {
    return this.childrenOf(ROOT);
  }

  /** A new node at the top, before what is at `at` there; at the end when that is left out. */
  create(at: number = this.children.length): TreeNode<F> {
    return this.createBelow(ROOT, at);
  }

  clear(): void {
    this.#document.transact(() => {
      for (const node of this.children) node.delete();
    });
  }

  /** All nodes in sight, depth first: each after its parent and before its next sibling. */
  toJSON(): readonly TreeItem<F>[] {
    const items: TreeItem<F>[] = [];
    const open = [...this.#state().childrenOf(ROOT)].reverse();
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      items.push(this.#item(node));
      for (const child of [...this.#state().childrenOf(node)].reverse()) open.push(child);
    }
    const isSame = items.length === this.#json.length && items.every((item, i) => item === this.#json[i]);
    if (!isSame) this.#json = items;
    return this.#json;
  }

  /** The node of this name, in sight or in the trash; undefined where it is not known here. */
  get(id: DotKey): TreeNode<F> | undefined {
    const lv = this.#document.names.lvOf(parseDotKey(id));
    return lv === undefined || this.#state().placeOf(lv) === undefined ? undefined : this.node(lv);
  }

  // ---- For the nodes ----

  /** The node with this local number, the same object each time. */
  node(lv: number): TreeNode<F> {
    const known = this.#nodes.get(lv);
    const element = this.#document.dotOf(lv);
    // A transaction that was taken back has left its number to another node.
    if (known?.id === dotKey(element)) return known;
    const id = { at: 'element', type: 'map', parent: this.#container, element } as const;
    const data = recordView(this.#document, this.#fields, this.#document.container(id));
    const made = new TreeNode(this, lv, dotKey(element), data);
    this.#nodes.set(lv, made);
    return made;
  }

  childrenOf(parent: number): readonly TreeNode<F>[] {
    return this.#state()
      .childrenOf(parent)
      .map((child) => this.node(child));
  }

  createBelow(parent: number, at: number): TreeNode<F> {
    return this.node(this.change({ do: 'create', parent, at }));
  }

  authorOf(lv: number): Author {
    return { first: this.#document.dotOf(lv), wallMs: this.#document.spanOf(lv).wallMs };
  }

  parentOf(lv: number): number {
    return this.#state().placeOf(lv)?.parent ?? TRASH;
  }

  isInSight(lv: number): boolean {
    return this.#state().isInSight(lv);
  }

  /** Carries a command out. Returns the local number of its first operation. */
  change(command: TreeCommand): number {
    const steps = this.#state().prepare(command) ?? [];
    return this.#document.transact(() => {
      const first = this.#document.nextLv;
      for (const step of steps) this.#document.plain(this.#container, writeTree(step, this.#document.names));
      return first;
    });
  }

  #item(lv: number): TreeItem<F> {
    const { id, data } = this.node(lv);
    const parent = this.parentOf(lv);
    const now = { id, parent: parent === ROOT ? undefined : this.node(parent).id, data: data.toJSON() };
    const before = this.#items.get(lv);
    if (before?.id === id && before.parent === now.parent && before.data === now.data) return before;
    this.#items.set(lv, now);
    return now;
  }

  #state(): TreeState {
    return stateOf(this.#document, this.#container, 'tree').state;
  }
}

export class TreeNode<F extends Fields> {
  readonly id: DotKey;
  /** The fields of this node. */
  readonly data: RecordView<F>;
  readonly #tree: Tree<F>;
  readonly #lv: number;

  /** Made by trees. */
  constructor(tree: Tree<F>, lv: number, id: DotKey, data: RecordView<F>) {
    this.#tree = tree;
    this.#lv = lv;
    this.id = id;
    this.data = data;
  }

  /** Who created it; `id` is the name of that dot. */
  get author(): Author {
    return this.#tree.authorOf(this.#lv);
  }

  get children(): readonly TreeNode<F>[] {
    return this.#tree.childrenOf(this.#lv);
  }

  /** Undefined at the top, and in the trash. */
  get parent(): TreeNode<F> | undefined {
    const parent = this.#tree.parentOf(this.#lv);
    return parent < 0 ? undefined : this.#tree.node(parent);
  }

  /** False when it, or a node above it, is deleted. */
  get isInSight(): boolean {
    return this.#tree.isInSight(this.#lv);
  }

  /** A new node below this one, before what is at `at` there; at the end when that is left out. */
  create(at: number = this.children.length): TreeNode<F> {
    return this.#tree.createBelow(this.#lv, at);
  }

  /** Moves this node, with all below it, below `parent` or to the top; `at` counts the other siblings before it. Out of the trash too. `decode/invalid` for a place below itself. */
  move(parent: TreeNode<F> | undefined, at: number): void {
    this.#tree.change({ do: 'move', node: this.#lv, parent: parent === undefined ? ROOT : parent.#lv, at });
  }

  /** Takes this node, with all below it, out of sight. */
  delete(): void {
    this.#tree.change({ do: 'delete', node: this.#lv });
  }
}
