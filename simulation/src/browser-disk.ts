/**
 * Where the tabs of one browser keep their documents: a store of ours on a disk with times and faults. A transaction takes a
 * while and is done whole or not at all; those of one browser are done in the order in which they were begun. Of a tab that
 * dies, what it had begun is done all the same; when the whole browser dies, up to some transaction and not beyond.
 */
import { type DocumentStore, MemoryStore } from '@causeway/client';
import { CausewayError } from '@causeway/core';
import type { DocumentName } from '@causeway/core/id';
import type { Seeded, VirtualTime } from '@causeway/core/testing';
import type { HostProcess } from './host-process.ts';

export type DiskFault = 'full' | 'failing';

/** How long a transaction takes. */
const MOST_LATENCY_MS = 12;
/** By then a write was answered: ten that wait for each other. */
const ANSWERED_BY_MS = 10 * MOST_LATENCY_MS;

type Write = Parameters<DocumentStore['write']>;

export class BrowserDisk {
  readonly place: string;
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #kept: MemoryStore;
  /** Lives of the browser, and what is done of the transactions of the last. */
  #life = 0;
  #isCut = false;
  #doneAtMs = 0;
  #faultyAtMs = Number.NEGATIVE_INFINITY;
  /** What every write meets from now on. */
  fault: DiskFault | undefined;
  /** Writes that met a fault, and transactions that a crash undid. */
  refused = 0;
  undone = 0;

  constructor(place: string, time: VirtualTime, random: Seeded) {
    this.place = place;
    this.#time = time;
    this.#random = random;
    this.#kept = new MemoryStore(time.now);
  }

  /** The store as one tab sees it. */
  open(process: HostProcess): DocumentStore {
    return new TabStore(this, process);
  }

  /** What is durable now, without waiting: for checks. */
  get content(): Pick<DocumentStore, 'load' | 'list'> {
    return this.#kept;
  }

  /** Begins a transaction of this tab. */
  transact<T>(process: HostProcess, isWrite: boolean, action: (kept: MemoryStore) => Promise<T>): Promise<T> {
    const life = this.#life;
    const fault = isWrite ? this.fault : undefined;
    if (fault !== undefined) this.#faultyAtMs = this.#time.now();
    const latency = this.#random.between(0, MOST_LATENCY_MS);
    this.#doneAtMs = Math.max(this.#doneAtMs, this.#time.now() + latency);
    return new Promise((resolve, reject) => {
      this.#time.setTimer(this.#doneAtMs - this.#time.now(), () => {
        if (this.#isUndone(life)) return;
        if (fault !== undefined) this.refused += 1;
        const done = fault === undefined ? action(this.#kept) : Promise.reject(diskError(fault));
        done.then(
          (value) => process.deliver(() => resolve(value)),
          (error: unknown) => process.deliver(() => reject(error)),
        );
      });
    });
  }

  /** Every write begun of late is done, or was answered with its fault. */
  get isWell(): boolean {
    return this.#time.now() - this.#faultyAtMs > ANSWERED_BY_MS;
  }

  /** The browser dies, with its tabs: of what is under way some is done, in order, and the rest is not. */
  crash(): void {
    this.#life += 1;
    this.#isCut = false;
  }

  /** Runs what needs the tab itself when the transaction is done. */
  transactInTab<T>(process: HostProcess, action: (kept: MemoryStore) => Promise<T>): Promise<T> {
    return this.transact(process, true, async () => undefined).then(() => action(this.#kept));
  }

  #isUndone(life: number): boolean {
    if (life === this.#life) return false;
    if (!this.#isCut && this.#random.chance(0.5)) return false;
    this.#isCut = true;
    this.undone += 1;
    return true;
  }
}

class TabStore implements DocumentStore {
  readonly durable = true;
  readonly place: string;
  readonly #disk: BrowserDisk;
  readonly #process: HostProcess;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(disk: BrowserDisk, process: HostProcess) {
    this.place = disk.place;
    this.#disk = disk;
    this.#process = process;
  }

  open(): Promise<void> {
    return this.#read('open', (kept) => kept.open());
  }

  load(name: DocumentName): ReturnType<DocumentStore['load']> {
    return this.#read('load', (kept) => kept.load(name));
  }

  write(...[name, kind, ...changes]: Write): Promise<void> {
    const copy = structuredClone(changes);
    return this.#write('write', (kept) => kept.write(name, kind, ...copy));
  }

  size(name: DocumentName): ReturnType<DocumentStore['size']> {
    return this.#read('size', (kept) => kept.size(name));
  }

  async compact(...compaction: Parameters<DocumentStore['compact']>): Promise<void> {
    this.#check('compact');
    await this.#track(this.#disk.transactInTab(this.#process, (kept) => kept.compact(...compaction)));
  }

  list(): ReturnType<DocumentStore['list']> {
    return this.#read('list', (kept) => kept.list());
  }

  delete(name: DocumentName): Promise<void> {
    return this.#write('delete', (kept) => kept.delete(name));
  }

  wipe(): Promise<void> {
    return this.#write('wipe', (kept) => kept.wipe());
  }

  replicas(): ReturnType<DocumentStore['replicas']> {
    return this.#read('replicas', (kept) => kept.replicas());
  }

  addReplica(...[id]: Parameters<DocumentStore['addReplica']>): Promise<void> {
    return this.#write('addReplica', (kept) => kept.addReplica(id));
  }

  retireReplica(...[id]: Parameters<DocumentStore['retireReplica']>): Promise<void> {
    return this.#write('retireReplica', (kept) => kept.retireReplica(id));
  }

  /** This browser never empties its storage. */
  onLost(): () => void {
    return () => undefined;
  }

  async recover(): Promise<void> {
    this.#check('recover');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }

  async #read<T>(what: string, action: (kept: MemoryStore) => Promise<T>): Promise<T> {
    this.#check(what);
    return this.#track(this.#disk.transact(this.#process, false, action));
  }

  async #write<T>(what: string, action: (kept: MemoryStore) => Promise<T>): Promise<T> {
    this.#check(what);
    return this.#track(this.#disk.transact(this.#process, true, action));
  }

  #track<T>(transaction: Promise<T>): Promise<T> {
    const done = transaction.finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    return done;
  }

  #check(what: string): void {
    if (!this.#isClosed) return;
    throw new CausewayError('storage/closed', { what }, `${what}: the store is closed`);
  }
}

export function diskError(fault: DiskFault): CausewayError {
  return fault === 'full'
    ? new CausewayError('storage/full', { what: 'disk' }, 'the simulated disk is full')
    : new CausewayError(
        'storage/failed',
        { what: 'disk', detail: 'fsync' },
        'the simulated disk failed to write',
      );
}
