/**
 * Threads that do one job after another, for work that would hold up the event loop. At most so many, started when there is
 * something to do and ended when there has been nothing for a while.
 *
 *   run ──▶ queue, bounded ──▶ idle thread ──▶ busy ──answer──▶ idle ──idle for long──▶ (ended)
 *                                               │
 *                                               └─ threw out of a job, ended, or took too long ──▶ replaced; the job rejects
 *
 * A job that brings a thread down is not tried again: it would bring down the next one too. Leaves out: what the jobs are
 * (worker-folding.ts).
 */
import { type Transferable, Worker } from 'node:worker_threads';
import { CausewayError } from '@causeway/core';

export interface WorkerPoolOptions {
  /** The compiled module that a thread runs. It answers each message with one message. */
  readonly entry: URL;
  /** What a thread is given at its start. */
  readonly data: unknown;
  readonly maxWorkers: number;
  /** Bytes of jobs that may wait; more are refused. */
  readonly maxQueuedBytes: number;
  /** A thread that has not answered by then hangs. */
  readonly maxJobMs: number;
  /** A thread whose heap outgrows this ends, instead of the process. */
  readonly maxHeapMb: number;
  /** A thread that has had nothing to do for this long ends. */
  readonly idleMs: number;
}

interface Job<Answer> {
  readonly message: unknown;
  readonly transfer: readonly Transferable[];
  readonly bytes: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class WorkerPool<Answer> {
  readonly #options: WorkerPoolOptions;
  readonly #queue: Job<Answer>[] = [];
  #queuedBytes = 0;
  readonly #threads = new Set<Thread<Answer>>();
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Threads that are there. */
  get size(): number {
    return this.#threads.size;
  }

  /**
   * Hands the job to a thread and resolves to its answer. `bytes` is what it takes while it waits. Rejects with
   * `storage/full` when too much waits, and with `storage/failed` when the thread came to an end over it.
   */
  run(message: unknown, bytes: number, transfer: readonly Transferable[] = []): Promise<Answer> {
    const { maxQueuedBytes } = this.#options;
    if (this.#closed) return Promise.reject(poolClosed());
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > maxQueuedBytes)
      return Promise.reject(poolFull(this.#queuedBytes + bytes, maxQueuedBytes));
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ message, transfer, bytes, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads; what waits or is under way rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(poolClosed());
    this.#queuedBytes = 0;
    await Promise.all([...this.#threads].map((thread) => thread.end('the relay stops')));
  }

  #next(): void {
    if (this.#queue.length === 0 || this.#closed) return;
    const idle = [...this.#threads].find((thread) => !thread.isBusy);
    const thread = idle ?? (this.#threads.size < this.#options.maxWorkers ? this.#start() : undefined);
    const job = thread === undefined ? undefined : this.#queue.shift();
    if (job === undefined) return;
    this.#queuedBytes -= job.bytes;
    thread?.take(job);
  }

  #start(): Thread<Answer> {
    const thread = new Thread<Answer>(this.#options, {
      free: () => this.#next(),
      gone: (gone) => {
        this.#threads.delete(gone);
        this.#next();
      },
    });
    this.#threads.add(thread);
    return thread;
  }
}

interface ThreadHost<Answer> {
  /** Its job is done. */
  free(): void;
  /** It is no more. Once. */
  gone(thread: Thread<Answer>): void;
}

class Thread<Answer> {
  readonly #worker: Worker;
  readonly #options: WorkerPoolOptions;
  readonly #host: ThreadHost<Answer>;
  #job: Job<Answer> | undefined;
  /** Runs out when the job takes too long, or when there has been none for too long. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isGone = false;

  constructor(options: WorkerPoolOptions, host: ThreadHost<Answer>) {
    this.#options = options;
    this.#host = host;
    this.#worker = new Worker(options.entry, {
      workerData: options.data,
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb },
      // Options meant for the relay (a debugger's port, a condition of a test runner) are none of its threads' concern.
      execArgv: [],
    });
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error) => void this.end(error.message));
    this.#worker.on('exit', (code) => void this.end(`it ended with code ${code}`));
    // While it has nothing to do, it keeps no process from ending.
    this.#worker.unref();
  }

  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  take(job: Job<Answer>): void {
    const { maxJobMs } = this.#options;
    this.#job = job;
    this.#worker.ref();
    this.#after(maxJobMs, `it did not answer for ${maxJobMs} ms`);
    try {
      this.#worker.postMessage(job.message, job.transfer);
    } catch (error) {
      this.#job = undefined;
      job.reject(error);
      this.#rest();
    }
  }

  /** Resolves when the thread is no more. */
  async end(why: string): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#job?.reject(threadEnded(why));
    this.#job = undefined;
    this.#host.gone(this);
    await this.#worker.terminate();
  }

  #answered(answer: Answer): void {
    const job = this.#job;
    this.#job = undefined;
    job?.resolve(answer);
    this.#rest();
  }

  #rest(): void {
    this.#worker.unref();
    this.#after(this.#options.idleMs, 'it had nothing to do');
    this.#host.free();
  }

  #after(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.end(why), ms).unref();
  }
}

function threadEnded(why: string): CausewayError {
  return new CausewayError(
    'storage/failed',
    { what: 'worker thread', detail: why },
    `a worker thread came to an end over its job (${why}): another takes its place, and the job is not tried again`,
  );
}

function poolFull(bytes: number, limit: number): CausewayError {
  return new CausewayError(
    'storage/full',
    { what: 'queue of the worker threads' },
    `${bytes} bytes would wait for a worker thread, the limit is ${limit}: try again later`,
  );
}

function poolClosed(): CausewayError {
  return new CausewayError('storage/closed', { what: 'worker threads' }, 'the worker threads are closed');
}
