/**
 * A document log on a disk that fails when it is told to: as a full one does, as one whose fsync fails, or by not answering for a
 * while. What it has refused it has not stored, and reads go on. For tests of what a relay does then.
 */
import { CausewayError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import type { DocumentLog, LogHead, LogSlice } from '../storage/document-log.ts';

export type DiskFault = 'full' | 'failed';

export class FaultyDocumentLog implements DocumentLog {
  readonly #inner: DocumentLog;
  /** What every write meets from now on; undefined: none. */
  fault: DiskFault | undefined;
  /** Writes refused so far: a fault that nobody met shows nothing. */
  refused = 0;
  #stalled: (() => void)[] | undefined;

  constructor(inner: DocumentLog) {
    this.#inner = inner;
  }

  /** Writes wait from now on, until `resume`. */
  stall(): void {
    this.#stalled ??= [];
  }

  resume(): void {
    const waiting = this.#stalled ?? [];
    this.#stalled = undefined;
    for (const go of waiting) go();
  }

  async open(name: DocumentName, kind: DocumentKind): Promise<LogHead> {
    const isThere = (await this.#inner.find(name)) !== undefined;
    return isThere ? this.#inner.open(name, kind) : this.#write(() => this.#inner.open(name, kind));
  }

  find(name: DocumentName): Promise<LogHead | undefined> {
    return this.#inner.find(name);
  }

  append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number> {
    return this.#write(() => this.#inner.append(name, batch, update));
  }

  read(name: DocumentName, after: number, maxBytes: number): Promise<LogSlice> {
    return this.#inner.read(name, after, maxBytes);
  }

  writeSnapshot(name: DocumentName, offset: number, update: Uint8Array): Promise<void> {
    return this.#write(() => this.#inner.writeSnapshot(name, offset, update));
  }

  list(options: { readonly after?: DocumentName; readonly limit: number }): Promise<readonly DocumentName[]> {
    return this.#inner.list(options);
  }

  delete(name: DocumentName): Promise<void> {
    return this.#write(() => this.#inner.delete(name));
  }

  bury(name: DocumentName): Promise<void> {
    return this.#write(() => this.#inner.bury(name));
  }

  probe(): Promise<void> {
    return this.#write(() => this.#inner.probe());
  }

  close(): Promise<void> {
    this.resume();
    return this.#inner.close();
  }

  /** In the same turn, unless something is wrong with the disk. */
  #write<T>(run: () => Promise<T>): Promise<T> {
    const stalled = this.#stalled;
    if (stalled !== undefined)
      return new Promise<void>((resolve) => stalled.push(resolve)).then(() => this.#write(run));
    if (this.fault === undefined) return run();
    this.refused += 1;
    return Promise.reject(
      this.fault === 'full'
        ? new CausewayError('storage/full', { what: 'disk' }, 'the disk is full: make room')
        : new CausewayError(
            'storage/failed',
            { what: 'disk', detail: 'fsync' },
            'fsync failed: check the disk',
          ),
    );
  }
}
