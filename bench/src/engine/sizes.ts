// T8: what a page downloads of each engine, minified and gzipped, with its WebAssembly if it has some.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { SubjectName } from './subjects.ts';

interface Download {
  /** What an app imports to do what the rows do. */
  readonly entry: string;
  /** The file that is fetched beside it. */
  readonly wasm?: string;
}

const downloads: Readonly<Record<SubjectName, Download>> = {
  ours: {
    entry: `
      export { counter, createDocument, loadDocument, map, mapOf, record, register, schema, set, text } from '@causeway/core/doc';
      export { nativeEngine, nativeFormat } from '@causeway/core/native';`,
  },
  yjs: {
    entry: `
      export { Doc, applyUpdate, diffUpdate, encodeStateAsUpdate, encodeStateVector, encodeStateVectorFromUpdate, mergeUpdates } from 'yjs';`,
  },
  loro: { entry: `export { LoroDoc } from 'loro-crdt/web';`, wasm: 'loro-crdt/web/loro_wasm_bg.wasm' },
  automerge: {
    entry: `export { applyChanges, change, getChanges, getLastLocalChange, load, save, splice } from '@automerge/automerge/slim';`,
    wasm: '@automerge/automerge/automerge.wasm',
  },
  'json-joy': { entry: `export { Model, Patch, s } from 'json-joy/lib/json-crdt';` },
  'list-positions': { entry: `export { Order, Text } from 'list-positions';` },
  'diamond-types': {
    entry: `export { Doc } from 'diamond-types-node';`,
    wasm: 'diamond-types-node/dt_bg.wasm',
  },
};

/** Kilobytes of 1,000 bytes. */
export const downloadKb = async (name: SubjectName, folder: string): Promise<number> => {
  const { entry, wasm } = downloads[name];
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // What only Node's build of diamond-types asks for.
    external: ['fs', 'path', 'util', '*.wasm'],
    write: false,
    logLevel: 'silent',
  });
  const files = outputFiles.map(({ contents }) => contents);
  if (wasm !== undefined) files.push(await readFile(createRequire(import.meta.url).resolve(wasm)));
  return files.reduce((total, bytes) => total + gzipped(bytes), 0) / 1000;
};

const gzipped = (bytes: Uint8Array): number =>
  gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length;
