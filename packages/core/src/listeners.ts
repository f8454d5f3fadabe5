/**
 * Listeners of one event. One that throws keeps neither the others from hearing nor the caller from going on: its error
 * goes where an error in a timer goes (`uncaughtException`, `window.onerror`), since it is the listener's bug.
 */
export class Listeners<T extends readonly unknown[]> {
  /** Replaced whenever it changes, so that whoever goes through it is not disturbed. */
  #entries: readonly Entry<T>[] = [];
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void = throwLater) {
    this.#report = report;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The same function added twice is called twice. Returns the way to stop; calling that again does nothing. */
  add(call: (...args: T) => void): () => void {
    const entry: Entry<T> = { call, listens: true };
    this.#entries = [...this.#entries, entry];
    return () => {
      entry.listens = false;
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Calls those that listen now, in the order they came; one that is removed meanwhile by another is not called. */
  tell(...args: T): void {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry<T>;
      if (!entry.listens) continue;
      try {
        entry.call(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  clear(): void {
    for (const entry of this.#entries) entry.listens = false;
    this.#entries = [];
  }
}

interface Entry<T extends readonly unknown[]> {
  readonly call: (...args: T) => void;
  listens: boolean;
}

/** Throws where nobody of ours is on the stack, so that the platform reports it and we go on. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
