/**
 * Listeners of one event. One that throws keeps neither the others from hearing nor the caller from going on: its error
 * goes where an error in a timer goes (`uncaughtException`, `window.onerror`), since it is the listener's bug.
 */
export class Listeners<T extends readonly unknown[]> {
  readonly #listeners = new Set<{ readonly call: (...args: T) => void }>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void = throwLater) {
    this.#report = report;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** The same function added twice is called twice. Returns the way to stop; calling that again does nothing. */
  add(call: (...args: T) => void): () => void {
    const entry = { call };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Calls those that listen now, in the order they came; one that is removed meanwhile by another is not called. */
  tell(...args: T): void {
    for (const entry of [...this.#listeners]) {
      if (!this.#listeners.has(entry)) continue;
      try {
        entry.call(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Throws where nobody of ours is on the stack, so that the platform reports it and we go on. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
