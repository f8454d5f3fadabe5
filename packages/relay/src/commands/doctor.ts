/** Looks at what a relay needs, and says of each thing whether it is well, and what to do where it is not. Changes nothing. */
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { CausewayError } from '@causeway/core';
import type { DocumentLog } from '../storage/document-log.ts';
import { withDataFolder } from './data-folder.ts';

export interface Finding {
  readonly isWell: boolean;
  readonly says: string;
}

const MIN_NODE: readonly [major: number, minor: number] = [20, 19];
/** A disk fills in the night before anybody looks. */
const MIN_FREE_BYTES = 1024 ** 3;
/** Some thousand clients, and the files of the store. */
const MIN_OPEN_FILES = 4096;
const READ_BYTES = 1024 * 1024;

export async function examine(folder: string): Promise<readonly Finding[]> {
  return [nodeVersion(), openFiles(), ...dataFolder(folder), ...(await documents(folder))];
}

function well(says: string): Finding {
  return { isWell: true, says };
}

function ill(says: string): Finding {
  return { isWell: false, says };
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isNew
    ? well(`Node ${process.versions.node}`)
    : ill(`Node ${process.versions.node} is too old: install ${MIN_NODE.join('.')} or later`);
}

/** Where the system says. */
function openFiles(): Finding {
  const limits = '/proc/self/limits';
  const line = existsSync(limits) ? /^Max open files\s+(\S+)/m.exec(readFileSync(limits, 'utf8')) : null;
  const limit = line?.[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[1] ?? Number.NaN);
  if (Number.isNaN(limit)) return well('the limit of open files is not known on this system');
  return limit >= MIN_OPEN_FILES
    ? well(`${limit} open files allowed`)
    : ill(
        `${limit} open files allowed, one for each connection: raise it (ulimit -n, or LimitNOFILE of systemd)`,
      );
}

function dataFolder(folder: string): readonly Finding[] {
  if (!existsSync(folder)) return [ill(`${folder} is not there: name the data folder with --data`)];
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [ill(`${folder} may not be written by this user: give it to the user that the relay runs as`)];
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return [
    well(`${folder} may be written`),
    free >= MIN_FREE_BYTES
      ? well(`${Math.floor(free / MIN_FREE_BYTES)} GiB free`)
      : ill(`${Math.floor(free / 1024 ** 2)} MiB free: make room before writes are refused`),
  ];
}

async function documents(folder: string): Promise<readonly Finding[]> {
  try {
    return await withDataFolder(folder, [], ({ log }) => everyRecord(log));
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    return [ill(`the documents were not looked at: ${error.message}`)];
  }
}

/** Reads everything that there is, and so checks every checksum. */
async function everyRecord(log: DocumentLog): Promise<readonly Finding[]> {
  const damaged: Finding[] = [];
  let [count, updates] = [0, 0];
  for (let names = await log.list({ limit: 1000 }); names.length > 0; ) {
    for (const name of names) {
      count += 1;
      try {
        for (let after = 0, atHead = false; !atHead; ) {
          const slice = await log.read(name, after, READ_BYTES);
          updates += slice.entries.length;
          after = slice.entries.at(-1)?.offset ?? slice.snapshot?.offset ?? after;
          atHead = slice.atHead;
        }
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        damaged.push(ill(error.message));
      }
    }
    const last = names.at(-1);
    names = last === undefined ? [] : await log.list({ after: last, limit: 1000 });
  }
  return damaged.length > 0
    ? damaged
    : [well(`${count} documents with ${updates} updates read, none damaged`)];
}
