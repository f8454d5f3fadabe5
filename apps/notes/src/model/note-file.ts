/**
 * A note as a Markdown file: where it lies in an archive, and the lines at its top that say what Markdown cannot. Leaves out:
 * the text itself (ui/markdown.ts) and the archive (sync/archive.ts).
 *
 *     ---
 *     title: "Bread with seeds"
 *     tags: ["kitchen"]
 *     pinned: true
 *     created: "2026-03-01T10:00:00.000Z"
 *     ---
 */
import { cleanTag, cleanTitle, MAX_TAGS_PER_NOTE } from './note-list.ts';

export interface NoteFile {
  readonly title: string;
  readonly tags: readonly string[];
  readonly pinned: boolean;
  /** Undefined where the file does not say. */
  readonly created: number | undefined;
  readonly markdown: string;
}

export function printNoteFile({ title, tags, pinned, created, markdown }: NoteFile): string {
  const lines = [
    '---',
    `title: ${JSON.stringify(title)}`,
    `tags: ${JSON.stringify(tags)}`,
    `pinned: ${pinned}`,
    ...(created === undefined ? [] : [`created: ${JSON.stringify(new Date(created).toISOString())}`]),
    '---',
  ];
  return `${lines.join('\n')}\n\n${markdown.trimEnd()}\n`;
}

/** Of a file from elsewhere, too: what it does not say is taken from its path. */
export function readNoteFile(path: string, content: string): NoteFile {
  const found = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(content);
  const said = new Map((found?.[1] ?? '').split(/\r?\n/).flatMap(entryOf));
  const name = (path.split('/').at(-1) ?? '').replace(/\.md$/i, '');
  const title = said.get('title');
  const tags = said.get('tags');
  const created = Date.parse(String(said.get('created')));
  return {
    title: cleanTitle(typeof title === 'string' ? title : name),
    tags: [...new Set((Array.isArray(tags) ? tags : []).map((tag) => cleanTag(String(tag))))]
      .filter((tag) => tag !== '')
      .slice(0, MAX_TAGS_PER_NOTE),
    pinned: said.get('pinned') === true,
    created: Number.isNaN(created) ? undefined : created,
    markdown: content.slice(found?.[0].length ?? 0).replace(/^\s*\n/, ''),
  };
}

/** The names of the folders around a file, from the top down. */
export function foldersInPath(path: string): readonly string[] {
  return path
    .split('/')
    .slice(0, -1)
    .filter((name) => name !== '' && name !== '.' && name !== '..');
}

/** A path that no other note has; `taken` holds those given so far. */
export function pathFor(folders: readonly string[], title: string, taken: Set<string>): string {
  const base = [...folders, title].map(fileName).join('/');
  for (let count = 1; ; count++) {
    const path = count === 1 ? `${base}.md` : `${base} ${count}.md`;
    if (taken.has(path.toLowerCase())) continue;
    taken.add(path.toLowerCase());
    return path;
  }
}

/** Without what some system takes for something else than a name. */
function fileName(name: string): string {
  const clean = name.replace(/[\p{Cc}/\\:*?"<>|]+/gu, ' ').replace(/^[\s.]+|[\s.]+$/g, '');
  return clean === '' ? 'Untitled' : [...clean].slice(0, 100).join('');
}

function entryOf(line: string): readonly (readonly [string, unknown])[] {
  const [, key, value] = /^(\w+):\s*(.*)$/.exec(line) ?? [];
  if (key === undefined || value === undefined) return [];
  try {
    return [[key, JSON.parse(value)]];
  } catch {
    return [[key, value]];
  }
}
