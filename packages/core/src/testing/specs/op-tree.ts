/**
 * What a movable tree means: the operations in the order of their times (each after all that it has seen), carried out as
 * in the paper (twins/move-tree.ts). Commands name nodes and places by number, and mean what stands there for whoever made
 * the operation.
 */
import { compareTimes, type HybridTime } from '../../causality/hybrid-clock.ts';
import { dotKey } from '../../id/index.ts';
import { type FractionalIndex, indexBetween } from '../../op/fractional-index.ts';
import {
  ROOT,
  TRASH,
  type TreeChange,
  type TreeCommand,
  type TreeOp,
  type TreePlace,
  TreeState,
  type TreeStep,
  tree,
} from '../../op/tree.ts';
import type { Operation } from '../history.ts';
import type { OpSite, OpSubject } from '../op-history.ts';
import type { OpSpecification } from '../op-laws.ts';
import type { Seeded } from '../seeded.ts';
import { childrenOf, GONE, placesAfter, TOP, type TreeMove } from '../twins/move-tree.ts';

/** `node` and `parent` count the nodes in sight from the top down, `parent` from 1, 0 being the top itself; `at` is a part of the siblings. */
export interface TreeWish {
  readonly do: 'create' | 'move' | 'delete';
  readonly node: number;
  readonly parent: number;
  readonly at: number;
}

/** The children of every parent, in order, by name; those in the trash without order. */
export type NamedTree = ReadonlyMap<string, readonly string[]>;

export interface NamedTreeChange {
  readonly node: string;
  readonly parent: string;
  readonly at: number;
}

export interface TreeAtSite {
  readonly site: OpSite;
  readonly tree: TreeState;
}

/** The tree type with nodes named by their dots. */
export const treeSubject: OpSubject<TreeAtSite, TreeWish, TreeOp, NamedTree, readonly NamedTreeChange[]> = {
  name: 'tree',
  create: (site) => ({ site, tree: new TreeState() }),
  prepare: ({ tree: state }, wish) => {
    const command = commandOf(state, wish);
    return command === undefined ? undefined : tree.prepare(state, command);
  },
  effect: ({ site, tree: state }, op, context) =>
    tree.effect(state, op, context)?.map((change) => namedChange(site, change)),
  view: ({ site, tree: state }) => {
    const named = new Map<string, readonly string[]>();
    const open = [ROOT, TRASH];
    for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
      const children = state.childrenOf(parent);
      open.push(...children);
      const names = children.map((child) => nameOf(site, child));
      if (names.length > 0) named.set(nameOf(site, parent), parent === TRASH ? names.sort() : names);
    }
    return named;
  },
  dots: (op) => op.length,
  translate: (op, replace) => op.map((step) => translated(step, replace)),
};

export const treeSpecification: OpSpecification<TreeWish, TreeOp, NamedTree, readonly NamedTreeChange[]> = {
  command: (random: Seeded) => ({
    do: random.pick(['create', 'create', 'create', 'move', 'move', 'move', 'move', 'move', 'move', 'delete']),
    node: random.int(4),
    parent: random.int(4),
    at: random.pick([0, 0, 0.5, 1]),
  }),
  expected: (operations) => withSortedTrash(childrenOf(placesAfter(movesOf(operations)))),
  patched: (view, changes) => {
    const changed = new Set(changes.map(({ node }) => node));
    const children = new Map(
      [...view].map(([parent, nodes]) => [parent, nodes.filter((node) => !changed.has(node))]),
    );
    for (const { node, parent, at } of changes) {
      const siblings = children.get(parent) ?? [];
      children.set(parent, parent === GONE ? [...siblings, node] : siblings.toSpliced(at, 0, node));
    }
    return withSortedTrash(new Map([...children].filter(([, nodes]) => nodes.length > 0)));
  },
  senselessOps: [
    [{ do: 'delete', node: 10_000 }],
    [{ do: 'move', node: 10_000, place: { parent: ROOT, index: indexBetween(undefined, undefined) } }],
    [{ do: 'create', place: { parent: TRASH, index: indexBetween(undefined, undefined) } }],
    [
      { do: 'create', place: { parent: ROOT, index: indexBetween(undefined, undefined) } },
      { do: 'create', place: { parent: 10_000, index: indexBetween(undefined, undefined) } },
    ],
  ],
};

