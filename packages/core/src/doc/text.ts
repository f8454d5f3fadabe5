/**
 * Text as an app edits it: UTF-16 units, as in JavaScript strings and in editors. An edit never leaves half a surrogate pair:
 * one that begins or ends within a pair takes the whole pair. Leaves out: history and bytes (native-document.ts).
 */
import { wellFormed } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import type { Dot } from '../id/index.ts';
import type { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import type { TextEdit } from './change.ts';
import type { TextState } from './container-state.ts';
import type { NativeDocument } from './native-document.ts';
import type { Authorship, Position } from './position.ts';
import { isHighSurrogate, isLowSurrogate } from './surrogates.ts';
import type { View } from './view.ts';

export class Text implements View<string> {
  readonly #document: NativeDocument;
  readonly #container: number;
  readonly #state: TextState;

  /** Made by documents. */
  constructor(document: NativeDocument, container: number, state: TextState) {
    this.#document = document;
    this.#container = container;
    this.#state = state;
  }

  /** The number that changes name this text by. */
  get container(): number {
    return this.#container;
  }

  /** In UTF-16 units. */
  get length(): number {
    return this.#state.content.length;
  }

  /** Inserts at `index`, or before the pair that `index` is within. Lone surrogates become U+FFFD. Nothing to insert is no edit. */
  insert(index: number, inserted: string): void {
    this.#check(index, 0);
    if (inserted.length === 0) return;
    const text = hasSurrogates(inserted) ? wellFormed(inserted) : inserted;
    this.#document.insertText(
      this.#container,
      this.#state,
      this.#isWithinPair(index) ? index - 1 : index,
      text,
    );
  }

  /** Deletes `count` units from `index` on, and the other halves of pairs that they cut through. */
  delete(index: number, count: number): void {
    this.#check(index, count);
    if (count === 0) return;
    const start = this.#isWithinPair(index) ? index - 1 : index;
    const end = this.#isWithinPair(index + count) ? index + count + 1 : index + count;
    this.#document.removeText(this.#container, this.#state, start, end - start);
  }

  clear(): void {
    this.delete(0, this.length);
  }

  /** As `String.slice` with indexes in range. */
  slice(start: number, end: number): string {
    this.#check(start, end - start);
    return this.#state.content.slice(start, end);
  }

  /** The same string until the text changes. */
  toString(): string {
    return this.#state.content.toString();
  }

  /** A position at `index` that clings to the unit before it ('left') or after it ('right'). The first one in a document costs a replay of its history. */
  positionAt(index: number, side: Position['side'] = 'left'): Position {
    this.#check(index, 0);
    const at = side === 'left' ? index - 1 : index;
    if (at < 0 || at >= this.length) return { side, element: undefined };
    return { side, element: this.#document.dotOf(this.#identity.at(at)) };
  }

  /** Where a position is now; undefined while its element is not known here. */
  indexOf({ side, element }: Position): number | undefined {
    if (element === undefined) return side === 'left' ? 0 : this.length;
    const lv = this.#document.lvOf(element);
    if (lv === undefined || !this.#document.isInsertion(this.#container, lv)) return undefined;
    const index = this.#identity.indexOf(lv);
    return side === 'left' && this.#identity.has(lv) ? index + 1 : index;
  }

  /** The text as it was at a version, for example one that `frontier` of the document once was. */
  textAt(version: readonly Dot[]): string {
    const local = this.#document.localVersion(version);
    const parts: string[] = [];
    for (const { lv, count, after } of this.#identity.compare(local, local))
      if (after) parts.push(this.#document.insertedText(this.#container, lv, count));
    return parts.join('');
  }

  /** The edits that make the text at the version `before` what it is at `after`, one after the other. */
  changesBetween(before: readonly Dot[], after: readonly Dot[]): readonly TextEdit[] {
    const edits: TextEdit[] = [];
    let index = 0;
    const spans = this.#identity.compare(
      this.#document.localVersion(before),
      this.#document.localVersion(after),
    );
    for (const span of spans) {
      if (span.before && !span.after) edits.push({ index, removed: span.count, inserted: '' });
      if (span.after && !span.before) {
        const inserted = this.#document.insertedText(this.#container, span.lv, span.count);
        edits.push({ index, removed: 0, inserted });
      }
      if (span.after) index += span.count;
    }
    return edits;
  }

  /** Who wrote what is there, in order. */
  authors(): readonly Authorship[] {
    const authors: Authorship[] = [];
    let index = 0;
    this.#identity.forEach((start, length) => {
      for (let lv = start; lv < start + length; ) {
        const { wallMs, count: many } = this.#document.spanOf(lv);
        const count = Math.min(many, start + length - lv);
        authors.push({ index, count, first: this.#document.dotOf(lv), wallMs });
        index += count;
        lv += count;
      }
    });
    return authors;
  }

  toJSON(): string {
    return this.toString();
  }

  get #identity(): SequenceIdentity {
    return this.#document.identity(this.#container);
  }

  #isWithinPair(index: number): boolean {
    const { content } = this.#state;
    if (index === 0 || index === content.length) return false;
    return isLowSurrogate(content.at(index)) && isHighSurrogate(content.at(index - 1));
  }

  #check(index: number, count: number): void {
    const { length } = this.#state.content;
    if (
      Number.isInteger(index) &&
      Number.isInteger(count) &&
      index >= 0 &&
      count >= 0 &&
      index + count <= length
    )
      return;
    throw new CausewayError(
      'decode/invalid',
      { what: 'text range', detail: `${count} from ${index} of ${length}` },
      `${count} units from ${index} on are not within a text of ${length}; take whole numbers within its length`,
    );
  }
}

function hasSurrogates(text: string): boolean {
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return true;
  return false;
}
