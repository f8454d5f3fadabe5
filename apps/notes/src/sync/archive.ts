/**
 * All notes as a zip of Markdown files, and notes from such a zip or from single files. An import makes new notes and changes
 * none that is there. Leaves out: what is in the trash, and history; of titles in conflict the one that is shown is exported.
 */
import type { Client } from '@causeway/client';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { bodyFactory, bodyFragment, bodyName } from '../model/body.ts';
import { createFolder, folderPath } from '../model/folders.ts';
import { foldersInPath, pathFor, printNoteFile, readNoteFile } from '../model/note-file.ts';
import { newNoteId } from '../model/note-id.ts';
import { titleOf } from '../model/note-list.ts';
import {
  addTags,
  changeNotes,
  createNote,
  type NotesContent,
  NotesReader,
  pinNote,
  renameNote,
} from '../model/notes.ts';
import { fillFromMarkdown, markdownOf } from '../ui/markdown.ts';

/** What an import takes: more than anyone has written by hand, and bounded, for a small zip can hold a large nothing. */
const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 1_000_000;

export async function exportNotes(client: Client, content: NotesContent): Promise<Uint8Array<ArrayBuffer>> {
  const { notes, folders } = new NotesReader(content).state;
  const taken = new Set<string>();
  const files: Record<string, Uint8Array> = {};
  for (const note of notes) {
    const handle = await client.open(bodyName(note.id), bodyFactory);
    try {
      const markdown = markdownOf(bodyFragment(handle.document.doc));
      const title = titleOf(note);
      const file = { ...note, title, markdown };
      files[pathFor(folderPath(folders, note.folder), title, taken)] = strToU8(printNoteFile(file));
    } finally {
      await handle.close();
    }
  }
  return zipSync(files);
}

/** The number of notes that were made. */
export async function importNotes(
  client: Client,
  content: NotesContent,
  files: readonly File[],
  now: number,
): Promise<number> {
  let made = 0;
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const entries = /\.zip$/i.test(file.name) ? filesIn(bytes) : [[file.name, bytes] as const];
    for (const [path, entry] of entries) {
      await importNote(client, content, path, strFromU8(entry), now);
      made += 1;
    }
  }
  return made;
}

/** The Markdown files of a zip. */
function filesIn(zip: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  let count = 0;
  const files = unzipSync(zip, {
    filter: ({ name, originalSize }) =>
      /\.md$/i.test(name) && originalSize <= MAX_FILE_BYTES && ++count <= MAX_FILES,
  });
  return Object.entries(files);
}

async function importNote(
  client: Client,
  content: NotesContent,
  path: string,
  text: string,
  now: number,
): Promise<void> {
  const { title, tags, pinned, created, markdown } = readNoteFile(path, text);
  const id = newNoteId();
  const handle = await client.open(bodyName(id), bodyFactory);
  try {
    // First the text: what is not Markdown at all leaves no empty note behind.
    handle.document.doc.transact(() => fillFromMarkdown(bodyFragment(handle.document.doc), markdown));
    changeNotes(content, (list) => {
      createNote(id, created ?? now, folderAt(list, foldersInPath(path)))(list);
      renameNote(id, title)(list);
      addTags(id, tags)(list);
      if (pinned) pinNote(id, true)(list);
    });
  } finally {
    await handle.close();
  }
}

/** The folder with these names from the top down, made as far as it is not there; undefined for none. */
function folderAt(content: NotesContent, names: readonly string[]): string | undefined {
  let at: ReturnType<NotesContent['folders']['get']>;
  for (const name of names) {
    const known = (at?.children ?? content.folders.children).find(({ data }) => data.name.value === name);
    at = known ?? content.folders.get(createFolder(name, at?.id)(content));
  }
  return at?.id;
}
