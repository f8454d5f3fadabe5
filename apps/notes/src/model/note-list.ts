/**
 * A note as the list shows it, and the list's searching, filtering and sorting: pure functions of what is shown. Leaves
 * out: where notes come from (notes.ts).
 */

export interface Title {
  readonly text: string;
  /** Milliseconds since 1970 by the clock of the device on which it was given. */
  readonly given: number;
}

export interface Note {
  readonly id: string;
  /**
   * One, or those given at the same time by several people, the latest first, until someone picks one. None when it never
   * had one.
   */
  readonly titles: readonly Title[];
  /** Ascending. */
  readonly tags: readonly string[];
  readonly pinned: boolean;
  readonly votes: number;
  /** The name of a folder, which may be deleted; undefined for none. */
  readonly folder: string | undefined;
  /** Milliseconds since 1970 by the clock of the device that made it. */
  readonly created: number;
}

export interface TrashedNote extends Note {
  /** When it was moved to the trash, as `created`. */
  readonly deleted: number;
}

export type NoteOrder = 'newest' | 'votes' | 'title';

export interface NoteQuery {
  /** What a search has found; undefined while nothing is searched for. */
  readonly matches: ReadonlyMap<string, { readonly score: number }> | undefined;
  /** Tags that a note must have, all of them. */
  readonly tags: readonly string[];
  readonly order: NoteOrder;
}

export const MAX_TITLE_LENGTH = 200;
export const MAX_TAG_LENGTH = 32;
/** A list of tags longer than this is no help to anyone, and each travels with every change of its note. */
export const MAX_TAGS_PER_NOTE = 20;

const UNTITLED = 'Untitled';

/** The notes that match: the best first where something is searched for, else pinned ones first. */
export function findNotes(notes: readonly Note[], { matches, tags, order }: NoteQuery): readonly Note[] {
  const scoreOf = ({ id }: Note): number => matches?.get(id)?.score ?? 0;
  return notes
    .filter((note) => (matches?.has(note.id) ?? true) && tags.every((tag) => note.tags.includes(tag)))
    .sort(
      (a, b) =>
        scoreOf(b) - scoreOf(a) ||
        (matches === undefined ? Number(b.pinned) - Number(a.pinned) : 0) ||
        ORDERS[order](a, b) ||
        compareText(a.id, b.id),
    );
}

const byAge = (a: Note, b: Note): number => b.created - a.created;

const ORDERS: Readonly<Record<NoteOrder, (a: Note, b: Note) => number>> = {
  newest: byAge,
  votes: (a, b) => b.votes - a.votes || byAge(a, b),
  title: (a, b) => titleOf(a).localeCompare(titleOf(b)) || byAge(a, b),
};

export function isNoteOrder(value: unknown): value is NoteOrder {
  return typeof value === 'string' && Object.hasOwn(ORDERS, value);
}

/** Every tag in use, the most used first. */
export function tagsInUse(notes: readonly Note[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const tag of notes.flatMap((note) => note.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b)).map(([tag]) => tag);
}

/** A title to show: the first that is not blank, or a stand-in. */
export function titleOf(note: Note): string {
  return note.titles.find((title) => title.text.trim() !== '')?.text ?? UNTITLED;
}

/** A title as it is kept: one line, not endless. Spaces at its ends stay, or one could not type them. */
export function cleanTitle(text: string): string {
  return cut(text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '), MAX_TITLE_LENGTH);
}

/** A tag as it is kept: lower case, without a leading #, words joined by hyphens. Empty when nothing is left. */
export function cleanTag(text: string): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\p{Cc}\p{Cf}#,]+/gu, ' ')
    .trim();
  return cut(words.replace(/\s+/g, '-'), MAX_TAG_LENGTH);
}

/** The first `limit` characters, none of them cut in half. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join('');
}

/** For comparing words in any case and with or without accents. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
