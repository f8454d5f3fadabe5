/** A counter: increments made at the same time all count; one that is set starts over from what it was set to. */
import { counter } from '../op/counter.ts';
import type { NativeDocument } from './native-document.ts';
import { writeCounter } from './plain-ops.ts';
import { stateOf } from './state-of.ts';
import type { View } from './view.ts';

export class Counter implements View<number> {
  readonly #document: NativeDocument;
  readonly #container: number;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number) {
    this.#document = document;
    this.#container = container;
  }

  get value(): number {
    return counter.view(stateOf(this.#document, this.#container, 'counter').state);
  }

  /** `amount` is an integer of either sign. */
  add(amount: number): void {
    this.#do({ do: 'add', amount });
  }

  /** Increments that are not known here yet will count on top. */
  set(value: number): void {
    this.#do({ do: 'set', value });
  }

  clear(): void {
    if (this.value !== 0) this.set(0);
  }

  toJSON(): number {
    return this.value;
  }

  #do(command: Parameters<typeof counter.prepare>[1]): void {
    const op = counter.prepare(stateOf(this.#document, this.#container, 'counter').state, command);
    if (op !== undefined) this.#document.plain(this.#container, writeCounter(op));
  }
}
