/**
 * The slots of a list: places in its sequence, each named by the local number that inserted it, each with an item or
 * hidden. Kept in two columns around a gap that stands where the last edit was, so that edits near each other move nothing.
 *
 *      lv     4   5  ~6   _   _   _   9   7        ~ marks a hidden slot
 *      item   a   b   ·   _   _   _   c   d        raw indexes 0 1 2 3 4, visible 0 1 · 2 3
 *
 * A raw index counts all slots, a visible one those that show an item. As long as none is hidden both are the same and are
 * translated for nothing; else by counting from the gap or an end, whichever is nearest. Indexes are trusted.
 */
import { InvariantError } from '../error.ts';

const NO_LVS = new Int32Array(0);

export class Slots<Item> {
  #lvs = NO_LVS;
  #items: (Item | undefined)[] = [];
  #gapStart = 0;
  #gapEnd = 0;
  #hidden = 0;
  #hiddenBeforeGap = 0;

  /** Slots, hidden ones too. */
  get length(): number {
    return this.#lvs.length - (this.#gapEnd - this.#gapStart);
  }

  get visible(): number {
    return this.length - this.#hidden;
  }

  lvAt(raw: number): number {
    const lv = this.#lvs[this.#at(raw)] as number;
    return lv < 0 ? ~lv : lv;
  }

