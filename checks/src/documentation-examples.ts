// Every example in the documentation compiles, and those marked `run` run to their end. A fence opens with
// ```ts or ```tsx (type-checked) or with `run` after that (executed, too, against the built packages); each stands alone.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Check, Finding } from './check.ts';
import { runCompiler, runProgram } from './programs.ts';
import { type SourceFile, sourceFiles } from './source-files.ts';

export const documentationExamples: Check = {
  name: 'examples',
  run: async (root) => {
    const pages = await sourceFiles(
      root,
      [''],
      /^[^/]*\.md$|^docs\/.*\.md$|^(?:packages|apps)\/[^/]+\/[^/]+\.md$|^bench\/[^/]+\.md$/,
    );
    const examples = pages.flatMap(examplesIn);
    const runs = examples.filter((example) => example.runs).length;
    return {
      findings: await exampleFindings(root, examples),
      figures: [`${examples.length} examples in ${pages.length} pages compiled, ${runs} of them run`],
    };
  },
};

export interface Example {
  /** The page, from the root. */
  readonly page: string;
  /** The page's line on which the example's first line stands. */
  readonly line: number;
  readonly code: string;
  readonly extension: string;
  readonly runs: boolean;
}

export const examplesIn = ({ path, text }: SourceFile): readonly Example[] =>
  [...text.matchAll(/^```(tsx?)( run)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    page: path,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[3] ?? '',
    extension: match[1] ?? '',
    runs: match[2] !== undefined,
  }));

/** Compiles all examples at once, then runs those marked. */
export const exampleFindings = async (
  root: string,
  examples: readonly Example[],
): Promise<readonly Finding[]> => {
  if (examples.length === 0) return [];
  // Below checks/, so that an example finds the packages by their names, as an app would.
  const cache = `${root}checks/node_modules/.cache`;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${cache}/examples-`);
  try {
    await writeFile(`${folder}/package.json`, JSON.stringify({ type: 'module' }));
    await writeFile(`${folder}/tsconfig.json`, JSON.stringify(tsconfig(root)));
    await Promise.all(
      examples.map((one, index) => writeFile(`${folder}/${index}.${one.extension}`, inPlace(one))),
    );
    const compiled = await runCompiler(root, ['-p', folder], folder);
    if (!compiled.passed) return compilerFindings(compiled.output, examples);
    const runs = examples.map((one, index) => (one.runs ? runFindings(folder, one, index) : []));
    return (await Promise.all(runs)).flat();
  } finally {
    await rm(folder, { recursive: true });
  }
};

const tsconfig = (root: string) => ({
  extends: `${root}tsconfig.base.json`,
  compilerOptions: {
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    jsx: 'react-jsx',
    types: ['node'],
    typeRoots: [`${root}node_modules/@types`],
    moduleDetection: 'force',
    composite: false,
    declarationMap: false,
    declaration: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    outDir: 'out',
    rootDir: '.',
  },
  include: ['*.ts', '*.tsx'],
});

/** The example pushed down to the line it has in its page, so that a message's line is the page's. */
const inPlace = ({ line, code }: Example): string => '\n'.repeat(line - 1) + code;

const compilerFindings = (output: string, examples: readonly Example[]): readonly Finding[] => {
  const findings = [...output.matchAll(/^(\d+)\.tsx?\((\d+),\d+\): error (.*)$/gm)].map((match) => ({
    at: `${examples[Number(match[1])]?.page}:${match[2]}`,
    says: match[3] ?? '',
  }));
  return findings.length > 0 ? findings : [{ at: 'documentation', says: output }];
};

const runFindings = async (
  folder: string,
  { page, line }: Example,
  index: number,
): Promise<readonly Finding[]> => {
  const { passed, output } = await runProgram(process.execPath, [`out/${index}.js`], folder);
  return passed ? [] : [{ at: `${page}:${line}`, says: `does not run: ${output.trim()}` }];
};
