/**
 * Tree: nodes that can be created, moved and deleted anywhere, by many at once, without ever making a cycle, having a node
 * twice or losing one. (Kleppmann et al. 2021, "A highly-available move operation for replicated trees".) Children are in
 * order, by fractional index.
 *
 *   A's operation      B's, concurrent     both then have
 *   move a under b     move b under a      the earlier; the later would make a cycle and is left out
 *   move x to a        move x to b         x where the later put it
 *   delete a           move x under a      x in the trash with a, and in sight again when a is
 *   delete a           move a to b         what the later did
 *   create x at 0      create y at 0       the earlier before the later
 *
 * Every operation says where its node now stands. All replicas carry all operations out in one order, by hybrid time. One
 * that comes late is put in its place: those after it are undone, and done again.
 *
 *      done  ── 10 ─ 12 ─ 15 ─ 19          14 comes:  undo 19, 15 · do 14 · do 15, 19
 *
 * So the log of all operations is kept: one that is yet to come may be earlier than any of them. Costs a search of the path
 * to the root for each operation done, and the operations later than the earliest of those that come together.
 *
 * A node is named by the local number of its creation; so are the nodes in operations. Leaves out: what is in a node.
 */
import { compareTimes, type HybridTime } from '../causality/index.ts';
import { CausewayError, InvariantError } from '../error.ts';
import type { ReplicaId } from '../id/index.ts';
import { compareIndexes, type FractionalIndex, indexBetween } from './fractional-index.ts';
import type { OpContext, OpType } from './op-type.ts';

/** The parent of what is at the top. */
export const ROOT = -1;
/** The parent of what is deleted. */
export const TRASH = -2;

/** Where a node stands: below a node, ROOT or TRASH, and where among its siblings. */
export interface TreePlace {
  readonly parent: number;
  readonly index: FractionalIndex;
}

/** Takes one dot, which names the node in a creation. */
export type TreeStep =
  | { readonly do: 'create'; readonly place: TreePlace }
  | { readonly do: 'move'; readonly node: number; readonly place: TreePlace }
  | { readonly do: 'delete'; readonly node: number };

/** Steps that belong together, a dot for each. The first is what was asked for; others move siblings that left no room. */
export type TreeOp = readonly TreeStep[];

/** `at` counts the siblings that come before, the node itself not among them. */
export type TreeCommand =
  | { readonly do: 'create'; readonly parent: number; readonly at: number }
  | { readonly do: 'move'; readonly node: number; readonly parent: number; readonly at: number }
  | { readonly do: 'delete'; readonly node: number }
  /** Back to where it stood, as the `from` of a change has it; from the trash too. */
  | { readonly do: 'restore'; readonly node: number; readonly place: TreePlace };

/**
 * A node that stands elsewhere than before. Whoever takes all changed nodes out, and puts them back in the order in which
 * the changes come, has the children of every parent in order.
 */
export interface TreeChange {
  readonly node: number;
  /** Undefined for a node that was created. */
  readonly from: TreePlace | undefined;
  readonly to: TreePlace;
  /** How many siblings come before it now. */
  readonly at: number;
}

/** What stands at the top, with all below it. */
export type TreeView = readonly TreeViewNode[];

export interface TreeViewNode {
  readonly node: number;
  readonly children: TreeView;
}

/** One step in the log, and what it did. Also a node's standing place, while it is the last that moved it. */
interface Entry extends TreePlace {
  readonly lv: number;
  /** By which steps are carried out; ties are of one replica, and go by local number. */
  readonly time: HybridTime;
  readonly node: number;
  /** What it took the node from. */
  before: Entry | undefined;
  /** Undone steps and those that would have made a cycle are not. */
  done: boolean;
}

export const tree: OpType<TreeState, TreeCommand, TreeOp, TreeView, readonly TreeChange[]> = {
  create: () => new TreeState(),
  prepare: (state, command) => state.prepare(command),
  effect: (state, op, context) => {
    state.add(op, context);
    const changes = state.settle();
    return changes.length === 0 ? undefined : changes;
  },
  view: (state) => state.view(),
};

