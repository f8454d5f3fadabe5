/**
 * The list of notes: one native document that all who use the same relay share. Says what a note is made of, every change
 * that the app makes to it, and how it is read. The text of a note is a document of its own (body.ts).
 *
 *   notes   id → title     both titles stay when two people give one at the same time, until one of them picks
 *                tags      adding wins over removing
 *                marks     `listed` and `pinned`; setting one wins over taking it off
 *                votes     every vote counts once
 *                created   set once, by the device that made the note
 *
 * Deleting a note takes its mark `listed` off, and everything in it stays, so that it can be had back whole. Each change of a
 * note puts that mark on again: a deletion yields to a change made at the same time.
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
} from '@causeway/core/doc';
import { nativeDocument, type SchemaEngine } from '@causeway/core/native';
import type { Note, Title } from './note-list.ts';

/** The name of the document. */
export const NOTES_NAME = 'note-list';

type Mark = 'listed' | 'pinned';

const noteFields = {
  title: register<string>(),
  tags: set<string>(),
  marks: set<Mark>(),
  votes: counter(),
  created: register<number>(),
};

export const notesSchema = schema({ notes: mapOf(record(noteFields)) });

export const notesFactory = nativeDocument(notesSchema);

type NotesFields = (typeof notesSchema)['fields'];
type NoteRecord = RecordView<typeof noteFields>;

export type NotesDocument = SchemaEngine<NotesFields>;
export type NotesContent = TypedDocument<NotesFields>;

/** One thing that somebody does to the list. */
export type NotesChange = (content: NotesContent) => void;

/** Carries a change out as one transaction. */
export function changeNotes(content: NotesContent, change: NotesChange): void {
  content.transact(() => change(content));
}

/** A new note. `now` is in milliseconds since 1970. */
export function createNote(id: string, now: number): NotesChange {
  return ({ notes }) => {
    const note = notes.make(id);
    note.marks.add('listed');
    note.created.set(now);
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

/** Moves a note to the trash. */
export function deleteNote(id: string): NotesChange {
  return ({ notes }) => notes.get(id)?.marks.delete('listed');
}

/** Takes a note out of the trash, as it was. */
export function restoreNote(id: string): NotesChange {
  return ({ notes }) => notes.get(id)?.marks.add('listed');
}

export function isDeleted({ notes }: NotesContent, id: string): boolean {
  const note = notes.get(id);
  return note !== undefined && !note.marks.has('listed');
}

/** Reads the list. A note in which nothing has changed is the same object as before; so is the list when none has. */
export class NotesReader {
  readonly #content: NotesContent;
  #read = new Map<string, ReadNote>();
  #notes: readonly Note[] = [];

  constructor(content: NotesContent) {
    this.#content = content;
  }

  /** Those that are not deleted, in the order of their ids. Linear in the notes. */
  get notes(): readonly Note[] {
    const before = this.#read;
    this.#read = new Map();
    for (const id of this.#content.notes.keys()) {
      const note = this.#content.notes.get(id);
      if (note?.marks.has('listed')) this.#read.set(id, readNote(id, note, before.get(id)));
    }
    const notes = [...this.#read.values()].map(({ note }) => note);
    const isSame = notes.length === this.#notes.length && notes.every((note, at) => note === this.#notes[at]);
    if (!isSame) this.#notes = notes;
    return this.#notes;
  }
}

/** A note with what it was read from. */
interface ReadNote {
  readonly json: unknown;
  readonly written: unknown;
  readonly note: Note;
}

/** The plain data of a record does not tell of conflicts; what was written to the title does. */
function readNote(id: string, record: NoteRecord, before: ReadNote | undefined): ReadNote {
  const json = record.toJSON();
  const { written } = record.title;
  if (before !== undefined && before.json === json && before.written === written) return before;
  const note: Note = {
    id,
    titles: titlesOf(written),
    tags: json.tags.filter(isText),
    pinned: record.marks.has('pinned'),
    votes: json.votes,
    created: momentOf(json.created),
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
