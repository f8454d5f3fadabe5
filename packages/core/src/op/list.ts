/**
 * List: items in order, which can be inserted, deleted, set and moved. An element is named by the local number of its
 * insertion, wherever it stands and whatever it holds.
 *
 *   A's operation     B's, concurrent     both then have
 *   insert at i       insert at i         both, one after the other (sequence/)
 *   move x to i       move x to j         x once, where the later put it
 *   set x to 1        set x to 2          what the later set, the other readable as a conflict
 *   delete x          move or set x       no x
 *   move x            set x               x moved and set
 *
 * What the sequence holds are slots. An element is born with one; a move inserts another slot and gives it to the element.
 * The slot that counts is that of the latest move that no other has seen. All others are hidden, but stay in the sequence,
 * so that an operation's index is right by the sequence alone, whoever won a move:
 *
 *      slots      4:a   5:b   6:c         move a behind b:    ~4   5:b   7:a   6:c
 *      raw        0     1     2                               0    1     2     3
 *      visible    0     1     2                               ·    0     1     2
 *
 * An element dies with any of its slots; that is why deletions win. Where an operation's index lands, when it was made without
 * knowledge of all, is the walker's to say (sequence/sequence-walker.ts); its sink calls `insert` and `remove` here.
 *
 * Costs: as long as nothing was moved, what an array with a gap costs. A move leaves a hidden slot of 12 bytes. Finding an
 * element by its name looks at every slot.
 */