  isHidden(raw: number): boolean {
    return (this.#lvs[this.#at(raw)] as number) < 0;
  }

  /** Undefined for a hidden slot. */
  itemAt(raw: number): Item | undefined {
    return this.#items[this.#at(raw)];
  }

  setItem(raw: number, item: Item): void {
    this.#items[this.#at(raw)] = item;
  }

  /** The items of the visible slots in this range of raw indexes. */
  items(start: number, end: number): Item[] {
    const items: Item[] = [];
    for (let raw = start; raw < end; raw++) {
      const at = this.#at(raw);
      if ((this.#lvs[at] as number) >= 0) items.push(this.#items[at] as Item);
    }
    return items;
  }

  /** Slots with the local numbers from `lv` on come in; those without an item are hidden. */
  insert(raw: number, lv: number, items: readonly (Item | undefined)[]): void {
    this.#openGap(raw, items.length);
    for (const [nth, item] of items.entries()) {
      const hidden = item === undefined;
      this.#lvs[this.#gapStart] = hidden ? ~(lv + nth) : lv + nth;
      this.#items[this.#gapStart++] = item;
      if (hidden) {
        this.#hidden++;
        this.#hiddenBeforeGap++;
      }
    }
  }

  remove(raw: number, count: number): void {
    this.#openGap(raw + count, 0);
    for (let i = 0; i < count; i++) {
      this.#gapStart--;
      this.#items[this.#gapStart] = undefined;
      if ((this.#lvs[this.#gapStart] as number) < 0) {
        this.#hidden--;
        this.#hiddenBeforeGap--;
      }
    }
  }

  /** Hides a visible slot. */
  hide(raw: number): void {
    const at = this.#at(raw);
    this.#lvs[at] = ~(this.#lvs[at] as number);
    this.#items[at] = undefined;
    this.#hidden++;
    if (raw < this.#gapStart) this.#hiddenBeforeGap++;
  }

  /** Shows an item in a hidden slot. */
  show(raw: number, item: Item): void {
    const at = this.#at(raw);
    this.#lvs[at] = ~(this.#lvs[at] as number);
    this.#items[at] = item;
    this.#hidden--;
    if (raw < this.#gapStart) this.#hiddenBeforeGap--;
  }

  /** The raw index of the slot with this local number; -1 when it is not there. Looks at every slot, those near the gap first. */
  find(lv: number): number {
    const raw = this.#findMark(lv);
    return raw >= 0 || this.#hidden === 0 ? raw : this.#findMark(~lv);
  }

  /** The raw index of a visible one. */
  rawOf(visible: number): number {
    if (this.#hidden === 0) return visible;
    const beforeGap = this.#gapStart - this.#hiddenBeforeGap;
    const total = this.visible;
    if (visible < beforeGap) {
      if (visible < beforeGap >>> 1) return this.#forward(0, visible);
      return this.#backward(this.#gapStart, beforeGap - 1 - visible);
    }
    if (visible - beforeGap <= total - 1 - visible) return this.#forward(this.#gapStart, visible - beforeGap);
    return this.#backward(this.length, total - 1 - visible);
  }

  /** How many visible slots come before this raw index. */
  visibleBefore(raw: number): number {
    if (this.#hidden === 0) return raw;
    const gap = this.#gapStart;
    if (raw <= gap) {
      if (raw <= gap >>> 1) return raw - this.#hiddenIn(0, raw);
      return raw - (this.#hiddenBeforeGap - this.#hiddenIn(raw, gap));
    }
    if (raw - gap <= this.length - raw) return raw - (this.#hiddenBeforeGap + this.#hiddenIn(gap, raw));
    return raw - (this.#hidden - this.#hiddenIn(raw, this.length));
  }

  #findMark(mark: number): number {
    const before = this.#gapStart === 0 ? -1 : this.#lvs.lastIndexOf(mark, this.#gapStart - 1);
    if (before >= 0) return before;
    const after = this.#lvs.indexOf(mark, this.#gapEnd);
    return after < 0 ? -1 : after - (this.#gapEnd - this.#gapStart);
  }

  /** The visible slot that has `skip` visible ones before it from `raw` on, all on one side of the gap. */
  #forward(raw: number, skip: number): number {
    const lvs = this.#lvs;
    const start = this.#at(raw);
    let left = skip;
    for (let at = start; at < lvs.length; at++)
      if ((lvs[at] as number) >= 0 && left-- === 0) return raw + at - start;
    throw noSuchSlot(skip);
  }

  /** The visible slot that has `skip` visible ones after it and before `raw`, all on one side of the gap. */
  #backward(raw: number, skip: number): number {
    const lvs = this.#lvs;
    const start = this.#at(raw - 1);
    let left = skip;
    for (let at = start; at >= 0; at--)
      if ((lvs[at] as number) >= 0 && left-- === 0) return raw - 1 + at - start;
    throw noSuchSlot(skip);
  }

  /** In a range of raw indexes on one side of the gap. */
  #hiddenIn(start: number, end: number): number {
    const lvs = this.#lvs;
    const shift = start < this.#gapStart ? 0 : this.#gapEnd - this.#gapStart;
    let count = 0;
    for (let at = start + shift; at < end + shift; at++) if ((lvs[at] as number) < 0) count++;
    return count;
  }

  #at(raw: number): number {
    return raw < this.#gapStart ? raw : raw + this.#gapEnd - this.#gapStart;
  }

  /** Moves the gap to `raw` and makes it at least `count` wide. */
  #openGap(raw: number, count: number): void {
    if (this.#gapEnd - this.#gapStart < count) this.#grow(count);
    const gap = this.#gapStart;
    if (raw === gap) return;
    const width = this.#gapEnd - gap;
    if (raw < gap) {
      if (this.#hidden > 0) this.#hiddenBeforeGap -= this.#hiddenIn(raw, gap);
      this.#lvs.copyWithin(raw + width, raw, gap);
      if (width > 0) for (let at = gap - 1; at >= raw; at--) this.#carry(at, at + width);
    } else {
      if (this.#hidden > 0) this.#hiddenBeforeGap += this.#hiddenIn(gap, raw);
      this.#lvs.copyWithin(gap, this.#gapEnd, raw + width);
      if (width > 0) for (let at = gap; at < raw; at++) this.#carry(at + width, at);
    }
    this.#gapStart = raw;
    this.#gapEnd = raw + width;
  }

  #carry(from: number, to: number): void {
    this.#items[to] = this.#items[from];
    this.#items[from] = undefined;
  }

  #grow(count: number): void {
    const length = this.length;
    const after = length - this.#gapStart;
    const size = length + count + (length >>> 2) + 4;
    const lvs = new Int32Array(size);
    lvs.set(this.#lvs.subarray(0, this.#gapStart));
    lvs.set(this.#lvs.subarray(this.#gapEnd), size - after);
    const items = new Array<Item | undefined>(size).fill(undefined);
    for (let i = 0; i < this.#gapStart; i++) items[i] = this.#items[i];
    for (let i = 0; i < after; i++) items[size - after + i] = this.#items[this.#gapEnd + i];
    this.#lvs = lvs;
    this.#items = items;
    this.#gapEnd = size - after;
  }
}

function noSuchSlot(skip: number): InvariantError {
  return new InvariantError('list/visible-slots-are-counted', `no slot after ${skip} visible ones`);
}
