/**
 * A map of keys to containers. Two replicas that make a child at one key at the same time make the same child, and both
 * edits are in it. Deleting a child empties it of what is known to be in it, so what others write into it at the same time
 * stays; it is read again when somebody makes a child at that key.
 */
import { wellFormed } from '../bytes/value.ts';
import { entryAt } from '../op/map.ts';
import { checkKey } from './key.ts';
import { mapStateOf } from './key-reader.ts';
import type { NativeDocument } from './native-document.ts';
import { mapOfContainers, writeMap } from './plain-ops.ts';
import type { ContainerField } from './record-view.ts';
import { type JsonOf, sameRecord, type View } from './view.ts';

export class ChildMap<V extends View<unknown>> implements View<Readonly<Record<string, JsonOf<V>>>> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #field: ContainerField<V>;
  readonly #children = new Map<string, V>();
  #json: Readonly<Record<string, JsonOf<V>>> | undefined;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, field: ContainerField<V>) {
    this.#document = document;
    this.#container = container;
    this.#field = field;
  }

  /** The child at this key, the same object each time; undefined when there is none. */
  get(key: string): V | undefined {
    const known = wellFormed(key);
    return this.has(known) ? this.#child(known) : undefined;
  }

  /** The child at this key, made if there is none. */
  make(key: string): V {
    const checked = checkKey(key);
    if (!this.has(checked)) this.#write({ key: checked, entry: { is: 'child', type: this.#field.type } });
    return this.#child(checked);
  }

  has(key: string): boolean {
    const entry = entryAt(mapStateOf(this.#document, this.#container), wellFormed(key));
    return entry.is === 'child' && entry.type === this.#field.type;
  }

  /** In ascending order. */
  keys(): readonly string[] {
    const entries = [...mapOfContainers.view(mapStateOf(this.#document, this.#container)).keys()];
    return entries.filter((key) => this.has(key));
  }

  delete(key: string): void {
    const known = wellFormed(key);
    if (!this.has(known)) return;
    this.#document.transact(() => {
      this.#child(known).clear();
      this.#write({ key: known, entry: { is: 'absent' } });
    });
  }

  clear(): void {
    this.#document.transact(() => {
      for (const key of this.keys()) this.delete(key);
    });
  }

  toJSON(): Readonly<Record<string, JsonOf<V>>> {
    const entries = this.keys().map((key) => [key, this.#child(key).toJSON() as JsonOf<V>] as const);
    this.#json = sameRecord(this.#json, Object.fromEntries(entries));
    return this.#json;
  }

  #child(key: string): V {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const id = { at: 'key', type: this.#field.type, parent: this.#container, key } as const;
    const made = this.#field.open(this.#document, this.#document.container(id));
    this.#children.set(key, made);
    return made;
  }

  #write(command: Parameters<typeof mapOfContainers.prepare>[1]): void {
    const op = mapOfContainers.prepare(mapStateOf(this.#document, this.#container), command);
    if (op !== undefined) this.#document.plain(this.#container, writeMap(op));
  }
}
