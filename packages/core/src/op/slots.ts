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

export class Slots<Item> {
  #lvs = new Int32Array(0);
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
    const lvs = this.#lvs;
    for (let at = this.#gapStart - 1; at >= 0; at--) {
      if (lvs[at] === lv || lvs[at] === ~lv) return at;
    }
    for (let at = this.#gapEnd; at < lvs.length; at++) {
      if (lvs[at] === lv || lvs[at] === ~lv) return at - (this.#gapEnd - this.#gapStart);
    }
    return -1;
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

  /** The visible slot that has `skip` visible ones before it from `raw` on. */
  #forward(raw: number, skip: number): number {
    let left = skip;
    let at = raw;
    while (this.isHidden(at) || left-- > 0) at++;
    return at;
  }

  /** The visible slot that has `skip` visible ones after it and before `raw`. */
  #backward(raw: number, skip: number): number {
    let left = skip;
    let at = raw - 1;
    while (this.isHidden(at) || left-- > 0) at--;
    return at;
  }

  #hiddenIn(start: number, end: number): number {
    let count = 0;
    for (let raw = start; raw < end; raw++) if (this.isHidden(raw)) count++;
    return count;
  }

  #at(raw: number): number {
    return raw < this.#gapStart ? raw : raw + this.#gapEnd - this.#gapStart;
  }

  /** Moves the gap to `raw` and makes it at least `count` wide. */
  #openGap(raw: number, count: number): void {
    if (this.#gapEnd - this.#gapStart < count) this.#grow(count);
    while (this.#gapStart > raw) {
      this.#gapStart--;
      this.#gapEnd--;
      this.#carry(this.#gapStart, this.#gapEnd, -1);
    }
    while (this.#gapStart < raw) {
      this.#carry(this.#gapEnd, this.#gapStart, 1);
      this.#gapStart++;
      this.#gapEnd++;
    }
  }

  #carry(from: number, to: number, hiddenBefore: 1 | -1): void {
    const lv = this.#lvs[from] as number;
    this.#lvs[to] = lv;
    if (lv < 0) this.#hiddenBeforeGap += hiddenBefore;
    if (from === to) return;
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