export class TreeState {
  /** Where each node stands; undefined when its creation waits for `settle`. */
  readonly #standing = new Map<number, Entry | undefined>();
  /** In order. Parents without children have none. */
  readonly #children = new Map<number, Entry[]>();
  /** In the order in which steps are carried out. */
  readonly #log: Entry[] = [];
  /** Steps added since the last `settle`. */
  #pending: Entry[] = [];
  /** Each replica's steps; their times and local numbers ascend. */
  readonly #byReplica = new Map<ReplicaId, Entry[]>();

  // ---- Reading ----

  /** The children of a node or of ROOT, in order. */
  childrenOf(parent: number): readonly number[] {
    return (this.#children.get(parent) ?? []).map((entry) => entry.node);
  }

  /** Where a node stands; undefined for what is no node. */
  placeOf(node: number): TreePlace | undefined {
    const entry = this.#standing.get(node);
    return entry === undefined ? undefined : { parent: entry.parent, index: entry.index };
  }

  /** True for ROOT, and for a node that has it above it. */
  isInSight(node: number): boolean {
    let at = node;
    while (at >= 0) at = this.#standing.get(at)?.parent ?? TRASH;
    return at === ROOT;
  }

  view(): TreeView {
    const top: TreeViewNode[] = [];
    const open: { readonly parent: number; readonly children: TreeViewNode[] }[] = [
      { parent: ROOT, children: top },
    ];
    // Not by recursion: a tree may be deeper than the stack.
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const node of this.childrenOf(next.parent)) {
        const children: TreeViewNode[] = [];
        next.children.push({ node, children });
        if (this.#children.has(node)) open.push({ parent: node, children });
      }
    }
    return top;
  }

  // ---- Commands ----

