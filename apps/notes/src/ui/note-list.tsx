/** The notes of a place: search, tags to filter by, and a row for each note, pinned ones first. Each row is a link. */
import { type KeyboardEvent, memo, type ReactElement, type Ref, useMemo, useState } from 'react';
import { useMatches } from '../hooks/use-matches.ts';
import { hrefOf } from '../hooks/use-route.ts';
import { findNotes, isNoteOrder, type Note, type NoteOrder, tagsInUse, titleOf } from '../model/note-list.ts';
import type { Matches } from '../model/note-search.ts';
import type { SearchIndex } from '../sync/search-index.ts';
import { beginDrag } from './drag.ts';
import { Icon } from './icons.tsx';
import { votesText } from './votes.tsx';

interface NoteListProps {
  readonly notes: readonly Note[];
  readonly search: SearchIndex;
  /** Of a folder, which may be empty while there are notes elsewhere. */
  readonly inFolder: boolean;
  readonly openId: string | undefined;
  readonly order: NoteOrder;
  readonly onOrder: (order: NoteOrder) => void;
  readonly onCreate: () => void;
  readonly searchRef: Ref<HTMLInputElement>;
  /** Nothing has come from the relay yet, so that an empty list may just be early. */
  readonly early: boolean;
}

export function NoteList(props: NoteListProps): ReactElement {
  const { notes, search, inFolder, openId, order, onOrder, onCreate, searchRef, early } = props;
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);

  const inUse = useMemo(() => tagsInUse(notes), [notes]);
  // A chosen tag that the last note lost stays in sight, so that it can be let go.
  const offered = useMemo(() => [...new Set([...inUse, ...chosen])], [inUse, chosen]);
  const matches = useMatches(search, text);
  const found = useMemo(
    () => findNotes(notes, { matches, tags: chosen, order }),
    [notes, matches, chosen, order],
  );
  const pinned = matches === undefined ? found.filter((note) => note.pinned) : [];
  const others = pinned.length === 0 ? found : found.filter((note) => !note.pinned);

  const empty = inFolder ? 'folder' : early ? 'early' : 'all';

  const toggle = (tag: string): void =>
    setChosen(chosen.includes(tag) ? chosen.filter((other) => other !== tag) : [...chosen, tag]);
  const clear = (): void => {
    setText('');
    setChosen([]);
  };

  return (
    <>
      <div className="finder">
        <div className="search">
          <Icon name="search" />
          <input
            ref={searchRef}
            type="search"
            className="search-input"
            aria-label="Search titles, tags and texts"
            aria-keyshortcuts="/"
            placeholder="Search"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setText('')}
          />
        </div>
        {offered.length > 0 && (
          <fieldset className="filters" aria-label="Only notes with these tags">
            {offered.map((tag) => (
              <button
                key={tag}
                type="button"
                className="filter"
                aria-pressed={chosen.includes(tag)}
                onClick={() => toggle(tag)}
              >
                {tag}
              </button>
            ))}
          </fieldset>
        )}
        {notes.length > 0 && (
          <div className="finder-line">
            <p className="count" role="status">
              {countText(found.length, notes.length)}
            </p>
            <label className="order">
              <span className="hidden">Order</span>
              <select
                value={order}
                onChange={(event) => isNoteOrder(event.target.value) && onOrder(event.target.value)}
              >
                <option value="newest">Newest first</option>
                <option value="votes">Most votes</option>
                <option value="title">By title</option>
              </select>
            </label>
          </div>
        )}
      </div>

      <nav className="rows" aria-label="Notes" onKeyDown={moveByArrows}>
        {pinned.length > 0 && <h2 className="rows-heading">Pinned</h2>}
        {pinned.length > 0 && <Rows notes={pinned} openId={openId} />}
        {pinned.length > 0 && others.length > 0 && <h2 className="rows-heading">Others</h2>}
        {others.length > 0 && <Rows notes={others} openId={openId} matches={matches} />}
        {found.length === 0 && notes.length > 0 && (
          <div className="empty">
            <p>No note matches.</p>
            <button type="button" className="button" onClick={clear}>
              Show all notes
            </button>
          </div>
        )}
        {notes.length === 0 && (
          <div className="empty">
            <p className="empty-title">{EMPTY[empty].title}</p>
            <p>{EMPTY[empty].words}</p>
            <button type="button" className="button primary" onClick={onCreate}>
              Write a note
            </button>
          </div>
        )}
      </nav>
    </>
  );
}

const EMPTY = {
  folder: { title: 'No notes in here', words: 'Write one, or drag one from the list onto the folder.' },
  early: {
    title: 'No notes on this device yet',
    words: 'What others have written comes in once the relay is reached. You can begin without it.',
  },
  all: {
    title: 'No notes yet',
    words: 'Write the first one. It is kept here at once, and shared when there is a connection.',
  },
} as const;

/** A row for each, in this order. */
export function Rows({
  notes,
  openId,
  matches,
}: {
  readonly notes: readonly Note[];
  readonly openId: string | undefined;
  readonly matches?: Matches | undefined;
}): ReactElement {
  return (
    <ul>
      {notes.map((note) => (
        <li key={note.id}>
          <Row note={note} isOpen={note.id === openId} excerpt={matches?.get(note.id)?.excerpt} />
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly note: Note;
  readonly isOpen: boolean;
  /** The text around what was found in it. */
  readonly excerpt: string | undefined;
}

/** Drawn again only when its note has changed: a note that has not is the same object. */
const Row = memo(function Row({ note, isOpen, excerpt }: RowProps) {
  return (
    <a
      className="row"
      href={hrefOf(note.id)}
      aria-current={isOpen ? 'page' : undefined}
      onDragStart={(event) => beginDrag(event, { is: 'note', id: note.id })}
    >
      <span className="row-title">{titleOf(note)}</span>
      <span className="row-votes" data-none={note.votes === 0 ? '' : undefined}>
        {votesText(note.votes)}
        <span className="hidden"> votes</span>
      </span>
      <span className="row-about">
        <time dateTime={new Date(note.created).toISOString()}>{dayText(note.created)}</time>
        {note.titles.length > 1 && <span className="row-conflict">{note.titles.length} titles</span>}
        {note.tags.length > 0 && <span className="row-tags">{note.tags.join(', ')}</span>}
      </span>
      {excerpt !== undefined && <span className="row-excerpt">{excerpt}</span>}
    </a>
  );
});

/** Up and down go from row to row. */
export function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('.row')];
  const next = rows[rows.findIndex((row) => row.matches(':focus')) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function countText(found: number, all: number): string {
  if (found !== all) return `${found} of ${all}`;
  return all === 1 ? '1 note' : `${all} notes`;
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

function dayText(created: number): string {
  const date = new Date(created);
  return (date.getFullYear() === new Date().getFullYear() ? day : dayAndYear).format(date);
}
