/**
 * Where a relay keeps its documents: one log of updates per document, with offsets from 1, foldable from the front into a
 * snapshot. Bytes only; a log knows no format. `testing/document-log-contract.ts` is the suite that every log passes.
 *
 *        snapshot at 40          entries 41 … 57            head = 57
 *   ┌───────────────────────┐ ┌────┬────┬─────┬────┐
 *   │ entries 1…40, merged  │ │ 41 │ 42 │  …  │ 57 │ ◀── append
 *   └───────────────────────┘ └────┴────┴─────┴────┘
 *
 * Promises: append resolves only when the entry is durable (it survives the loss of power, as far as the disk is honest);
 * offsets of one document have no gaps, never repeat within an epoch, and resolve in order; an entry is whole or absent.
 * An epoch is a random number given when a document's log is created.
 */
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';

export interface LogHead {
  readonly kind: DocumentKind;
  readonly epoch: number;
  /** Offset of the last entry; 0 when there is none. */
  readonly head: number;
  /** Offset of the snapshot; 0 when there is none. */
  readonly snapshot: number;
  /** Bytes of the snapshot, to decide on compaction. */
  readonly snapshotBytes: number;
  /** Bytes of the entries after the snapshot, to decide on compaction. */
  readonly tailBytes: number;
}

export interface LogEntry {
  readonly offset: number;
  /** The push that this entry came from, so that a repeated push is recognised. */
  readonly batch: BatchId;
  readonly update: Uint8Array;
}

export interface LogSlice {
  /** The snapshot, when the slice begins before its end: it replaces all entries up to `offset`. */
  readonly snapshot: { readonly offset: number; readonly update: Uint8Array } | undefined;
  readonly entries: readonly LogEntry[];
  /** True when the last entry (or the snapshot) is the head. */
  readonly atHead: boolean;
}

/** A record that is damaged is `storage/corrupt` with its key, for the calls that need it and for no others. */
export interface DocumentLog {
  /** The head of the document, created with this kind and a fresh epoch when it is new; `protocol/kind-mismatch` when it exists with another kind, `protocol/deleted` when it is buried. */
  open(name: DocumentName, kind: DocumentKind): Promise<LogHead>;

  /** The head of the document, or undefined when there is none: creates nothing. */
  find(name: DocumentName): Promise<LogHead | undefined>;

  /**
   * Resolves to the entry's offset when it is durable. Appends made together share one commit. `storage/full` when more
   * bytes wait to be written than the log may hold in memory; any `storage/*` says that it is not stored. The document must
   * have been opened.
   */
  append(name: DocumentName, batch: BatchId, update: Uint8Array): Promise<number>;

  /** What comes after `after`: at least one item when there is one, and then as many as fit `maxBytes`. */
  read(name: DocumentName, after: number, maxBytes: number): Promise<LogSlice>;

  /** Puts a snapshot that holds every entry up to `offset` in place of them. Ignored when a later one, or one at the same offset, is there. */
  writeSnapshot(name: DocumentName, offset: number, update: Uint8Array): Promise<void>;

  /** The names of the documents in the order of their UTF-8 bytes, those after `after`, at most `limit`. */
  list(options: { readonly after?: DocumentName; readonly limit: number }): Promise<readonly DocumentName[]>;

  /** Deletes the document, and the tombstone of a buried one; a later `open` gives a new epoch. Nothing happens when there is none. */
  delete(name: DocumentName): Promise<void>;

  /**
   * Deletes the document and leaves a tombstone: from now on it is not found or listed, and `open` is `protocol/deleted`, so that
   * clients that still have it do not bring it back. Also when there is none.
   */
  bury(name: DocumentName): Promise<void>;

  /** Writes something that changes nothing, and resolves when it is durable: whether the disk takes writes. Rejects as `append` does. */
  probe(): Promise<void>;

  /** Resolves when every write under way is durable or refused. After it every call rejects with `storage/closed`. */
  close(): Promise<void>;
}