  /** As in OpType. Refuses what is no node, a parent that is not in sight, and putting a node below itself. A node in the trash may be moved out. */
  prepare(command: TreeCommand): TreeOp | undefined {
    switch (command.do) {
      case 'create':
        return this.#prepareAt(command.parent, command.at, undefined);
      case 'move':
        this.#needNode(command.node);
        if (this.#isWithin(command.parent, command.node)) throw belowItself(command.node);
        return this.#prepareAt(command.parent, command.at, command.node);
      case 'delete':
        this.#needNode(command.node);
        return this.isInSight(command.node) ? [{ do: 'delete', node: command.node }] : undefined;
      case 'restore':
        this.#needNode(command.node);
        this.#needInSight(command.place.parent);
        if (this.#isWithin(command.place.parent, command.node)) throw belowItself(command.node);
        return [{ do: 'move', node: command.node, place: command.place }];
    }
  }

  #prepareAt(parent: number, at: number, node: number | undefined): TreeOp | undefined {
    this.#needInSight(parent);
    const all = this.#children.get(parent) ?? [];
    const standing = node === undefined ? undefined : this.#standing.get(node);
    if (standing !== undefined && all[at] === standing) return undefined;
    const siblings = standing === undefined ? all : all.filter((entry) => entry !== standing);
    if (!Number.isInteger(at) || at < 0 || at > siblings.length) throw noPlace(at, siblings.length);
    const left = siblings[at - 1]?.index;
    let next = at;
    // Siblings that came to the same place at the same time have no room between them: those to the right move on.
    while (left !== undefined && siblings[next]?.index === left) next++;
    const right = siblings[next]?.index;
    let index = indexBetween(left, right);
    const place = { parent, index };
    const steps: TreeStep[] = [node === undefined ? { do: 'create', place } : { do: 'move', node, place }];
    for (const sibling of siblings.slice(at, next)) {
      index = indexBetween(index, right);
      steps.push({ do: 'move', node: sibling.node, place: { parent, index } });
    }
    return steps;
  }

  // ---- Operations ----

  /**
   * Takes an operation in; `settle` carries it out, with all that were added before it. `decode/invalid` when it names what
   * its event cannot have seen, or what is no node of this tree; then nothing has changed.
   */
  add(op: TreeOp, context: OpContext): void {
    for (const step of op) this.#check(step, context);
    for (const [nth, step] of op.entries()) {
      const lv = context.lv + nth;
      const node = step.do === 'create' ? lv : step.node;
      const { parent, index } = step.do === 'delete' ? IN_TRASH : step.place;
      const entry = { lv, time: this.#timeOf(context), node, parent, index, before: undefined, done: false };
      if (step.do === 'create') this.#standing.set(node, undefined);
      this.#pending.push(entry);
      const own = this.#byReplica.get(context.time.replica);
      if (own === undefined) this.#byReplica.set(context.time.replica, [entry]);
      else own.push(entry);
    }
  }

  /** Carries out what was added, and says what stands elsewhere than at the last `settle`. */
  settle(): readonly TreeChange[] {
    if (this.#pending.length === 0) return [];
    const pending = this.#pending.sort(compareEntries);
    this.#pending = [];
    const first = pending[0] as Entry;
    const before = new Map<number, Entry | undefined>();
    const start = placeIn(this.#log, first);
    const later = this.#log.splice(start);
    for (let i = later.length - 1; i >= 0; i--) this.#undo(later[i] as Entry, before);
    for (const entry of merged(later, pending)) {
      this.#do(entry, before);
      this.#log.push(entry);
    }
    return this.#changesSince(before);
  }

  #check(step: TreeStep, context: OpContext): void {
    if (step.do !== 'create' && !this.#hasSeen(step.node, context)) throw notSeen(step.node);
    if (step.do === 'delete' || step.place.parent === ROOT) return;
    if (!this.#hasSeen(step.place.parent, context)) throw notSeen(step.place.parent);
    if (step.do === 'move' && step.node === step.place.parent) throw belowItself(step.node);
  }

  #hasSeen(node: number, context: OpContext): boolean {
    if (!this.#standing.has(node)) return false;
    return context.linear || node <= context.seenUpTo || context.sees(node);
  }

  /**
   * The time by which a step is carried out: that of its event, unless that has seen a later one, of a clock that was far
   * ahead; then just after that one. A function of what the event has seen, so the same everywhere.
   */
  #timeOf(context: OpContext): HybridTime {
    let latest = context.time;
    for (const entries of this.#byReplica.values()) {
      const last = entries[entries.length - 1] as Entry;
      if (compareTimes(last.time, latest) <= 0) continue;
      const seen = lastSeen(entries, context);
      if (seen !== undefined && compareTimes(seen.time, latest) > 0) latest = seen.time;
    }
    if (latest === context.time) return latest;
    return { wallMs: latest.wallMs, counter: latest.counter + 1, replica: context.time.replica };
  }

  #do(entry: Entry, before: Map<number, Entry | undefined>): void {
    // Nothing can be below a node that is only now created.
    if (entry.lv !== entry.node && this.#isWithin(entry.parent, entry.node)) return;
    const standing = this.#standing.get(entry.node);
    if (!before.has(entry.node)) before.set(entry.node, standing);
    entry.before = standing;
    entry.done = true;
    this.#stand(entry.node, standing, entry);
  }

  #undo(entry: Entry, before: Map<number, Entry | undefined>): void {
    if (!entry.done) return;
    if (!before.has(entry.node)) before.set(entry.node, entry);
    this.#stand(entry.node, entry, entry.before);
    entry.before = undefined;
    entry.done = false;
  }

  #stand(node: number, from: Entry | undefined, to: Entry | undefined): void {
    if (from !== undefined) {
      const siblings = this.#children.get(from.parent) as Entry[];
      if (siblings.length === 1) this.#children.delete(from.parent);
      else siblings.splice(placeAmong(siblings, from), 1);
    }
    this.#standing.set(node, to);
    if (to === undefined) return;
    const siblings = this.#children.get(to.parent);
    if (siblings === undefined) this.#children.set(to.parent, [to]);
    else siblings.splice(placeAmong(siblings, to), 0, to);
  }

  #changesSince(before: Map<number, Entry | undefined>): readonly TreeChange[] {
    const changes: TreeChange[] = [];
    for (const [node, from] of before) {
      const to = this.#standing.get(node);
      if (to === undefined) throw new InvariantError('tree/every-node-stands', `node ${node} stands nowhere`);
      if (to === from || (from?.parent === TRASH && to.parent === TRASH)) continue;
      const at = placeAmong(this.#children.get(to.parent) as Entry[], to);
      changes.push({
        node,
        from: from && { parent: from.parent, index: from.index },
        to: { parent: to.parent, index: to.index },
        at,
      });
    }
    return changes.sort((a, b) => a.to.parent - b.to.parent || a.at - b.at);
  }

  /** Whether `at` is the node or below it. */
  #isWithin(at: number, node: number): boolean {
    let above = at;
    while (above >= 0 && above !== node) above = this.#standing.get(above)?.parent ?? TRASH;
    return above === node;
  }

  #needNode(node: number): void {
    if (!this.#standing.has(node)) throw notSeen(node);
  }

  #needInSight(parent: number): void {
    if (!this.isInSight(parent)) throw notInSight(parent);
  }
}

