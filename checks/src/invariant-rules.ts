// docs/invariants.md and the code name the same rules: every rule that an InvariantError can name stands on the
// page, and every file that the page points to is there.

import { access } from 'node:fs/promises';
import type { Check, Finding } from './check.ts';
import { lineAt, type SourceFile, sourceFiles } from './source-files.ts';

const PAGE = 'docs/invariants.md';

export const invariantRules: Check = {
  name: 'invariants',
  run: async (root) => {
    const sources = await sourceFiles(root, ['packages'], /\/src\/.*(?<!\.test)\.ts$/);
    const [page] = await sourceFiles(root, ['docs'], /invariants\.md$/);
    if (page === undefined) return { findings: [{ at: PAGE, says: 'the page is missing' }] };
    const missing = await Promise.all(
      filesNamedIn(page.text).map(async ({ path, line }) =>
        (await exists(root + path)) ? [] : [{ path, line }],
      ),
    );
    return {
      findings: [
        ...sources.flatMap((source) => unnamedRules(source, page.text)),
        ...missing.flat().map(({ path, line }) => ({ at: `${PAGE}:${line}`, says: `${path} is not there` })),
      ],
    };
  },
};

/** `invariant(condition, 'rule', …)` and `new InvariantError('rule', …)`. */
const RULE = /(?:new InvariantError\(|\binvariant\((?:[^;]*?),)\s*'([\w-]+(?:\/[\w-]+)?)'/g;

/** Rules of the code that the page does not name. */
export const unnamedRules = ({ path, text }: SourceFile, page: string): readonly Finding[] =>
  [...text.matchAll(RULE)]
    .filter(([, rule]) => rule !== undefined && !page.includes(`\`${rule}\``))
    .map((match) => ({
      at: `${path}:${lineAt(text, match.index)}`,
      says: `rule ${match[1]} is not on ${PAGE}: name it there, with what checks it`,
    }));

/** Files that the page names in backticks, from the root. */
export const filesNamedIn = (page: string): readonly { readonly path: string; readonly line: number }[] =>
  [...page.matchAll(/`([\w./-]+\.tsx?)`/g)].map((match) => ({
    path: `${/^(?:apps|simulation)\//.test(match[1] ?? '') ? '' : 'packages/'}${match[1]}`,
    line: lineAt(page, match.index),
  }));

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
