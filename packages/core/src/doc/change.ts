/**
 * What one transaction or one update changed, for whoever shows the document: by container, each with its path and what
 * happened in it, in order.
 *
 *   path ['sections', 'one', 'text']      the text in the record at the key `one` of the map `sections` of the root
 *   path ['todos', '5.12']                the container of the element 5.12 of the list `todos`
 *   path []                               the registers of the root
 *
 * Leaves out: who edits and who listens (native-document.ts).
 */
import type { Value } from '../bytes/value.ts';
import { dotKey } from '../id/index.ts';
import type { ListEdit } from '../op/list.ts';
import type { ContainerId, ContainerType } from './container-id.ts';
import type { ContainerInverse } from './inverse.ts';

/** Field names, keys, and the names of elements, from the root to the container. */
export type Path = readonly string[];

/** A text edit as it happened: at `index`, `removed` units made way for `inserted`. Indexes are those of the moment. */
export interface TextEdit {
  readonly index: number;
  readonly removed: number;
  readonly inserted: string;
}

export type ContainerChange =
  | { readonly type: 'text'; readonly path: Path; readonly edits: readonly TextEdit[] }
  /** Of a list of containers the items are what they are called inside; read the elements again at these indexes. */
  | { readonly type: 'list'; readonly path: Path; readonly edits: readonly ListEdit<Value>[] }
  /** Of a record too: the keys that were written, registers and children alike. */
  | { readonly type: 'map'; readonly path: Path; readonly keys: readonly string[] }
  | { readonly type: 'counter' | 'set' | 'tree'; readonly path: Path };

/** What one transaction or one update changed. */
export interface DocumentChange {
  readonly local: boolean;
  /** What the transaction was labelled with; undefined for updates. */
  readonly origin: unknown;
  /** By container number, which the views of texts and lists know as `container`. */
  readonly containers: ReadonlyMap<number, ContainerChange>;
  /** The local numbers of a transaction's operations, [start, end); empty for updates. */
  readonly start: number;
  readonly end: number;
  /** What takes the transaction's operations back, those on texts aside; in their order. */
  readonly inverses: readonly ContainerInverse[];
}

/** A change while it is put together. */
type Note =
  | { readonly type: 'text'; readonly path: Path; readonly edits: TextEdit[] }
  | { readonly type: 'list'; readonly path: Path; readonly edits: ListEdit<Value>[] }
  | { readonly type: 'map'; readonly path: Path; readonly keys: string[] }
  | { readonly type: 'counter' | 'set' | 'tree'; readonly path: Path };

export class ChangeNotes {
  readonly #containers: readonly ContainerId[];
  readonly #paths: Path[] = [];
  #notes: Map<number, Note> | undefined;

  /** `containers` is read when something is noted, and grows. */
  constructor(containers: readonly ContainerId[]) {
    this.#containers = containers;
  }

  get isEmpty(): boolean {
    return this.#notes === undefined;
  }

  text(container: number, edit: TextEdit): void {
    const note = this.#note(container);
    if (note.type === 'text') note.edits.push(edit);
  }

  /** Where edits of this list are to be added. */
  list(container: number): ListEdit<Value>[] {
    const note = this.#note(container);
    return note.type === 'list' ? note.edits : [];
  }

  /** A container of another type; `key` is that of a map. */
  other(container: number, key: string | undefined): void {
    const note = this.#note(container);
    if (note.type === 'map' && key !== undefined && !note.keys.includes(key)) note.keys.push(key);
  }

  /** What was noted since the last time; undefined when nothing was. */
  take(): ReadonlyMap<number, ContainerChange> | undefined {
    const notes = this.#notes;
    this.#notes = undefined;
    return notes;
  }

  #note(container: number): Note {
    this.#notes ??= new Map();
    const known = this.#notes.get(container);
    if (known !== undefined) return known;
    const note = emptyNote((this.#containers[container] as ContainerId).type, this.#pathOf(container));
    this.#notes.set(container, note);
    return note;
  }

  /** How deep containers lie is bounded where they are read. */
  #pathOf(container: number): Path {
    const known = this.#paths[container];
    if (known !== undefined) return known;
    const id = this.#containers[container] as ContainerId;
    const path = id.at === 'root' ? rootPath(id.name) : [...this.#pathOf(id.parent), lastStep(id)];
    this.#paths[container] = path;
    return path;
  }
}

function emptyNote(type: ContainerType, path: Path): Note {
  switch (type) {
    case 'text':
    case 'list':
      return { type, path, edits: [] };
    case 'map':
      return { type, path, keys: [] };
    default:
      return { type, path };
  }
}

function rootPath(name: string): Path {
  return name === '' ? [] : [name];
}

function lastStep(id: Exclude<ContainerId, { readonly at: 'root' }>): string {
  return id.at === 'key' ? id.key : dotKey(id.element);
}
