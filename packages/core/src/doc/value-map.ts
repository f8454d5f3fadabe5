/** A map of keys to values, each key a register. */
import { type Value, wellFormed } from '../bytes/value.ts';
import { conflictsAt, entryAt, type MapEntry, type MapState } from '../op/map.ts';
import type { Writes } from '../op/writes.ts';
import type { ContainerType } from './container-id.ts';
import { checkKey } from './key.ts';
import type { NativeDocument } from './native-document.ts';
import { mapOfContainers, writeMap } from './plain-ops.ts';
import type { Author } from './position.ts';
import type { CheckValue } from './standard-schema.ts';
import { stateOf } from './state-of.ts';
import type { View } from './view.ts';

export class ValueMap<T extends Value> implements View<Readonly<Record<string, T>>> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #check: CheckValue<T>;
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

  /** Values written at the same time as the one that is read, the latest first. */
  conflicts(key: string): readonly T[] {
    const entries = conflictsAt(this.#state(), wellFormed(key));
    return entries.flatMap((entry) => (entry.is === 'value' ? [entry.value as T] : []));
  }

  /** What is read at the key, and behind it what was written at the same time, the latest first, each with who wrote it. */
  written(key: string): readonly WrittenValue<T>[] {
    return writtenAt(this.#document, this.#container, wellFormed(key));
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

  #state(): MapState<ContainerType> {
    return mapStateOf(this.#document, this.#container);
  }
}

export function mapStateOf(document: NativeDocument, container: number): MapState<ContainerType> {
  return stateOf(document, container, 'map').state;
}

/** A value at a key, with who wrote it; undefined where a key was deleted, or holds a container. */
export interface WrittenValue<T extends Value> extends Author {
  readonly value: T | undefined;
}

/** What is read at a key of a map, and what was written at the same time. The app's type is taken on trust. */
export function writtenAt<T extends Value>(
  document: NativeDocument,
  container: number,
  key: string,
): readonly WrittenValue<T>[] {
  const written: WrittenValue<T>[] = [];
  let write: Writes<MapEntry> = mapStateOf(document, container).writes.get(key);
  for (; write !== undefined; write = write.beside) {
    const value = write.value.is === 'value' ? (write.value.value as T) : undefined;
    written.push({ value, first: document.dotOf(write.lv), wallMs: write.time.wallMs });
  }
  return written;
}
