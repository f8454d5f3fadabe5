/**
 * What a list with moves means: slots stand as in the tree of the paper (twins/fugue-max-tree.ts); an element stands where the
 * latest of its moves that no other has seen put it, and is gone when any slot it was ever given is. Commands name places
 * as parts of the list, and mean what stands there for whoever made the operation.
 */
import { CausewayError } from '../../error.ts';
import { dotKey } from '../../id/index.ts';
import { checkElement, type ListCommand, type ListEdit, type ListOp, ListState } from '../../op/list.ts';
import type { OpContext } from '../../op/op-type.ts';
import { SequenceLog } from '../../op/sequence/sequence-log.ts';
import { SequenceWalker } from '../../op/sequence/sequence-walker.ts';
import { byTime, type Operation } from '../history.ts';
import type { OpSite, OpSubject } from '../op-history.ts';
import type { OpSpecification } from '../op-laws.ts';
import { FugueMaxTree, type TreeInsertion } from '../twins/fugue-max-tree.ts';

/** `at` and `to` are parts of the list, from 0 to 1. */
export type ListWish =
  | { readonly do: 'insert'; readonly at: number; readonly items: readonly string[] }
  | { readonly do: 'delete'; readonly at: number; readonly count: number }
  | { readonly do: 'set'; readonly at: number; readonly item: string }
  | { readonly do: 'move'; readonly at: number; readonly to: number };

/** An item, and what others set it to at the same time. */
export interface ListPlace {
  readonly item: string;
  readonly conflicts: readonly string[];
}

/** The list type with all that it takes to find out where operations land. */
export class ListAtSite {
  readonly site: OpSite;
  readonly list = new ListState<string>();
  readonly log = new SequenceLog();
  readonly walker: SequenceWalker;
  /** What was inserted, by local number; nothing for the slots of moves. */
  readonly #items = new Map<number, string | undefined>();

  constructor(site: OpSite) {
    this.site = site;
    this.walker = new SequenceWalker(
      site.graph,
      this.log,
      (a, b) => site.dotOf(a).replica - site.dotOf(b).replica,
    );
  }

