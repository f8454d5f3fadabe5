/**
 * The whole app: the places and the list on the left and a note on the right, or one after the other on a phone. Opens the
 * list, keeps the texts on the shelf, and says how everything stands. What is done to folders and the trash is in
 * use-places.ts.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useDocument } from '../hooks/use-document.ts';
import { useNotes } from '../hooks/use-notes.ts';
import { usePlaces } from '../hooks/use-places.ts';
import { hrefOf, leaveNote, openNote, useRoute } from '../hooks/use-route.ts';
import { useSetting } from '../hooks/use-setting.ts';
import { useShortcuts } from '../hooks/use-shortcuts.ts';
import { useSynced, useTrouble } from '../hooks/use-status.ts';
import { useUndo } from '../hooks/use-undo.ts';
import type { Command } from '../model/command.ts';
import { folderAndBelow, type Place } from '../model/folders.ts';
import { newNoteId } from '../model/note-id.ts';
import { type Note, type TrashedNote, tagsInUse, titleOf } from '../model/note-list.ts';
import {
  changeNotes,
  createNote,
  NOTES_NAME,
  type NotesChange,
  type NotesDocument,
  notesFactory,
  pinNote,
  restoreNote,
} from '../model/notes.ts';
import type { Settings } from '../model/settings.ts';
import type { SearchIndex } from '../sync/search-index.ts';
import type { Shelf } from '../sync/shelf.ts';
import { archiveOf } from './archive-commands.ts';
import { FolderMenu } from './folder-menu.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { Causeway, Icon } from './icons.tsx';
import { NoteList } from './note-list.tsx';
import { NotePage, type NotePageProps } from './note-page.tsx';
import { OfflineSwitch } from './offline-switch.tsx';
import { Palette } from './palette.tsx';
import { Places, placeName } from './places.tsx';
import { ProfileMenu } from './profile-menu.tsx';
import { OverallStatus } from './saved-status.tsx';
import { ThemeButton } from './theme-button.tsx';
import { Toast, type ToastMessage } from './toast.tsx';
import { DropDialog, TrashList } from './trash-list.tsx';
import { Guard, Trouble } from './trouble.tsx';
import { UpdateNotice } from './update-notice.tsx';

interface AppProps {
  readonly client: Client;
  readonly shelf: Shelf;
  readonly search: SearchIndex;
  readonly settings: Settings;
}

export function App({ client, shelf, search, settings }: AppProps): ReactElement {
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
      <Workspace client={client} shelf={shelf} search={search} settings={settings} list={list.handle} />
    </Guard>
  );
}

type NotesHandle = DocumentHandle<NotesDocument>;

interface WorkspaceProps extends AppProps {
  readonly list: NotesHandle;
}

function Workspace({ client, shelf, search, settings, list }: WorkspaceProps): ReactElement {
  const state = useNotes(list.document);
  const { notes, trash, folders } = state;
  const knownTags = useMemo(() => tagsInUse(notes), [notes]);
  const openId = useRoute();
  const note = notes.find(({ id }) => id === openId);

  const order = useSetting(settings.order);
  const synced = useSynced(list);
  const trouble = useTrouble(list);

  const searchField = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLTextAreaElement>(null);
  const created = useRef<string>(undefined);
  const [toast, setToast] = useState<ToastMessage>();
  const closeToast = useCallback(() => setToast(undefined), []);

  const change = useCallback((made: NotesChange) => changeNotes(list.document.content, made), [list]);

  const places = usePlaces({
    client,
    content: list.document.content,
    state,
    settings,
    openId,
    say: setToast,
  });
  const { place, folder, remove } = places;

  const create = useCallback(() => {
    const id = newNoteId();
    change(createNote(id, Date.now(), folder?.id));
    if (place.at === 'trash') settings.place.set({ at: 'all' });
    created.current = id;
    openNote(id);
  }, [change, place, folder, settings]);

  const placed = useMemo(() => {
    if (folder === undefined) return notes;
    const within = folderAndBelow(folders, folder.id);
    return notes.filter((each) => each.folder !== undefined && within.has(each.folder));
  }, [notes, folders, folder]);

  usePhoneFocus(openId);

  // A new note wants its title first.
  useEffect(() => {
    if (openId === undefined || openId !== created.current) return;
    created.current = undefined;
    title.current?.focus();
  }, [openId]);

  useEffect(() => {
    const ids = [...notes].sort((a, b) => b.created - a.created).map(({ id }) => id);
    shelf.keep(openId !== undefined && ids.includes(openId) ? [openId, ...ids] : ids);
  }, [shelf, notes, openId]);

  useEffect(() => search.setNotes(notes), [search, notes]);

  useEffect(() => {
    document.title = note === undefined ? 'Causeway Notes' : `${titleOf(note)} · Causeway Notes`;
  }, [note]);

  const undo = useUndo(list.document.content.native);
  const [sheet, setSheet] = useState<'palette' | 'help'>();
  const goTo = (to: Place): void => {
    settings.place.set(to);
    leaveNote();
  };
  const find = (): void => {
    if (openId !== undefined && isPhone()) leaveNote();
    if (place.at === 'trash') settings.place.set({ at: 'all' });
    // What is shown for it is there in the next frame.
    requestAnimationFrame(() => searchField.current?.focus());
  };
  const archive = archiveOf(client, list.document.content, setToast);
  const commands: readonly Command[] = [
    { name: 'New note', keys: 'N', run: create },
    { name: 'New folder', keys: 'F', run: () => places.make(undefined) },
    { name: 'Search', keys: '/', run: find },
    { name: 'Undo in the list', keys: 'Mod+Z', run: () => undo.undo() },
    { name: 'Redo in the list', keys: 'Mod+Shift+Z', run: () => undo.redo() },
    ...(note === undefined
      ? []
      : [
          {
            name: note.pinned ? 'Unpin this note' : 'Pin this note',
            keys: 'P',
            run: () => change(pinNote(note.id, !note.pinned)),
          },
          { name: 'Move this note to the trash', keys: 'Mod+Backspace', run: () => remove(note) },
        ]),
    { name: 'All notes', keys: 'G', run: () => goTo({ at: 'all' }) },
    { name: 'Trash', run: () => goTo({ at: 'trash' }) },
    {
      name: settings.offline.value ? 'Go online' : 'Go offline',
      run: () => settings.offline.set(!settings.offline.value),
    },
    { name: 'Export all notes as Markdown', run: archive.exportAll },
    { name: 'Import Markdown files or a zip', run: archive.importSome },
    { name: 'Light', run: () => settings.theme.set('light') },
    { name: 'Dark', run: () => settings.theme.set('dark') },
    { name: 'Keyboard shortcuts', keys: '?', run: () => setSheet('help') },
  ];
  useShortcuts([
    ...commands,
    { name: 'Everything by its name', keys: 'Mod+K', run: () => setSheet('palette') },
  ]);

  const name = placeName(folders, place);
  return (
    <div className="shell" data-view={openId === undefined ? 'list' : 'note'}>
      <aside className="side" aria-label="All notes" data-places={places.isOpen ? 'open' : 'away'}>
        <header className="side-top">
          <h1 className="brand">
            <Causeway reached={3} />
            <span className="brand-name">Notes</span>
          </h1>
        </header>
        <div className="side-bar">
          <h2 className="place-title">{name}</h2>
          <button
            type="button"
            className="place-toggle"
            aria-label={`Places: ${name}`}
            aria-expanded={places.isOpen}
            aria-controls="places"
            onClick={() => places.open(!places.isOpen)}
          >
            <span className="place-name">{name}</span>
            <Icon name="down" />
          </button>
          {folder !== undefined && (
            <FolderMenu
              folder={folder}
              folders={folders}
              onRename={() => places.rename(folder.id)}
              onNewInside={() => places.make(folder.id)}
              onMove={places.moveFolder}
              onRemove={() => places.removeFolder(folder)}
            />
          )}
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
        </div>
        <Places {...places.nav} />
        <div className="side-list">
          {trouble !== undefined && <Trouble title="Something is wrong with the list." error={trouble} />}
          {place.at === 'trash' ? (
            <TrashList trash={trash} openId={openId} onDrop={places.drop} />
          ) : (
            <NoteList
              notes={placed}
              inFolder={folder !== undefined}
              openId={openId}
              order={order}
              onOrder={(chosen) => settings.order.set(chosen)}
              onCreate={create}
              search={search}
              searchRef={searchField}
              early={!synced}
            />
          )}
        </div>
        <footer className="side-foot">
          <OverallStatus client={client} list={list} shelf={shelf} />
          <div className="side-tools">
            <ProfileMenu setting={settings.profile} />
            <OfflineSwitch setting={settings.offline} />
            <button
              type="button"
              className="icon-button"
              aria-label="Commands"
              aria-keyshortcuts="Control+K"
              title="Commands (Ctrl+K)"
              onClick={() => setSheet('palette')}
            >
              <Icon name="commands" />
            </button>
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
              trashed={trash.find(({ id }) => id === openId)}
              list={list}
              synced={synced}
              knownTags={knownTags}
              folders={folders}
              profile={settings.profile}
              titleRef={title}
              onChange={change}
              onDelete={remove}
              onDrop={(gone) => places.drop([gone])}
            />
          </Guard>
        )}
      </main>
      {toast !== undefined && <Toast message={toast} onGone={closeToast} />}
      <UpdateNotice />
      {sheet === 'palette' && (
        <Palette
          commands={commands}
          notes={notes}
          search={search}
          onNote={openNote}
          onClose={() => setSheet(undefined)}
        />
      )}
      {sheet === 'help' && <HelpSheet commands={commands} onClose={() => setSheet(undefined)} />}
    </div>
  );
}

interface OpenNoteProps extends Omit<NotePageProps, 'note' | 'onDelete'> {
  readonly id: string;
  readonly note: Note | undefined;
  readonly trashed: TrashedNote | undefined;
  /** Everything that the relay has is here. */
  readonly synced: boolean;
  readonly onDelete: (note: Note) => void;
  readonly onDrop: (note: TrashedNote) => void;
}

