/**
 * Puts a snapshot in place of the first entries of a document's log, while the log goes on: what is appended meanwhile is the
 * tail of the new snapshot. Leaves out: when it is time for that (room.ts), where the bytes are merged (folding/).
 */
import { CausewayError } from '@causeway/core';
import type { UpdateFormat } from '@causeway/core/format';
import type { DocumentName } from '@causeway/core/id';
import type { Folding } from './folding/folding.ts';
import { LogPiece } from './log-piece.ts';
import type { Logger } from './logger.ts';
import type { DocumentLog, LogSlice } from './storage/document-log.ts';

export interface LogFold {
  readonly name: DocumentName;
  readonly format: UpdateFormat;
  readonly log: DocumentLog;
  readonly folding: Folding;
  /** Entries up to this one are folded. */
  readonly upTo: number;
  /** What nobody can see any more is left out. */
  readonly collect: boolean;
  readonly logger: Logger;
  /** Calls `run` when everything that has arrived has been looked at. */
  soon(run: () => void): void;
}

/** A log is read in pieces of this size: it bounds how long one read holds up the event loop. */
export const READ_BYTES = 1024 * 1024;

/** The snapshot that is now in the log. Rejects with `storage/*` or `decode/*`; the log is as it was then. */
export async function foldLog(fold: LogFold): Promise<LogPiece> {
  const { name, log } = fold;
  const { upTo, updates } = await readLog(fold, 0, fold.upTo);
  const update = await mergeForGood(fold, updates);
  await log.writeSnapshot(name, upTo, update);
  return new LogPiece(upTo, update);
}

/** A document that is too much for collecting is folded all the same. */
async function mergeForGood(
  { name, format, folding, collect, logger }: LogFold,
  updates: readonly Uint8Array[],
): Promise<Uint8Array> {
  try {
    return (await folding.merge(format, updates, collect)).update;
  } catch (error) {
    if (!collect || !CausewayError.is(error, 'storage/failed')) throw error;
    logger.warn({ document: name, err: error }, 'a document is folded without collecting what was deleted');
    return (await folding.merge(format, updates, false)).update;
  }
}

/** What follows `after`, up to `end` where that is given: others have their turns between the pieces. */
export async function readLog(
  { name, log, soon }: Pick<LogFold, 'name' | 'log' | 'soon'>,
  after: number,
  end = Number.POSITIVE_INFINITY,
): Promise<{ readonly upTo: number; readonly updates: readonly Uint8Array[] }> {
  const updates: Uint8Array[] = [];
  for (let upTo = after; ; ) {
    const slice = await log.read(name, upTo, READ_BYTES);
    for (const update of updatesOf(slice, end)) updates.push(update);
    upTo = endOf(slice, upTo);
    if (slice.atHead || upTo >= end) return { upTo: Math.min(upTo, end), updates };
    await new Promise<void>((resolve) => soon(resolve));
  }
}

/** The updates of a slice, those of entries after `end` left out. */
export function updatesOf(slice: LogSlice, end = Number.POSITIVE_INFINITY): readonly Uint8Array[] {
  const entries = slice.entries.filter(({ offset }) => offset <= end).map(({ update }) => update);
  return slice.snapshot === undefined ? entries : [slice.snapshot.update, ...entries];
}

/** Offset of the last entry of a slice that begins after `after`. */
export function endOf(slice: LogSlice, after: number): number {
  return slice.entries.at(-1)?.offset ?? slice.snapshot?.offset ?? after;
}
