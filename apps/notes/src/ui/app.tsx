/**
 * The whole app: the list on the left and a note on the right, or one after the other on a phone. Opens the list, keeps
 * the texts on the shelf, and says how everything stands.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import { type ReactElement, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useDocument } from '../hooks/use-document.ts';
import { useNotes } from '../hooks/use-notes.ts';
import { hrefOf, leaveNote, openNote, useRoute } from '../hooks/use-route.ts';
import { useSetting } from '../hooks/use-setting.ts';
import { useSynced, useTrouble } from '../hooks/use-status.ts';
import { newNoteId } from '../model/note-id.ts';
import { type Note, tagsInUse, titleOf } from '../model/note-list.ts';
import {
  changeNotes,
  createNote,
  deleteNote,
  isDeleted,
  NOTES_NAME,
  type NotesChange,
  type NotesDocument,
  notesFactory,
  restoreNote,
} from '../model/notes.ts';
import type { Settings } from '../model/settings.ts';
import type { Shelf } from '../sync/shelf.ts';
import { Causeway, Icon } from './icons.tsx';
import { NoteList } from './note-list.tsx';
import { NotePage, type NotePageProps } from './note-page.tsx';
import { OfflineSwitch } from './offline-switch.tsx';
import { ProfileMenu } from './profile-menu.tsx';
import { OverallStatus } from './saved-status.tsx';
import { ThemeButton } from './theme-button.tsx';
import { Toast, type ToastMessage } from './toast.tsx';
import { Guard, Trouble } from './trouble.tsx';
import { UpdateNotice } from './update-notice.tsx';

interface AppProps {
  readonly client: Client;
  readonly shelf: Shelf;
  readonly settings: Settings;
}

export function App({ client, shelf, settings }: AppProps): ReactElement {
  const list = useDocument(client, NOTES_NAME, notesFactory);
  if (list.state === 'failed') {
    return (
      <main className="whole">
        <Trouble title="The list of notes cannot be opened." error={list.error} />
      </main>
    );
  }
  // Opening takes milliseconds: an empty frame is calmer than a spinner.
  if (list.state === 'opening') return <div className="shell" aria-busy="true" />;
  return (
    <Guard title="The app stopped.">
      <Workspace client={client} shelf={shelf} settings={settings} list={list.handle} />
    </Guard>
  );
}

type NotesHandle = DocumentHandle<NotesDocument>;

interface WorkspaceProps extends AppProps {
  readonly list: NotesHandle;
}

function Workspace({ client, shelf, settings, list }: WorkspaceProps): ReactElement {
  const notes = useNotes(list.document);
  const knownTags = useMemo(() => tagsInUse(notes), [notes]);
  const openId = useRoute();
  const note = notes.find(({ id }) => id === openId);

  const order = useSetting(settings.order);
  const synced = useSynced(list);
  const trouble = useTrouble(list);

  const search = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLTextAreaElement>(null);
  const created = useRef<string>(undefined);
  const [toast, setToast] = useState<ToastMessage>();
  const closeToast = useCallback(() => setToast(undefined), []);

  const change = useCallback((made: NotesChange) => changeNotes(list.document.content, made), [list]);

  const create = useCallback(() => {
    const id = newNoteId();
    change(createNote(id, Date.now()));
    created.current = id;
    openNote(id);
  }, [change]);

  const remove = useCallback(
    (gone: Note) => {
      change(deleteNote(gone.id));
      leaveNote();
      setToast({
        text: `“${titleOf(gone)}” is deleted.`,
        action: 'Undo',
        onAction: () => {
          change(restoreNote(gone.id));
          openNote(gone.id);
        },
      });
    },
    [change],
  );

  usePhoneFocus(openId);

  // A new note wants its title first.
  useEffect(() => {
    if (openId === undefined || openId !== created.current) return;
    created.current = undefined;
    title.current?.focus();
  }, [openId]);

  useEffect(() => {
    shelf.keep([...notes].sort((a, b) => b.created - a.created).map(({ id }) => id));
  }, [shelf, notes]);

  useEffect(() => {
    document.title = note === undefined ? 'Causeway Notes' : `${titleOf(note)} · Causeway Notes`;
  }, [note]);

  useShortcuts(create, () => search.current?.focus());

  return (
    <div className="shell" data-view={openId === undefined ? 'list' : 'note'}>
      <aside className="side" aria-label="All notes">
        <header className="side-top">
          <h1 className="brand">
            <Causeway reached={3} />
            Notes
          </h1>
          <button
            type="button"
            className="button primary new"
            aria-keyshortcuts="N"
            title="New note (N)"
            onClick={create}
          >
            <Icon name="plus" />
            New note
          </button>
        </header>
        {trouble !== undefined && <Trouble title="Something is wrong with the list." error={trouble} />}
        <NoteList
          notes={notes}
          openId={openId}
          order={order}
          onOrder={(chosen) => settings.order.set(chosen)}
          onCreate={create}
          searchRef={search}
          early={!synced}
        />
        <footer className="side-foot">
          <OverallStatus client={client} list={list} shelf={shelf} />
          <div className="side-tools">
            <ProfileMenu setting={settings.profile} />
            <OfflineSwitch setting={settings.offline} />
            <ThemeButton setting={settings.theme} />
          </div>
        </footer>
      </aside>
      <main className="main">
        {openId === undefined ? (
          <Blank none={notes.length === 0} />
        ) : (
          <Guard key={openId} title="This note cannot be shown.">
            <OpenNote
              id={openId}
              client={client}
              note={note}
              list={list}
              synced={synced}
              knownTags={knownTags}
              profile={settings.profile}
              titleRef={title}
              onChange={change}
              onDelete={remove}
            />
          </Guard>
        )}
      </main>
      {toast !== undefined && <Toast message={toast} onGone={closeToast} />}
      <UpdateNotice />
    </div>
  );
}

interface OpenNoteProps extends Omit<NotePageProps, 'note' | 'list' | 'onDelete'> {
  readonly id: string;
  readonly note: Note | undefined;
  readonly list: NotesHandle;
  /** Everything that the relay has is here. */
  readonly synced: boolean;
  readonly onDelete: (note: Note) => void;
}

