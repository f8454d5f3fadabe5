/**
 * The full-text index of the notes on this device: titles, tags and texts, in memory, built anew by each page from what is
 * stored here, so it needs no network and no migration. Leaves out: where texts come from (sync/search-index.ts).
 */
import MiniSearch from 'minisearch';
import { folded, type Note } from './note-list.ts';

export interface Match {
  /** The higher the better; only to be compared within one search. */
  readonly score: number;
  /** The text around the first word that was found in it; undefined when it was found in the title or a tag. */
  readonly excerpt: string | undefined;
}

export type Matches = ReadonlyMap<string, Match>;

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly tags: string;
  readonly text: string;
}

/** Of a text that is longer the beginning is searched: a book in one note would take the memory of all others. */
const MAX_INDEXED_LENGTH = 200_000;

export class NoteSearch {
  readonly #index = new MiniSearch<Entry>({
    fields: ['title', 'tags', 'text'],
    processTerm: folded,
    searchOptions: {
      boost: { title: 4, tags: 2 },
      combineWith: 'AND',
      prefix: true,
      // One letter of five may be wrong, none of a short word.
      fuzzy: (term) => (term.length < 5 ? false : 0.2),
    },
  });
  readonly #entries = new Map<string, Entry>();
  readonly #texts = new Map<string, string>();
  #notes: readonly Note[] = [];

  /** These notes are searched, and no others. */
  setNotes(notes: readonly Note[]): void {
    if (notes === this.#notes) return;
    const before = new Map(this.#notes.map((note) => [note.id, note]));
    this.#notes = notes;
    for (const note of notes) {
      if (before.get(note.id) !== note) this.#put(note);
      before.delete(note.id);
    }
    for (const id of before.keys()) {
      this.#entries.delete(id);
      this.#index.discard(id);
    }
  }

  /** The text of a note, also of one that is not known yet. */
  setText(id: string, text: string): void {
    const kept = text.slice(0, MAX_INDEXED_LENGTH);
    if (this.#texts.get(id) === kept) return;
    this.#texts.set(id, kept);
    const note = this.#notes.find((each) => each.id === id);
    if (note !== undefined) this.#put(note);
  }

  hasText(id: string): boolean {
    return this.#texts.has(id);
  }

  /** The notes that have all of these words, or words that begin with them or are nearly them. */
  find(query: string): Matches {
    const matches = new Map<string, Match>();
    for (const { id, score, match } of this.#index.search(query)) {
      const inText = Object.keys(match).filter((term) => match[term]?.includes('text'));
      const isElsewhere = Object.values(match).some((fields) => fields.some((field) => field !== 'text'));
      const excerpt = isElsewhere ? undefined : excerptOf(this.#texts.get(String(id)) ?? '', inText);
      matches.set(String(id), { score, excerpt });
    }
    return matches;
  }

  #put({ id, titles, tags }: Note): void {
    const entry: Entry = {
      id,
      title: titles.map(({ text }) => text).join('\n'),
      tags: tags.join(' '),
      text: this.#texts.get(id) ?? '',
    };
    const before = this.#entries.get(id);
    if (
      before !== undefined &&
      before.title === entry.title &&
      before.tags === entry.tags &&
      before.text === entry.text
    )
      return;
    if (before === undefined) this.#index.add(entry);
    else this.#index.replace(entry);
    this.#entries.set(id, entry);
  }
}

const EXCERPT_BEFORE = 30;
const EXCERPT_LENGTH = 120;

/** The text around the first of these terms, which are folded as the index has them. */
function excerptOf(text: string, terms: readonly string[]): string | undefined {
  const wanted = new Set(terms);
  for (const word of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (!wanted.has(folded(word[0]))) continue;
    const start =
      word.index <= EXCERPT_BEFORE ? 0 : text.slice(0, word.index - EXCERPT_BEFORE).search(/\s\S*$/) + 1;
    const piece = text.slice(start, start + EXCERPT_LENGTH).replace(/\s+/g, ' ');
    return `${start > 0 ? '… ' : ''}${piece}`;
  }
  return undefined;
}
