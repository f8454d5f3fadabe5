/**
 * One relay per data folder: two of them would each hand out the same offsets. A file names the process that has the folder;
 * it counts for as long as that very process lives, so a relay that was killed leaves nothing to clean up.
 *
 * What this cannot see: a relay in another container or on another machine that shares the folder.
 */
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';

const LOCK_FILE = 'relay.lock';
/** Folders that this process has. */
const held = new Set<string>();

interface Holder {
  readonly pid: number;
  /** When the process started, in the kernel's ticks; tells it from a later one with its number. Undefined where that is not to be had. */
  readonly started: string | undefined;
}

/**
 * Takes the folder, or throws `storage/failed` naming who has it. `exclusively` runs a function while no other process runs
 * one for this folder. Returns the way to give it back.
 */
export function lockDataFolder(folder: string, exclusively: (take: () => void) => void): () => void {
  const real = realpathSync(folder);
  const path = join(real, LOCK_FILE);
  exclusively(() => {
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder, real)) throw folderTaken(folder, path, holder);
    writeFileSync(path, `${process.pid} ${startOf(process.pid) ?? ''}\n`);
  });
  held.add(real);
  return () => {
    rmSync(path, { force: true });
    held.delete(real);
  };
}

/** True when this process has the folder. */
export function holdsDataFolder(folder: string): boolean {
  return held.has(realpathSync(folder));
}

function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, started] = text.trim().split(' ');
  const number = Number(pid);
  return Number.isSafeInteger(number) && number > 0 ? { pid: number, started } : undefined;
}

function isAlive(holder: Holder, folder: string): boolean {
  if (holder.pid === process.pid) return held.has(folder);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const started = startOf(holder.pid);
  return holder.started === undefined || started === undefined || holder.started === started;
}

/** From /proc/<pid>/stat: field 22, counted behind the name in brackets, which may hold anything. A zombie has ended. */
function startOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

export function folderTaken(folder: string, path: string, holder: { readonly pid: number }): CausewayError {
  return new CausewayError(
    'storage/failed',
    { what: folder, detail: `in use by process ${holder.pid}` },
    `the data folder ${folder} is in use by the relay with process id ${holder.pid}: stop that one, or give this one another folder (if no such relay runs, delete ${path})`,
  );
}
