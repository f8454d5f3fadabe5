/**
 * Folding on worker threads, which share no functions with the event loop: they load the formats from a module. What is small
 * is done on the event loop all the same, since to hand it over takes longer.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { UpdateFormat, Version } from '@causeway/core/format';
import { type DocumentKind, familyOf } from '@causeway/core/id';
import { errorOf, type FoldAnswer, type FoldJob, pack } from './fold-job.ts';
import { type Folding, LOOP_FOLDING, type Merged } from './folding.ts';
import { WorkerPool } from './worker-pool.ts';

export interface WorkerFoldingOptions {
  /** A JavaScript module that exports `formats`, a list of format families. */
  readonly module: URL;
  /** The families that are in it. Others are worked on on the event loop. */
  readonly families: readonly string[];
  /** At most so many threads; without it one less than there are cores, and at least one. */
  readonly workers?: number;
  /** What a thread runs: the module of this package, compiled. */
  readonly entry?: URL;
  readonly maxJobMs?: number;
  readonly maxHeapMb?: number;
}

/** Below this many bytes a job takes about as long as handing it over. */
const MIN_APART_BYTES = 64 * 1024;
/** Ten times as long as 64 MB take. */
const DEFAULT_MAX_JOB_MS = 60_000;
/** The objects of a live document take some twenty times its bytes; a quarter of a small machine has to do. */
const DEFAULT_MAX_HEAP_MB = Math.min(2048, Math.ceil(totalmem() / 4 / 1024 ** 2));
/** Four of the largest folds. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;
/** To start a thread takes a tenth of a second, and one that does nothing takes some ten megabytes. */
const IDLE_MS = 30_000;
const ENTRY = new URL('./fold-worker.js', import.meta.url);

export class WorkerFolding implements Folding {
  readonly #families: ReadonlySet<string>;
  readonly #pool: WorkerPool<FoldAnswer>;

  /** Starts no thread before there is something to do. */
  constructor({ module, families, workers, entry = ENTRY, maxJobMs, maxHeapMb }: WorkerFoldingOptions) {
    this.#families = new Set(families);
    this.#pool = new WorkerPool({
      entry,
      data: { module: module.href },
      maxWorkers: Math.max(1, workers ?? availableParallelism() - 1),
      maxQueuedBytes: MAX_QUEUED_BYTES,
      maxJobMs: maxJobMs ?? DEFAULT_MAX_JOB_MS,
      maxHeapMb: maxHeapMb ?? DEFAULT_MAX_HEAP_MB,
      idleMs: IDLE_MS,
    });
  }

  isApart(kind: DocumentKind): boolean {
    return this.#families.has(familyOf(kind));
  }

  async merge(format: UpdateFormat, updates: readonly Uint8Array[], collect: boolean): Promise<Merged> {
    const [only] = updates;
    const collects = collect && format.collect !== undefined;
    if (updates.length === 1 && only !== undefined && !collects) return { update: only, version: undefined };
    const bytes = updates.reduce((sum, { length }) => sum + length, 0);
    if (!this.#takes(format, bytes)) return LOOP_FOLDING.merge(format, updates, collect);
    const { packed, lengths } = pack(updates);
    return this.#run({ type: 'merge', kind: format.kind, packed, lengths, collect }, packed);
  }

  async versionOf(format: UpdateFormat, update: Uint8Array): Promise<Version> {
    if (!this.#takes(format, update.length)) return format.versionOf(update);
    const copy = new Uint8Array(update);
    const { version } = await this.#run({ type: 'version', kind: format.kind, update: copy }, copy);
    return version ?? format.versionOf(update);
  }

  async diff(format: UpdateFormat, update: Uint8Array, since: Version): Promise<Uint8Array> {
    if (!this.#takes(format, update.length)) return format.diff(update, since);
    const copy = new Uint8Array(update);
    return (await this.#run({ type: 'diff', kind: format.kind, update: copy, since }, copy)).update;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #takes({ kind }: UpdateFormat, bytes: number): boolean {
    return bytes >= MIN_APART_BYTES && this.isApart(kind);
  }

  async #run(job: FoldJob, moved: Uint8Array<ArrayBuffer>): Promise<Merged> {
    const answer = await this.#pool.run(job, moved.length, [moved.buffer]);
    if (answer.type === 'failed') throw errorOf(answer);
    return answer;
  }
}
