// @ts-check
// Everything a fresh machine lacks: the packages, the build, a browser for the tests. Each step first looks
// whether it has anything to do, so that a second run costs a moment. Uses Node's own modules only, because
// it runs before anything is installed.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromiumPath } from './chromium.mjs';
import { root, run } from './process.mjs';

const PNPM = 'pnpm@12.21.0';
const NODE_AT_LEAST = /** @type {const} */ ([20, 19]);

const INSTALL_STAMP = 'node_modules/.cache/causeway-install';
const NOTES_STAMP = 'node_modules/.cache/causeway-notes';
const PROJECTS = [
  'packages/core',
  'packages/client',
  'packages/codemirror',
  'packages/react',
  'packages/relay',
  'apps/notes',
  'bench',
  'simulation',
  'checks',
];
const MANIFESTS = [
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'package.json',
  ...PROJECTS.map((p) => `${p}/package.json`),
];
const NOTES_SOURCES = [
  ...['index.html', 'vite.config.ts', 'public', 'src'].map((name) => `apps/notes/${name}`),
  'packages/core/src',
  'packages/client/src',
  'packages/codemirror/src',
];

/** The machine or the code is not ready; the message says what to do, and a stack would add nothing. */
export class SetupError extends Error {}

/**
 * The frame of every command of the house: runs it, sets the exit code, prints a SetupError as one line.
 * @param {() => Promise<number>} command resolves with the exit code
 */
export const main = async (command) => {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
};

/** Installs the packages of the lockfile, unless they are there. */
export const install = async () => {
  checkNode();
  const wanted = `${hashOf(MANIFESTS)} ${process.platform} ${process.arch}`;
  if (existsSync(join(root, 'node_modules')) && readStamp(INSTALL_STAMP) === wanted) return;
  await step('Installing packages', () =>
    // CI=true: pnpm asks nothing and changes no lockfile.
    run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], { env: { CI: 'true' } }),
  );
  writeStamp(INSTALL_STAMP, wanted);
};

/**
 * Compiles TypeScript projects and those they refer to.
 * @param {...string} projects folders with a tsconfig.json; none: all of them
 */
export const compile = (...projects) =>
  step('Compiling', () => run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...projects]));

/** Builds the notes app, unless nothing it is made of has changed. */
export const buildNotes = async () => {
  const wanted = hashOf([...NOTES_SOURCES, ...MANIFESTS]);
  if (existsSync(join(root, 'apps/notes/dist/index.html')) && readStamp(NOTES_STAMP) === wanted) return;
  await step('Building the notes app', () =>
    run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'apps/notes', '--logLevel', 'warn'], {
      env: { NODE_ENV: 'production' },
    }),
  );
  writeStamp(NOTES_STAMP, wanted);
};

/** Sees to a Chromium: the system's, else one from apt, else Playwright's own, else says what to do. */
export const provideChromium = async () => {
  if (chromiumPath() !== undefined || (await playwrightHasChromium())) return;
  if (await installChromiumWithApt()) return;
  console.log('Downloading a Chromium for the tests…');
  const passed = await run(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium']);
  if (!passed || !(await playwrightHasChromium())) {
    throw new SetupError(
      'The browser tests need a Chromium. Install one (for example: apt install chromium), or name one in CHROMIUM_PATH.',
    );
  }
};

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_AT_LEAST;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Causeway needs Node ${NODE_AT_LEAST.join('.')} or newer; this is ${process.versions.node}.`,
  );
};

const playwrightHasChromium = async () => {
  const { chromium } = await import('playwright');
  return existsSync(chromium.executablePath());
};

const installChromiumWithApt = async () => {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return false;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const [program = 'env', ...args] = apt;
  if (asRoot.length > 0 && !(await run('sudo', ['-n', 'true'], { output: 'never' }))) return false;
  console.log('Installing a Chromium for the tests with apt…');
  if (!(await run(program, [...args, 'update']))) return false;
  return (
    (await run(program, [...args, 'install', '-y', '--no-install-recommends', 'chromium'])) &&
    chromiumPath() !== undefined
  );
};

/**
 * Says what was done and how long it took.
 * @param {string} what
 * @param {() => Promise<boolean>} work
 */
const step = async (what, work) => {
  const before = performance.now();
  if (!(await work())) throw new SetupError(`${what} failed; its output is above.`);
  console.log(`${what}: done in ${((performance.now() - before) / 1000).toFixed(1)} s`);
};

/**
 * The hash of the names and contents of files and of all files in folders; what does not exist counts as absent.
 * @param {readonly string[]} paths
 */
const hashOf = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesIn)) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
};

/**
 * @param {string} path
 * @returns {string[]}
 */
const filesIn = (path) => {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const entries = readdirSyncOrFile(full);
  return entries === 'file' ? [path] : entries.flatMap((name) => filesIn(`${path}/${name}`));
};

/** @param {string} path */
const readdirSyncOrFile = (path) => {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return 'file';
    throw error;
  }
};

/** @param {string} path */
const readStamp = (path) =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;

/**
 * @param {string} path
 * @param {string} content
 */
const writeStamp = (path, content) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
