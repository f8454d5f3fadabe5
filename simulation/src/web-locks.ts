/** Web Locks of one browser: exclusive locks by name, in the order of the requests, let go of when the tab that holds one dies. */
import type { Platform } from '@causeway/client';
import type { HostProcess } from './host-process.ts';

type Locks = NonNullable<Platform['locks']>;

interface Request {
  readonly name: string;
  readonly process: HostProcess;
  /** Gets the lock. Resolves when it may go to the next. */
  readonly grant: () => Promise<void>;
}

export class WebLocks {
  readonly #held = new Map<string, Request>();
  #waiting: Request[] = [];

  get held(): number {
    return this.#held.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** `navigator.locks` of one tab. */
  of(process: HostProcess): Locks {
    const request = async (
      name: string,
      optionsOrRun: LockOptions | LockGrantedCallback<unknown>,
      then?: LockGrantedCallback<unknown>,
    ): Promise<unknown> => {
      const [options, run] = typeof optionsOrRun === 'function' ? [{}, optionsOrRun] : [optionsOrRun, then];
      if (run === undefined) throw new TypeError('a lock is requested for a function');
      return this.#request(process, name, options, run);
    };
    const query = async (): Promise<LockManagerSnapshot> => ({
      held: [...this.#held.keys()].map((name) => ({ name, mode: 'exclusive' as const })),
      pending: this.#waiting.map(({ name }) => ({ name, mode: 'exclusive' as const })),
    });
    return { request, query } as Locks;
  }

  /** The tab is dead: its locks fall open. */
  drop(process: HostProcess): void {
    this.#waiting = this.#waiting.filter((request) => request.process !== process);
    for (const [name, request] of [...this.#held]) if (request.process === process) this.#release(name);
  }

  #request(
    process: HostProcess,
    name: string,
    { ifAvailable = false, signal }: LockOptions,
    run: LockGrantedCallback<unknown>,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lock: Lock = { name, mode: 'exclusive' };
      if (ifAvailable && this.#held.has(name)) {
        Promise.resolve(run(null)).then(resolve, reject);
        return;
      }
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== request);
        reject(signal?.reason);
      };
      const request: Request = {
        name,
        process,
        grant: () =>
          new Promise((done) => {
            signal?.removeEventListener('abort', abort);
            process.deliver(() => {
              Promise.resolve(run(lock))
                .then(resolve, reject)
                .finally(() => done());
            });
          }),
      };
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      this.#waiting.push(request);
      this.#next(name);
    });
  }

  #next(name: string): void {
    if (this.#held.has(name)) return;
    const request = this.#waiting.find((waiting) => waiting.name === name);
    if (request === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== request);
    this.#held.set(name, request);
    void request.grant().then(() => {
      if (this.#held.get(name) === request) this.#release(name);
    });
  }

  #release(name: string): void {
    this.#held.delete(name);
    this.#next(name);
  }
}
