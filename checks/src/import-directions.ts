// Who may import whom. Inside core the folders form layers:
//
//      bytes ◀─ id ◀─ causality ◀─┬─ lattice ◀─────────────────┐
//                                 └─ history ◀─ op ◀─ doc ◀─┐  │
//                                                           │  │
//                     format ◀──────────┬──── yjs ── native ┘  └─ lattice-doc     (these three know `format`)
//                                       └──── sync                                (knows no implementation)
//
// Client and relay see core through its public subpaths only, and every outside package has one door.
// Tests may import anything, save another package's files.

import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { Check, Finding } from './check.ts';
import { lineAt, type SourceFile, sourceFiles, withoutComments } from './source-files.ts';

export const importDirections: Check = {
  name: 'imports',
  run: async (root) => {
    const manifest = parseManifest(await readFile(`${root}packages/core/package.json`, 'utf8'));
    const files = await sourceFiles(
      root,
      ['packages', 'apps', 'bench', 'simulation'],
      /\/(?:src|e2e)\/.*\.tsx?$/,
    );
    return { findings: [...manifestFindings(manifest), ...importFindings(files, manifest)] };
  },
};

/** Each folder of core and the folders it may import; files at the top (errors, globals) are open to all. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  id: ['bytes'],
  causality: ['bytes', 'id'],
  lattice: ['bytes', 'id', 'causality'],
  history: ['bytes', 'id', 'causality'],
  op: ['bytes', 'id', 'causality', 'history'],
  doc: ['bytes', 'id', 'causality', 'history', 'op'],
  format: ['bytes', 'id', 'causality'],
  presence: ['bytes', 'id', 'causality'],
  native: ['bytes', 'id', 'causality', 'history', 'op', 'doc', 'format'],
  'lattice-doc': ['bytes', 'id', 'causality', 'lattice', 'format'],
  yjs: ['bytes', 'id', 'causality', 'format', 'presence'],
  sync: ['bytes', 'id', 'causality', 'format', 'presence'],
  testing: [
    ...['bytes', 'id', 'causality', 'lattice', 'history', 'op', 'doc'],
    ...['format', 'presence', 'native', 'lattice-doc', 'sync'],
  ],
};

/** What may be re-exported at `@causeway/core`: all but what needs an optional peer or a test runner. */
const ROOT_MAY_IMPORT = Object.keys(LAYERS).filter((layer) => layer !== 'yjs' && layer !== 'testing');

/** An outside package's only importer in packages/: a folder, or one file wherever it stands below the folder. */
interface Door {
  readonly below: string;
  readonly files: 'many' | 'one';
}

const DOORS: Readonly<Record<string, Door>> = {
  yjs: { below: 'packages/core/src/yjs/', files: 'many' },
  'y-protocols': { below: 'packages/core/src/yjs/', files: 'many' },
  idb: { below: 'packages/client/src/storage/', files: 'many' },
  ws: { below: 'packages/relay/src/', files: 'one' },
  lmdb: { below: 'packages/relay/src/storage/', files: 'one' },
  jose: { below: 'packages/relay/src/auth/', files: 'one' },
  pino: { below: 'packages/relay/src/', files: 'one' },
  'prom-client': { below: 'packages/relay/src/', files: 'one' },
  '@codemirror/state': { below: 'packages/codemirror/src/', files: 'many' },
  '@codemirror/view': { below: 'packages/codemirror/src/', files: 'many' },
  react: { below: 'packages/react/src/', files: 'many' },
  send: { below: 'packages/relay/src/', files: 'one' },
};

/** What is core's own package.json to this check. */
export interface CoreManifest {
  readonly subpaths: readonly string[];
  readonly dependencies: readonly string[];
}

interface Import {
  readonly file: SourceFile;
  readonly at: string;
  readonly specifier: string;
}

/** What the imports of these files break. */
export const importFindings = (
  files: readonly SourceFile[],
  { subpaths }: Pick<CoreManifest, 'subpaths'>,
): readonly Finding[] => {
  const imports = files.flatMap(importsOf);
  return [
    ...imports.flatMap((one) => [
      ...borderFindings(one),
      ...subpathFindings(one, subpaths),
      ...(isTest(one.file.path)
        ? []
        : [...layerFindings(one), ...platformFindings(one), ...doorFindings(one)]),
    ]),
    ...crowdedDoors(imports.filter(({ file }) => !isTest(file.path))),
  ];
};

const manifestFindings = ({ dependencies }: CoreManifest): readonly Finding[] =>
  dependencies.map((name) => ({
    at: 'packages/core/package.json',
    says: `core has no dependencies, not ${name}`,
  }));