function commandOf(state: TreeState, wish: TreeWish): TreeCommand | undefined {
  const nodes: number[] = [];
  const open = [...state.view()].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes.push(next.node);
    open.push(...[...next.children].reverse());
  }
  const node = nodes[wish.node % Math.max(1, nodes.length)];
  const parent = [ROOT, ...nodes][wish.parent % (nodes.length + 1)] as number;
  const siblings = state.childrenOf(parent).filter((child) => wish.do === 'create' || child !== node);
  const at = Math.floor(wish.at * siblings.length);
  if (wish.do === 'create') return { do: 'create', parent, at };
  if (node === undefined) return undefined;
  return wish.do === 'delete' ? { do: 'delete', node } : { do: 'move', node, parent, at };
}

/** An operation's moves, and the time from which the next may be made. */
interface Resolved {
  readonly moves: readonly (TreeMove & { readonly time: HybridTime; readonly seq: number })[];
  readonly latest: HybridTime;
}

const resolvedBefore = new WeakMap<Operation<TreeWish>, Resolved>();

function movesOf(operations: readonly Operation<TreeWish>[]): readonly TreeMove[] {
  return operations
    .flatMap((operation) => resolved(operation).moves)
    .sort((a, b) => compareTimes(a.time, b.time) || a.seq - b.seq);
}

/** What an operation does, from what its maker saw. */
function resolved(operation: Operation<TreeWish>): Resolved {
  const known = resolvedBefore.get(operation);
  if (known !== undefined) return known;
  const past = [...operation.past];
  const moves = pairsOf(operation, past);
  let latest = operation.time;
  for (const earlier of past) {
    const { latest: seen } = resolved(earlier);
    if (compareTimes(seen, latest) > 0) latest = seen;
  }
  const timed = moves.map((move, nth) => {
    if (compareTimes(latest, operation.time) > 0)
      latest = { ...operation.time, wallMs: latest.wallMs, counter: latest.counter + 1 };
    return { ...move, time: latest, seq: operation.dots[nth]?.seq ?? 0 };
  });
  const found = { moves: timed, latest };
  resolvedBefore.set(operation, found);
  return found;
}

function pairsOf(
  { command, dots }: Operation<TreeWish>,
  past: readonly Operation<TreeWish>[],
): readonly TreeMove[] {
  const places = placesAfter(movesOf(past));
  const children = childrenOf(places);
  const indexOf = (child: string | undefined): FractionalIndex | undefined =>
    child === undefined ? undefined : (places.get(child)?.index as FractionalIndex | undefined);
  const nodes: string[] = [];
  const visit = (parent: string): void => {
    for (const child of children.get(parent) ?? []) {
      nodes.push(child);
      visit(child);
    }
  };
  visit(TOP);
  const created = dots[0] === undefined ? '' : dotKey(dots[0]);
  const node = command.do === 'create' ? created : (nodes[command.node % nodes.length] as string);
  if (command.do === 'delete')
    return [{ child: node, parent: GONE, index: indexBetween(undefined, undefined) }];
  const parent = [TOP, ...nodes][command.parent % (nodes.length + 1)] as string;
  const siblings = (children.get(parent) ?? []).filter((child) => child !== node);
  const at = Math.floor(command.at * siblings.length);
  const left = at === 0 ? undefined : indexOf(siblings[at - 1]);
  const crowded = siblings.slice(at).filter((sibling) => indexOf(sibling) === left);
  const right = indexOf(siblings[at + crowded.length]);
  let index = left;
  return [node, ...crowded].map((child) => {
    index = indexBetween(index, right);
    return { child, parent, index };
  });
}

function withSortedTrash(children: NamedTree): NamedTree {
  return new Map(
    [...children].map(([parent, nodes]) => [parent, parent === GONE ? [...nodes].sort() : nodes]),
  );
}

function nameOf(site: OpSite, node: number): string {
  if (node === ROOT) return TOP;
  return node === TRASH ? GONE : dotKey(site.dotOf(node));
}

function namedChange(site: OpSite, { node, to, at }: TreeChange): NamedTreeChange {
  return { node: nameOf(site, node), parent: nameOf(site, to.parent), at };
}

function translated(step: TreeStep, replace: (lv: number) => number): TreeStep {
  const placed = ({ parent, index }: TreePlace): TreePlace => ({
    parent: parent === ROOT ? ROOT : replace(parent),
    index,
  });
  switch (step.do) {
    case 'create':
      return { do: 'create', place: placed(step.place) };
    case 'move':
      return { do: 'move', node: replace(step.node), place: placed(step.place) };
    case 'delete':
      return { do: 'delete', node: replace(step.node) };
  }
}
