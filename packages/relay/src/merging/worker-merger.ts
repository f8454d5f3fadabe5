/**
 * Merges on threads beside the event loop. A thread is begun when there is work for it, and ended when there was none for a while.
 *
 *      merge ──▶ queue ──▶ idle thread ──▶ merged
 *                  │  full            │ crashed, or took too long: ended, another is begun for the next
 *                  └──▶ storage/failed ◀┘ the job is not done again: it may be what broke it
 */
import { Worker } from 'node:worker_threads';
import { CausewayError } from '@causeway/core';
import type { DocumentKind } from '@causeway/core/id';
import { YJS_KIND } from '@causeway/core/yjs';
import type { Merger } from './merger.ts';

export interface MergeJob {
  readonly id: number;
  readonly kind: DocumentKind;
  readonly updates: readonly Uint8Array[];
  readonly collects: boolean;
}

export type MergeAnswer =
  | { readonly id: number; readonly merged: Uint8Array }
  | { readonly id: number; readonly failure: string };

export interface WorkerMergerOptions {
  /** What its threads run: the merge-worker beside this file, when it is left out. */
  readonly entry?: URL;
  /** Threads at once. */
  readonly threads: number;
  /** Whether what was deleted may be given up for good, in kinds that can. */
  readonly collects: boolean;
}

/** Jobs that may wait, and bytes of their updates: joins of large documents, one after the other. */
const MAX_QUEUED_JOBS = 1_000;
const MAX_QUEUED_BYTES = 512 * 1024 * 1024;
/** A hundred times what a document of 16 MB takes. */
const JOB_LIMIT_MS = 60_000;
/** A thread takes some 10 MB. */
const IDLE_MS = 10_000;

const ENTRY = new URL('./merge-worker.js', import.meta.url);

interface Waiting {
  readonly job: MergeJob;
  readonly bytes: number;
  readonly resolve: (merged: Uint8Array) => void;
  readonly reject: (error: CausewayError) => void;
}

interface Thread {
  readonly worker: Worker;
  at: Waiting | undefined;
  timer: ReturnType<typeof setTimeout>;
}

export class WorkerMerger implements Merger {
  readonly #options: WorkerMergerOptions;
  readonly #threads = new Set<Thread>();
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  #ids = 0;
  #closed = false;

  constructor(options: WorkerMergerOptions) {
    this.#options = options;
  }

  merge(kind: DocumentKind, updates: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#enqueue(kind, updates, false);
  }

  fold(kind: DocumentKind, updates: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#enqueue(kind, updates, this.collects(kind));
  }

  collects(kind: DocumentKind): boolean {
    return this.#options.collects && kind === YJS_KIND;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(notMerged('the relay stops'));
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, 'the relay stops')));
  }

  #enqueue(kind: DocumentKind, updates: readonly Uint8Array[], collects: boolean): Promise<Uint8Array> {
    const bytes = updates.reduce((sum, { length }) => sum + length, 0);
    if (this.#closed) return Promise.reject(notMerged('the relay stops'));
    if (this.#queue.length >= MAX_QUEUED_JOBS || this.#queuedBytes + bytes > MAX_QUEUED_BYTES)
      return Promise.reject(notMerged(`${this.#queue.length} merges of ${this.#queuedBytes} bytes wait`));
    this.#ids += 1;
    const job = { id: this.#ids, kind, updates, collects };
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, bytes, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const thread = [...this.#threads].find(({ at }) => at === undefined) ?? this.#begin();
    const waiting = thread === undefined ? undefined : this.#queue.shift();
    if (thread === undefined || waiting === undefined) return;
    this.#queuedBytes -= waiting.bytes;
    thread.at = waiting;
    clearTimeout(thread.timer);
    thread.timer = setTimeout(
      () => void this.#end(thread, `no answer after ${JOB_LIMIT_MS} ms`),
      JOB_LIMIT_MS,
    );
    thread.worker.postMessage(waiting.job);
  }

  /** Undefined when there are as many as there may be. */
  #begin(): Thread | undefined {
    if (this.#threads.size >= this.#options.threads) return undefined;
    // It runs what is compiled, whatever the flags of this process say.
    const worker = new Worker(this.#options.entry ?? ENTRY, { execArgv: [] });
    const thread: Thread = { worker, at: undefined, timer: setTimeout(() => undefined, 0) };
    // A relay that has nothing else to do may end.
    worker.unref();
    worker.on('message', (answer: MergeAnswer) => this.#answered(thread, answer));
    worker.on('error', (error: unknown) => void this.#end(thread, String(error)));
    worker.on('exit', () => void this.#end(thread, 'its thread ended'));
    this.#threads.add(thread);
    return thread;
  }

  #answered(thread: Thread, answer: MergeAnswer): void {
    const { at } = thread;
    if (at === undefined || at.job.id !== answer.id) return;
    thread.at = undefined;
    clearTimeout(thread.timer);
    thread.timer = setTimeout(() => void this.#end(thread, 'idle'), IDLE_MS);
    thread.timer.unref();
    if ('merged' in answer) at.resolve(answer.merged);
    else at.reject(notMerged(answer.failure));
    this.#next();
  }

  async #end(thread: Thread, why: string): Promise<void> {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.timer);
    thread.at?.reject(notMerged(why));
    thread.at = undefined;
    await thread.worker.terminate();
    this.#next();
  }
}

function notMerged(detail: string): CausewayError<'storage/failed'> {
  return new CausewayError(
    'storage/failed',
    { what: 'merge', detail },
    `updates were not merged (${detail}); try again later`,
  );
}