/** A relative import stays within its package. */
const borderFindings = ({ file, at, specifier }: Import): readonly Finding[] => {
  const home = packageOf(file.path);
  if (!specifier.startsWith('.') || home === undefined) return [];
  if (resolved(file.path, specifier).startsWith(`${home}/`)) return [];
  return [{ at, says: `${specifier} leaves ${home}; import the other package by its name` }];
};

const subpathFindings = ({ at, specifier }: Import, subpaths: readonly string[]): readonly Finding[] => {
  if (packageName(specifier) !== '@causeway/core') return [];
  const subpath = `.${specifier.slice('@causeway/core'.length)}`;
  return subpaths.includes(subpath) ? [] : [{ at, says: `${specifier} is not a public subpath of core` }];
};

const layerFindings = ({ file, at, specifier }: Import): readonly Finding[] => {
  const home = coreFolder(file.path);
  if (home === undefined) return [];
  if (specifier.startsWith('@causeway/'))
    return [{ at, says: `core imports no package of ours: ${specifier}` }];
  if (!specifier.startsWith('.')) return [];
  const target = coreFolder(resolved(file.path, specifier));
  if (target === undefined || target === home || target === '') return [];
  const allowed = home === '' ? ROOT_MAY_IMPORT : LAYERS[home];
  if (allowed === undefined) return [{ at, says: `folder ${home} has no place among core's layers yet` }];
  return allowed.includes(target) ? [] : [{ at, says: `${home || 'core/src'} may not import ${target}` }];
};

/** Core and client run in a browser. */
const platformFindings = ({ file, at, specifier }: Import): readonly Finding[] => {
  const browser = /^packages\/(?:core|client)\//.test(file.path);
  return browser && isNodeModule(specifier) ? [{ at, says: `${specifier} does not exist in a browser` }] : [];
};

const doorFindings = ({ file, at, specifier }: Import): readonly Finding[] => {
  if (!file.path.startsWith('packages/') || specifier.startsWith('.') || isNodeModule(specifier)) return [];
  const name = packageName(specifier);
  if (name.startsWith('@causeway/')) return [];
  const door = DOORS[name];
  if (door === undefined) return [{ at, says: `outside package ${name} has no door` }];
  return file.path.startsWith(door.below)
    ? []
    : [{ at, says: `${name} is imported only below ${door.below}` }];
};

const crowdedDoors = (imports: readonly Import[]): readonly Finding[] =>
  Object.entries(DOORS).flatMap(([name, door]) => {
    if (door.files === 'many') return [];
    const through = imports.filter(
      ({ file, specifier }) => packageName(specifier) === name && file.path.startsWith(door.below),
    );
    const paths = [...new Set(through.map(({ file }) => file.path))];
    return paths.length <= 1 ? [] : [{ at: paths.join(', '), says: `${name} is imported by one file only` }];
  });

// `import … from 'x'` and `export … from 'x'`, `import 'x'`, `import('x')`: the specifier is the only group.
const IMPORT_FORMS = [
  /^\s*(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"\s]+)['"]/gm,
  /^\s*import\s*['"]([^'"\s]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"\s]+)['"]/g,
];

const importsOf = (file: SourceFile): readonly Import[] => {
  const code = withoutComments(file.text);
  return IMPORT_FORMS.flatMap((form) =>
    [...code.matchAll(form)].map((match) => ({
      file,
      at: `${file.path}:${lineAt(code, match.index + match[0].length)}`,
      specifier: match[1] ?? '',
    })),
  );
};

const isTest = (path: string): boolean => /\.test\.tsx?$|^apps\/[^/]+\/e2e\//.test(path);

const isNodeModule = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(specifier);

const resolved = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

const packageOf = (path: string): string | undefined =>
  /^(?:packages|apps)\/[^/]+|^(?:bench|simulation)(?=\/)/.exec(path)?.[0];

/** The folder of core that a file belongs to: '' for the files at the top, undefined outside core. */
const coreFolder = (path: string): string | undefined => {
  const match = /^packages\/core\/src\/(?:([^/]+)\/)?[^/]/.exec(path);
  return match === null ? undefined : (match[1] ?? '');
};

/** `@scope/name/sub` → `@scope/name`; `name/sub` → `name`. */
const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const parseManifest = (json: string): CoreManifest => {
  const manifest: { exports: Record<string, unknown>; dependencies?: Record<string, string> } =
    JSON.parse(json);
  return { subpaths: Object.keys(manifest.exports), dependencies: Object.keys(manifest.dependencies ?? {}) };
};
