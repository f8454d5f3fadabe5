/**
 * What takes an operation back that was carried out here, noted when it is carried out, for undo.ts. Elements, slots and writes
 * are named by local numbers.
 */
import type { Value } from '../bytes/value.ts';
import type { ListOp, ListState } from '../op/list.ts';
import type { MapEntry } from '../op/map.ts';
import type { TreePlace } from '../op/tree.ts';
import type { ContainerType } from './container-id.ts';

/** Of an operation on a container that is no sequence. `overwrote` is the LV of the write or step that it was made over. */
export type PlainInverse =
  | { readonly is: 'count'; readonly raised: number; readonly isSet: boolean }
  | { readonly is: 'members'; readonly added: readonly Value[]; readonly removed: readonly RemovedMember[] }
  | {
      readonly is: 'key';
      readonly key: string;
      readonly entry: MapEntry<ContainerType>;
      /** The latest of what others wrote at the same time as that. */
      readonly beside: MapEntry<ContainerType> | undefined;
      readonly overwrote: number | undefined;
    }
  | { readonly is: 'created' }
  | { readonly is: 'node'; readonly node: number; readonly place: TreePlace; readonly overwrote: number };

/** A value that was taken out of a set, and the additions that held it. */
export interface RemovedMember {
  readonly value: Value;
  readonly additions: readonly number[];
}

/** The slots that could be seen next to where something stood; undefined at the ends. */
export interface Neighbours {
  readonly before: number | undefined;
  readonly behind: number | undefined;
}

/** An item that was deleted: where it stood, which it was, what it held and by which write. */
export interface DeletedItem {
  readonly slot: number;
  readonly element: number;
  readonly item: Value;
  readonly write: number;
}

export type ListInverse =
  | { readonly is: 'list insert'; readonly count: number }
  | {
      readonly is: 'list delete';
      readonly deleted: readonly DeletedItem[];
      readonly among: Neighbours;
    }
  | {
      readonly is: 'list set';
      readonly element: number;
      readonly item: Value;
      /** The latest of what others set it to at the same time as that. */
      readonly beside: Value | undefined;
      /** The LV of the write that it was made over: a set, or the insertion. */
      readonly overwrote: number;
    }
  | {
      readonly is: 'list move';
      readonly element: number;
      readonly from: number;
      readonly to: number;
      /** Of where it was moved from. */
      readonly among: Neighbours;
    };

/** `lv` is that of the operation's first dot. */
export type ContainerInverse = (PlainInverse | ListInverse) & {
  readonly container: number;
  readonly lv: number;
};

/** What would take a list's operation back, asked before it is carried out at `lv`. */
export function inverseOfList(list: ListState<Value>, op: ListOp<Value>, lv: number): ListInverse {
  switch (op.do) {
    case 'insert':
      return { is: 'list insert', count: op.items.length };
    case 'delete':
      return {
        is: 'list delete',
        deleted: deletedBy(list, op.index, op.count),
        among: list.slotsAround(op.index, op.count),
      };
    case 'set':
      return {
        is: 'list set',
        element: op.element,
        item: list.at(list.indexOf(op.element)) as Value,
        beside: list.itemBeside(op.element),
        overwrote: list.writeOf(op.element),
      };
    case 'move': {
      const from = list.slotOf(op.element);
      const among = list.slotsAround(list.rawIndexOf(from), 1);
      return { is: 'list move', element: op.element, from, to: lv, among };
    }
  }
}

function deletedBy(list: ListState<Value>, index: number, count: number): readonly DeletedItem[] {
  return list.slotsIn(index, count).map((shown) => ({ ...shown, write: list.writeOf(shown.element) }));
}
