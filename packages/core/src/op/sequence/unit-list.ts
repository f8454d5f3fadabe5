/**
 * A growing list of UTF-16 code units: the content of every insertion into a text, in the order in which it was made,
 * deleted or not. Leaves out: everything that is not append, read, cut.
 */

/** Arguments that `String.fromCharCode` gets at once: engines allow some ten thousand more. */
const MAX_UNITS_AT_ONCE = 8192;

/** Most texts are short, and many lists of units stay empty. */
const NO_UNITS = new Uint16Array(0);
const FIRST_CAPACITY = 8;

export class UnitList {
  #units = NO_UNITS;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(text: string): void {
    const end = this.#length + text.length;
    if (end > this.#units.length) this.#grow(end);
    const units = this.#units;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) units[at++] = text.charCodeAt(i);
    this.#length = end;
  }

  /** Appends units from elsewhere. */
  pushUnits(source: Uint16Array, start: number, count: number): void {
    const end = this.#length + count;
    if (end > this.#units.length) this.#grow(end);
    const units = this.#units;
    let at = this.#length;
    for (let i = start; i < start + count; i++) units[at++] = source[i] as number;
    this.#length = end;
  }

  /** Appends ASCII that stands in bytes. */
  pushAscii(bytes: Uint8Array, start: number, count: number): void {
    const end = this.#length + count;
    if (end > this.#units.length) this.#grow(end);
    const units = this.#units;
    let at = this.#length;
    for (let i = start; i < start + count; i++) units[at++] = bytes[i] as number;
    this.#length = end;
  }

  /** Appends `count` units of another list. */
  pushFrom(other: UnitList, start: number, count: number): void {
    this.pushUnits(other.#units, start, count);
  }

  at(index: number): number {
    return this.#units[index] as number;
  }

  /** The units themselves; good until the list changes. */
  view(start: number, count: number): Uint16Array {
    return this.#units.subarray(start, start + count);
  }

  text(start: number, count: number): string {
    return count === 1 ? String.fromCharCode(this.at(start)) : textOfUnits(this.view(start, count));
  }

  truncate(length: number): void {
    this.#length = length;
  }

  #grow(needed: number): void {
    const grown = new Uint16Array(Math.max(needed, this.#units.length * 2, FIRST_CAPACITY));
    grown.set(this.#units.subarray(0, this.#length));
    this.#units = grown;
  }
}

/** The string as units. */
export function unitsOfText(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** The units as a string. */
export function textOfUnits(units: Uint16Array): string {
  if (units.length <= MAX_UNITS_AT_ONCE) return fromUnits(units);
  let text = '';
  for (let at = 0; at < units.length; at += MAX_UNITS_AT_ONCE)
    text += fromUnits(units.subarray(at, at + MAX_UNITS_AT_ONCE));
  return text;
}

/** Spreading a typed array goes through its iterator; this does not. */
function fromUnits(units: Uint16Array): string {
  return Reflect.apply(String.fromCharCode, undefined, units);
}
