/** A data folder without a relay on it, for commands: its log, and what operators do with documents. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import { formatRegistry } from '@causeway/core/format';
import { randomBatchId } from '@causeway/core/sync';
import { Activity } from '../activity.ts';
import { Administration } from '../administration.ts';
import { ByteBudget } from '../byte-budget.ts';
import type { Folding } from '../folding/folding.ts';
import { STANDARD_FORMATS, standardFolding } from '../folding/standard-folding.ts';
import { DEFAULT_RELAY_LIMITS } from '../limits.ts';
import { SILENT } from '../logger.ts';
import { EntryAges, type RetentionRule } from '../retention.ts';
import { Rooms } from '../rooms.ts';
import type { DocumentLog } from '../storage/document-log.ts';
import { DOCUMENTS_FILE, LmdbDocumentLog } from '../storage/lmdb-document-log.ts';

export interface OpenFolder {
  readonly log: DocumentLog;
  readonly documents: Administration;
}

/** Rejects with `storage/*` when there is none, or a relay has it. Closes it when `use` is done. */
export async function withDataFolder<T>(
  folder: string,
  retention: readonly RetentionRule[],
  use: (open: OpenFolder) => Promise<T>,
): Promise<T> {
  if (!existsSync(join(folder, DOCUMENTS_FILE)))
    throw new CausewayError(
      'storage/failed',
      { what: folder, detail: 'no documents' },
      `there are no documents in ${folder}: name the data folder of a relay with --data`,
    );
  const log = await LmdbDocumentLog.open({ folder, random });
  const folding = standardFolding();
  try {
    return await use({ log, documents: administrationOf(log, folding, retention) });
  } finally {
    await folding.close();
    await log.close();
  }
}

function administrationOf(
  log: DocumentLog,
  folding: Folding,
  retention: readonly RetentionRule[],
): Administration {
  const formats = formatRegistry(STANDARD_FORMATS);
  const limits = DEFAULT_RELAY_LIMITS;
  const soon = (run: () => void): void => void setImmediate(run);
  const rooms = new Rooms(formats, {
    ...{ log, limits, retention, soon },
    activity: new Activity(),
    cache: new ByteBudget(limits.maxCacheBytes),
    // What the disk does not take is said at once.
    held: new ByteBudget(0),
    folding,
    ages: new EntryAges(),
    logger: SILENT,
    after: (ms, run) => void setTimeout(run, ms).unref(),
  });
  return new Administration({
    ...{ log, rooms, formats, soon },
    folding,
    maxUpdateBytes: limits.session.maxUpdateBytes,
    newBatch: () => randomBatchId(random),
  });
}

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
