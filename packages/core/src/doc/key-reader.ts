/**
 * What was written to one key of a map, for whoever shows it: the same arrays until something is written there. Read again
 * only when the map has changed.
 */
import type { Value } from '../bytes/value.ts';
import { conflictsAt, type MapEntry, type MapState } from '../op/map.ts';
import type { Write, Writes } from '../op/writes.ts';
import type { ContainerType } from './container-id.ts';
import type { NativeDocument } from './native-document.ts';
import type { Author } from './position.ts';
import { stateOf } from './state-of.ts';

/** A value at a key, with who wrote it; undefined where a key was deleted, or holds a container. */
export interface WrittenValue<T extends Value> extends Author {
  readonly value: T | undefined;
}

export class KeyReader<T extends Value> {
  readonly #document: NativeDocument;
  readonly #map: number;
  readonly #key: string;
  #revision = -1;
  /** The writes that held when it was read last. */
  #writes: readonly Write<MapEntry>[] = [];
  #written: readonly WrittenValue<T>[] = [];
  #conflicts: readonly T[] = [];

  constructor(document: NativeDocument, map: number, key: string) {
    this.#document = document;
    this.#map = map;
    this.#key = key;
  }

  /** What is read, and behind it what was written at the same time, the latest first. The app's type is taken on trust. */
  get written(): readonly WrittenValue<T>[] {
    this.#read();
    return this.#written;
  }

  /** Values written at the same time as the one that is read, the latest first; the same written twice is none. */
  get conflicts(): readonly T[] {
    this.#read();
    return this.#conflicts;
  }

  #read(): void {
    const state = mapStateOf(this.#document, this.#map);
    const revision = this.#document.revision(this.#map);
    if (this.#revision === revision) return;
    this.#revision = revision;
    const writes: Write<MapEntry>[] = [];
    let next: Writes<MapEntry> = state.writes.get(this.#key);
    for (; next !== undefined; next = next.beside) writes.push(next);
    if (writes.length === this.#writes.length && writes.every((each, at) => each === this.#writes[at]))
      return;
    this.#writes = writes;
    this.#written = writes.map((write) => {
      const value = write.value.is === 'value' ? (write.value.value as T) : undefined;
      return { value, first: this.#document.dotOf(write.lv), wallMs: write.time.wallMs };
    });
    const conflicts = conflictsAt(state, this.#key);
    this.#conflicts = conflicts.flatMap((entry) => (entry.is === 'value' ? [entry.value as T] : []));
  }
}

export function mapStateOf(document: NativeDocument, container: number): MapState<ContainerType> {
  return stateOf(document, container, 'map').state;
}
