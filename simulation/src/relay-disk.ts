/**
 * The relay's disk: a document log of ours with times and faults. Writes wait for the commit that is under way and share the
 * next one, as a log with group commit has it; a commit is done whole or not at all. When the relay dies the commit under way
 * may have got through, though nobody was told; what waited behind it is gone.
 */
import { CausewayError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import type { Seeded, VirtualTime } from '@causeway/core/testing';
import { type DocumentLog, type LogHead, type LogSlice, MemoryDocumentLog } from '@causeway/relay';
import { type DiskFault, diskError } from './browser-disk.ts';
import type { HostProcess } from './host-process.ts';

/** How long a commit takes. */
const MOST_LATENCY_MS = 8;
const EVERYTHING_BYTES = Number.MAX_SAFE_INTEGER;
const NAMES_AT_ONCE = 1000;
const NO_BYTES = new Uint8Array();

/** Told of what has become durable, in order. */
export interface DurableEntries {
  appended(name: DocumentName, epoch: number, offset: number, update: Uint8Array): void;
}

/** One write: done when its commit is, or refused with it. */
interface Write {
  readonly act: () => Promise<void>;
  readonly refuse: (error: unknown) => void;
}

export class RelayDisk {
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #entries: DurableEntries;
  #kept: MemoryDocumentLog;
  #log: DiskLog | undefined;
  fault: DiskFault | undefined;
  /** No commit is done before this. */
  stalledUntilMs = 0;
  /** Writes that met a fault; commits that a crash undid, and such as got through though nobody was told. */
  refused = 0;
  undone = 0;
  untold = 0;

  constructor(time: VirtualTime, random: Seeded, entries: DurableEntries) {
    this.#time = time;
    this.#random = random;
    this.#entries = entries;
    this.#kept = new MemoryDocumentLog(() => random.u32());
  }

  /** The log as a relay opens it. The one opened before is dead or closed. */
  open(process: HostProcess): DocumentLog {
    this.#log = new DiskLog(this, process);
    return this.#log;
  }

  /** The relay has died. */
  crash(): void {
    this.#log?.crash(this.#random.chance(0.5));
    this.#log = undefined;
  }

  /** What is durable now, without waiting: for checks. */
  get content(): DocumentLog {
    return this.#kept;
  }

  /** A copy of what is durable now. Its documents have epochs of their own, as after a restore. */
  async backup(): Promise<MemoryDocumentLog> {
    const copy = new MemoryDocumentLog(() => this.#random.u32());
    for (const name of await this.#kept.list({ limit: NAMES_AT_ONCE })) {
      const head = await this.#kept.find(name);
      if (head === undefined) continue;
      await copy.open(name, head.kind);
      const { snapshot, entries } = await this.#kept.read(name, 0, EVERYTHING_BYTES);
      const spare = entries[0]?.batch;
      for (let offset = 0; snapshot !== undefined && offset < snapshot.offset; offset++)
        await copy.append(name, spare ?? ANY_BATCH, NO_BYTES);
      if (snapshot !== undefined) await copy.writeSnapshot(name, snapshot.offset, snapshot.update);
      for (const { batch, update } of entries) await copy.append(name, batch, update);
    }
    return copy;
  }

  /** Puts a backup in place of what is there. No relay runs. */
  restore(backup: MemoryDocumentLog): void {
    this.#kept = backup;
  }

  get latencyMs(): number {
    const stall = Math.max(0, this.stalledUntilMs - this.#time.now());
    return stall + this.#random.between(1, MOST_LATENCY_MS);
  }

  after(ms: number, run: () => void): void {
    this.#time.setTimer(ms, run);
  }

  /** Does a commit, in a log that is alive or died with it under way. */
  async commit(writes: readonly Write[], wasUntold: boolean): Promise<void> {
    const { fault } = this;
    if (wasUntold) this.untold += 1;
    for (const { act, refuse } of writes) {
      if (fault === undefined) {
        await act();
        continue;
      }
      this.refused += 1;
      refuse(diskError(fault));
    }
  }

  async append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number> {
    const offset = await this.#kept.append(name, batch, update);
    const head = await this.#kept.find(name);
    if (head !== undefined) this.#entries.appended(name, head.epoch, offset, update);
    return offset;
  }
}

const ANY_BATCH = 1 as BatchId;

class DiskLog implements DocumentLog {
  readonly #disk: RelayDisk;
  readonly #process: HostProcess;
  #waiting: Write[] = [];
  #underWay: readonly Write[] | undefined;
  #state: 'open' | 'closed' | 'dead' = 'open';
  readonly #whenIdle: (() => void)[] = [];

  constructor(disk: RelayDisk, process: HostProcess) {
    this.#disk = disk;
    this.#process = process;
  }

  crash(gotThrough: boolean): void {
    const underWay = this.#underWay ?? [];
    this.#state = 'dead';
    this.#waiting = [];
    if (underWay.length === 0) return;
    if (gotThrough) void this.#disk.commit(underWay, true);
    else this.#disk.undone += 1;
  }

  async open(name: DocumentName, kind: DocumentKind): Promise<LogHead> {
    this.#check();
    const isThere = (await this.#disk.content.find(name)) !== undefined;
    if (isThere) return this.#read(() => this.#disk.content.open(name, kind));
    return this.#write(() => this.#disk.content.open(name, kind));
  }

  find(name: DocumentName): Promise<LogHead | undefined> {
    return this.#read(() => this.#disk.content.find(name));
  }

  append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number> {
    const copy = update.slice();
    return this.#write(() => this.#disk.append(name, batch, copy));
  }

  read(name: DocumentName, after: number, maxBytes: number): Promise<LogSlice> {
    return this.#read(() => this.#disk.content.read(name, after, maxBytes));
  }

  writeSnapshot(name: DocumentName, offset: number, update: Uint8Array): Promise<void> {
    const copy = update.slice();
    return this.#write(() => this.#disk.content.writeSnapshot(name, offset, copy));
  }

  list(options: Parameters<DocumentLog['list']>[0]): ReturnType<DocumentLog['list']> {
    return this.#read(() => this.#disk.content.list(options));
  }

  delete(name: DocumentName): Promise<void> {
    return this.#write(() => this.#disk.content.delete(name));
  }

  bury(name: DocumentName): Promise<void> {
    return this.#write(() => this.#disk.content.bury(name));
  }

  probe(): Promise<void> {
    return this.#write(async () => undefined);
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    if (this.#underWay !== undefined || this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  async #read<T>(action: () => Promise<T>): Promise<T> {
    this.#check();
    return this.#alive(action());
  }

  async #write<T>(action: () => Promise<T>): Promise<T> {
    this.#check();
    return this.#alive(
      new Promise<T>((resolve, reject) => {
        this.#waiting.push({ act: () => action().then(resolve, reject), refuse: reject });
        this.#commitNext();
      }),
    );
  }

  #commitNext(): void {
    if (this.#underWay !== undefined) return;
    if (this.#waiting.length === 0) {
      for (const tell of this.#whenIdle.splice(0)) tell();
      return;
    }
    const writes = this.#waiting;
    this.#waiting = [];
    this.#underWay = writes;
    this.#disk.after(this.#disk.latencyMs, () => {
      if (this.#state === 'dead') return;
      void this.#disk.commit(writes, false).then(() => {
        this.#underWay = undefined;
        this.#commitNext();
      });
    });
  }

  /** What the relay hears of it: when it runs, and never once it is dead. */
  #alive<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.#process.deliver(() => resolve(value)),
        (error: unknown) => this.#process.deliver(() => reject(error)),
      );
    });
  }

  #check(): void {
    if (this.#state !== 'open')
      throw new CausewayError('storage/closed', { what: 'log' }, 'the simulated log is closed');
  }
}
