/**
 * Takes back operations on lists, whatever others have done since. What was inserted and is still there is deleted, wherever it
 * stands; what was deleted comes back where it was, with what it held; what was moved or set goes back unless somebody has
 * moved or set it since.
 *
 * Places are found among all slots that there ever were: what comes back stands behind the nearest slot before its own that
 * is there. A slot that was made in place of another counts where that one stood.
 */
import type { Value } from '../bytes/value.ts';
import type { ListState } from '../op/list.ts';
import type { ContainerInverse, DeletedItem, ListInverse } from './inverse.ts';
import type { NativeDocument } from './native-document.ts';
import { Revivals } from './revivals.ts';
import { stateOf } from './state-of.ts';

/** First slots that there ever were, in order, by list. */
export type SlotOrders = ReadonlyMap<number, readonly number[]>;

export class ListUndo {
  readonly #document: NativeDocument;
  readonly #elements = new Revivals();
  readonly #slots = new Revivals();
  readonly #writes = new Revivals();

  constructor(document: NativeDocument) {
    this.#document = document;
  }

  /** The orders that `invert` needs. Asked before its transaction begins, within which elements have no names. */
  ordersFor(inverses: readonly ContainerInverse[]): SlotOrders {
    const orders = new Map<number, number[]>();
    for (const { container, is } of inverses) {
      if ((is !== 'list delete' && is !== 'list move') || orders.has(container)) continue;
      const order: number[] = [];
      this.#document.identity(container).forEachEver((lv, count) => {
        for (let slot = lv; slot < lv + count; slot++) if (!this.#slots.isCopy(slot)) order.push(slot);
      });
      orders.set(container, order);
    }
    return orders;
  }

  invert(
    inverse: ListInverse & { readonly container: number; readonly lv: number },
    orders: SlotOrders,
  ): void {
    const { container, lv } = inverse;
    const order = orders.get(container) ?? [];
    switch (inverse.is) {
      case 'list insert':
        for (let i = inverse.count - 1; i >= 0; i--) this.#delete(container, lv + i);
        return;
      case 'list delete':
        for (const deleted of inverse.deleted) this.#revive(container, deleted, order);
        return;
      case 'list set':
        this.#setBack(container, lv, inverse);
        return;
      case 'list move':
        this.#moveBack(container, inverse, order);
    }
  }

  clear(): void {
    this.#elements.clear();
    this.#writes.clear();
    this.#slots.clear();
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

  #revive(container: number, { slot, element, item, write }: DeletedItem, order: readonly number[]): void {
    if (this.#list(container).indexOf(this.#elements.latestOf(element)) >= 0) return;
    const copy = this.#document.nextLv;
    const index = this.#placeOf(container, slot, order);
    this.#document.listOp(container, { do: 'insert', index, items: [item] });
    this.#slots.add(slot, copy);
    this.#elements.add(element, copy);
    this.#writes.add(write, copy);
  }

  #setBack(
    container: number,
    lv: number,
    { element: first, item, overwrote }: Extract<ListInverse, { readonly is: 'list set' }>,
  ): void {
    const list = this.#list(container);
    const element = this.#elements.latestOf(first);
    if (list.indexOf(element) < 0 || list.writeOf(element) !== this.#writes.latestOf(lv)) return;
    this.#writes.add(overwrote, this.#document.nextLv);
    this.#document.listOp(container, { do: 'set', element, item });
  }

  #moveBack(
    container: number,
    { element: first, from, to }: Extract<ListInverse, { readonly is: 'list move' }>,
    order: readonly number[],
  ): void {
    const list = this.#list(container);
    const element = this.#elements.latestOf(first);
    if (list.indexOf(element) < 0 || list.slotOf(element) !== this.#slots.latestOf(to)) return;
    const index = this.#placeOf(container, from, order);
    this.#slots.add(from, this.#document.nextLv);
    this.#document.listOp(container, { do: 'move', index, element });
  }

  /** The raw index behind the slot, or behind the nearest one before it that is there. */
  #placeOf(container: number, slot: number, order: readonly number[]): number {
    const list = this.#list(container);
    for (let at = order.indexOf(this.#slots.firstOf(slot)); at >= 0; at--) {
      const raw = list.rawIndexOf(this.#slots.latestOf(order[at] as number));
      if (raw >= 0) return raw + 1;
    }
    return 0;
  }

  #list(container: number): ListState<Value> {
    return stateOf(this.#document, container, 'list').items;
  }
}