  /** The part of an operation that is the sequence's. */
  land(op: ListOp<string>, { lv, linear }: OpContext, edits: ListEdit<string>[]): void {
    if (op.do === 'set') return;
    const items = op.do === 'insert' ? op.items : [undefined];
    const count = op.do === 'delete' ? op.count : items.length;
    if (linear && op.index + (op.do === 'delete' ? count : 0) > this.list.rawLength)
      throw new CausewayError(
        'decode/invalid',
        { what: 'list operation', detail: 'index' },
        'beyond the end',
      );
    if (op.do === 'delete') this.log.remove(lv, op.index, count);
    else this.log.insert(lv, op.index, count);
    for (const [nth, item] of items.entries()) this.#items.set(lv + nth, item);
    const insert = (index: number, from: number, many: number): void => {
      const inserted = Array.from({ length: many }, (_, nth) => this.#items.get(from + nth));
      this.list.insert(index, from, inserted, edits);
    };
    if (!linear) {
      try {
        this.walker.land(lv, lv + count, this.list.rawLength, {
          insert,
          remove: (index, many) => this.list.remove(index, many, edits),
        });
      } catch (error) {
        this.log.truncate(lv);
        throw error;
      }
    } else if (op.do === 'delete') this.list.remove(op.index, count, edits);
    else insert(op.index, lv, count);
  }

  /** The part of an operation that is its element's. */
  change(op: ListOp<string>, context: OpContext, edits: ListEdit<string>[]): void {
    if (op.do === 'set') this.list.set(op.element, op.item, context, edits);
    else if (op.do === 'move')
      this.list.assign(context.lv, op.element, { ...context, lv: context.lv + 1 }, edits);
  }

  /** Throws before anything has changed. */
  check(op: ListOp<string>, context: OpContext): void {
    if (op.do === 'set' || op.do === 'move') checkElement(this.log, op.element, context, undefined);
  }
}

export const listSubject: OpSubject<
  ListAtSite,
  ListWish,
  readonly ListOp<string>[],
  readonly ListPlace[],
  readonly ListEdit<string>[]
> = {
  name: 'list',
  create: (site) => new ListAtSite(site),
  prepare: ({ list }, wish) => {
    const command = commandOf(wish, list.length);
    const ops = command === undefined ? [] : list.prepare(command);
    return ops.length === 0 ? undefined : ops;
  },
  effect: (state, ops, context) => {
    const edits: ListEdit<string>[] = [];
    for (const [op, at] of eachOp(ops, context)) {
      state.check(op, at);
      state.land(op, at, edits);
      state.change(op, at, edits);
    }
    return edits.length === 0 ? undefined : edits;
  },
  view: ({ list }) => list.items().map((item, index) => ({ item, conflicts: list.conflictsAt(index) })),
  dots: (ops) => ops.reduce((sum, op) => sum + dotsOf(op), 0),
  translate: (ops, replace) =>
    ops.map((op) => ('element' in op ? { ...op, element: replace(op.element) } : op)),
};

/** Each of the operations with a context of its own. */
export function eachOp(
  ops: readonly ListOp<string>[],
  context: OpContext,
): readonly (readonly [ListOp<string>, OpContext])[] {
  let lv = context.lv;
  return ops.map((op) => {
    const own = { ...context, lv, sees: (other: number) => other >= context.lv || context.sees(other) };
    lv += dotsOf(op);
    return [op, own] as const;
  });
}

export const listSpecification: OpSpecification<
  ListWish,
  readonly ListOp<string>[],
  readonly ListPlace[],
  readonly ListEdit<string>[]
> = {
  command: (random) => {
    const at = random.pick([0, 0.3, 0.5, 0.9, 1]);
    switch (random.int(7)) {
      case 0:
      case 1:
      case 2: {
        const items = Array.from({ length: random.between(1, 3) }, () => random.pick([...'abcdef']));
        return { do: 'insert', at, items };
      }
      case 3:
        return { do: 'delete', at, count: random.between(1, 3) };
      case 4:
        return { do: 'set', at, item: random.pick([...'xyz']) };
      default:
        return { do: 'move', at, to: random.unit() };
    }
  },
  expected: (operations) => new NaiveList(operations).places(),
  patched: (view, edits) => edits.reduce(patchedByOne, view),
  senselessOps: [
    [{ do: 'insert', index: 10_000, items: ['a'] }],
    [{ do: 'delete', index: 0, count: 10_000 }],
    [{ do: 'set', element: 10_000, item: 'a' }],
    [{ do: 'move', index: 0, element: 10_000 }],
    [{ do: 'move', index: 0, element: -1 }],
  ],
};

function commandOf(wish: ListWish, length: number): ListCommand<string> | undefined {
  if (wish.do !== 'insert' && length === 0) return undefined;
  const index = Math.min(length - 1, Math.floor(wish.at * length));
  switch (wish.do) {
    case 'insert':
      return { do: 'insert', index: Math.floor(wish.at * length), items: wish.items };
    case 'delete':
      return { do: 'delete', index, count: Math.min(wish.count, length - index) };
    case 'set':
      return { do: 'set', index, item: wish.item };
    case 'move':
      return { do: 'move', from: index, to: Math.floor(wish.to * length) };
  }
}

function dotsOf(op: ListOp<string>): number {
  switch (op.do) {
    case 'insert':
      return op.items.length;
    case 'delete':
      return op.count;
    case 'set':
      return 1;
    case 'move':
      return 2;
  }
}

function patchedByOne(view: readonly ListPlace[], edit: ListEdit<string>): readonly ListPlace[] {
  switch (edit.do) {
    case 'insert':
      return view.toSpliced(edit.index, 0, ...edit.items.map((item) => ({ item, conflicts: [] })));
    case 'delete':
      return view.toSpliced(edit.index, edit.items.length);
    case 'set':
      return view.with(edit.index, { item: edit.to, conflicts: edit.conflicts });
    case 'move': {
      const [moved] = view.slice(edit.from, edit.from + 1);
      return moved === undefined ? view : view.toSpliced(edit.from, 1).toSpliced(edit.to, 0, moved);
    }
  }
}

/** What an operation does, elements and slots by name. */
interface Resolved {
  readonly inserted: readonly { readonly slot: TreeInsertion<string>; readonly item: string | undefined }[];
  readonly deleted: readonly string[];
  /** The element that was set or moved. */
  readonly element: string | undefined;
}

const resolvedBefore = new WeakMap<Operation<ListWish>, Resolved>();

/** The list after these operations, which come in the order they were made. */
class NaiveList {
  readonly #tree = new FugueMaxTree<string>();
  readonly #operations: readonly Operation<ListWish>[];
  readonly #deleted: ReadonlySet<string>;

