/**
 * Where a client keeps its documents: an append log of chunks per document, the outbox, and the position in the relay's
 * log. Everything is bytes; a store knows no format beyond the `merge` it is handed for compaction.
 * `testing/document-store-contract.ts` is the suite that every store passes.
 *
 *   document   = kind · position? · chunks (oldest first) · outbox (batches not yet settled) · quarantine
 *   write()      one transaction: chunks, batches in and out, and the position become durable together or not at all
 *
 *        made                     settled
 *   ───────────────▶ outbox ───────────────────▶ chunks ◀──────── received
 *                     │  ▲
 *             refused ▼  │ released to the outbox
 *                 quarantine ──released to nowhere──▶ chunks
 *
 * Every batch is in one place only. The content of a document is all three together: a batch in the outbox or in
 * quarantine is content as much as a chunk is.
 *
 * Several tabs may use one store at once, without a lock. A position says that everything up to it is stored, so what
 * is known to be `upTo` there is not stored again; compaction replaces only what it has read, and nothing when another tab
 * was faster.
 */
import type { CausewayError } from '@causeway/core';
import type { DocumentKind, DocumentName, ReplicaId } from '@causeway/core/id';
import type { BatchId, Position } from '@causeway/core/sync';

/** One push: its name, and the update that it carries. */
export interface Batch {
  readonly id: BatchId;
  readonly update: Uint8Array;
}

export interface StoredBatch extends Batch {
  /** Milliseconds since 1970 by this device's clock, and one more than the batch before where that would be the same. */
  readonly madeAt: number;
}

/** A batch that the relay refused: kept with its content until the user retries or discards it. */
export interface QuarantinedBatch extends StoredBatch {
  readonly code: string;
  readonly message: string;
}

export interface StoredDocument {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  /** Undefined also when a record is damaged: what it held may be had from the relay again. */
  readonly position: Position | undefined;
  /** The content beside outbox and quarantine, oldest first. Merged in any order with theirs it gives the document. */
  readonly chunks: readonly Uint8Array[];
  /** In the order they were made. */
  readonly outbox: readonly StoredBatch[];
  readonly quarantine: readonly QuarantinedBatch[];
  /** The records of this document that could not be read, each with its key. They are kept as they are. */
  readonly damage: readonly CausewayError<'storage/corrupt'>[];
}

/** What one write changes, in this order. All of it becomes durable together. */
export interface DocumentChange {
  /** New content made here: goes to the outbox. */
  readonly made?: readonly Batch[];
  /** Batches of the outbox that become one: `into` holds what all of `from` hold, and takes their place. */
  readonly merged?: readonly Merger[];
  /** New content from the relay. */
  readonly received?: readonly Uint8Array[];
  /** Batches that the relay has acknowledged: they move from the outbox to the chunks. */
  readonly settled?: readonly BatchId[];
  /** Batches that the relay has refused: they move from the outbox to quarantine. */
  readonly refused?: readonly Refusal[];
  /** Quarantined batches that are offered to the relay again, or no longer. */
  readonly released?: readonly Release[];
  /** All of `received` and `settled` is in the relay's log at or before this: it is not stored again when the stored position is past it. */
  readonly upTo?: Position;
  /** The position that the content now reaches. Within an epoch a store keeps the larger offset. Null forgets it. */
  readonly position?: Position | null;
}

export interface Merger {
  readonly from: readonly BatchId[];
  readonly into: Batch;
}

export interface Refusal {
  readonly id: BatchId;
  readonly code: string;
  readonly message: string;
}

export interface Release {
  readonly id: BatchId;
  readonly to: 'nowhere' | 'outbox';
}

export interface StoredSize {
  readonly chunks: number;
  readonly bytes: number;
}

/** A document as a list of documents shows it. */
export interface StoredEntry {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  /** Batches in its outbox. */
  readonly pending: number;
  /** Batches that the relay has refused. */
  readonly quarantined: number;
}

/**
 * Makes one update of several. `whole` says that these are all chunks of the document, so that the live document's own
 * snapshot, which may be smaller, serves too once they are applied to it.
 */
export type MergeChunks = (updates: readonly Uint8Array[], whole: boolean) => Uint8Array;

export interface DocumentStore {
  /** True when what is written survives the page: false for memory. */
  readonly durable: boolean;

  /** Names what stores of several pages share, so that their pages find each other; undefined when this page is alone with it. */
  readonly place: string | undefined;

  /** Resolves when the store can be used; rejects with `storage/*` when it cannot. Called before all else. */
  open(): Promise<void>;

  /** Undefined when the store has no such document. `storage/corrupt` when it cannot even tell its kind. */
  load(name: DocumentName): Promise<StoredDocument | undefined>;

  /**
   * Does the changes, one after the other, in one transaction. Resolves when that is complete: all of it is durable, or
   * nothing. The write is begun before this call returns, so that a page closed right after it loses nothing of `made`.
   * Changes that change nothing write nothing. Creates the document when new; `protocol/kind-mismatch` when it exists with
   * another kind; `storage/full` when there is no room.
   */
  write(name: DocumentName, kind: DocumentKind, ...changes: readonly DocumentChange[]): Promise<void>;

  /** Chunks of this document and their bytes, to decide on compaction. Reads no content. */
  size(name: DocumentName): Promise<StoredSize>;

  /**
   * Puts one chunk in place of the latest ones: of so many that each chunk stays larger than all that follow it, so that
   * a byte is rewritten as often as the document doubles. What others write meanwhile stays. Damaged chunks stay.
   */
  compact(name: DocumentName, merge: MergeChunks): Promise<void>;

  list(): Promise<readonly StoredEntry[]>;

  /** Deletes the document, and forgets all replica ids: a forgotten history must not be continued under the same id. */
  delete(name: DocumentName): Promise<void>;

  /** Deletes every document and all replica ids. */
  wipe(): Promise<void>;

  /** The ids of replicas that have written here and may be used again, one page each. */
  replicas(): Promise<readonly ReplicaId[]>;

  addReplica(id: ReplicaId): Promise<void>;

  /** Never use this id again: it may have said more than is stored. Rejects when that cannot be noted down. */
  retireReplica(id: ReplicaId): Promise<void>;

  /** Calls `listener` when the store finds itself emptied from outside: what was durable is gone, and is to be written again. */
  onLost(listener: () => void): () => void;

  /** Takes over what a page that has gone could not finish. Writes nothing when there is nothing. */
  recover(): Promise<void>;

  /** Waits for writes under way. After it every call rejects with `storage/closed`. */
  close(): Promise<void>;
}
