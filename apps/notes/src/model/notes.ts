/**
 * The list of notes: one native document that all who use the same relay share. Says what a note is made of, every change
 * that the app makes to it, and how it is read. The text of a note is a document of its own (body.ts).
 *
 *   notes   id → title     both titles stay when two people give one at the same time, until one of them picks
 *                tags      adding wins over removing
 *                marks     `listed`, `trashed` and `pinned`; setting one wins over taking it off
 *                votes     every vote counts once
 *                folder    the name of its folder; the last to move it wins
 *                created   set once, by the device that made the note
 *                deleted   when it was last moved to the trash
 *   folders a tree         changed by folders.ts
 *
 * A note is listed, or in the trash, or gone, as its marks say; everything in it stays, so that it can be had back whole. Each
 * change of a note marks it as listed again: a deletion, and emptying the trash, yield to a change made at the same time.
 */
import {
  counter,
  mapOf,
  type RecordView,
  record,
  register,
  schema,
  set,
  type TypedDocument,
  tree,
} from '@causeway/core/doc';
import { nativeDocument, type SchemaEngine } from '@causeway/core/native';
import { type Folder, foldersOf } from './folders.ts';
import type { Note, Title, TrashedNote } from './note-list.ts';

/** The name of the document. */
export const NOTES_NAME = 'note-list';

type Mark = 'listed' | 'trashed' | 'pinned';

const noteFields = {
  title: register<string>(),
  tags: set<string>(),
  marks: set<Mark>(),
  votes: counter(),
  folder: register<string>(),
  created: register<number>(),
  deleted: register<number>(),
};

const folderFields = { name: register<string>() };

export const notesSchema = schema({ notes: mapOf(record(noteFields)), folders: tree(folderFields) });

export const notesFactory = nativeDocument(notesSchema);

type NotesFields = (typeof notesSchema)['fields'];
type NoteRecord = RecordView<typeof noteFields>;

export type NotesDocument = SchemaEngine<NotesFields>;
export type NotesContent = TypedDocument<NotesFields>;

/** One thing that somebody does to the list. */
export type NotesChange<Result = void> = (content: NotesContent) => Result;

/** Carries a change out as one transaction. */
export function changeNotes<Result>(content: NotesContent, change: NotesChange<Result>): Result {
  return content.transact(() => change(content));
}

/** A new note, in a folder or in none. `now` is in milliseconds since 1970. */
export function createNote(id: string, now: number, folder?: string): NotesChange {
  return ({ notes }) => {
    const note = notes.make(id);
    note.marks.add('listed');
    note.created.set(now);
    if (folder !== undefined) note.folder.set(folder);
  };
}

/** Settles a conflict, too: this title takes the place of all that are there. */
export function renameNote(id: string, text: string): NotesChange {
  return onNote(id, ({ title }) => title.set(text));
}

export function addTags(id: string, tags: readonly string[]): NotesChange {
  return onNote(id, (note) => {
    for (const tag of tags) note.tags.add(tag);
  });
}

export function removeTag(id: string, tag: string): NotesChange {
  return onNote(id, ({ tags }) => tags.delete(tag));
}

export function pinNote(id: string, pinned: boolean): NotesChange {
  return onNote(id, ({ marks }) => (pinned ? marks.add('pinned') : marks.delete('pinned')));
}

export function voteFor(id: string, amount: 1 | -1): NotesChange {
  return onNote(id, ({ votes }) => votes.add(amount));
}

/** Into a folder, or out of all when that is undefined. */
export function moveNote(id: string, folder: string | undefined): NotesChange {
  return onNote(id, (note) => (folder === undefined ? note.folder.clear() : note.folder.set(folder)));
}

/** Moves a note to the trash. `now` is in milliseconds since 1970. */
export function deleteNote(id: string, now: number): NotesChange {
  return ({ notes }) => {
    const note = notes.get(id);
    if (!note?.marks.has('listed')) return;
    note.marks.delete('listed');
    note.marks.add('trashed');
    note.deleted.set(now);
  };
}