  constructor(operations: readonly Operation<ListWish>[]) {
    this.#operations = operations;
    const all = operations.map(resolved);
    for (const { slot } of all.flatMap(({ inserted }) => inserted)) this.#tree.applyInsert(slot);
    this.#deleted = new Set(all.flatMap(({ deleted }) => deleted));
    for (const { slot } of all.flatMap(({ inserted }) => inserted))
      if (this.#deleted.has(slot.value)) this.#tree.applyDelete(slot.id);
  }

  /** What can be seen, in order, with the name of the slot and of the element. */
  seen(): readonly { readonly slot: string; readonly element: string; readonly raw: number }[] {
    const seen = new Map<string, string>();
    for (const operation of this.#operations) {
      if (operation.command.do !== 'insert') continue;
      for (const { slot } of resolved(operation).inserted) {
        const moves = this.#on(slot.value, 'move');
        const slots = [slot.value, ...moves.map((move) => slotOf(move))];
        const [latest] = latestOf(moves);
        if (slots.some((each) => this.#deleted.has(each))) continue;
        seen.set(latest === undefined ? slot.value : slotOf(latest), slot.value);
      }
    }
    return this.#tree.values.flatMap((slot, raw) => {
      const element = seen.get(slot);
      return element === undefined ? [] : [{ slot, element, raw }];
    });
  }

  places(): readonly ListPlace[] {
    const born = new Map(
      this.#operations.flatMap((operation) =>
        resolved(operation).inserted.map(({ slot, item }) => [slot.value, item] as const),
      ),
    );
    return this.seen().map(({ element }) => {
      const values = latestOf(this.#on(element, 'set')).map(({ command }) =>
        command.do === 'set' ? command.item : '',
      );
      const [item = born.get(element) ?? '', ...others] = values;
      return { item, conflicts: [...new Set(others)].filter((each) => each !== item) };
    });
  }

  /** The insertion of a slot at a raw index. */
  insertion(operation: Operation<ListWish>, nth: number, raw: number): TreeInsertion<string> {
    const dot = operation.dots[nth];
    if (dot === undefined) throw new RangeError(`no dot ${nth}`);
    return this.#tree.prepareInsert(dot, raw, dotKey(dot));
  }

  add(slot: TreeInsertion<string>): void {
    this.#tree.applyInsert(slot);
  }

  #on(element: string, what: 'set' | 'move'): readonly Operation<ListWish>[] {
    return this.#operations.filter(
      (operation) => operation.command.do === what && resolved(operation).element === element,
    );
  }
}

function resolved(operation: Operation<ListWish>): Resolved {
  const known = resolvedBefore.get(operation);
  if (known !== undefined) return known;
  const found = resolvedNow(operation);
  resolvedBefore.set(operation, found);
  return found;
}

function resolvedNow(operation: Operation<ListWish>): Resolved {
  const before = new NaiveList([...operation.past].sort((a, b) => a.id - b.id));
  const seen = before.seen();
  const command = commandOf(operation.command, seen.length);
  const nothing: Resolved = { inserted: [], deleted: [], element: undefined };
  switch (command?.do) {
    case undefined:
      return nothing;
    case 'insert': {
      const raw = (seen[command.index - 1]?.raw ?? -1) + 1;
      const inserted = command.items.map((item, nth) => {
        const slot = before.insertion(operation, nth, raw + nth);
        before.add(slot);
        return { slot, item };
      });
      return { ...nothing, inserted };
    }
    case 'delete':
      return {
        ...nothing,
        deleted: seen.slice(command.index, command.index + command.count).map(({ slot }) => slot),
      };
    case 'set':
      return { ...nothing, element: seen[command.index]?.element };
    case 'move': {
      const element = seen[command.from]?.element;
      const left = seen.filter((_, index) => index !== command.from)[command.to - 1];
      const slot = before.insertion(operation, 0, (left?.raw ?? -1) + 1);
      return { ...nothing, element, inserted: [{ slot, item: undefined }] };
    }
  }
}

/** The slot that a move has made. */
function slotOf(move: Operation<ListWish>): string {
  return resolved(move).inserted[0]?.slot.value ?? '';
}

/** Those that no other has seen, the latest first. */
function latestOf(operations: readonly Operation<ListWish>[]): readonly Operation<ListWish>[] {
  return byTime(operations.filter((each) => !operations.some(({ past }) => past.has(each)))).reverse();
}
