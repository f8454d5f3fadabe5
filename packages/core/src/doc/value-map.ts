/** A map of keys to values, each key a register. */
import { type Value, wellFormed } from '../bytes/value.ts';
import { entryAt, type MapState } from '../op/map.ts';
import type { ContainerType } from './container-id.ts';
import { checkKey } from './key.ts';
import { KeyReader, mapStateOf, type WrittenValue } from './key-reader.ts';
import type { NativeDocument } from './native-document.ts';
import { mapOfContainers, writeMap } from './plain-ops.ts';
import type { CheckValue } from './standard-schema.ts';
import type { View } from './view.ts';

export class ValueMap<T extends Value> implements View<Readonly<Record<string, T>>> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #check: CheckValue<T>;
  readonly #readers = new Map<string, KeyReader<T>>();
  #read: { readonly revision: number; readonly json: Readonly<Record<string, T>> } | undefined;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, check: CheckValue<T>) {
    this.#document = document;
    this.#container = container;
    this.#check = check;
  }

  /** Undefined when there is none. The app's type is taken on trust. */
  get(key: string): T | undefined {
    const entry = entryAt(this.#state(), wellFormed(key));
    return entry.is === 'value' ? (entry.value as T) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Values written at the same time as the one that is read, the latest first; the same array until the key is written. */
  conflicts(key: string): readonly T[] {
    return this.#reader(key).conflicts;
  }

  /**
   * What is read at the key, and behind it what was written at the same time, the latest first, each with who wrote it; the
   * same array until the key is written.
   */
  written(key: string): readonly WrittenValue<T>[] {
    return this.#reader(key).written;
  }

  /** Keys in ascending order. */
  keys(): readonly string[] {
    return Object.keys(this.toJSON());
  }

  /** `schema/invalid` for what the field does not take. */
  set(key: string, value: T): void {
    const entry = { is: 'value', value: this.#check(value) } as const;
    const op = mapOfContainers.prepare(this.#state(), { key: checkKey(key), entry });
    if (op !== undefined) this.#document.plain(this.#container, writeMap(op));
  }

  delete(key: string): void {
    const op = mapOfContainers.prepare(this.#state(), { key: wellFormed(key), entry: { is: 'absent' } });
    if (op !== undefined) this.#document.plain(this.#container, writeMap(op));
  }

  clear(): void {
    this.#document.transact(() => {
      for (const key of this.keys()) this.delete(key);
    });
  }

  /** Keys in ascending order, but for those that are whole numbers, which JavaScript puts first. */
  toJSON(): Readonly<Record<string, T>> {
    const revision = this.#document.revision(this.#container);
    if (this.#read?.revision !== revision) {
      const entries = [...mapOfContainers.view(this.#state())];
      const values = entries.flatMap(([key, entry]) =>
        entry.is === 'value' ? [[key, entry.value as T] as const] : [],
      );
      this.#read = { revision, json: Object.fromEntries(values) };
    }
    return this.#read.json;
  }

  #reader(key: string): KeyReader<T> {
    const known = wellFormed(key);
    let reader = this.#readers.get(known);
    if (reader === undefined) {
      reader = new KeyReader(this.#document, this.#container, known);
      this.#readers.set(known, reader);
    }
    return reader;
  }

  #state(): MapState<ContainerType> {
    return mapStateOf(this.#document, this.#container);
  }
}