/** Takes a note out of the trash, as it was. */
export function restoreNote(id: string): NotesChange {
  return ({ notes }) => notes.get(id)?.marks.add('listed');
}

/** Takes these out of the trash for good; those that are listed again stay. */
export function dropNotes(ids: readonly string[]): NotesChange {
  return ({ notes }) => {
    for (const id of ids) {
      const note = notes.get(id);
      if (note !== undefined && !note.marks.has('listed')) note.marks.delete('trashed');
    }
  };
}

/** What the list holds, as plain data. */
export interface NotesState {
  /** In the order of their ids. */
  readonly notes: readonly Note[];
  readonly trash: readonly TrashedNote[];
  /** Depth first: each after its parent and before its next sibling. */
  readonly folders: readonly Folder[];
}

/** Reads the list. What has not changed is the same object as before. */
export class NotesReader {
  readonly #content: NotesContent;
  #read = new Map<string, ReadNote>();
  #items: readonly unknown[] | undefined;
  #state: NotesState = { notes: [], trash: [], folders: [] };

  constructor(content: NotesContent) {
    this.#content = content;
  }

  /** Linear in the notes and folders. */
  get state(): NotesState {
    const before = this.#read;
    this.#read = new Map();
    const notes: Note[] = [];
    const trash: TrashedNote[] = [];
    for (const id of this.#content.notes.keys()) {
      const record = this.#content.notes.get(id);
      if (record === undefined) continue;
      const isListed = record.marks.has('listed');
      if (!isListed && !record.marks.has('trashed')) continue;
      const read = readNote(id, record, before.get(id));
      this.#read.set(id, read);
      if (isListed) notes.push(read.note);
      else trash.push(read.note);
    }
    const items = this.#content.folders.toJSON();
    const state: NotesState = {
      notes: sameArray(this.#state.notes, notes),
      trash: sameArray(this.#state.trash, trash),
      folders: items === this.#items ? this.#state.folders : foldersOf(items),
    };
    this.#items = items;
    if (Object.entries(state).some(([name, value]) => Reflect.get(this.#state, name) !== value))
      this.#state = state;
    return this.#state;
  }
}

function sameArray<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  return now.length === before.length && now.every((each, at) => each === before[at]) ? before : now;
}

/** A note with what it was read from. */
interface ReadNote {
  readonly json: unknown;
  readonly written: unknown;
  readonly note: TrashedNote;
}

/** The plain data of a record does not tell of conflicts; what was written to the title does. */
function readNote(id: string, record: NoteRecord, before: ReadNote | undefined): ReadNote {
  const json = record.toJSON();
  const { written } = record.title;
  if (before !== undefined && before.json === json && before.written === written) return before;
  const note: TrashedNote = {
    id,
    titles: titlesOf(written),
    tags: json.tags.filter(isText),
    pinned: record.marks.has('pinned'),
    votes: json.votes,
    folder: isText(json.folder) ? json.folder : undefined,
    created: momentOf(json.created),
    deleted: momentOf(json.deleted),
  };
  return { json, written, note };
}

/** Those in conflict with each other, the latest first; the same title given twice is one. */
function titlesOf(written: NoteRecord['title']['written']): readonly Title[] {
  const titles: Title[] = [];
  for (const { value, wallMs } of written) {
    if (isText(value) && titles.every(({ text }) => text !== value))
      titles.push({ text: value, given: momentOf(wallMs) });
  }
  return titles;
}

/** A change of a note that is listed; of one that is not it changes nothing, rather than bring it back. */
function onNote(id: string, change: (note: NoteRecord) => void): NotesChange {
  return ({ notes }) => {
    const note = notes.get(id);
    if (!note?.marks.has('listed')) return;
    change(note);
    note.marks.add('listed');
  };
}

/** The types of what peers have written are taken on trust by the document; not by what draws it. */
function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The last moment that a Date can hold. */
const MAX_MOMENT_MS = 8.64e15;

/** A moment that a Date can hold, whatever a peer has put in. */
function momentOf(ms: unknown): number {
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_MOMENT_MS ? ms : 0;
}
