// What a page that uses Causeway downloads: minified and gzipped, against a budget. The budgets stand here and
// nowhere else; raising one is a decision, so it takes an edit of this file.

import { constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Check, Report } from './check.ts';

export const bundleSizes: Check = {
  name: 'sizes',
  run: (root) => measureBundles(budgets, `${root}checks`),
};

export interface Budget {
  readonly name: string;
  /** The module whose bundle is measured. */
  readonly entry: string;
  /** Packages that the app brings anyway, and their subpaths. */
  readonly beside: readonly string[];
  readonly limitBytes: number;
}

const KIB = 1024;

/** What the notes app imports: a native document for its list, and Yjs documents with awareness. */
const NOTES_APP = `
  export { createClient } from '@causeway/client';
  export { counter, mapOf, record, register, schema, set } from '@causeway/core/doc';
  export { nativeDocument } from '@causeway/core/native';
  export { bindAwareness, yjsDocument } from '@causeway/core/yjs';
`;

/** What the native engine's documents need with every field but lists and trees; the engine carries those types too, for what others send. */
const NATIVE_DOCUMENTS = `
  export { counter, createDocument, loadDocument, map, mapOf, record, register, schema, set, text } from '@causeway/core/doc';
  export { nativeEngine, nativeFormat } from '@causeway/core/native';
`;

const budgets: readonly Budget[] = [
  {
    name: 'client with native and yjs documents, beside yjs itself',
    entry: NOTES_APP,
    beside: ['yjs', 'y-protocols', 'lib0'],
    limitBytes: 71 * KIB,
  },
  {
    name: 'core with the native engine',
    entry: NATIVE_DOCUMENTS,
    beside: [],
    limitBytes: 43 * KIB,
  },
];

/** @param folder where the entries' imports are resolved from */
export const measureBundles = async (wanted: readonly Budget[], folder: string): Promise<Report> => {
  const measured = await Promise.all(
    wanted.map(async (budget) => ({ ...budget, bytes: await bundleBytes(budget, folder) })),
  );
  return {
    findings: measured
      .filter(({ bytes, limitBytes }) => bytes > limitBytes)
      .map(({ name, bytes, limitBytes }) => ({
        at: name,
        says: `${kib(bytes)} KiB is over the budget of ${kib(limitBytes)} KiB`,
      })),
    figures: measured.map(
      ({ name, bytes, limitBytes }) => `${kib(bytes)} of ${kib(limitBytes)} KiB: ${name}`,
    ),
  };
};

const bundleBytes = async ({ entry, beside }: Budget, folder: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: beside.flatMap((name) => [name, `${name}/*`]),
    write: false,
    logLevel: 'silent',
  });
  const contents = outputFiles.map((file) => file.contents);
  return gzipSync(Buffer.concat(contents), { level: constants.Z_BEST_COMPRESSION }).length;
};

const kib = (bytes: number): string => (bytes / KIB).toFixed(1);
