/**
 * The list of notes: one lattice document that all who use the same relay share. Says what a note is made of, and every
 * change that the app makes to it, as pure functions that give a delta. The text of a note is a document of its own
 * (body.ts).
 *
 *   notes   id → title     both titles stay when two people give one at the same time, until one of them picks
 *                tags      adding wins over removing
 *                pinned    pinning wins over unpinning
 *                votes     every vote counts once
 *                created   the first moment anyone has put in
 *
 * Deleting a note yields to a change of it made at the same time: the note stays, whole.
 */
import {
  awMap,
  awSet,
  type DotSource,
  ewFlag,
  min,
  mvRegister,
  numberLeaf,
  pnCounter,
  product,
  type StateOf,
  stringLeaf,
} from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import type { Note } from './note-list.ts';

/** The name of the document. */
export const NOTES_NAME = 'notes';

const title = mvRegister(stringLeaf);
const tags = awSet(stringLeaf);
const created = min(numberLeaf);
const note = product({ title, tags, pinned: ewFlag, votes: pnCounter, created });

export const notesType = awMap(stringLeaf, note);

export const notesFactory = latticeDocument(notesType);

export type NoteState = StateOf<typeof note>;
export type NotesState = StateOf<typeof notesType>;
export type NotesValue = ReturnType<typeof notesType.view>;

/** A change of the list: the delta it makes at a state. What `LatticeDocument.mutate` takes. */
export type NotesChange = (state: NotesState, dots: DotSource) => NotesState;

/** A new note. `now` is in milliseconds since 1970. */
export function createNote(id: string, now: number): NotesChange {
  return (state, dots) =>
    notesType.update(state, dots, id, (fresh) => note.delta({ created: created.put(fresh.created, now) }));
}

/** Settles a conflict, too: this title takes the place of all that are there. */
export function renameNote(id: string, text: string): NotesChange {
  return onNote(id, (state, dots) => note.delta({ title: title.set(state.title, dots.next(), text) }));
}

export function addTag(id: string, tag: string): NotesChange {
  return onNote(id, (state, dots) => note.delta({ tags: tags.add(state.tags, dots.next(), tag) }));
}

export function removeTag(id: string, tag: string): NotesChange {
  return onNote(id, (state) => note.delta({ tags: tags.remove(state.tags, tag) }));
}

export function pinNote(id: string, pinned: boolean): NotesChange {
  return onNote(id, (state, dots) =>
    note.delta({ pinned: pinned ? ewFlag.enable(state.pinned, dots.next()) : ewFlag.disable(state.pinned) }),
  );
}

export function voteFor(id: string, amount: 1 | -1): NotesChange {
  return onNote(id, (state, dots) => note.delta({ votes: pnCounter.add(state.votes, dots, amount) }));
}

export function deleteNote(id: string): NotesChange {
  return (state) => notesType.remove(state, id);
}

/** Puts a deleted note back as it was. */
export function restoreNote(id: string, deleted: NoteState): NotesChange {
  return (state, dots) => notesType.update(state, dots, id, () => deleted);
}

/** What `restoreNote` will need; undefined when there is no such note. */
export function noteState(state: NotesState, id: string): NoteState | undefined {
  return notesType.get(state, id);
}

/** The notes as the list shows them, in the order of their ids. */
export function notesIn(value: NotesValue): readonly Note[] {
  return [...value].map(([id, fields]) => ({
    id,
    titles: fields.title,
    tags: fields.tags,
    pinned: fields.pinned,
    votes: fields.votes,
    created: momentOf(fields.created),
  }));
}

/** A change of a note that is there; of one that is not it changes nothing, rather than bring it back as a shell. */
function onNote(id: string, change: (state: NoteState, dots: DotSource) => NoteState): NotesChange {
  return (state, dots) =>
    notesType.get(state, id) === undefined ? notesType.bottom : notesType.update(state, dots, id, change);
}

/** The last moment that a Date can hold. */
const MAX_MOMENT_MS = 8.64e15;

/** A moment that a Date can hold, whatever a peer has put in. */
function momentOf(ms: number | undefined): number {
  return ms !== undefined && ms >= 0 && ms <= MAX_MOMENT_MS ? ms : 0;
}
