/**
 * A register: one value at a key of a map. Of values written at the same time the latest by hybrid time is read, and the
 * others stay readable as conflicts.
 */
import type { Value } from '../bytes/value.ts';
import { entryAt } from '../op/map.ts';
import { KeyReader, mapStateOf, type WrittenValue } from './key-reader.ts';
import type { NativeDocument } from './native-document.ts';
import { mapOfContainers, writeMap } from './plain-ops.ts';
import type { CheckValue } from './standard-schema.ts';
import type { View } from './view.ts';

export class Register<T extends Value> implements View<T | undefined> {
  readonly #document: NativeDocument;
  readonly #map: number;
  readonly #key: string;
  readonly #check: CheckValue<T>;
  #read: KeyReader<T> | undefined;

  /** Made by documents. `map` is the container whose key this is. */
  constructor(document: NativeDocument, map: number, key: string, check: CheckValue<T>) {
    this.#document = document;
    this.#map = map;
    this.#key = key;
    this.#check = check;
  }

  /** Undefined while never set. The app's type is taken on trust; what other versions of it wrote is read as it is. */
  get value(): T | undefined {
    const entry = entryAt(mapStateOf(this.#document, this.#map), this.#key);
    return entry.is === 'value' ? (entry.value as T) : undefined;
  }

  /** Values written at the same time as the one that is read, the latest first; the same array until somebody writes. */
  get conflicts(): readonly T[] {
    return this.#reader().conflicts;
  }

  /**
   * What is read, and behind it what was written at the same time, the latest first, each with who wrote it; the same array
   * until somebody writes.
   */
  get written(): readonly WrittenValue<T>[] {
    return this.#reader().written;
  }

  /** `schema/invalid` for what the field does not take. */
  set(value: T): void {
    const op = mapOfContainers.prepare(mapStateOf(this.#document, this.#map), {
      key: this.#key,
      entry: { is: 'value', value: this.#check(value) },
    });
    if (op !== undefined) this.#document.plain(this.#map, writeMap(op));
  }

  /** Makes it as if never set. */
  clear(): void {
    const op = mapOfContainers.prepare(mapStateOf(this.#document, this.#map), {
      key: this.#key,
      entry: { is: 'absent' },
    });
    if (op !== undefined) this.#document.plain(this.#map, writeMap(op));
  }

  #reader(): KeyReader<T> {
    this.#read ??= new KeyReader(this.#document, this.#map, this.#key);
    return this.#read;
  }

  toJSON(): T | undefined {
    return this.value;
  }
}
