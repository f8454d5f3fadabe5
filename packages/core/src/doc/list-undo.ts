/**
 * Takes back operations on lists, whatever others have done since. What was inserted and is still there is deleted, wherever it
 * stands; what was deleted comes back where it was, with what it held; what was moved or set goes back unless somebody has
 * moved or set it since, or, where somebody did so at the same time and lost, to where and what that one put it.
 * An item that was deleted comes back with what it held then: what others set it to meanwhile is not in it.
 *
 * Places are found among all slots that there ever were: what comes back stands behind the nearest slot before its own that
 * is there (past-order.ts), but never outside its old neighbours, wherever those have come back to:
 *
 *      before    x    behind         x comes back between the two, near its old slot if that is between them. What others
 *                                    have moved before `before` or behind `behind` since goes by `before`.
 */
import type { Value } from '../bytes/value.ts';
import type { ListState } from '../op/list.ts';
import type { ContainerInverse, DeletedItem, ListInverse, Neighbours } from './inverse.ts';
import type { NativeDocument } from './native-document.ts';
import { PastOrder } from './past-order.ts';
import { Revivals } from './revivals.ts';
import { stateOf } from './state-of.ts';

/** Of slots, by list. */
export type SlotOrders = ReadonlyMap<number, PastOrder>;

export class ListUndo {
  readonly #document: NativeDocument;
  readonly #elements = new Revivals();
  readonly #slots = new Revivals();
  readonly #writes = new Revivals();
  /** What others set an item to at the same time as what has come back, by the LV that the set has now. */
  readonly #besides = new Map<number, Value>();

  constructor(document: NativeDocument) {
    this.#document = document;
  }

  /** The orders that `invert` needs. Asked before its transaction begins, within which elements have no names. */
  ordersFor(inverses: readonly ContainerInverse[]): SlotOrders {
    const orders = new Map<number, PastOrder>();
    for (const { container, is } of inverses) {
      if ((is !== 'list delete' && is !== 'list move') || orders.has(container)) continue;
      const identity = this.#document.identity(container);
      orders.set(container, new PastOrder(identity, this.#slots, this.#document.nextLv));
    }
    return orders;
  }

  /** `redoes` says whether it is an undo that is taken back. */
  invert(
    inverse: ListInverse & { readonly container: number; readonly lv: number },
    orders: SlotOrders,
    redoes: boolean,
  ): void {
    const { container, lv } = inverse;
    const order = orders.get(container);
    switch (inverse.is) {
      case 'list insert':
        for (let i = inverse.count - 1; i >= 0; i--) this.#delete(container, lv + i);
        return;
      case 'list delete':
        for (const [i, deleted] of inverse.deleted.entries()) {
          const before = inverse.deleted[i - 1]?.slot ?? inverse.among.before;
          this.#revive(container, deleted, order, { ...inverse.among, before });
        }
        return;
      case 'list set':
        this.#setBack(container, lv, inverse, redoes);
        return;
      case 'list move':
        this.#moveBack(container, inverse, order);
    }
  }

  clear(): void {
    this.#elements.clear();
    this.#writes.clear();
    this.#slots.clear();
    this.#besides.clear();
  }

  #delete(container: number, first: number): void {
    const list = this.#list(container);
    const element = this.#elements.latestOf(first);
    if (list.indexOf(element) < 0) return;
    this.#document.listOp(container, {
      do: 'delete',
      index: list.rawIndexOf(list.slotOf(element)),
      count: 1,
    });
  }

  #revive(
    container: number,
    { slot, element, item, write }: DeletedItem,
    order: PastOrder | undefined,
    among: Neighbours,
  ): void {
    if (this.#list(container).indexOf(this.#elements.latestOf(element)) >= 0) return;
    const copy = this.#document.nextLv;
    const index = this.#placeOf(container, slot, order, among);
    this.#document.listOp(container, { do: 'insert', index, items: [item] });
    this.#slots.add(this.#slots.latestOf(slot), copy);
    this.#elements.add(this.#elements.latestOf(element), copy);
    this.#writes.add(write, copy);
  }

  #setBack(
    container: number,
    lv: number,
    { element: first, item, beside, overwrote }: Extract<ListInverse, { readonly is: 'list set' }>,
    redoes: boolean,
  ): void {
    const list = this.#list(container);
    const element = this.#elements.latestOf(first);
    if (list.indexOf(element) < 0 || list.writeOf(element) !== this.#writes.latestOf(lv)) return;
    const write = list.writeOf(element);
    const others = list.itemBeside(element) ?? (redoes ? undefined : this.#besides.get(write));
    const now = this.#document.nextLv;
    if (others === undefined) {
      this.#writes.add(overwrote, now);
      const lost = beside ?? this.#besides.get(overwrote);
      if (lost !== undefined) this.#besides.set(now, lost);
    }
    this.#document.listOp(container, { do: 'set', element, item: others ?? item });
  }

  #moveBack(
    container: number,
    { element: first, from, to, among }: Extract<ListInverse, { readonly is: 'list move' }>,
    order: PastOrder | undefined,
  ): void {
    const list = this.#list(container);
    const element = this.#elements.latestOf(first);
    if (list.indexOf(element) < 0 || list.slotOf(element) !== this.#slots.latestOf(to)) return;
    const others = list.slotBeside(element);
    const index =
      others === undefined ? this.#placeOf(container, from, order, among) : list.rawIndexOf(others) + 1;
    if (others === undefined) this.#slots.add(this.#slots.latestOf(from), this.#document.nextLv);
    this.#document.listOp(container, { do: 'move', index, element });
  }

  /** The raw index behind the slot, or behind the nearest one before it that is there, but between its neighbours. */
  #placeOf(
    container: number,
    first: number,
    order: PastOrder | undefined,
    { before, behind }: Neighbours,
  ): number {
    if (order === undefined) return 0;
    const list = this.#list(container);
    const slot = this.#slots.latestOf(first);
    let index = order.had(slot) ? list.rawIndexOf(slot) + 1 : 0;
    for (let at = order.returnOf(slot) - 1; at >= 0 && index === 0; at--) {
      const near = order.elements[at] as number;
      const latest = order.had(near) ? near : this.#slots.latestOf(near);
      // What has come back before this transaction is met where it stands.
      if (latest !== near ? !order.isLater(latest) : !order.had(near)) continue;
      if (order.had(near) || order.precedes(latest, slot)) index = list.rawIndexOf(latest) + 1;
    }
    // Behind what has come back to the same place in this transaction.
    while (index < list.rawLength) {
      const next = list.slotAt(index);
      if (!order.isLater(next) || !order.precedes(next, slot)) break;
      index++;
    }
    const low = before === undefined ? 0 : list.rawIndexOf(this.#slots.latestOf(before)) + 1;
    const high = behind === undefined ? -1 : list.rawIndexOf(this.#slots.latestOf(behind));
    return Math.max(high >= low ? Math.min(index, high) : index, low);
  }

  #list(container: number): ListState<Value> {
    return stateOf(this.#document, container, 'list').items;
  }
}
