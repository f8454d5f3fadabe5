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

/** The step by which a node stands where it does. */
export interface HoldingStep {
  readonly lv: number;
  readonly place: TreePlace;
  /** The step before it in the order in which steps are carried out. */
  readonly before: { readonly lv: number; readonly place: TreePlace } | undefined;
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

/** Where a node stands, and the step that put it there. */
export interface TreeStanding {
  readonly node: number;
  readonly step: number;
  /** By which the step was carried out. */
  readonly time: HybridTime;
  readonly place: TreePlace;
}

/** What stands at the top, with all below it. */
export type TreeView = readonly TreeViewNode[];

export interface TreeViewNode {
  readonly node: number;
  readonly children: TreeView;
}

/** One step in the log, and what it did. Also a node's standing place, while it is the last that moved it. */
interface Entry {
  readonly lv: number;
  /** By which steps are carried out; ties are of one replica, and go by local number. */
  readonly time: HybridTime;
  readonly node: Node;
  readonly parent: Node;
  readonly index: FractionalIndex;
  /** What it took the node from. */
  before: Entry | undefined;
  /** Undone steps and those that would have made a cycle are not. */
  done: boolean;
}

/** ROOT and TRASH are nodes too, that stand nowhere. */
interface Node {
  readonly lv: number;
  /** Undefined when its creation waits for `settle`. */
  standing: Entry | undefined;
  /** Where its children stand, in order; undefined when there are none. They are put in order only once all steps are done. */
  children: Entry[] | undefined;
  /** While steps are carried out: it has been undone or done something, and stood there before. */
  touched: boolean;
  stood: Entry | undefined;
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
  readonly #root: Node = nodeOf(ROOT);
  readonly #trash: Node = nodeOf(TRASH);
  readonly #nodes = new Map<number, Node>([
    [ROOT, this.#root],
    [TRASH, this.#trash],
  ]);
  /** In the order in which steps are carried out. */
  readonly #log: Entry[] = [];
  /** Steps added since the last `settle`. */
  #pending: Entry[] = [];
  /** Each replica's steps; their times and local numbers ascend. */
  readonly #byReplica = new Map<ReplicaId, Entry[]>();
  /** The latest step of those that are not in `byReplica`. */
  #seen: { readonly step: number; readonly time: HybridTime } | undefined;

  // ---- Reading ----

