/**
 * Documents in IndexedDB: one database per namespace, few and large rows, strict durability. The only importer of `idb`.
 *
 *   documents    name                    kind
 *   positions    name                    epoch, offset
 *   chunks       name, order, bytes      one update; the key tells its size, so that deciding on compaction reads no content
 *   outbox       name, batch             update; content like any chunk
 *   quarantine   name, batch             update, and why it was refused
 *   replicas     id                      nothing more: it is in the pool
 *
 * A write of new local content reads nothing first: all its requests and the explicit commit are handed to the browser in
 * the calling turn, which then completes them even when the page is closed at once. It touches no chunks, so that no
 * compaction, here or in another tab, stands in its way. What is not complete when a page goes is left to the journal.
 *
 * The browser may close a database at any time, and another page may delete it: the next call opens it again.
 */
import { CausewayError, Listeners } from '@causeway/core';
import type { Codec } from '@causeway/core/bytes';
import {
  type DocumentKind,
  type DocumentName,
  parseDocumentName,
  parseReplicaId,
  type ReplicaId,
} from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { applyChanges, byMaking, type ChangedPart, namedBatches } from './apply-changes.ts';
import { changesNothing, onlyAdds } from './change.ts';
import type {
  Batch,
  DocumentChange,
  DocumentStore,
  MergeChunks,
  StoredDocument,
  StoredEntry,
  StoredSize,
} from './document-store.ts';
import { kindMismatch, storageFailure, storeClosed, storeVersion } from './failure.ts';
import type { Journal } from './journal.ts';
import {
  batchCodec,
  chunkCodec,
  corrupt,
  kindCodec,
  positionCodec,
  quarantineCodec,
  type Sealed,
  seal,
  unseal,
} from './record.ts';
import { firstToMerge } from './tail.ts';

const DATABASE_VERSION = 1;
/** Opening takes milliseconds, and waits for ever where another page does not let the database go. */
const OPEN_TIMEOUT_MS = 10_000;

type ChunkKey = [name: string, order: number, bytes: number];
type BatchKey = [name: string, batch: number];

interface Schema extends DBSchema {
  documents: { key: string; value: Sealed };
  positions: { key: string; value: Sealed };
  chunks: { key: ChunkKey; value: Sealed };
  outbox: { key: BatchKey; value: Sealed };
  quarantine: { key: BatchKey; value: Sealed };
  replicas: { key: number; value: true };
}

type Database = IDBPDatabase<Schema>;
type StoreName = 'documents' | 'positions' | 'chunks' | 'outbox' | 'quarantine';
const DOCUMENT_STORES: StoreName[] = ['documents', 'positions', 'chunks', 'outbox', 'quarantine'];
const ALL_STORES: (StoreName | 'replicas')[] = [...DOCUMENT_STORES, 'replicas'];
const STRICT: IDBTransactionOptions = { durability: 'strict' };

export interface IndexedDbStoreOptions {
  /** The database's name. */
  readonly database: string;
  /** Milliseconds since 1970: only for the order of the outbox. */
  readonly now: () => number;
  /** Runs `run` once, `ms` from now. Returns the way to cancel it. */
  readonly setTimer: (ms: number, run: () => void) => () => void;
  /** Where batches go that are not complete when the page is closed; undefined where there is no such place. */
  readonly journal?: Journal | undefined;
}

export class IndexedDbStore implements DocumentStore {
  readonly durable: boolean = true;
  readonly place: string;
  readonly #options: IndexedDbStoreOptions;
  readonly #lost = new Listeners<[]>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Kinds that this database is known to have, so that an edit need not write its document's kind again. */
  readonly #kinds = new Map<DocumentName, DocumentKind>();
  #database: Database | undefined;
  #opening: Promise<Database> | undefined;
  #wasOpen = false;
  #closed = false;
  #lastMadeAt = 0;

  constructor(options: IndexedDbStoreOptions) {
    this.#options = options;
    this.place = options.database;
  }

  onLost(listener: () => void): () => void {
    return this.#lost.add(listener);
  }

