/**
 * The document log in LMDB: embedded, one file, safe to kill. log-record.ts has the layout, lmdb-file.ts what a commit
 * promises.
 *
 *   append ─┐
 *   append ─┼─▶ queue ──▶ group ──▶ one LMDB transaction on another thread ──▶ fsync ──▶ all of the group resolve
 *   open  ──┘   bounded     ▲                                                     │
 *                           └────────────── the next group is taken ◀─────────────┘
 *
 * One group is under way at a time. Offsets are given when a group is taken, from the heads on disk, so a commit that
 * fails has moved nothing. While the disk works, the next group gathers: the slower the disk, the more writes share a
 * commit. Reads are synchronous look-ups in mapped memory on the event loop, bounded by what the caller asks for.
 */
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import { folderTaken, holdsDataFolder, lockDataFolder } from './data-folder-lock.ts';
import type { DocumentLog, LogEntry, LogHead, LogSlice } from './document-log.ts';
import { randomEpoch } from './epoch.ts';
import { type LmdbFile, openFailed, openLmdbFile } from './lmdb-file.ts';
import {
  checkSnapshotOffset,
  documentDeleted,
  kindMismatch,
  logClosed,
  notOpened,
  queueFull,
} from './log-errors.ts';
import {
  corruptRecord,
  decodeEntry,
  decodeFormatVersion,
  decodeHead,
  decodeSnapshot,
  encodeEntry,
  encodeFormatVersion,
  encodeHead,
  encodeSnapshot,
  endKey,
  entryKey,
  FIRST_NAME_KEY,
  FORMAT_KEY,
  headKey,
  isTombstone,
  nameOfKey,
  snapshotKey,
  tombstone,
} from './log-record.ts';

export interface LmdbDocumentLogOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /** Unsigned 32-bit integers; epochs are made of them. */
  readonly random: () => number;
  /** Bytes that may wait for the disk before appends are refused. */
  readonly maxQueuedBytes?: number;
  /** Told of every commit: how long it took, in seconds, and how many writes shared it. */
  readonly onCommit?: (seconds: number, writes: number) => void;
}

/** The file in a data folder that holds everything. */
export const DOCUMENTS_FILE = 'documents.mdb';
const FORMAT_VERSION = 1;
/** A second or two of a slow disk. */
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** One commit takes about this much, so that the first of a group does not wait for all that is queued. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** The same for small writes, and for the time that staging them takes on the event loop (some 20 ms). */
const MAX_GROUP_WRITES = 2000;
/** A commit that fails with less than this left on the disk failed for want of room: no group is much larger. */
const NEARLY_FULL_BYTES = 2 * MAX_GROUP_BYTES;
/**
 * From the start of one commit to that of the next. A commit takes most of a millisecond of the processor whatever is in it:
 * who writes now and then waits for nothing, who writes all the time waits for others to join in, and sees no difference.
 */
const COMMIT_EVERY_MS = 25;
/** The same after a commit of this many writes: each document that is written to costs a page or two, however much it got. */
const BUSY_COMMIT_EVERY_MS = 50;
const BUSY_WRITES = 200;
/** Heads kept in memory, some 150 bytes each: all of the documents that are written to at a time. */
const MAX_KEPT_HEADS = 20_000;
/** Documents given new epochs in one commit. */
const MAX_RENEWED = 1000;
/** Folded entries removed in one commit. */
const MAX_REMOVED_ENTRIES = 2000;

export class LmdbDocumentLog implements DocumentLog {
  readonly #file: LmdbFile;
  readonly #folder: string;
  readonly #random: () => number;
  readonly #maxQueuedBytes: number;
  readonly #onCommit: (seconds: number, writes: number) => void;
  readonly #unlock: () => void;
  /** Heads as they are on disk, of the documents that were written to last. */
  readonly #heads = new Map<DocumentName, LogHead>();
  /** Writes not yet taken into a group, oldest first. */
  readonly #queue: QueuedWrite[] = [];
  /** Bytes of the queue and of the group under way. */
  #queuedBytes = 0;
  #committing: Promise<void> | undefined;
  #nextCommitAt = 0;
  #closed = false;

