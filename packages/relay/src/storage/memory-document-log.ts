/**
 * A document log in memory: for tests, and for trying things out. Nothing survives the process, so what it calls durable
 * is not; everything else is as promised in document-log.ts.
 */
import { compareBytes } from '@causeway/core/bytes';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import type { DocumentLog, LogEntry, LogHead, LogSlice } from './document-log.ts';
import { randomEpoch } from './epoch.ts';
import { checkSnapshotOffset, documentDeleted, kindMismatch, logClosed, notOpened } from './log-errors.ts';

interface StoredLog {
  readonly kind: DocumentKind;
  readonly epoch: number;
  head: number;
  snapshot: { readonly offset: number; readonly update: Uint8Array } | undefined;
  /** The entries after the snapshot. */
  tail: LogEntry[];
}

export class MemoryDocumentLog implements DocumentLog {
  readonly #documents = new Map<DocumentName, StoredLog>();
  readonly #buried = new Set<DocumentName>();
  readonly #random: () => number;
  #closed = false;

  /** `random` gives unsigned 32-bit integers; epochs are made of it. */
  constructor(random: () => number) {
    this.#random = random;
  }

  async open(name: DocumentName, kind: DocumentKind): Promise<LogHead> {
    this.#checkOpen();
    if (this.#buried.has(name)) throw documentDeleted(name);
    let stored = this.#documents.get(name);
    if (stored === undefined) {
      stored = { kind, epoch: randomEpoch(this.#random), head: 0, snapshot: undefined, tail: [] };
      this.#documents.set(name, stored);
    } else if (stored.kind !== kind) {
      throw kindMismatch(name, stored.kind, kind);
    }
    return headOf(stored);
  }

  async find(name: DocumentName): Promise<LogHead | undefined> {
    this.#checkOpen();
    const stored = this.#documents.get(name);
    return stored === undefined ? undefined : headOf(stored);
  }

  async append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number> {
    const stored = this.#stored(name);
    stored.head += 1;
    stored.tail.push({ offset: stored.head, batch, update: update.slice() });
    return stored.head;
  }

  async read(name: DocumentName, after: number, maxBytes: number): Promise<LogSlice> {
    const stored = this.#stored(name);
    const snapshot =
      stored.snapshot !== undefined && after < stored.snapshot.offset ? stored.snapshot : undefined;
    let bytes = snapshot?.update.length ?? 0;
    let last = snapshot?.offset ?? after;
    const entries: LogEntry[] = [];
    const first = last - (stored.snapshot?.offset ?? 0);
    for (const entry of stored.tail.slice(first)) {
      bytes += entry.update.length;
      if (bytes > maxBytes && (snapshot !== undefined || entries.length > 0)) break;
      entries.push(entry);
      last = entry.offset;
    }
    return { snapshot, entries, atHead: last >= stored.head };
  }

  async writeSnapshot(name: DocumentName, offset: number, update: Uint8Array): Promise<void> {
    const stored = this.#stored(name);
    checkSnapshotOffset(name, offset, stored.head);
    if (stored.snapshot !== undefined && stored.snapshot.offset >= offset) return;
    stored.snapshot = { offset, update: update.slice() };
    stored.tail = stored.tail.filter((entry) => entry.offset > offset);
  }

  async list(options: {
    readonly after?: DocumentName;
    readonly limit: number;
  }): Promise<readonly DocumentName[]> {
    this.#checkOpen();
    const { after, limit } = options;
    const names = [...this.#documents.keys()].sort(compareNames);
    return names.filter((name) => after === undefined || compareNames(name, after) > 0).slice(0, limit);
  }

  async delete(name: DocumentName): Promise<void> {
    this.#checkOpen();
    this.#documents.delete(name);
    this.#buried.delete(name);
  }

  async bury(name: DocumentName): Promise<void> {
    this.#checkOpen();
    this.#documents.delete(name);
    this.#buried.add(name);
  }

  async probe(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #stored(name: DocumentName): StoredLog {
    this.#checkOpen();
    const stored = this.#documents.get(name);
    if (stored === undefined) throw this.#buried.has(name) ? documentDeleted(name) : notOpened(name);
    return stored;
  }

  #checkOpen(): void {
    if (this.#closed) throw logClosed();
  }
}

function headOf(stored: StoredLog): LogHead {
  return {
    kind: stored.kind,
    epoch: stored.epoch,
    head: stored.head,
    snapshot: stored.snapshot?.offset ?? 0,
    snapshotBytes: stored.snapshot?.update.length ?? 0,
    tailBytes: stored.tail.reduce((sum, entry) => sum + entry.update.length, 0),
  };
}

const textEncoder = new TextEncoder();

function compareNames(a: string, b: string): number {
  return compareBytes(textEncoder.encode(a), textEncoder.encode(b));
}
