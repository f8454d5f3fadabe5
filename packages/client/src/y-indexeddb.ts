/**
 * Documents that an app kept with y-indexeddb: read as they lie in the browser, and imported. Their databases stay as they
 * are, so that an older page of the app goes on. Leaves out: following what such a page writes later; import it again.
 */
import { CausewayError } from '@causeway/core';
import type { Client, ExportedDocument } from './client.ts';
import { storageFailure } from './storage/failure.ts';

/** Where y-indexeddb keeps a document's updates, oldest first. */
const UPDATES = 'updates';

export interface YIndexedDbImport {
  /** The name of the database: the first argument of `IndexeddbPersistence`. */
  readonly database: string;
  /** The document's name here, when it is to be another. */
  readonly name?: string;
}

/**
 * Imports the document of a y-indexeddb database. False when there is no such database. The client must know the Yjs
 * format: pass `yjsFormats()` in its `formats`. `storage/*` when the database cannot be read.
 */
export async function importYIndexedDb(
  client: Pick<Client, 'importDocument'>,
  { database, name = database }: YIndexedDbImport,
): Promise<boolean> {
  const updates = await readYIndexedDb(database);
  if (updates === undefined) return false;
  const document: ExportedDocument = { name, kind: 'yjs', updates };
  await client.importDocument(document);
  return true;
}

/** The updates in a y-indexeddb database; undefined when there is none of this name. */
export async function readYIndexedDb(
  database: string,
  factory: IDBFactory = indexedDB,
): Promise<readonly Uint8Array[] | undefined> {
  try {
    const opened = await openExisting(factory, database);
    if (opened === undefined) return undefined;
    try {
      if (!opened.objectStoreNames.contains(UPDATES)) return undefined;
      const rows = await answerOf(opened.transaction(UPDATES, 'readonly').objectStore(UPDATES).getAll());
      return rows.map((row) => updateIn(row, database));
    } finally {
      opened.close();
    }
  } catch (error) {
    throw storageFailure(error, `reading the database ${database}`);
  }
}

/** Undefined when there is none: then none is made. */
async function openExisting(factory: IDBFactory, name: string): Promise<IDBDatabase | undefined> {
  const request = factory.open(name);
  let isNew = false;
  request.onupgradeneeded = () => {
    isNew = true;
    request.transaction?.abort();
  };
  try {
    return await answerOf(request);
  } catch (error) {
    if (isNew) return undefined;
    throw error;
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function updateIn(row: unknown, database: string): Uint8Array {
  if (row instanceof Uint8Array) return row;
  const detail = 'a row is no update';
  throw new CausewayError(
    'storage/corrupt',
    { key: `${database}: ${UPDATES}`, detail },
    `${database}: ${detail}`,
  );
}
