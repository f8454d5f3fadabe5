// What must not be written in code: escapes from the type checker and the linter, tests that do not run, notes
// to self. The linter sees most of these too; this check also sees to it that nobody switches the linter off.

import type { Check, Finding } from './check.ts';
import { lineAt, type SourceFile, sourceFiles, withoutComments } from './source-files.ts';

export const forbiddenWords: Check = {
  name: 'words',
  run: async (root) => {
    const folders = ['packages', 'apps', 'bench', 'simulation', 'checks', 'scripts'];
    const files = await sourceFiles(root, folders, /\.(?:[cm]?[jt]s|tsx)$/);
    return { findings: files.flatMap(wordFindings) };
  },
};

interface Word {
  readonly pattern: RegExp;
  readonly says: string;
  /** Comments are searched too, unless the word is one that prose uses. */
  readonly codeOnly: boolean;
}

// The groups keep the patterns from matching themselves.
const WORDS: readonly Word[] = [
  { pattern: /@ts-(?:ignore|nocheck)/g, says: 'the type checker is switched off', codeOnly: false },
  { pattern: /(?:biome|eslint)-(?:ignore|disable)/g, says: 'the linter is switched off', codeOnly: false },
  {
    pattern: /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo|fixme)\b/g,
    says: 'a test that does not run, or keeps others from running',
    codeOnly: true,
  },
  {
    pattern: /(?::|\bas|[<,|&])\s*any\s*(?=[;,)=>\]|&[}]|$)|\bany\[\]/gm,
    says: 'a type that says nothing: name it, or use unknown',
    codeOnly: true,
  },
  {
    pattern: /\b(?:TO)(?:DO)\b|\b(?:FIX)(?:ME)\b/g,
    says: 'a note to self: do it, or open an issue',
    codeOnly: false,
  },
];

export const wordFindings = ({ path, text }: SourceFile): readonly Finding[] => {
  const code = withoutComments(text);
  return WORDS.flatMap(({ pattern, says, codeOnly }) => {
    const searched = codeOnly ? code : text;
    return [...searched.matchAll(pattern)].map((match) => ({
      at: `${path}:${lineAt(searched, match.index)}`,
      says: `"${match[0].trim()}": ${says}`,
    }));
  });
};
