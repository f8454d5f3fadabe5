/**
 * Backups of a data folder, also of one that a relay is writing to, and bringing one back. A backup is a store like the one it was
 * made of. What was written since is not in it, but the clients that wrote it have it: a restored store gives every document
 * a new epoch, so that they send again whatever it lacks. Who was shut out stays so: the list of revocations goes with the documents,
 * and before them, so that there are never documents without it. Keys and origins are no part of a data folder.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import { REVOCATIONS_FILE, revocationFile } from '../auth/revocation-file.ts';
import { DOCUMENTS_FILE, LmdbDocumentLog } from '../storage/lmdb-document-log.ts';
import { copyLmdbFile } from '../storage/lmdb-file.ts';

/** Copies the documents and revocations in `data` into the folder `to`, which must have none. */
export async function backup(data: string, to: string): Promise<void> {
  needDocuments(data);
  refuseDocuments(to);
  mkdirSync(to, { recursive: true });
  await addRevocations(data, to);
  await copyLmdbFile(join(data, DOCUMENTS_FILE), join(to, DOCUMENTS_FILE));
}

/** Puts the backup in `from` into `data`, which must have no documents. Returns how many there are. */
export async function restore(from: string, data: string, random: () => number): Promise<number> {
  needDocuments(from);
  refuseDocuments(data);
  mkdirSync(data, { recursive: true });
  await addRevocations(from, data);
  copyFileSync(join(from, DOCUMENTS_FILE), join(data, DOCUMENTS_FILE));
  const log = await LmdbDocumentLog.open({ folder: data, random });
  try {
    return await log.renewEpochs();
  } finally {
    await log.close();
  }
}

/** Of both lists, if `to` has one already, nothing is left out. */
async function addRevocations(from: string, to: string): Promise<void> {
  const added = await revocationFile(join(from, REVOCATIONS_FILE)).load();
  if (added.length === 0) return;
  const target = revocationFile(join(to, REVOCATIONS_FILE));
  // The newest of a user counts: it is read last.
  await target.save([...(await target.load()), ...added].sort((a, b) => a.atMs - b.atMs));
}

function needDocuments(folder: string): void {
  if (existsSync(join(folder, DOCUMENTS_FILE))) return;
  throw new CausewayError(
    'storage/failed',
    { what: folder, detail: 'no documents' },
    `there are no documents in ${folder}: name the data folder of a relay, or one with a backup`,
  );
}

function refuseDocuments(folder: string): void {
  if (!existsSync(join(folder, DOCUMENTS_FILE))) return;
  throw new CausewayError(
    'storage/failed',
    { what: folder, detail: 'documents are there' },
    `there are documents in ${folder} already: take a new folder, or move those away`,
  );
}
