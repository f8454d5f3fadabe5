/** One note: its title, tags, votes and text, who else is in it, and how far it is saved. */
import type { Client, DocumentHandle } from '@causeway/client';
import type { Engine } from '@causeway/core/format';
import { lazy, type ReactElement, type RefObject, Suspense, useRef } from 'react';
import { useDocument } from '../hooks/use-document.ts';
import { useAwareness, usePeople } from '../hooks/use-presence.ts';
import { useSetting } from '../hooks/use-setting.ts';
import { useTrouble } from '../hooks/use-status.ts';
import { bodyFactory, bodyName } from '../model/body.ts';
import type { Folder } from '../model/folders.ts';
import { type Note, titleOf } from '../model/note-list.ts';
import {
  addTags,
  moveNote,
  type NotesChange,
  pinNote,
  removeTag,
  renameNote,
  voteFor,
} from '../model/notes.ts';
import type { Profile } from '../model/profile.ts';
import type { Setting } from '../model/settings.ts';
import type { BodyEditorHandle } from './body-editor.tsx';
import { FolderField } from './folder-field.tsx';
import { Icon } from './icons.tsx';
import { People } from './people.tsx';
import { NoteStatus } from './saved-status.tsx';
import { TagField } from './tag-field.tsx';
import { TitleField } from './title-field.tsx';
import { Guard, Trouble } from './trouble.tsx';
import { Votes } from './votes.tsx';

/** The editor is most of the app's code; the list need not wait for it. */
const BodyEditor = lazy(async () => ({ default: (await import('./body-editor.tsx')).BodyEditor }));

export interface NotePageProps {
  readonly client: Client;
  readonly note: Note;
  readonly list: DocumentHandle<Engine>;
  readonly knownTags: readonly string[];
  readonly folders: readonly Folder[];
  readonly profile: Setting<Profile>;
  readonly titleRef: RefObject<HTMLTextAreaElement | null>;
  readonly onChange: (change: NotesChange) => void;
  readonly onDelete: () => void;
}

export function NotePage(props: NotePageProps): ReactElement {
  const { client, note, list, knownTags, folders, titleRef, onChange, onDelete } = props;
  const profile = useSetting(props.profile);
  const editor = useRef<BodyEditorHandle>(null);
  const body = useDocument(client, bodyName(note.id), bodyFactory);
  const handle = body.state === 'open' ? body.handle : undefined;
  const awareness = useAwareness(handle);
  const people = usePeople(awareness);
  const trouble = useTrouble(handle);

  return (
    <article className="note">
      <header className="note-bar">
        <a className="icon-button back" href="#/" aria-label="All notes">
          <Icon name="back" />
        </a>
        <NoteStatus client={client} list={list} body={handle} />
        <People people={people} />
        <button
          type="button"
          className="icon-button"
          aria-label="Pin"
          title={note.pinned ? 'Unpin' : 'Pin'}
          aria-pressed={note.pinned}
          onClick={() => onChange(pinNote(note.id, !note.pinned))}
        >
          <Icon name="pin" />
        </button>
        <button type="button" className="icon-button" aria-label="Delete" title="Delete" onClick={onDelete}>
          <Icon name="trash" />
        </button>
      </header>
      <div className="page">
        {folders.length > 0 && (
          <FolderField
            folders={folders}
            folder={note.folder}
            onMove={(folder) => onChange(moveNote(note.id, folder))}
          />
        )}
        <h1 className="hidden">{titleOf(note)}</h1>
        <TitleField
          titles={note.titles}
          inputRef={titleRef}
          onTitle={(title) => onChange(renameNote(note.id, title))}
          onEnter={() => editor.current?.focus()}
        />
        <div className="note-about">
          <TagField
            tags={note.tags}
            known={knownTags}
            onAdd={(tags) => onChange(addTags(note.id, tags))}
            onRemove={(tag) => onChange(removeTag(note.id, tag))}
          />
          <Votes votes={note.votes} onVote={(amount) => onChange(voteFor(note.id, amount))} />
        </div>
        {trouble !== undefined && <Trouble title="Something is wrong with this note." error={trouble} />}
        {body.state === 'failed' && (
          <Trouble title="The text of this note cannot be opened." error={body.error} />
        )}
        {handle !== undefined && awareness !== undefined && (
          <Guard title="The editor stopped.">
            <Suspense>
              <BodyEditor handleRef={editor} body={handle} awareness={awareness} profile={profile} />
            </Suspense>
          </Guard>
        )}
      </div>
    </article>
  );
}