  /** Opens or creates the log in a folder. `storage/*` when that folder is in use, damaged, or of a newer version. */
  static async open(options: LmdbDocumentLogOptions): Promise<LmdbDocumentLog> {
    const { folder } = options;
    makeFolder(folder);
    if (holdsDataFolder(folder)) throw folderTaken(folder, folder, process);
    const file = await openLmdbFile(join(folder, DOCUMENTS_FILE));
    let unlock: (() => void) | undefined;
    try {
      unlock = lockDataFolder(folder, (take) => file.transactionSync(take));
      await checkFormat(file);
      return new LmdbDocumentLog(file, options, unlock);
    } catch (error) {
      await file.close();
      unlock?.();
      throw error;
    }
  }

  private constructor(file: LmdbFile, options: LmdbDocumentLogOptions, unlock: () => void) {
    this.#file = file;
    this.#folder = options.folder;
    this.#random = options.random;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
    this.#onCommit = options.onCommit ?? (() => undefined);
    this.#unlock = unlock;
  }

  async open(name: DocumentName, kind: DocumentKind): Promise<LogHead> {
    return (
      this.#readHead(name, kind) ??
      this.#write(kind.length, (staging) => staging.create(name, kind, this.#random))
    );
  }

  async find(name: DocumentName): Promise<LogHead | undefined> {
    this.#checkOpen();
    const head = readHead(this.#file, name);
    return head === undefined || isTombstone(head) ? undefined : head;
  }

  append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number> {
    const { length } = update;
    return this.#enqueue(length, (resolve, reject) => new QueuedAppend(name, batch, update, resolve, reject));
  }

  async read(name: DocumentName, after: number, maxBytes: number): Promise<LogSlice> {
    this.#checkOpen();
    const head = opened(name, readHead(this.#file, name));
    const snapshot = after < head.snapshot ? readSnapshot(this.#file, name, head.snapshot) : undefined;
    let bytes = snapshot?.update.length ?? 0;
    let last = snapshot?.offset ?? after;
    const entries: LogEntry[] = [];
    while (last < head.head) {
      const entry = readEntry(this.#file, name, last + 1);
      bytes += entry.update.length;
      if (bytes > maxBytes && (snapshot !== undefined || entries.length > 0)) break;
      entries.push(entry);
      last += 1;
    }
    return { snapshot, entries, atHead: last >= head.head };
  }

  async writeSnapshot(name: DocumentName, offset: number, update: Uint8Array): Promise<void> {
    const written = await this.#write(update.length, (staging) => staging.snapshot(name, offset, update));
    if (!written) return;
    while (await this.#write(0, (staging) => staging.trim(name)));
  }

  async list(options: {
    readonly after?: DocumentName;
    readonly limit: number;
  }): Promise<readonly DocumentName[]> {
    this.#checkOpen();
    const names: DocumentName[] = [];
    let start = options.after === undefined ? FIRST_NAME_KEY : endKey(options.after);
    while (names.length < options.limit) {
      const [key] = this.#file.getKeys({ start, limit: 1 });
      if (key === undefined) break;
      const name = nameOfKey(key);
      start = endKey(name);
      if (!isBuried(this.#file, name)) names.push(name);
    }
    return names;
  }

  async delete(name: DocumentName): Promise<void> {
    await this.#write(0, (staging) => staging.delete(name));
  }

  async bury(name: DocumentName): Promise<void> {
    await this.#write(0, (staging) => staging.bury(name, this.#random));
  }

  /** Gives every document a new epoch, which makes clients send again what this log may lack. Returns how many there are. */
  async renewEpochs(): Promise<number> {
    let count = 0;
    for (let names = await this.list({ limit: MAX_RENEWED }); names.length > 0; ) {
      await this.#write(0, (staging) => staging.renew(names, this.#random));
      count += names.length;
      const last = names.at(-1);
      names = last === undefined ? [] : await this.list({ after: last, limit: MAX_RENEWED });
    }
    return count;
  }

  /** Writes what is there already. */
  async probe(): Promise<void> {
    await this.#write(0, (staging) => staging.touch());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing;
    await this.#file.close();
    this.#unlock();
  }

  #readHead(name: DocumentName, kind: DocumentKind): LogHead | undefined {
    this.#checkOpen();
    const head = readHead(this.#file, name);
    if (head !== undefined && isTombstone(head)) throw documentDeleted(name);
    if (head !== undefined && head.kind !== kind) throw kindMismatch(name, head.kind, kind);
    return head;
  }

  /** Queues a write; resolves to what `stage` returned when it is durable. */
  #write<T>(bytes: number, stage: (staging: Staging) => T): Promise<T> {
    return this.#enqueue<T>(bytes, (resolve, reject) => new QueuedChange(bytes, stage, resolve, reject));
  }

  #enqueue<T>(
    bytes: number,
    queued: (resolve: (result: T) => void, reject: (error: unknown) => void) => QueuedWrite,
  ): Promise<T> {
    if (this.#closed) return Promise.reject(logClosed());
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#maxQueuedBytes) {
      return Promise.reject(queueFull(this.#queuedBytes, this.#maxQueuedBytes));
    }
    this.#queuedBytes += bytes;
    return new Promise<T>((resolve, reject) => {
      this.#queue.push(queued(resolve, reject));
      this.#committing ??= this.#commitQueue();
    });
  }

  /** Commits group after group until the queue is empty. Never rejects. */
  async #commitQueue(): Promise<void> {
    // What else this turn of the event loop brings in joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      await pause(this.#nextCommitAt - performance.now());
      const group = this.#takeGroup();
      const everyMs = group.length >= BUSY_WRITES ? BUSY_COMMIT_EVERY_MS : COMMIT_EVERY_MS;
      const begunAt = performance.now();
      this.#nextCommitAt = begunAt + everyMs;
      await commitGroup(this.#file, this.#folder, group, this.#heads);
      this.#onCommit((performance.now() - begunAt) / 1000, group.length);
      for (const write of group) this.#queuedBytes -= write.bytes;
    }
    this.#committing = undefined;
  }

  #takeGroup(): readonly QueuedWrite[] {
    let [count, bytes] = [0, 0];
    for (const write of this.#queue) {
      if (count > 0 && (bytes + write.bytes > MAX_GROUP_BYTES || count >= MAX_GROUP_WRITES)) break;
      count += 1;
      bytes += write.bytes;
    }
    return this.#queue.splice(0, count);
  }

  #checkOpen(): void {
    if (this.#closed) throw logClosed();
  }
}

interface QueuedWrite {
  readonly bytes: number;
  /** Puts the write into the transaction, or throws and puts nothing. */
  stage(staging: Staging): void;
  /** It is durable. */
  done(): void;
  reject(error: unknown): void;
}

/** An append that waits. Thousands do at a time, so each is one object and no closures. */
class QueuedAppend implements QueuedWrite {
  readonly #name: DocumentName;
  readonly #batch: BatchId;
  readonly #update: Uint8Array;
  readonly #resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
  #offset = 0;

  constructor(
    name: DocumentName,
    batch: BatchId,
    update: Uint8Array,
    resolve: (offset: number) => void,
    reject: (error: unknown) => void,
  ) {
    this.#name = name;
    this.#batch = batch;
    this.#update = update;
    this.#resolve = resolve;
    this.reject = reject;
  }

  get bytes(): number {
    return this.#update.length;
  }

  stage(staging: Staging): void {
    this.#offset = staging.append(this.#name, this.#batch, this.#update);
  }

  done(): void {
    this.#resolve(this.#offset);
  }
}

/** Any other write. */
class QueuedChange<T> implements QueuedWrite {
  readonly bytes: number;
  readonly #stage: (staging: Staging) => T;
  readonly #resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
  #result: { readonly value: T } | undefined;

  constructor(
    bytes: number,
    stage: (staging: Staging) => T,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.bytes = bytes;
    this.#stage = stage;
    this.#resolve = resolve;
    this.reject = reject;
  }

  stage(staging: Staging): void {
    this.#result = { value: this.#stage(staging) };
  }

  done(): void {
    if (this.#result !== undefined) this.#resolve(this.#result.value);
  }
}

/** Settles every write of the group: those that cannot be staged alone, the others together. */
async function commitGroup(
  file: LmdbFile,
  folder: string,
  group: readonly QueuedWrite[],
  heads: Map<DocumentName, LogHead>,
): Promise<void> {
  const staging = new Staging(file, heads);
  const staged: QueuedWrite[] = [];
  for (const write of group) {
    try {
      write.stage(staging);
      staged.push(write);
    } catch (error) {
      write.reject(error);
    }
  }
  try {
    await staging.commit();
  } catch (error) {
    const failure = await commitFailed(error, folder);
    for (const write of staged) write.reject(failure);
    return;
  }
  staging.keepHeads();
  for (const write of staged) write.done();
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

interface AddedEntry {
  readonly name: DocumentName;
  readonly offset: number;
  readonly bytes: number;
}

/** The changes of one transaction, seen by those that come later in it. */
class Staging {
  readonly #file: LmdbFile;
  /** Heads as they are on disk. */
  readonly #kept: Map<DocumentName, LogHead>;
  readonly #heads = new Map<DocumentName, LogHead | undefined>();
  /** Undefined removes. */
  readonly #records: { readonly key: Buffer; readonly record: Buffer | undefined }[] = [];
  /** The entries that this transaction adds. */
  #added: AddedEntry[] = [];

  constructor(file: LmdbFile, kept: Map<DocumentName, LogHead>) {
    this.#file = file;
    this.#kept = kept;
  }

  /** What it has changed is on disk now. */
  keepHeads(): void {
    for (const [name, head] of this.#heads) {
      this.#kept.delete(name);
      if (head !== undefined) this.#kept.set(name, head);
    }
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT_HEADS) break;
      this.#kept.delete(name);
    }
  }

  create(name: DocumentName, kind: DocumentKind, random: () => number): LogHead {
    const found = this.#head(name);
    if (found !== undefined && isTombstone(found)) throw documentDeleted(name);
    if (found !== undefined && found.kind !== kind) throw kindMismatch(name, found.kind, kind);
    if (found !== undefined) return found;
    const head = { kind, epoch: randomEpoch(random), head: 0, snapshot: 0, snapshotBytes: 0, tailBytes: 0 };
    this.#heads.set(name, head);
    return head;
  }

  append(name: DocumentName, batch: BatchId, update: Uint8Array): number {
    const head = this.#opened(name);
    const offset = head.head + 1;
    const key = entryKey(name, offset);
    this.#records.push({ key, record: encodeEntry(key, { offset, batch, update }) });
    // Every update comes here, and a spread takes ten times as long.
    const { kind, epoch, snapshot, snapshotBytes } = head;
    const tailBytes = head.tailBytes + update.length;
    this.#heads.set(name, { kind, epoch, head: offset, snapshot, snapshotBytes, tailBytes });
    this.#added.push({ name, offset, bytes: update.length });
    return offset;
  }

  /** False when a later snapshot is there. */
  snapshot(name: DocumentName, offset: number, update: Uint8Array): boolean {
    const head = this.#opened(name);
    checkSnapshotOffset(name, offset, head.head);
    if (head.snapshot >= offset) return false;
    const tailBytes = this.#bytesAfter(name, offset, head.head);
    const key = snapshotKey(name);
    this.#records.push({ key, record: encodeSnapshot(key, offset, update) });
    this.#heads.set(name, { ...head, snapshot: offset, snapshotBytes: update.length, tailBytes });
    return true;
  }

  /** Removes the first entries that the snapshot holds; true when there may be more. */
  trim(name: DocumentName): boolean {
    const head = this.#head(name);
    if (head === undefined) return false;
    const range = {
      start: entryKey(name, 0),
      end: entryKey(name, head.snapshot + 1),
      limit: MAX_REMOVED_ENTRIES,
    };
    const keys = [...this.#file.getKeys(range)];
    for (const key of keys) this.#records.push({ key, record: undefined });
    return keys.length === MAX_REMOVED_ENTRIES;
  }

  renew(names: readonly DocumentName[], random: () => number): void {
    for (const name of names) this.#heads.set(name, { ...this.#opened(name), epoch: randomEpoch(random) });
  }

  /** Writes the version of the format, which is there. */
  touch(): void {
    this.#records.push({ key: FORMAT_KEY, record: encodeFormatVersion(FORMAT_VERSION) });
  }

  delete(name: DocumentName): void {
    for (const key of this.#file.getKeys({ start: entryKey(name, 0), end: endKey(name) })) {
      this.#records.push({ key, record: undefined });
    }
    for (const added of this.#added) {
      if (added.name === name) this.#records.push({ key: entryKey(name, added.offset), record: undefined });
    }
    this.#added = this.#added.filter((added) => added.name !== name);
    this.#heads.set(name, undefined);
  }

  bury(name: DocumentName, random: () => number): void {
    const found = this.#head(name);
    this.delete(name);
    this.#heads.set(name, tombstone(found?.epoch ?? randomEpoch(random)));
  }

  /** Resolves when the changes are on disk; rejects when none of them is. */
  async commit(): Promise<void> {
    for (const [name, head] of this.#heads) {
      const key = headKey(name);
      this.#records.push({ key, record: head === undefined ? undefined : encodeHead(key, head) });
    }
    if (this.#records.length === 0) return;
    await this.#file.batch(() => {
      for (const { key, record } of this.#records) {
        void (record === undefined ? this.#file.remove(key) : this.#file.put(key, record));
      }
    });
  }

  #head(name: DocumentName): LogHead | undefined {
    return this.#heads.get(name) ?? (this.#heads.has(name) ? undefined : this.#onDisk(name));
  }

  #onDisk(name: DocumentName): LogHead | undefined {
    return this.#kept.get(name) ?? readHead(this.#file, name);
  }

  #opened(name: DocumentName): LogHead {
    return opened(name, this.#head(name));
  }

  /** Bytes of the entries after `offset` up to `upTo`, those of this transaction included. */
  #bytesAfter(name: DocumentName, offset: number, upTo: number): number {
    const added = this.#added.filter((entry) => entry.name === name && entry.offset > offset);
    let bytes = added.reduce((sum, entry) => sum + entry.bytes, 0);
    const lastOnDisk = Math.min(upTo, (added[0]?.offset ?? upTo + 1) - 1);
    for (let later = offset + 1; later <= lastOnDisk; later++)
      bytes += readEntry(this.#file, name, later).update.length;
    return bytes;
  }
}

/** A document with a damaged head counts as one. */
function isBuried(file: LmdbFile, name: DocumentName): boolean {
  try {
    const head = readHead(file, name);
    return head === undefined || isTombstone(head);
  } catch (error) {
    if (!CausewayError.is(error, 'storage/corrupt')) throw error;
    return false;
  }
}

/** The head of a document that must be there. */
function opened(name: DocumentName, head: LogHead | undefined): LogHead {
  if (head === undefined) throw notOpened(name);
  if (isTombstone(head)) throw documentDeleted(name);
  return head;
}

function readHead(file: LmdbFile, name: DocumentName): LogHead | undefined {
  const key = headKey(name);
  const record = get(file, key);
  return record === undefined ? undefined : decodeHead(key, record);
}

function readEntry(file: LmdbFile, name: DocumentName, offset: number): LogEntry {
  const key = entryKey(name, offset);
  const record = get(file, key);
  if (record === undefined) throw corruptRecord(key, 'it is missing');
  return decodeEntry(key, record);
}

function readSnapshot(file: LmdbFile, name: DocumentName, offset: number): NonNullable<LogSlice['snapshot']> {
  const key = snapshotKey(name);
  const record = get(file, key);
  if (record === undefined) throw corruptRecord(key, 'it is missing');
  const snapshot = decodeSnapshot(key, record);
  if (snapshot.offset !== offset) throw corruptRecord(key, `its offset is ${snapshot.offset}, not ${offset}`);
  return snapshot;
}

function get(file: LmdbFile, key: Buffer): Buffer | undefined {
  try {
    return file.getBinary(key);
  } catch (error) {
    throw corruptRecord(key, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The cause of a failed commit stands in a promise of its own. A full disk shows as a short write, which LMDB calls an I/O error. */
async function commitFailed(error: unknown, folder: string): Promise<CausewayError> {
  const cause = error instanceof Error && 'commitError' in error ? error.commitError : error;
  const reason = await Promise.resolve(cause).catch((rejected: unknown) => rejected);
  const detail = reason instanceof Error ? reason.message : String(reason);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < NEARLY_FULL_BYTES) {
    return new CausewayError(
      'storage/full',
      { what: 'disk' },
      `the disk of ${folder} is full (${bavail * bsize} bytes left): make room; nothing of this commit was stored`,
      { cause: error },
    );
  }
  return new CausewayError(
    'storage/failed',
    { what: folder, detail },
    `a commit failed (${detail}): nothing of it was stored; check the disk`,
    { cause: error },
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw openFailed(folder, error);
  }
}

async function checkFormat(file: LmdbFile): Promise<void> {
  const record = file.getBinary(FORMAT_KEY);
  if (record === undefined) {
    await file.put(FORMAT_KEY, encodeFormatVersion(FORMAT_VERSION));
    return;
  }
  const found = decodeFormatVersion(record);
  if (found === FORMAT_VERSION) return;
  throw new CausewayError(
    'storage/version',
    { found, supported: FORMAT_VERSION },
    `the store is of format ${found}, this relay reads ${FORMAT_VERSION}: run the newer version that wrote it`,
  );
}
