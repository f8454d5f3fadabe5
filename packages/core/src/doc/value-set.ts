/** A set of values, in which an addition wins over a removal made at the same time. */
import type { Value } from '../bytes/value.ts';
import { addWinsSet, has } from '../op/add-wins-set.ts';
import type { NativeDocument } from './native-document.ts';
import { writeSet } from './plain-ops.ts';
import type { CheckValue } from './standard-schema.ts';
import { stateOf } from './state-of.ts';
import type { View } from './view.ts';

export class ValueSet<T extends Value> implements View<readonly T[]> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #check: CheckValue<T>;
  #read: { readonly revision: number; readonly values: readonly T[] } | undefined;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, check: CheckValue<T>) {
    this.#document = document;
    this.#container = container;
    this.#check = check;
  }

  /** Numbers by size, then strings by UTF-16 units, then the rest by their bytes; the same array until the set changes. The app's type is taken on trust. */
  get values(): readonly T[] {
    const revision = this.#document.revision(this.#container);
    if (this.#read?.revision !== revision)
      this.#read = { revision, values: addWinsSet.view(this.#state()) as readonly T[] };
    return this.#read.values;
  }

  get size(): number {
    return this.values.length;
  }

  has(value: T): boolean {
    return has(this.#state(), value);
  }

  /** Adding what is there already makes it outlast removals made at the same time. `schema/invalid` for what the field does not take. */
  add(value: T): void {
    this.#do({ do: 'add', value: this.#check(value) });
  }

  delete(value: T): void {
    this.#do({ do: 'remove', value });
  }

  clear(): void {
    this.#do({ do: 'clear' });
  }

  toJSON(): readonly T[] {
    return this.values;
  }

  #state(): Parameters<typeof addWinsSet.view>[0] {
    return stateOf(this.#document, this.#container, 'set').state;
  }

  #do(command: Parameters<typeof addWinsSet.prepare>[1]): void {
    const op = addWinsSet.prepare(this.#state(), command);
    if (op !== undefined) this.#document.plain(this.#container, writeSet(op));
  }
}
