// The files that checks read, as text. It leaves out what is installed or built.

import { readdir, readFile } from 'node:fs/promises';

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'data', 'test-results', 'coverage']);

/** All files below the folders whose path matches, in the order of their paths. */
export const sourceFiles = async (
  root: string,
  folders: readonly string[],
  matches: RegExp,
): Promise<readonly SourceFile[]> => {
  const paths = (await Promise.all(folders.map((folder) => pathsBelow(root, folder)))).flat();
  const wanted = paths.filter((path) => matches.test(path)).sort();
  return Promise.all(wanted.map(async (path) => ({ path, text: await readFile(root + path, 'utf8') })));
};

/**
 * The text with its comments blanked, so that what prose says is not taken for code. It knows no strings: a `//`
 * inside one blanks the rest of that line, which hides nothing that these checks look for.
 */
export const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replaceAll(/[^\n]/g, ' '));

/** The line, from 1, on which the character at `index` stands. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

const pathsBelow = async (root: string, folder: string): Promise<string[]> => {
  const entries = await readdir(root + folder, { withFileTypes: true });
  const prefix = folder === '' ? '' : `${folder}/`;
  const nested = entries.map(async (entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = prefix + entry.name;
    return entry.isDirectory() ? pathsBelow(root, path) : [path];
  });
  return (await Promise.all(nested)).flat();
};