const IN_TRASH: TreePlace = { parent: TRASH, index: indexBetween(undefined, undefined) };

function compareEntries(a: Entry, b: Entry): number {
  return compareTimes(a.time, b.time) || a.lv - b.lv;
}

function compareSiblings(a: Entry, b: Entry): number {
  return compareIndexes(a.index, b.index) || compareEntries(a, b);
}

/** How many of the log come before the entry. */
function placeIn(log: readonly Entry[], entry: Entry): number {
  return countBefore(log, (other) => compareEntries(other, entry) < 0);
}

function placeAmong(siblings: readonly Entry[], entry: Entry): number {
  return countBefore(siblings, (other) => compareSiblings(other, entry) < 0);
}

/** The last of one replica's steps that the event has seen. It has seen all before that one too. */
function lastSeen(entries: readonly Entry[], context: OpContext): Entry | undefined {
  const isSeen = ({ lv }: Entry): boolean =>
    context.linear || lv >= context.lv || lv <= context.seenUpTo || context.sees(lv);
  return entries[countBefore(entries, isSeen) - 1];
}

/** In a list whose first entries are all `before` and the others not: how many are. Most come last, so the end is asked first. */
function countBefore(entries: readonly Entry[], before: (entry: Entry) => boolean): number {
  let low = 0;
  let high = entries.length;
  if (high > 0 && before(entries[high - 1] as Entry)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(entries[middle] as Entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two sorted lists as one. */
function* merged(a: readonly Entry[], b: readonly Entry[]): Generator<Entry> {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] as Entry, b[j] as Entry];
    if (compareEntries(x, y) < 0) {
      yield x;
      i++;
    } else {
      yield y;
      j++;
    }
  }
  yield* a.slice(i);
  yield* b.slice(j);
}

function notSeen(node: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'tree operation', detail: `node ${node}` },
    `${node} is no node that was known there: name one that was created in this tree before`,
  );
}

function notInSight(node: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'tree operation', detail: `parent ${node}` },
    `${node} is deleted or no node: take a parent that is in the tree`,
  );
}

function belowItself(node: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'tree operation', detail: `node ${node}` },
    `node ${node} cannot go below itself: move what is to be its parent first`,
  );
}

function noPlace(at: number, siblings: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'tree operation', detail: `place ${at}` },
    `there is no place ${at} among ${siblings} siblings: take one from 0 to ${siblings}`,
  );
}
