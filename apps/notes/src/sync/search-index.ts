/**
 * Keeps the full-text index up with what is on this device: the notes of the list, the texts on the shelf as they change,
 * and once each the texts that the shelf has no room for.
 */
import type { Client } from '@causeway/client';
import type { YjsDocument } from '@causeway/core/yjs';
import { bodyFactory, bodyFragment, bodyName } from '../model/body.ts';
import { plainTextOf } from '../model/body-text.ts';
import type { Note } from '../model/note-list.ts';
import { type Matches, NoteSearch } from '../model/note-search.ts';

/** One is not typing and searching at once. */
const SETTLE_MS = 300;

/** One is shown at a time, or two; this only bounds what typing leaves behind. */
const MAX_KEPT_RESULTS = 50;

export class SearchIndex {
  readonly #client: Client;
  readonly #search = new NoteSearch();
  readonly #listeners = new Set<() => void>();
  readonly #found = new Map<string, Matches>();
  #wanted: readonly Note[] = [];
  #reading = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The same object for the same query, until the index changes. */
  find(query: string): Matches {
    let found = this.#found.get(query);
    if (found === undefined) {
      if (this.#found.size >= MAX_KEPT_RESULTS) this.#found.clear();
      found = this.#search.find(query);
      this.#found.set(query, found);
    }
    return found;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  setNotes(notes: readonly Note[]): void {
    this.#search.setNotes(notes);
    this.#wanted = notes;
    this.#changed();
  }

  /** Reads the text of a note now and after its changes, until the result is called. */
  readonly follow = (id: string, { doc }: YjsDocument): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (): void => {
      timer = undefined;
      this.#search.setText(id, plainTextOf(bodyFragment(doc)));
      this.#changed();
    };
    const soon = (): void => {
      timer ??= setTimeout(read, SETTLE_MS);
    };
    read();
    doc.on('update', soon);
    return () => {
      doc.off('update', soon);
      if (timer === undefined) return;
      clearTimeout(timer);
      read();
    };
  };

  /** Reads the texts of notes that nobody has followed, one after the other. */
  async readOthers(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (const { id } of this.#wanted) {
        if (this.#search.hasText(id)) continue;
        const handle = await this.#client.open(bodyName(id), bodyFactory);
        this.#search.setText(id, plainTextOf(bodyFragment(handle.document.doc)));
        await handle.close();
        this.#changed();
      }
    } finally {
      this.#reading = false;
    }
  }

  #changed(): void {
    this.#found.clear();
    for (const listener of this.#listeners) listener();
  }
}