  /** The children of a node, of ROOT or of TRASH, in order. */
  childrenOf(parent: number): readonly number[] {
    return (this.#nodes.get(parent)?.children ?? []).map((entry) => entry.node.lv);
  }

  /** Where a node stands; undefined for what is no node. */
  placeOf(node: number): TreePlace | undefined {
    const entry = this.#nodes.get(node)?.standing;
    return entry === undefined ? undefined : placeOf(entry);
  }

  /** By which step a node stands where it does, and what that took it from; undefined for what is no node. */
  standingOf(node: number): HoldingStep | undefined {
    const entry = this.#nodes.get(node)?.standing;
    if (entry === undefined) return undefined;
    const { lv, before } = entry;
    return { lv, place: placeOf(entry), before: before && { lv: before.lv, place: placeOf(before) } };
  }

  /** Whether `at` is the node or below it. */
  isWithin(at: number, node: number): boolean {
    const above = this.#nodes.get(node);
    return above !== undefined && this.#isWithin(this.#nodes.get(at), above);
  }

  /** True for ROOT, and for a node that has it above it. */
  isInSight(node: number): boolean {
    return this.#isWithin(this.#nodes.get(node), this.#root);
  }

  /** All nodes, those in the trash too, in no order. */
  nodes(): readonly number[] {
    return [...this.#nodes.keys()].filter((lv) => lv >= 0);
  }

  view(): TreeView {
    const top: TreeViewNode[] = [];
    const open: { readonly parent: Node; readonly children: TreeViewNode[] }[] = [
      { parent: this.#root, children: top },
    ];
    // Not by recursion: a tree may be deeper than the stack.
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { node } of next.parent.children ?? []) {
        const children: TreeViewNode[] = [];
        next.children.push({ node: node.lv, children });
        if (node.children !== undefined) open.push({ parent: node, children });
      }
    }
    return top;
  }

  // ---- Commands ----

  /** As in OpType. Refuses what is no node, a parent that is not in sight, and putting a node below itself. A node in the trash may be moved out. */
  prepare(command: TreeCommand): TreeOp | undefined {
    switch (command.do) {
      case 'create':
        return this.#prepareAt(this.#parent(command.parent), command.at, undefined);
      case 'move': {
        const node = this.#node(command.node);
        return this.#prepareAt(this.#parentOf(node, command.parent), command.at, node);
      }
      case 'delete':
        if (!this.#isWithin(this.#node(command.node), this.#root)) return undefined;
        return [{ do: 'delete', node: command.node }];
      case 'restore':
        this.#parentOf(this.#node(command.node), command.place.parent);
        return [{ do: 'move', node: command.node, place: command.place }];
    }
  }

  #prepareAt(parent: Node, at: number, node: Node | undefined): TreeOp | undefined {
    const all = parent.children ?? [];
    const standing = node?.standing;
    if (standing !== undefined && all[at] === standing) return undefined;
    const siblings = standing?.parent === parent ? all.filter((entry) => entry !== standing) : all;
    if (!Number.isInteger(at) || at < 0 || at > siblings.length) throw noPlace(at, siblings.length);
    const left = siblings[at - 1]?.index;
    let next = at;
    // Siblings that came to the same place at the same time have no room between them: those to the right move on.
    while (left !== undefined && siblings[next]?.index === left) next++;
    const right = siblings[next]?.index;
    let index = indexBetween(left, right);
    const place = { parent: parent.lv, index };
    const first: TreeStep =
      node === undefined ? { do: 'create', place } : { do: 'move', node: node.lv, place };
    const others = siblings.slice(at, next).map((sibling): TreeStep => {
      index = indexBetween(index, right);
      return { do: 'move', node: sibling.node.lv, place: { parent: parent.lv, index } };
    });
    return [first, ...others];
  }

  // ---- Without the history before ----

  /** Where every node stands and when it was put there, in the order of these steps. */
  standings(): readonly TreeStanding[] {
    const entries: Entry[] = [];
    for (const { standing } of this.#nodes.values()) if (standing !== undefined) entries.push(standing);
    return entries.sort(compareEntries).map(({ lv, time, node, parent, index }) => ({
      node: node.lv,
      step: lv,
      time,
      place: { parent: parent.lv, index },
    }));
  }

  /** The latest of all steps, done or not. */
  latestStep(): { readonly step: number; readonly time: HybridTime } | undefined {
    let latest = this.#seen;
    for (const entries of this.#byReplica.values()) {
      const { lv, time } = entries[entries.length - 1] as Entry;
      if (latest === undefined || compareTimes(time, latest.time) > 0) latest = { step: lv, time };
    }
    return latest;
  }

  /** Takes in that a node stands there since `time`, as `standings` has it and in that order; `settle` carries it out. */
  stand(node: number, { parent, index }: TreePlace, time: HybridTime): void {
    this.hasSeen(node, time);
    this.#pending.push({
      lv: node,
      time,
      node: this.#nodes.get(node) ?? this.#created(node),
      parent: this.#nodes.get(parent) ?? this.#created(parent),
      index,
      before: undefined,
      done: false,
    });
  }

  /** Whatever is added later has seen this step. */
  hasSeen(step: number, time: HybridTime): void {
    if (this.#seen === undefined || compareTimes(time, this.#seen.time) > 0) this.#seen = { step, time };
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
      const { parent, index } = step.do === 'delete' ? IN_TRASH : step.place;
      const entry: Entry = {
        lv,
        time: this.#timeOf(context),
        node: step.do === 'create' ? this.#created(lv) : this.#node(step.node),
        parent: this.#known(parent),
        index,
        before: undefined,
        done: false,
      };
      this.#pending.push(entry);
      const own = this.#byReplica.get(context.time.replica);
      if (own === undefined) this.#byReplica.set(context.time.replica, [entry]);
      else own.push(entry);
    }
  }

  /** Carries out what was added, and says what stands elsewhere than at the last `settle`. */
  settle(): readonly TreeChange[] {
    const [first] = this.#pending.sort(compareEntries);
    if (first === undefined) return [];
    const log = this.#log;
    const touched: Node[] = [];
    const start = countBefore(log, (other) => compareEntries(other, first) < 0);
    for (let i = log.length - 1; i >= start; i--) undo(log[i] as Entry, touched);
    this.#putInLog();
    for (let i = start; i < log.length; i++) this.#do(log[i] as Entry, touched);
    return this.#arrange(touched);
  }

  /** Merges the pending steps, which are sorted, into the log, from the end of both. */
  #putInLog(): void {
    const log = this.#log;
    const pending = this.#pending;
    let i = log.length - 1;
    let j = pending.length - 1;
    for (const entry of pending) log.push(entry);
    for (let at = log.length - 1; j >= 0; at--) {
      const later = i >= 0 && compareEntries(log[i] as Entry, pending[j] as Entry) > 0;
      log[at] = (later ? log[i--] : pending[j--]) as Entry;
    }
    this.#pending = [];
  }

