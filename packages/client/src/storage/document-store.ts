/**
 * Where a client keeps its documents: an append log of chunks per document, with snapshots, the outbox, and the position
 * in the relay's log. Everything is bytes; a store knows no format beyond the `merge` it is handed for compaction.
 * `testing/document-store-contract.ts` is the suite that every store passes.
 *
 *   document   = kind · position? · chunks (snapshot, then what came after) · outbox (batches not yet settled)
 *   write()      one transaction: chunks, batches in and out, and the position become durable together or not at all
 *
 * Several tabs may use one store at once, without a lock: chunks are addressed by their content, so writing one twice
 * stores it once; compaction deletes only what it has read, and never the snapshot it wrote.
 */
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId, Position } from '@causeway/core/sync';

/** One push: its name, and the update that it carries. */
export interface Batch {
  readonly id: BatchId;
  readonly update: Uint8Array;
}

/** A batch that the relay refused: kept with its content until the user retries or discards it. */
export interface QuarantinedBatch extends Batch {
  readonly code: string;
  readonly message: string;
}

export interface StoredDocument {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly position: Position | undefined;
  /** The whole document: merged in any order, these give its content. */
  readonly updates: readonly Uint8Array[];
  /** In the order they were made. Their content is in `updates` too. */
  readonly outbox: readonly Batch[];
  readonly quarantine: readonly QuarantinedBatch[];
}

/** What one write changes. All of it becomes durable together. */
export interface DocumentChange {
  /** New content from the relay. */
  readonly received?: readonly Uint8Array[];
  /** New content made here: becomes content and outbox. */
  readonly made?: readonly Batch[];
  /** Batches that the relay has acknowledged: they leave the outbox; their content stays. */
  readonly settled?: readonly BatchId[];
  /** Batches that the relay has refused: they move from the outbox to quarantine. */
  readonly refused?: readonly { readonly id: BatchId; readonly code: string; readonly message: string }[];
  /** Quarantined batches that the user discards, or puts back into the outbox. */
  readonly released?: readonly { readonly id: BatchId; readonly to: 'nowhere' | 'outbox' }[];
  /** The position that the content now reaches. Within an epoch a store keeps the larger offset. Null forgets it. */
  readonly position?: Position | null;
}

export interface StoredSize {
  readonly chunks: number;
  readonly bytes: number;
}

export interface DocumentStore {
  /** True when `write` survives the page: false for memory. */
  readonly durable: boolean;

  /** Undefined when the store has no such document. `storage/corrupt` with the record's key when one does not decode; other documents are unharmed. */
  load(name: DocumentName): Promise<StoredDocument | undefined>;

  /**
   * Resolves when the change is durable (the transaction is complete). The write is begun before this call returns, so that a
   * page closed right after it loses nothing. A change that changes nothing writes nothing. Creates the document when new;
   * `protocol/kind-mismatch` when it exists with another kind.
   */
  write(name: DocumentName, kind: DocumentKind, change: DocumentChange): Promise<void>;

  /** Chunks and bytes of this document, to decide on compaction. */
  size(name: DocumentName): Promise<StoredSize>;

  /** Replaces the chunks that it reads by one snapshot, `merge` of them. What others write meanwhile stays. */
  compact(name: DocumentName, merge: (updates: readonly Uint8Array[]) => Uint8Array): Promise<void>;

  list(): Promise<
    readonly { readonly name: DocumentName; readonly kind: DocumentKind; readonly pending: number }[]
  >;

  delete(name: DocumentName): Promise<void>;

  /** Deletes every document. */
  wipe(): Promise<void>;

  /** Waits for writes under way. After it every call rejects with `storage/closed`. */
  close(): Promise<void>;
}