import type { Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { valueKey } from './add-wins-set.ts';
import type { OpContext } from './op-type.ts';
import { INSERT, type SequenceLog } from './sequence/sequence-log.ts';
import { Slots } from './slots.ts';
import { valuesBeside, type Writes, written } from './writes.ts';

/** Indexes are visible ones, elements and slots local numbers. `to` in a move is the index once the element is out. */
export type ListCommand<Item> =
  | { readonly do: 'insert'; readonly index: number; readonly items: readonly Item[] }
  | { readonly do: 'delete'; readonly index: number; readonly count: number }
  | { readonly do: 'set'; readonly index: number; readonly item: Item }
  | { readonly do: 'move'; readonly from: number; readonly to: number };

/**
 * Indexes are raw. An insertion takes a dot for each item, a deletion for each slot, a set one; a move two: the first
 * inserts the slot, the second gives it to the element.
 */
export type ListOp<Item> =
  | { readonly do: 'insert'; readonly index: number; readonly items: readonly Item[] }
  | { readonly do: 'delete'; readonly index: number; readonly count: number }
  | { readonly do: 'set'; readonly element: number; readonly item: Item }
  | { readonly do: 'move'; readonly index: number; readonly element: number };

/** What a reader sees happen, in order; indexes are visible ones of the moment. */
export type ListEdit<Item> =
  | {
      readonly do: 'insert' | 'delete';
      readonly index: number;
      readonly items: readonly Item[];
    }
  | {
      readonly do: 'set';
      readonly index: number;
      readonly from: Item;
      readonly to: Item;
      /** What others set it to at the same time, the latest first. */
      readonly conflicts: readonly Item[];
    }
  /** `to` is the index once the element is out. */
  | { readonly do: 'move'; readonly from: number; readonly to: number; readonly item: Item };

/** An element that was set or moved. */
interface Element<Item> {
  readonly lv: number;
  /** Slots that it was moved to; undefined for the one it was born with. */
  places: Writes<number>;
  /** What it was set to; undefined for what it was inserted with. */
  items: Writes<Item>;
  dead: boolean;
}

/** A slot as it stands. */
export type SlotStanding<Item> =
  /** With an element of its own. `sets` are the writes that hold, if it was ever set. */
  | { readonly is: 'born'; readonly slot: number; readonly item: Item; readonly sets: Writes<Item> }
  /** An element was moved to it, and is there, or would be if no other move had won; or has been moved on from there. */
  | { readonly is: 'taken' | 'left'; readonly slot: number; readonly element: number }
  /** Of an element that is deleted, or of none. */
  | { readonly is: 'empty'; readonly slot: number };

/** Methods that change the list add what a reader sees to `edits`, if there are any to add to. */
export class ListState<Item extends Value> {
  readonly #slots = new Slots<Item>();
  /** Those that were ever set or moved, by local number. */
  #elements: Map<number, Element<Item>> | undefined;
  /** The element of each slot that a move has made. */
  #elementOfSlot: Map<number, number> | undefined;

  // ---- Reading ----

  /** Items. */
  get length(): number {
    return this.#slots.visible;
  }

  /** Slots: the length of the sequence, which raw indexes count in. */
  get rawLength(): number {
    return this.#slots.length;
  }

  at(index: number): Item | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    return this.#slots.itemAt(this.#slots.rawOf(index));
  }

  items(): Item[] {
    return this.#slots.items(0, this.#slots.length);
  }

  /** The element at a visible index, which must be there. */
  elementAt(index: number): number {
    const slot = this.#slots.lvAt(this.#slots.rawOf(index));
    return this.#elementOfSlot?.get(slot) ?? slot;
  }

  /** The visible index of an element, or -1 when it is not there any more. */
  indexOf(element: number): number {
    const raw = this.#rawOf(element);
    return raw < 0 ? -1 : this.#slots.visibleBefore(raw);
  }

  /** Items before this raw index. */
  visibleBefore(raw: number): number {
    return this.#slots.visibleBefore(raw);
  }

  /** The slot at which an element can be seen. It must be there. */
  slotOf(element: number): number {
    return this.#slots.lvAt(this.#rawOf(element));
  }

  /** Of the slots that others moved the element to at the same time the one of the latest move; undefined when there is none. */
  slotBeside(element: number): number | undefined {
    return this.#elements?.get(element)?.places?.beside?.value;
  }

  /** The local number of what set the element to what it holds: its own when it was never set. */
  writeOf(element: number): number {
    return this.#elements?.get(element)?.items?.lv ?? element;
  }

  /** The slot at a raw index, which must be there. */
  slotAt(raw: number): number {
    return this.#slots.lvAt(raw);
  }

  /** The raw index of a slot, of one that is hidden too; -1 when it is not there. Looks at every slot. */
  rawIndexOf(slot: number): number {
    return this.#slots.find(slot);
  }

  /** The visible slots in this range of raw indexes, with the elements that they show. */
  slotsIn(
    index: number,
    count: number,
  ): readonly { readonly slot: number; readonly element: number; readonly item: Item }[] {
    const shown: { readonly slot: number; readonly element: number; readonly item: Item }[] = [];
    for (let raw = index; raw < index + count; raw++) {
      const item = this.#slots.itemAt(raw);
      const slot = this.#slots.lvAt(raw);
      if (item !== undefined) shown.push({ slot, element: this.#elementOfSlot?.get(slot) ?? slot, item });
    }
    return shown;
  }

  /** The visible slots next to this range of raw indexes; undefined at the ends. */
  slotsAround(
    index: number,
    count: number,
  ): { readonly before: number | undefined; readonly behind: number | undefined } {
    const [first, end] = [this.#slots.visibleBefore(index), this.#slots.visibleBefore(index + count)];
    return {
      before: first === 0 ? undefined : this.#slots.lvAt(this.#slots.rawOf(first - 1)),
      behind: end === this.length ? undefined : this.#slots.lvAt(this.#slots.rawOf(end)),
    };
  }

  /** Of what others set the element to at the same time the latest; undefined when there is none. */
  itemBeside(element: number): Item | undefined {
    return this.#elements?.get(element)?.items?.beside?.value;
  }

  /** What others set the element at this index to at the same time, the latest first. */
  conflictsAt(index: number): readonly Item[] {
    if (this.#elements === undefined) return [];
    return valuesBeside(this.#elements.get(this.elementAt(index))?.items, valueKey);
  }

  // ---- Without the history before ----

  /** Visits all slots in order, with what a replica that knows no history has to know of them. */
  forEachSlot(visit: (slot: SlotStanding<Item>) => void): void {
    for (let raw = 0; raw < this.rawLength; raw++) {
      const slot = this.#slots.lvAt(raw);
      const moved = this.#elementOfSlot?.get(slot);
      const element = this.#elements?.get(moved ?? slot);
      if (element?.dead === true) visit({ is: 'empty', slot });
      else if (moved !== undefined) {
        let place = element?.places;
        while (place !== undefined && place.value !== slot) place = place.beside;
        visit({ is: place === undefined ? 'left' : 'taken', slot, element: moved });
      } else {
        const item = this.#slots.itemAt(element === undefined ? raw : this.#rawOf(slot));
        if (item === undefined) visit({ is: 'empty', slot });
        else visit({ is: 'born', slot, item, sets: element?.items });
      }
    }
  }

  /** As `assign` of a slot that the element has left since. */
  leave(slot: number, element: number): void {
    this.#elementOfSlot ??= new Map();
    this.#elementOfSlot.set(slot, element);
  }

  // ---- Commands ----

  /** The operations that carry it out, one after the other; none when there is nothing to do. `decode/invalid` when it reaches beyond the list. */
  prepare(command: ListCommand<Item>): readonly ListOp<Item>[] {
    switch (command.do) {
      case 'insert':
        this.#needIndex(command.index, this.length);
        if (command.items.length === 0) return [];
        return [{ do: 'insert', index: this.#rawAfter(command.index - 1), items: command.items }];
      case 'delete':
        this.#needIndex(command.index, this.length);
        this.#needIndex(command.count, this.length - command.index);
        return this.#prepareDelete(command.index, command.count);
      case 'set':
        this.#needIndex(command.index, this.length - 1);
        return [{ do: 'set', element: this.elementAt(command.index), item: command.item }];
      case 'move': {
        const { from, to } = command;
        this.#needIndex(from, this.length - 1);
        this.#needIndex(to, this.length - 1);
        if (from === to) return [];
        const index = this.#rawAfter(to <= from ? to - 1 : to);
        return [{ do: 'move', index, element: this.elementAt(from) }];
      }
    }
  }

  /** Hidden slots in between stay: they may be of elements that stand elsewhere. From the last to the first, so that each index is right when its turn comes. */
  #prepareDelete(index: number, count: number): readonly ListOp<Item>[] {
    if (count === 0) return [];
    const first = this.#slots.rawOf(index);
    const ops: ListOp<Item>[] = [];
    let end = this.#slots.rawOf(index + count - 1) + 1;
    while (end > first) {
      let start = end;
      while (start > first && !this.#slots.isHidden(start - 1)) start--;
      if (end > start) ops.push({ do: 'delete', index: start, count: end - start });
      end = start;
      while (end > first && this.#slots.isHidden(end - 1)) end--;
    }
    return ops;
  }

  // ---- Operations ----

  /** Carries out an operation whose index is right for the list as it is. What is a move or a set has been checked (`checkElement`). */
  apply(op: ListOp<Item>, context: OpContext, edits?: ListEdit<Item>[]): void {
    switch (op.do) {
      case 'insert':
        this.insert(op.index, context.lv, op.items, edits);
        break;
      case 'delete':
        this.remove(op.index, op.count, edits);
        break;
      case 'set':
        this.set(op.element, op.item, context, edits);
        break;
      case 'move':
        this.insert(op.index, context.lv, [undefined], edits);
        this.assign(context.lv, op.element, { ...context, lv: context.lv + 1 }, edits);
        break;
    }
  }

  /** Slots with the local numbers from `lv` on come in at a raw index. A slot that a move has made has no item. */
  insert(index: number, lv: number, items: readonly (Item | undefined)[], edits?: ListEdit<Item>[]): void {
    this.#slots.insert(index, lv, items);
    if (edits === undefined) return;
    const seen = items.filter((item) => item !== undefined);
    if (seen.length > 0) edits.push({ do: 'insert', index: this.#slots.visibleBefore(index), items: seen });
  }

  /** Slots go, and with them their elements, wherever those stand. */
  remove(index: number, count: number, edits?: ListEdit<Item>[]): void {
    const gone = this.#elements === undefined ? undefined : this.#elementsIn(index, count);
    if (edits !== undefined) {
      const items = this.#slots.items(index, index + count);
      if (items.length > 0) edits.push({ do: 'delete', index: this.#slots.visibleBefore(index), items });
    }
    this.#slots.remove(index, count);
    for (const element of gone ?? []) this.#kill(element, edits);
  }

  /**
   * Gives a slot to an element, of which the context is that of the operation that does so. The slot must have been
   * inserted; it may have been removed again since, and then the element goes.
   */
  assign(slot: number, target: number, context: OpContext, edits?: ListEdit<Item>[]): void {
    const element = this.#elementNamed(target);
    this.#elementOfSlot ??= new Map();
    this.#elementOfSlot.set(slot, element.lv);
    if (this.#slots.find(slot) < 0) this.#kill(element, edits);
    if (element.dead) return;
    const before = this.#rawOf(element.lv);
    element.places = written(element.places, slot, context);
    // Not always this slot: it may lose against another move, and may even have taken away the one that had won until now.
    const now = this.#rawOf(element.lv);
    if (now === before) return;
    const item = this.#slots.itemAt(before) as Item;
    const from = edits === undefined ? -1 : this.#slots.visibleBefore(before);
    this.#slots.hide(before);
    this.#slots.show(now, item);
    edits?.push({ do: 'move', from, to: this.#slots.visibleBefore(now), item });
  }

  set(target: number, item: Item, context: OpContext, edits?: ListEdit<Item>[]): void {
    const element = this.#elementNamed(target);
    if (element.dead) return;
    const raw = this.#rawOf(element.lv);
    const from = this.#slots.itemAt(raw) as Item;
    element.items = written(element.items, item, context);
    const to = element.items.value;
    this.#slots.setItem(raw, to);
    if (edits === undefined) return;
    const index = this.#slots.visibleBefore(raw);
    edits.push({ do: 'set', index, from, to, conflicts: valuesBeside(element.items, valueKey) });
  }

  /** The element that one of its slots names. One without a slot of its own has been deleted. */
  #elementNamed(name: number): Element<Item> {
    const lv = this.#elementOfSlot?.get(name) ?? name;
    this.#elements ??= new Map();
    let element = this.#elements.get(lv);
    if (element === undefined) {
      element = { lv, places: undefined, items: undefined, dead: this.#slots.find(lv) < 0 };
      this.#elements.set(lv, element);
    }
    return element;
  }

  #elementsIn(index: number, count: number): readonly Element<Item>[] {
    const elements: Element<Item>[] = [];
    for (let raw = index; raw < index + count; raw++) {
      const slot = this.#slots.lvAt(raw);
      const element = this.#elements?.get(this.#elementOfSlot?.get(slot) ?? slot);
      if (element !== undefined) elements.push(element);
    }
    return elements;
  }

  /** Hides it where it stands, if it does. */
  #kill(element: Element<Item>, edits: ListEdit<Item>[] | undefined): void {
    if (element.dead) return;
    const raw = this.#rawOf(element.lv);
    element.dead = true;
    element.items = undefined;
    if (raw < 0) return;
    const item = this.#slots.itemAt(raw) as Item;
    edits?.push({ do: 'delete', index: this.#slots.visibleBefore(raw), items: [item] });
    this.#slots.hide(raw);
  }

  /** The raw index at which an element can be seen, or -1. */
  #rawOf(lv: number): number {
    const element = this.#elements?.get(lv);
    if (element?.dead === true) return -1;
    return this.#slots.find(element?.places?.value ?? lv);
  }

  /** The raw index behind what is at a visible one; 0 behind -1. */
  #rawAfter(index: number): number {
    return index < 0 ? 0 : this.#slots.rawOf(index) + 1;
  }

  #needIndex(index: number, last: number): void {
    if (!Number.isInteger(index) || index < 0 || index > last) throw beyond(index, this.length);
  }
}

/**
 * Refuses with `decode/invalid` an operation on an element that is none of this list, or that its event cannot have seen. For
 * a move, `slotFrom` is where its event begins: the slot must be the insertion just before, in the same event.
 */
export function checkElement(
  log: SequenceLog,
  element: number,
  context: OpContext,
  slotFrom: number | undefined,
): void {
  const seen =
    element < context.lv && (context.linear || element <= context.seenUpTo || context.sees(element));
  if (!seen || !isInserted(log, element)) throw noElement(element);
  if (slotFrom === undefined) return;
  const slot = context.lv - 1;
  if (slot < slotFrom || slot === element || !isInserted(log, slot)) throw noElement(slot);
}

function isInserted(log: SequenceLog, lv: number): boolean {
  const run = log.runFrom(lv);
  return run < log.runs && log.kinds.at(run) === INSERT && log.starts.at(run) <= lv;
}

function noElement(lv: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'list operation', detail: `element ${lv}` },
    `${lv} is no element that was known there: name one that was inserted into this list before`,
  );
}

function beyond(index: number, length: number): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'list operation', detail: `index ${index}` },
    `index or count ${index} is beyond a list of ${length} items`,
  );
}