/** The note at the address, or why it is not here. */
function OpenNote({ note, trashed, synced, onDelete, onDrop, ...page }: OpenNoteProps): ReactElement {
  const [asks, setAsks] = useState(false);
  if (note !== undefined) return <NotePage {...page} note={note} onDelete={() => onDelete(note)} />;
  if (trashed === undefined) {
    return (
      <div className="blank">
        <p className="empty-title">
          {synced
            ? 'There is no note here. It may have been deleted.'
            : 'This note is not on this device yet.'}
        </p>
        <AllNotes />
      </div>
    );
  }
  return (
    <div className="blank">
      <h1 className="empty-title">{titleOf(trashed)}</h1>
      <p>This note is in the trash.</p>
      <button type="button" className="button primary" onClick={() => page.onChange(restoreNote(trashed.id))}>
        Bring it back
      </button>
      <button type="button" className="button" onClick={() => setAsks(true)}>
        Delete for good
      </button>
      <AllNotes />
      {asks && <DropDialog notes={[trashed]} onDrop={() => onDrop(trashed)} onClose={() => setAsks(false)} />}
    </div>
  );
}

function AllNotes(): ReactElement {
  return (
    <a className="button to-list" href="#/">
      All notes
    </a>
  );
}

/** Beside the list, on a screen that has room for both. */
function Blank({ none }: { readonly none: boolean }): ReactElement {
  return (
    <div className="blank">
      <p className="empty-title">{none ? 'A quiet place to write' : 'No note is open'}</p>
      <p className="fine">
        <kbd>N</kbd> a new note <kbd>/</kbd> search <kbd>?</kbd> all keys
      </p>
    </div>
  );
}

function isPhone(): boolean {
  return matchMedia('(max-width: 719px)').matches;
}

/** On a phone the list and the note take each other's place: the focus goes along, and comes back to the row it left. */
function usePhoneFocus(openId: string | undefined): void {
  const before = useRef(openId);
  useEffect(() => {
    const left = before.current;
    before.current = openId;
    if (left === openId || !isPhone()) return;
    const rows = [...document.querySelectorAll<HTMLElement>('.row')];
    const target =
      openId === undefined
        ? rows.find((row) => left !== undefined && row.getAttribute('href') === hrefOf(left))
        : document.querySelector<HTMLElement>('.back');
    target?.focus();
  }, [openId]);
}
