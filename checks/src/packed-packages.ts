// What an app gets from the registry: each published package is packed, unpacked into an empty project beside its
// dependencies, and used there. Tests and sources stay at home, every export leads somewhere, its types come
// first and compile, and importing it does nothing but define.

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, Finding } from './check.ts';
import { runCompiler, runProgram } from './programs.ts';

export const packedPackages: Check = {
  name: 'packages',
  run: async (root) => {
    const project = await mkdtemp(join(tmpdir(), 'causeway-packed-'));
    try {
      const packed = await Promise.all(PUBLISHED.map((name) => unpack(root, name, project)));
      const broken = packed.flatMap(({ findings }) => findings);
      if (broken.length > 0) return { findings: broken };
      const manifests = packed.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest]));
      return { findings: await consumerFindings(root, project, manifests.flatMap(specifiersOf)) };
    } finally {
      await rm(project, { recursive: true });
    }
  },
};

const PUBLISHED = ['core', 'client', 'codemirror', 'react', 'relay'];
const PNPM = 'pnpm@12.21.0';

/** The part of a published package.json that this check reads. */
export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}

interface Packed {
  readonly manifest?: Manifest;
  readonly findings: readonly Finding[];
}

const unpack = async (root: string, name: string, project: string): Promise<Packed> => {
  const at = `packages/${name}`;
  const tarball = join(project, `${name}.tgz`);
  const target = join(project, 'node_modules/@causeway', name);
  await mkdir(target, { recursive: true });
  const pack = await runProgram('npx', ['--yes', PNPM, 'pack', '--out', tarball], `${root}${at}`);
  if (!pack.passed) return { findings: [{ at, says: `cannot be packed: ${pack.output}` }] };
  const untar = await runProgram('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], project);
  if (!untar.passed) return { findings: [{ at, says: untar.output }] };
  await linkDependencies(`${root}${at}/node_modules`, join(project, 'node_modules'));

  const manifest: Manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
  const files = await readdir(target, { recursive: true });
  const sources = await readdir(`${root}${at}/src`, { recursive: true });
  return {
    manifest,
    findings: [
      ...packageFindings(manifest, files),
      ...staleFindings(files, sources).map((says) => ({ at, says })),
    ],
  };
};

/** What is wrong with a package of these files. */
export const packageFindings = (manifest: Manifest, files: readonly string[]): readonly Finding[] => {
  const present = new Set(files.map((path) => path.replaceAll('\\', '/')));
  const absent = (path: string): boolean => !present.has(path.replace(/^\.\//, ''));
  const exported = Object.entries(manifest.exports).flatMap(([subpath, conditions]) => [
    ...(Object.keys(conditions)[0] === 'types' ? [] : [`${subpath}: types must be its first condition`]),
    ...(Object.keys(conditions).join() === 'types,default'
      ? []
      : [`${subpath}: only types and default are for others`]),
    ...Object.values(conditions)
      .filter(absent)
      .map((path) => `${subpath}: ${path} does not exist`),
  ]);
  const programs = Object.values(manifest.bin ?? {}).filter(absent);
  const strangers = [...present].filter(
    (path) => /^src(?:\/|$)/.test(path) || /\.test\.|\.tsbuildinfo$|(?<!\.d)\.tsx?$/.test(path),
  );
  return [
    ...exported,
    ...programs.map((path) => `bin: ${path} does not exist`),
    ...strangers.map((path) => `${path} must not be published`),
    ...(present.has('LICENSE') ? [] : ['LICENSE is missing']),
  ].map((says) => ({ at: manifest.name, says }));
};

/** The compiler does not delete the output of a source that is gone. */
const staleFindings = (files: readonly string[], sources: readonly string[]): readonly string[] => {
  const known = new Set(sources.map((path) => path.replaceAll('\\', '/')));
  return files
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.startsWith('dist/') && path.endsWith('.js'))
    .filter((path) => !known.has(path.replace(/^dist\//, '').replace(/\.js$/, '.ts')))
    .map((path) => `${path} has no source any more: delete dist and build again`);
};

/** Compiles a module that imports everything, as a strict app would, then imports everything in Node. */
const consumerFindings = async (
  root: string,
  project: string,
  specifiers: readonly string[],
): Promise<readonly Finding[]> => {
  const module = specifiers
    .map((specifier, index) => `export * as m${index} from '${specifier}';\n`)
    .join('');
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(project, 'all.ts'), module);
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--strict',
    '--types',
    '',
    '--outDir',
    'out',
  ];
  const compiled = await runCompiler(root, [...options, 'all.ts'], project);
  if (!compiled.passed) return [{ at: 'types of the packed packages', says: compiled.output.trim() }];
  const used = await runProgram(process.execPath, ['out/all.js'], project);
  return used.passed ? [] : [{ at: 'packed packages in Node', says: used.output.trim() }];
};

// The test suites are for a test runner to load.
const specifiersOf = ({ name, exports }: Manifest): readonly string[] =>
  Object.keys(exports)
    .filter((subpath) => subpath !== './testing')
    .map((subpath) => name + subpath.slice(1));

/** Makes a package's outside dependencies available to the project; ours are the unpacked ones. */
const linkDependencies = async (from: string, to: string): Promise<void> => {
  const scopes = (await readdir(from)).filter((name) => !name.startsWith('.') && name !== '@causeway');
  const names = await Promise.all(
    scopes.map(async (name) =>
      name.startsWith('@') ? (await readdir(join(from, name))).map((inner) => `${name}/${inner}`) : [name],
    ),
  );
  for (const name of names.flat()) {
    await mkdir(join(to, name, '..'), { recursive: true });
    await symlink(join(from, name), join(to, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};