  async open(): Promise<void> {
    await this.#run('open', async () => {});
    // What cannot be taken over now is left where it is; whoever wants the id of its page asks again.
    await this.recover().catch(() => {});
  }

  load(name: DocumentName): Promise<StoredDocument | undefined> {
    return this.#run('load', async (database) => {
      const document = await readDocument(database, name);
      if (document !== undefined) this.#kinds.set(name, document.kind);
      return document;
    });
  }

  write(name: DocumentName, kind: DocumentKind, ...changes: readonly DocumentChange[]): Promise<void> {
    if (changes.every(changesNothing)) return this.#run('write', async () => {});
    const known = this.#kinds.get(name);
    if (known !== undefined && known !== kind) return Promise.reject(kindMismatch(name, known, kind));
    const batches = changes.flatMap(({ made = [] }) => made);
    const release = this.#options.journal?.hold({ name, kind, batches });
    const written = this.#run('write', async (database) => {
      if (changes.every(onlyAdds)) await this.#add(database, name, kind, changes);
      else await changeDocument(database, name, kind, changes, () => this.#nextMadeAt());
      this.#kinds.set(name, kind);
    });
    return release === undefined ? written : written.finally(release);
  }

  size(name: DocumentName): Promise<StoredSize> {
    return this.#run('size', async (database) => {
      const keys = await database.getAllKeys('chunks', rowsOf(name));
      return { chunks: keys.length, bytes: keys.reduce((sum, [, , bytes]) => sum + bytes, 0) };
    });
  }

  compact(name: DocumentName, merge: MergeChunks): Promise<void> {
    return this.#run('compact', (database) => compactDocument(database, name, merge));
  }

  list(): Promise<readonly StoredEntry[]> {
    return this.#run('list', listDocuments);
  }

  delete(name: DocumentName): Promise<void> {
    return this.#run('delete', async (database) => {
      const tx = database.transaction(ALL_STORES, 'readwrite', STRICT);
      ignoreFailure(tx.objectStore('documents').delete(name));
      ignoreFailure(tx.objectStore('positions').delete(name));
      ignoreFailure(tx.objectStore('chunks').delete(rowsOf(name)));
      ignoreFailure(tx.objectStore('outbox').delete(rowsOf(name)));
      ignoreFailure(tx.objectStore('quarantine').delete(rowsOf(name)));
      ignoreFailure(tx.objectStore('replicas').clear());
      this.#kinds.delete(name);
      await committed(tx);
    });
  }

  wipe(): Promise<void> {
    return this.#run('wipe', async (database) => {
      const tx = database.transaction(ALL_STORES, 'readwrite', STRICT);
      for (const store of ALL_STORES) ignoreFailure(tx.objectStore(store).clear());
      this.#kinds.clear();
      for (const { key } of this.#options.journal?.left() ?? []) this.#options.journal?.forget(key);
      await committed(tx);
    });
  }

  replicas(): Promise<readonly ReplicaId[]> {
    return this.#run('replicas', async (database) => {
      const retired = this.#options.journal?.retired() ?? [];
      const ids = (await database.getAllKeys('replicas')).map(parseReplicaId);
      return ids.filter((id) => !retired.includes(id));
    });
  }

  addReplica(id: ReplicaId): Promise<void> {
    return this.#run('addReplica', async (database) => {
      const tx = database.transaction('replicas', 'readwrite', STRICT);
      ignoreFailure(tx.store.put(true, id));
      await committed(tx);
    });
  }

  async retireReplica(id: ReplicaId): Promise<void> {
    try {
      await this.#forgetReplica(id);
    } catch (error) {
      if (this.#options.journal?.retire(id) !== true) throw error;
    }
  }

  #forgetReplica(id: ReplicaId): Promise<void> {
    return this.#run('retireReplica', async (database) => {
      const tx = database.transaction('replicas', 'readwrite', STRICT);
      ignoreFailure(tx.store.delete(id));
      await committed(tx);
    });
  }

  recover(): Promise<void> {
    return this.#run('recover', async () => {
      const { journal } = this.#options;
      for (const { key, entries } of journal?.left() ?? []) {
        for (const { name, kind, batches } of entries) await this.#takeOver(name, kind, batches);
        journal?.forget(key);
      }
      for (const id of journal?.retired() ?? []) {
        await this.#forgetReplica(id);
        journal?.forgetRetired(id);
      }
    });
  }

  async #takeOver(name: DocumentName, kind: DocumentKind, made: readonly Batch[]): Promise<void> {
    try {
      await this.write(name, kind, { made });
    } catch (error) {
      // The document was made anew as another kind: there is nothing that these would be changes of.
      if (!CausewayError.is(error, 'protocol/kind-mismatch')) throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.#database?.close();
    this.#database = undefined;
    this.#options.journal?.close();
  }

  /**
   * Begins `work` in this turn when the database is open. When the browser has closed it meanwhile, opens it again and
   * does the work once more: each work is one transaction, and doing it twice gives the same content.
   */
  #run<T>(what: string, work: (database: Database) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(storeClosed(what));
    const result = this.#attempt(what, work);
    this.#underWay.add(result);
    const over = (): void => void this.#underWay.delete(result);
    result.then(over, over);
    return result;
  }

  async #attempt<T>(what: string, work: (database: Database) => Promise<T>): Promise<T> {
    const database = this.#database;
    try {
      return await work(database ?? (await this.#connect()));
    } catch (error) {
      if (!isConnectionLost(error)) throw storageFailure(error, what);
      if (database !== undefined) this.#forget(database);
    }
    try {
      return await work(await this.#connect());
    } catch (error) {
      throw storageFailure(error, what);
    }
  }

  #connect(): Promise<Database> {
    if (this.#database !== undefined) return Promise.resolve(this.#database);
    this.#opening ??= this.#openDatabase().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openDatabase(): Promise<Database> {
    const { database, isNew } = await openDatabase(this.#options, (gone) => this.#forget(gone));
    this.#database = database;
    if (isNew && this.#wasOpen) this.#lost.tell();
    this.#wasOpen = true;
    return database;
  }

  #forget(database: Database): void {
    database.close();
    if (this.#database !== database) return;
    this.#database = undefined;
    this.#kinds.clear();
  }

  /** Nothing is read first, and everything is handed to the browser before this returns its promise. */
  async #add(
    database: Database,
    name: DocumentName,
    kind: DocumentKind,
    changes: readonly DocumentChange[],
  ): Promise<void> {
    const tx = database.transaction(['documents', 'positions', 'outbox'], 'readwrite', STRICT);
    const documents = tx.objectStore('documents');
    const before = documents.get(name);
    ignoreFailure(before);
    const isKnown = this.#kinds.get(name) === kind;
    if (!isKnown) ignoreFailure(documents.put(seal(kindCodec, kind), name));
    const { outbox } = applyChanges(NOTHING_STORED, changes, () => this.#nextMadeAt());
    for (const [id, batch] of outbox) {
      ignoreFailure(tx.objectStore('outbox').put(seal(batchCodec, batch), [name, id]));
    }
    if (changes.some(({ position }) => position === null)) {
      ignoreFailure(tx.objectStore('positions').delete(name));
    }
    await committed(tx);
    const found = await before;
    // Another tab has deleted the document, or has made it with another kind, since this one last looked.
    if (found === undefined && isKnown) await database.put('documents', seal(kindCodec, kind), name);
    const foundKind = found === undefined ? undefined : readable(kindCodec, found, name);
    if (foundKind === undefined || foundKind === kind) return;
    await takeBack(database, name, foundKind, [...outbox.keys()]);
    throw kindMismatch(name, foundKind, kind);
  }

  /** Later than all before in this tab, so that the outbox keeps the order in which batches were made. */
  #nextMadeAt(): number {
    this.#lastMadeAt = Math.max(this.#lastMadeAt + 1, Math.floor(this.#options.now()));
    return this.#lastMadeAt;
  }
}

async function takeBack(
  database: Database,
  name: DocumentName,
  kind: DocumentKind,
  batches: readonly BatchId[],
): Promise<void> {
  const tx = database.transaction(['documents', 'outbox'], 'readwrite', STRICT);
  ignoreFailure(tx.objectStore('documents').put(seal(kindCodec, kind), name));
  for (const id of batches) ignoreFailure(tx.objectStore('outbox').delete([name, id]));
  await committed(tx);
}

const NOTHING_STORED: ChangedPart = {
  position: undefined,
  outbox: new Map(),
  quarantine: new Map(),
  chunks: [],
};

/** Any changes: looks first, then writes, in one transaction. */
async function changeDocument(
  database: Database,
  name: DocumentName,
  kind: DocumentKind,
  changes: readonly DocumentChange[],
  madeAt: () => number,
): Promise<void> {
  const tx = database.transaction(DOCUMENT_STORES, 'readwrite', STRICT);
  ignoreFailure(tx.done);
  const chunks = tx.objectStore('chunks');
  const outbox = tx.objectStore('outbox');
  const quarantine = tx.objectStore('quarantine');
  const positions = tx.objectStore('positions');
  const named = namedBatches(changes);
  const [kindRow, positionRow, lastChunk, outboxRows, quarantineRows] = await Promise.all([
    tx.objectStore('documents').get(name),
    positions.get(name),
    chunks.openKeyCursor(rowsOf(name), 'prev'),
    Promise.all(named.outbox.map((id) => outbox.get([name, id]))),
    Promise.all(named.quarantine.map((id) => quarantine.get([name, id]))),
  ]);

  const storedKind = kindRow && readable(kindCodec, kindRow, name);
  if (storedKind !== undefined && storedKind !== kind) {
    tx.abort();
    throw kindMismatch(name, storedKind, kind);
  }
  const before = {
    position: positionRow && readable(positionCodec, positionRow, name),
    outbox: readableBatches(batchCodec, outboxRows, name),
    quarantine: readableBatches(quarantineCodec, quarantineRows, name),
  };
  const after = applyChanges(before, changes, madeAt);

  if (storedKind === undefined) ignoreFailure(tx.objectStore('documents').put(seal(kindCodec, kind), name));
  after.chunks.forEach((update, index) => {
    const key: ChunkKey = [name, (lastChunk?.key[1] ?? 0) + 1 + index, update.length];
    ignoreFailure(chunks.put(seal(chunkCodec, update), key));
  });
  for (const id of before.outbox.keys()) {
    if (!after.outbox.has(id)) ignoreFailure(outbox.delete([name, id]));
  }
  for (const id of before.quarantine.keys()) {
    if (!after.quarantine.has(id)) ignoreFailure(quarantine.delete([name, id]));
  }
  for (const [id, batch] of after.outbox) {
    if (batch !== before.outbox.get(id)) ignoreFailure(outbox.put(seal(batchCodec, batch), [name, id]));
  }
  for (const [id, batch] of after.quarantine) {
    if (batch !== before.quarantine.get(id)) {
      ignoreFailure(quarantine.put(seal(quarantineCodec, batch), [name, id]));
    }
  }
  const { position } = after;
  if (position === undefined && positionRow !== undefined) ignoreFailure(positions.delete(name));
  else if (position !== undefined && position !== before.position) {
    ignoreFailure(positions.put(seal(positionCodec, position), name));
  }
  await committed(tx);
}

function readableBatches<B extends Batch>(
  codec: Codec<B>,
  rows: readonly (Sealed | undefined)[],
  name: DocumentName,
): ReadonlyMap<BatchId, B> {
  const batches = rows.flatMap((row) => (row && readable(codec, row, name)) ?? []);
  return new Map(batches.map((batch) => [batch.id, batch]));
}

async function readDocument(database: Database, name: DocumentName): Promise<StoredDocument | undefined> {
  const tx = database.transaction(DOCUMENT_STORES, 'readonly');
  ignoreFailure(tx.done);
  const rows = rowsOf(name);
  const chunkStore = tx.objectStore('chunks');
  const outboxStore = tx.objectStore('outbox');
  const quarantineStore = tx.objectStore('quarantine');
  const [kindRow, positionRow, chunkKeys, chunkRows, outboxKeys, outboxRows, quarantineKeys, quarantineRows] =
    await Promise.all([
      tx.objectStore('documents').get(name),
      tx.objectStore('positions').get(name),
      chunkStore.getAllKeys(rows),
      chunkStore.getAll(rows),
      outboxStore.getAllKeys(rows),
      outboxStore.getAll(rows),
      quarantineStore.getAllKeys(rows),
      quarantineStore.getAll(rows),
    ]);
  if (kindRow === undefined) {
    if (chunkKeys.length + outboxKeys.length === 0) return undefined;
    throw corrupt(`documents ${name}`, 'the record that says what kind it is is missing');
  }
  const damage: CausewayError<'storage/corrupt'>[] = [];
  const readAll = <T>(
    codec: Codec<T>,
    store: StoreName,
    keys: readonly IDBValidKey[],
    found: readonly Sealed[],
  ): T[] =>
    found.flatMap((row, index) => {
      try {
        return [unseal(codec, row, `${store} ${JSON.stringify(keys[index])}`)];
      } catch (error) {
        if (!CausewayError.is(error, 'storage/corrupt')) throw error;
        damage.push(error);
        return [];
      }
    });
  const [position] =
    positionRow === undefined ? [] : readAll(positionCodec, 'positions', [name], [positionRow]);
  const chunks = readAll(chunkCodec, 'chunks', chunkKeys, chunkRows);
  const outbox = readAll(batchCodec, 'outbox', outboxKeys, outboxRows).sort(byMaking);
  const quarantine = readAll(quarantineCodec, 'quarantine', quarantineKeys, quarantineRows).sort(byMaking);
  return {
    name,
    kind: unseal(kindCodec, kindRow, `documents ${name}`),
    position: damage.length === 0 ? position : undefined,
    chunks,
    outbox,
    quarantine,
    damage,
  };
}

async function compactDocument(database: Database, name: DocumentName, merge: MergeChunks): Promise<void> {
  const found = await readTail(database, name);
  if (found === undefined) return;
  const merged = merge(found.updates, found.whole);
  const tx = database.transaction('chunks', 'readwrite', STRICT);
  ignoreFailure(tx.done);
  const present = new Set((await tx.store.getAllKeys(rowsOf(name))).map(String));
  const last = found.keys.at(-1);
  // When another tab has merged some of them meanwhile, its work stands and ours is dropped.
  if (last !== undefined && found.keys.every((key) => present.has(String(key)))) {
    for (const key of found.keys) ignoreFailure(tx.store.delete(key));
    ignoreFailure(tx.store.put(seal(chunkCodec, merged), [name, last[1], merged.length]));
  }
  await committed(tx);
}

interface Tail {
  readonly keys: readonly ChunkKey[];
  readonly updates: readonly Uint8Array[];
  readonly whole: boolean;
}

/** The chunks to merge: those that can be read. Undefined when merging would save nothing. */
async function readTail(database: Database, name: DocumentName): Promise<Tail | undefined> {
  const tx = database.transaction('chunks', 'readonly');
  ignoreFailure(tx.done);
  const keys = await tx.store.getAllKeys(rowsOf(name));
  const first = firstToMerge(keys.map(([, , bytes]) => bytes));
  const start = keys[first];
  if (start === undefined) return undefined;
  const rows = await tx.store.getAll(IDBKeyRange.bound(start, [name, []]));
  const tail = keys.slice(first).flatMap((key, index) => {
    const update = readableRow(chunkCodec, rows[index], name, key[1]);
    return update === undefined ? [] : [{ key, update }];
  });
  if (tail.length < 2) return undefined;
  return {
    keys: tail.map(({ key }) => key),
    updates: tail.map(({ update }) => update),
    whole: tail.length === keys.length,
  };
}

async function listDocuments(database: Database): Promise<readonly StoredEntry[]> {
  const tx = database.transaction(['documents', 'outbox', 'quarantine'], 'readonly');
  const documents = tx.objectStore('documents');
  const [names, rows, outbox, quarantine] = await Promise.all([
    documents.getAllKeys(),
    documents.getAll(),
    tx.objectStore('outbox').getAllKeys(),
    tx.objectStore('quarantine').getAllKeys(),
  ]);
  const [pending, quarantined] = [countsByName(outbox), countsByName(quarantine)];
  return rows.flatMap((row, index) => {
    const name = names[index];
    const kind = readable(kindCodec, row, String(name));
    // One that cannot be read is reported when it is opened.
    if (name === undefined || kind === undefined) return [];
    const counts = { pending: pending.get(name) ?? 0, quarantined: quarantined.get(name) ?? 0 };
    return [{ name: parseDocumentName(name), kind, ...counts }];
  });
}

function countsByName(keys: readonly BatchKey[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [name] of keys) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Every row of one document: arrays sort behind numbers and strings. */
function rowsOf(name: DocumentName): IDBKeyRange {
  return IDBKeyRange.bound([name], [name, []]);
}

/** The value, or undefined when the record is damaged: it stays where it is, and `load` reports it. */
function readable<T>(codec: Codec<T>, row: Sealed, key: string): T | undefined {
  try {
    return unseal(codec, row, key);
  } catch (error) {
    if (CausewayError.is(error, 'storage/corrupt')) return undefined;
    throw error;
  }
}

function readableRow<T>(
  codec: Codec<T>,
  row: Sealed | undefined,
  name: DocumentName,
  part: number,
): T | undefined {
  return row === undefined ? undefined : readable(codec, row, `${name} ${part}`);
}

/** When a transaction fails, each of its requests does, and `done` tells why: that one counts. */
function ignoreFailure(request: Promise<unknown>): void {
  request.catch(() => {});
}

/** Commits at once, without waiting for the requests to be answered, and resolves when everything is on disk. */
function committed(tx: { commit(): void; readonly done: Promise<void> }): Promise<void> {
  tx.commit();
  return tx.done;
}

async function openDatabase(
  { database: name, setTimer }: IndexedDbStoreOptions,
  onGone: (database: Database) => void,
): Promise<{ readonly database: Database; readonly isNew: boolean }> {
  let isNew = false;
  let current: Database | undefined;
  let isGivenUp = false;
  const gone = (): void => {
    if (current !== undefined) onGone(current);
  };
  const opening = openDB<Schema>(name, DATABASE_VERSION, {
    upgrade: (database, oldVersion) => {
      isNew = oldVersion === 0;
      createStores(database);
    },
    blocking: gone,
    terminated: gone,
  });
  let cancel = (): void => {};
  const tooLong = new Promise<never>((_, reject) => {
    cancel = setTimer(OPEN_TIMEOUT_MS, () => {
      isGivenUp = true;
      reject(
        new Error(`not open after ${OPEN_TIMEOUT_MS} ms: another tab of this site holds it; close that`),
      );
    });
  });
  try {
    // Too late is not never: then it is only to be closed again.
    ignoreFailure(opening.then((database) => isGivenUp && database.close()));
    current = await Promise.race([opening, tooLong]);
  } catch (error) {
    throw error instanceof Error && error.name === 'VersionError' ? await newerVersion(name) : error;
  } finally {
    cancel();
  }
  return { database: current, isNew };
}

function createStores(database: Database): void {
  for (const store of ALL_STORES) database.createObjectStore(store);
}

async function newerVersion(name: string): Promise<CausewayError<'storage/version'>> {
  const found = (await indexedDB.databases()).find((database) => database.name === name)?.version;
  return storeVersion(found ?? DATABASE_VERSION + 1, DATABASE_VERSION);
}

/** The browser has closed the database: for good reasons, for a bug, or because another page deletes it. */
function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof DOMException && ['InvalidStateError', 'AbortError', 'UnknownError'].includes(error.name)
  );
}
