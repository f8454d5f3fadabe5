/**
 * The places of the app, as state: which one is shown, which folder is being named, and what one does with folders and with
 * the trash. Everything that takes something away is offered to be undone, but for emptying the trash, which asks before.
 */
import type { Client } from '@causeway/client';
import type { DotKey } from '@causeway/core/id';
import { useState } from 'react';
import {
  createFolder,
  deleteFolder,
  type Folder,
  type FolderSpot,
  moveFolder,
  type Place,
  placeIn,
  renameFolder,
  spotOf,
} from '../model/folders.ts';
import { type Note, titleOf } from '../model/note-list.ts';
import {
  changeNotes,
  deleteNote,
  dropNotes,
  moveNote,
  type NotesChange,
  type NotesContent,
  type NotesState,
  restoreNote,
} from '../model/notes.ts';
import type { Settings } from '../model/settings.ts';
import { forgetTexts } from '../sync/forget-texts.ts';
import type { Dragged } from '../ui/drag.ts';
import type { PlacesProps } from '../ui/places.tsx';
import type { ToastMessage } from '../ui/toast.tsx';
import { leaveNote, openNote } from './use-route.ts';
import { useSetting } from './use-setting.ts';

interface PlacesOptions {
  readonly client: Client;
  readonly content: NotesContent;
  readonly state: NotesState;
  readonly settings: Settings;
  readonly openId: string | undefined;
  readonly say: (message: ToastMessage) => void;
}

interface PlacesState {
  readonly place: Place;
  /** The folder that is shown. */
  readonly folder: Folder | undefined;
  /** On a screen where the places are put away until they are asked for. */
  readonly isOpen: boolean;
  readonly nav: PlacesProps;
  open(isOpen: boolean): void;
  /** A new folder, whose name is then typed. */
  make(parent: DotKey | undefined): void;
  rename(id: DotKey): void;
  moveFolder(id: DotKey, spot: FolderSpot): void;
  removeFolder(folder: Folder): void;
  remove(note: Note): void;
  /** For good. */
  drop(notes: readonly Note[]): void;
}

export function usePlaces({ client, content, state, settings, openId, say }: PlacesOptions): PlacesState {
  const { notes, folders } = state;
  const place = placeIn(folders, useSetting(settings.place));
  const folded = useSetting(settings.folded);
  const [isOpen, open] = useState(false);
  const [renaming, setRenaming] = useState<string>();
  const change = <Result>(made: NotesChange<Result>): Result => changeNotes(content, made);
  const folder = place.at === 'folder' ? folders.find(({ id }) => id === place.folder) : undefined;

  const rename = (id: DotKey): void => {
    open(true);
    setRenaming(id);
  };
  const make = (parent: DotKey | undefined): void => {
    if (parent !== undefined) settings.folded.set(folded.filter((id) => id !== parent));
    rename(change(createFolder('New folder', parent)));
  };
  const offer = (text: string, undo: () => void): void => say({ text, action: 'Undo', onAction: undo });

  const moveNoteTo = (id: string, to: DotKey | undefined): void => {
    const note = notes.find((each) => each.id === id);
    if (note === undefined || note.folder === to) return;
    change(moveNote(id, to));
    const name = folders.find((each) => each.id === to)?.name;
    offer(name === undefined ? 'Moved out of its folder.' : `Moved to “${name}”.`, () =>
      change(moveNote(id, note.folder)),
    );
  };
  const removeFolder = (gone: Folder): void => {
    const spot = spotOf(folders, gone);
    change(deleteFolder(gone.id));
    offer(`The folder “${gone.name}” is removed. Its notes stay.`, () => {
      change(moveFolder(gone.id, spot));
    });
  };
  const remove = (gone: Note): void => {
    change(deleteNote(gone.id, Date.now()));
    if (gone.id === openId) leaveNote();
    offer(`“${titleOf(gone)}” is deleted.`, () => {
      change(restoreNote(gone.id));
      openNote(gone.id);
    });
  };
  const drop = (gone: readonly Note[]): void => {
    const ids = gone.map(({ id }) => id);
    change(dropNotes(ids));
    if (openId !== undefined && ids.includes(openId)) leaveNote();
    forgetTexts(client, ids).catch((error: unknown) => console.error('texts were not deleted', error));
  };
  const onFree = ({ is, id }: Dragged): void => {
    const moved = folders.find((each) => each.id === id);
    if (is === 'note') moveNoteTo(id, undefined);
    else if (moved !== undefined) change(moveFolder(moved.id, { parent: undefined, at: folders.length }));
  };
  const onTrash = ({ is, id }: Dragged): void => {
    const [note, gone] = [notes.find((each) => each.id === id), folders.find((each) => each.id === id)];
    if (is === 'note' && note !== undefined) remove(note);
    else if (gone !== undefined) removeFolder(gone);
  };

  const nav: PlacesProps = {
    state,
    place,
    folded,
    renaming,
    onPlace: (chosen) => {
      settings.place.set(chosen);
      open(false);
    },
    onNewFolder: () => make(undefined),
    onFree,
    onTrash,
    onFold: (ids) => settings.folded.set(ids),
    onRenaming: setRenaming,
    onRename: (id, name) => change(renameFolder(id, name)),
    onMoveFolder: (id, spot) => change(moveFolder(id, spot)),
    onMoveNote: moveNoteTo,
    onRemove: removeFolder,
  };
  return {
    ...{ place, folder, isOpen, nav, open, make, rename, remove, removeFolder, drop },
    moveFolder: (id, spot) => change(moveFolder(id, spot)),
  };
}
