/**
 * A document that nobody looks at: its updates, as an Engine. Lets a client send what is still unsent, and follow the relay,
 * without the code or the memory of a live document.
 */
import type { Engine, UpdateFormat, Version } from '@causeway/core/format';

export class UpdatesEngine implements Engine {
  readonly format: UpdateFormat;
  #updates: Uint8Array[] = [];

  constructor(format: UpdateFormat) {
    this.format = format;
  }

  apply(update: Uint8Array): void {
    this.format.validate(update);
    this.#updates.push(update);
  }

  /** Nothing is ever changed here. */
  onUpdate(): () => void {
    return () => {};
  }

  /** Nobody reads it. */
  onChange(): () => void {
    return () => {};
  }

  /** Merges what has come since the last time. */
  snapshot(): Uint8Array {
    const merged = this.format.merge(this.#updates);
    this.#updates = [merged];
    return merged;
  }

  version(): Version {
    return this.format.versionOf(this.snapshot());
  }

  close(): void {
    this.#updates = [];
  }
}
