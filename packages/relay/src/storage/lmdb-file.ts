/**
 * Opens an LMDB file, having had it looked at first: LMDB maps the file into memory and trusts it, so that a file of another
 * kind, or one that was cut short, brings the process down by a signal instead of an error. So another process opens it
 * before we do. Leaves out: what is in the file.
 *
 * Damage inside a record is not seen here but by the record's checksum, when it is read.
 */
import { execFile } from 'node:child_process';
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { CausewayError } from '@causeway/core';
import { open, type RootDatabase } from 'lmdb';

export type LmdbFile = RootDatabase<Buffer, Buffer>;

/** The look takes this long at most; reading the keys of a million entries takes about half a second. */
const LOOK_MS = 1500;
/** The look ends by itself; this is for a disk that hangs. */
const LOOK_TIMEOUT_MS = 60_000;

/** Opens or creates the file. `storage/corrupt` when it is damaged or no LMDB file, `storage/failed` when it cannot be opened at all. */
export async function openLmdbFile(path: string): Promise<LmdbFile> {
  const exists = fileBytes(path) > 0;
  if (exists) await lookAt(path);
  const file = openFile(path);
  if (!exists) syncFolder(dirname(path));
  return file;
}

/**
 * Writes a copy of a store, as it is at one moment, into a new file; whoever has the store open goes on writing to it. The copy
 * is durable when this resolves. `storage/failed` when it cannot be made.
 */
export async function copyLmdbFile(path: string, copy: string): Promise<void> {
  const file = open<Buffer, Buffer>({
    path,
    noSubdir: true,
    readOnly: true,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  try {
    await file.backup(copy, true);
    const descriptor = openSync(copy, 'r+');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    syncFolder(dirname(copy));
  } catch (error) {
    throw openFailed(copy, error);
  } finally {
    await file.close();
  }
}

/**
 * `overlappingSync: false` makes a commit what LMDB promises and nothing less: pages written, fdatasync, then the meta page
 * written through a descriptor opened with O_DSYNC; only then does lmdb-js mark the transaction committed and resolve its
 * promise. (With overlapping sync, which lmdb-js takes by default, promises resolve when the commit is visible, and
 * `flushed` says when it is on disk.) So a resolved write survives SIGKILL, a crash of the system and a loss of power, as far
 * as the drive keeps what it says it has written.
 */
function openFile(path: string): LmdbFile {
  try {
    return open<Buffer, Buffer>({
      path,
      noSubdir: true,
      overlappingSync: false,
      // Writes come in batches of our own; with lmdb-js's, a commit that fails rejects promises that nobody can catch.
      eventTurnBatching: false,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
  } catch (error) {
    throw openFailed(path, error);
  }
}

/** Opens the file and visits its keys: all of them when the file is shorter than it says, else as many as the time allows. */
const LOOK = `
const [library, path, ms] = process.argv.slice(1);
const file = require(library).open({ path, noSubdir: true, readOnly: true, encoding: 'binary', keyEncoding: 'binary' });
const { entryCount, lastPageNumber, pageSize } = file.getStats();
const short = require('node:fs').statSync(path).size < (lastPageNumber + 1) * pageSize;
const until = short ? Infinity : Date.now() + Number(ms);
let found = 0;
for (const _ of file.getKeys()) if (++found % 1000 === 0 && Date.now() > until) process.exit(0);
if (found !== entryCount) { console.error(found + ' of ' + entryCount + ' records found'); process.exit(3); }
`;

function lookAt(path: string): Promise<void> {
  const library = createRequire(import.meta.url).resolve('lmdb');
  return new Promise((resolve, reject) => {
    // Options meant for the relay (a debugger's port) would get in this process's way.
    const options = { timeout: LOOK_TIMEOUT_MS, env: { ...process.env, NODE_OPTIONS: '' } };
    execFile(process.execPath, ['-e', LOOK, library, path, String(LOOK_MS)], options, (error, _, said) => {
      if (error === null) return resolve();
      if (error.code === 'EACCES' || error.code === 'EPERM') return resolve(); // no second process may be had here
      const how = error.signal === undefined || error.signal === null ? `code ${error.code}` : error.signal;
      reject(corruptFile(path, `reading it ended with ${how}${said === '' ? '' : `: ${lastLine(said)}`}`));
    });
  });
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.find((line) => /error|assert|MDB_|found/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 200);
}

/** A new file is durable only when its folder is. Windows has no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function fileBytes(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw openFailed(path, new Error('it is a folder'));
  return stat?.size ?? 0;
}

function corruptFile(path: string, detail: string): CausewayError {
  return new CausewayError(
    'storage/corrupt',
    { key: path, detail },
    `${path} is damaged or no store of a relay (${detail}): put a backup in its place, or move it away to start empty (clients send again what they hold)`,
  );
}

export function openFailed(path: string, error: unknown): CausewayError {
  const detail = error instanceof Error ? error.message : String(error);
  return new CausewayError(
    'storage/failed',
    { what: path, detail },
    `${path} cannot be opened (${detail}): check that nothing else has this name, that it may be written to, and that the disk has room`,
    { cause: error },
  );
}