/** The note at the address, or why it is not here. */
function OpenNote({ id, note, synced, onDelete, ...page }: OpenNoteProps): ReactElement {
  if (note !== undefined) return <NotePage {...page} note={note} onDelete={() => onDelete(note)} />;
  const deleted = isDeleted(page.list.document.content, id);
  return (
    <div className="blank">
      <p className="empty-title">{missingTitle(deleted, synced)}</p>
      {deleted && (
        <button type="button" className="button primary" onClick={() => page.onChange(restoreNote(id))}>
          Bring it back
        </button>
      )}
      <a className="button" href="#/">
        All notes
      </a>
    </div>
  );
}

function missingTitle(isInTrash: boolean, synced: boolean): string {
  if (isInTrash) return 'This note is deleted.';
  return synced ? 'There is no note here. It may have been deleted.' : 'This note is not on this device yet.';
}

/** Beside the list, on a screen that has room for both. */
function Blank({ none }: { readonly none: boolean }): ReactElement {
  return (
    <div className="blank">
      <p className="empty-title">{none ? 'A quiet place to write' : 'No note is open'}</p>
      <p className="fine">
        <kbd>N</kbd> a new note <kbd>/</kbd> search
      </p>
    </div>
  );
}

/** On a phone the list and the note take each other's place: the focus goes along, and comes back to the row it left. */
function usePhoneFocus(openId: string | undefined): void {
  const before = useRef(openId);
  useEffect(() => {
    const left = before.current;
    before.current = openId;
    if (left === openId || !matchMedia('(max-width: 719px)').matches) return;
    const rows = [...document.querySelectorAll<HTMLElement>('.row')];
    const target =
      openId === undefined
        ? rows.find((row) => left !== undefined && row.getAttribute('href') === hrefOf(left))
        : document.querySelector<HTMLElement>('.back');
    target?.focus();
  }, [openId]);
}

/** Single keys, where nothing is being typed. */
function useShortcuts(onCreate: () => void, onSearch: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTypedIn(event.target)) return;
    if (event.key === 'n') onCreate();
    else if (event.key === '/') onSearch();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}

function isTypedIn(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
