/**
 * The folders of notes: what one does to them, and pure functions of what the tree shows: which notes are in one, where a drag
 * or a key would put one. A folder that is deleted takes those below it along; the notes in them stay, in no folder, and are
 * back in it when it comes back. Leaves out: how the list is read (notes.ts).
 */
import type { DotKey } from '@causeway/core/id';
import type { NotesChange, NotesContent } from './notes.ts';

export interface Folder {
  readonly id: DotKey;
  /** Undefined at the top. */
  readonly parent: DotKey | undefined;
  readonly name: string;
  /** 0 at the top. */
  readonly depth: number;
}

/** What the list shows. */
export type Place =
  | { readonly at: 'all' }
  | { readonly at: 'trash' }
  | { readonly at: 'folder'; readonly folder: string };

/** Where a folder goes: `at` counts the other siblings before it. */
export interface FolderSpot {
  readonly parent: DotKey | undefined;
  readonly at: number;
}

export const MAX_FOLDER_NAME_LENGTH = 60;
const UNNAMED = 'Unnamed';

// ---- Changes ----

/** A new folder at the end of those below `parent`; its id is the result. */
export function createFolder(name: string, parent: DotKey | undefined): NotesChange<DotKey> {
  return ({ folders }) => {
    const above = parent === undefined ? undefined : folders.get(parent);
    const made = above?.isInSight ? above.create() : folders.create();
    made.data.name.set(cleanFolderName(name));
    return made.id;
  };
}

export function renameFolder(id: DotKey, name: string): NotesChange {
  return ({ folders }) => folders.get(id)?.data.name.set(cleanFolderName(name));
}

/** Changes nothing where the spot is gone, or within the folder itself. */
export function moveFolder(id: DotKey, { parent, at }: FolderSpot): NotesChange {
  return ({ folders }) => {
    const above = parent === undefined ? undefined : folders.get(parent);
    if (parent !== undefined && !above?.isInSight) return;
    for (let each = above; each !== undefined; each = each.parent) if (each.id === id) return;
    folders.get(id)?.move(above, at);
  };
}

export function deleteFolder(id: DotKey): NotesChange {
  return ({ folders }) => folders.get(id)?.delete();
}

// ---- Reading ----

/** From the tree as plain data, each after its parent. */
export function foldersOf(items: ReturnType<NotesContent['folders']['toJSON']>): readonly Folder[] {
  const depths = new Map<DotKey, number>();
  return items.map(({ id, parent, data }) => {
    const depth = parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1;
    depths.set(id, depth);
    // The types of what peers have written are taken on trust by the document.
    const name: unknown = data.name;
    return { id, parent, name: typeof name === 'string' && name !== '' ? name : UNNAMED, depth };
  });
}

export function isPlace(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null || !('at' in value)) return false;
  if (value.at === 'all' || value.at === 'trash') return true;
  return value.at === 'folder' && 'folder' in value && typeof value.folder === 'string';
}

/** The place as far as it is there: all notes where its folder is not. */
export function placeIn(folders: readonly Folder[], place: Place): Place {
  return place.at !== 'folder' || folders.some(({ id }) => id === place.folder) ? place : { at: 'all' };
}

/** This folder and all below it. */
export function folderAndBelow(folders: readonly Folder[], id: string): ReadonlySet<string> {
  const within = new Set([id]);
  for (const folder of folders)
    if (folder.parent !== undefined && within.has(folder.parent)) within.add(folder.id);
  return within;
}

/** The names from the top down to this folder; none where it is not there. */
export function folderPath(folders: readonly Folder[], id: string | undefined): readonly string[] {
  const byId = new Map<string, Folder>(folders.map((folder) => [folder.id, folder]));
  const path: string[] = [];
  for (let at = id; at !== undefined; at = byId.get(at)?.parent) {
    const folder = byId.get(at);
    if (folder !== undefined) path.unshift(folder.name);
  }
  return path;
}

/** How many notes each folder has, those of the folders below it too. */
export function countByFolder(
  folders: readonly Folder[],
  notes: readonly { readonly folder: string | undefined }[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>(folders.map(({ id }) => [id, 0]));
  for (const { folder } of notes) {
    const own = folder === undefined ? undefined : counts.get(folder);
    if (folder !== undefined && own !== undefined) counts.set(folder, own + 1);
  }
  // Each after its parent: from the end, what is below has been counted when its parent's turn comes.
  for (const { id, parent } of [...folders].reverse())
    if (parent !== undefined) counts.set(parent, (counts.get(parent) ?? 0) + (counts.get(id) ?? 0));
  return counts;
}

/** Those in sight when the folders below `folded` are put away. */
export function unfolded(folders: readonly Folder[], folded: ReadonlySet<string>): readonly Folder[] {
  const hidden = new Set<string>();
  return folders.filter(({ id, parent }) => {
    if (parent === undefined || !(hidden.has(parent) || folded.has(parent))) return true;
    hidden.add(id);
    return false;
  });
}

/** Where a folder goes that is dropped on another; undefined where it cannot go. */
export function dropSpot(
  folders: readonly Folder[],
  dragged: string,
  target: Folder,
  side: 'before' | 'into' | 'after',
): FolderSpot | undefined {
  if (folderAndBelow(folders, dragged).has(target.id)) return undefined;
  if (side === 'into') return { parent: target.id, at: siblings(folders, target.id, dragged).length };
  const beside = siblings(folders, target.parent, dragged);
  const at = beside.findIndex(({ id }) => id === target.id);
  return { parent: target.parent, at: side === 'before' ? at : at + 1 };
}

export type FolderStep = 'up' | 'down' | 'in' | 'out';

/** Where one step takes a folder: past a sibling, into the sibling before it, or out behind its parent; undefined at the edge. */
export function stepSpot(
  folders: readonly Folder[],
  folder: Folder,
  step: FolderStep,
): FolderSpot | undefined {
  const { id, parent } = folder;
  const beside = siblings(folders, parent);
  const at = beside.findIndex((other) => other.id === id);
  switch (step) {
    case 'up':
      return at > 0 ? { parent, at: at - 1 } : undefined;
    case 'down':
      return at + 1 < beside.length ? { parent, at: at + 1 } : undefined;
    case 'in': {
      const above = beside[at - 1];
      return above === undefined ? undefined : { parent: above.id, at: siblings(folders, above.id).length };
    }
    case 'out': {
      const above = folders.find((other) => other.id === parent);
      if (above === undefined) return undefined;
      const around = siblings(folders, above.parent);
      return { parent: above.parent, at: around.findIndex((other) => other.id === above.id) + 1 };
    }
  }
}

/** Where a folder is now, to bring it back there. */
export function spotOf(folders: readonly Folder[], { id, parent }: Folder): FolderSpot {
  return { parent, at: siblings(folders, parent).findIndex((other) => other.id === id) };
}

/** A name as it is kept: one line, not endless. */
export function cleanFolderName(name: string): string {
  return [...name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()].slice(0, MAX_FOLDER_NAME_LENGTH).join('');
}

function siblings(
  folders: readonly Folder[],
  parent: DotKey | undefined,
  without?: string,
): readonly Folder[] {
  return folders.filter((folder) => folder.parent === parent && folder.id !== without);
}