  #created(lv: number): Node {
    const node = nodeOf(lv);
    this.#nodes.set(lv, node);
    return node;
  }

  #check(step: TreeStep, context: OpContext): void {
    if (step.do !== 'create') this.#needSeen(step.node, context);
    if (step.do === 'delete' || step.place.parent === ROOT) return;
    this.#needSeen(step.place.parent, context);
    if (step.do === 'move' && step.node === step.place.parent) throw belowItself(step.node);
  }

  #needSeen(node: number, context: OpContext): void {
    const known = node >= 0 && this.#nodes.has(node);
    if (!known || !(context.linear || node <= context.seenUpTo || context.sees(node))) throw notSeen(node);
  }

  /**
   * The time by which a step is carried out: that of its event, unless that has seen a later one, of a clock that was far
   * ahead; then just after that one. A function of what the event has seen, so the same everywhere.
   */
  #timeOf(context: OpContext): HybridTime {
    let latest = context.time;
    if (this.#seen !== undefined && compareTimes(this.#seen.time, latest) > 0) latest = this.#seen.time;
    for (const entries of this.#byReplica.values()) {
      const last = entries[entries.length - 1] as Entry;
      if (compareTimes(last.time, latest) <= 0) continue;
      const seen = lastSeen(entries, context);
      if (seen !== undefined && compareTimes(seen.time, latest) > 0) latest = seen.time;
    }
    if (latest === context.time) return latest;
    return { wallMs: latest.wallMs, counter: latest.counter + 1, replica: context.time.replica };
  }

  #do(entry: Entry, touched: Node[]): void {
    const { node, parent } = entry;
    // Nothing can be below a node that is only now created.
    if (entry.lv !== node.lv && this.#isWithin(parent, node)) return;
    touch(node, touched);
    entry.before = node.standing;
    entry.done = true;
    node.standing = entry;
  }

  /** Puts the nodes that have moved among their siblings: once, however often they were taken back and forth. */
  #arrange(touched: readonly Node[]): readonly TreeChange[] {
    const moved = touched.filter((node) => node.standing !== node.stood);
    for (const { stood } of moved) if (stood !== undefined) takeOut(stood);
    for (const { standing } of moved) if (standing !== undefined) putIn(standing);
    const changes: TreeChange[] = [];
    for (const { lv, standing, stood } of moved) {
      if (standing === undefined)
        throw new InvariantError('tree/every-node-stands', `node ${lv} stands nowhere`);
      if (stood?.parent === this.#trash && standing.parent === this.#trash) continue;
      const at = placeAmong(standing.parent.children ?? [], standing);
      changes.push({ node: lv, from: stood && placeOf(stood), to: placeOf(standing), at });
    }
    for (const node of touched) {
      node.touched = false;
      node.stood = undefined;
    }
    return changes.sort((a, b) => a.to.parent - b.to.parent || a.at - b.at);
  }

  /** Whether `at` is the node or below it. */
  #isWithin(at: Node | undefined, node: Node): boolean {
    let above = at;
    while (above !== undefined && above !== node) above = above.standing?.parent;
    return above !== undefined;
  }

  /** A node, ROOT or TRASH. */
  #known(lv: number): Node {
    const node = this.#nodes.get(lv);
    if (node === undefined) throw notSeen(lv);
    return node;
  }

  #node(lv: number): Node {
    if (lv < 0) throw notSeen(lv);
    return this.#known(lv);
  }

  #parent(lv: number): Node {
    const parent = this.#nodes.get(lv);
    if (parent === undefined || !this.#isWithin(parent, this.#root)) throw notInSight(lv);
    return parent;
  }

  /** The parent that a node is to have. */
  #parentOf(node: Node, lv: number): Node {
    const parent = this.#parent(lv);
    if (this.#isWithin(parent, node)) throw belowItself(node.lv);
    return parent;
  }
}

function nodeOf(lv: number): Node {
  return { lv, standing: undefined, children: undefined, touched: false, stood: undefined };
}

function touch(node: Node, touched: Node[]): void {
  if (node.touched) return;
  node.touched = true;
  node.stood = node.standing;
  touched.push(node);
}

function undo(entry: Entry, touched: Node[]): void {
  if (!entry.done) return;
  touch(entry.node, touched);
  entry.node.standing = entry.before;
  entry.before = undefined;
  entry.done = false;
}

function placeOf({ parent, index }: Entry): TreePlace {
  return { parent: parent.lv, index };
}

function takeOut(entry: Entry): void {
  const { children } = entry.parent;
  if (children === undefined) return;
  if (children.length === 1) entry.parent.children = undefined;
  else children.splice(placeAmong(children, entry), 1);
}

function putIn(entry: Entry): void {
  const { children } = entry.parent;
  if (children === undefined) entry.parent.children = [entry];
  else children.splice(placeAmong(children, entry), 0, entry);
}

const IN_TRASH: TreePlace = { parent: TRASH, index: indexBetween(undefined, undefined) };

function compareEntries(a: Entry, b: Entry): number {
  return compareTimes(a.time, b.time) || a.lv - b.lv;
}

function compareSiblings(a: Entry, b: Entry): number {
  return compareIndexes(a.index, b.index) || compareEntries(a, b);
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
