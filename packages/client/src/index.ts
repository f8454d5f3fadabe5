/** The browser sync client: documents kept on this device, one connection to a relay, and the truth about what is saved. */
export {
  type Client,
  type ClientOptions,
  createClient,
  type ExportedDocument,
  type QuarantinedDocument,
} from './client.ts';
export type { DocumentHandle } from './document-handle.ts';
export type { BroadcastChannelLike, Platform, WebSocketLike } from './platform.ts';
export type { AuthReason, ConnectionStatus, DocumentStatus, SavedTo, StorageStatus } from './status.ts';
export type {
  Batch,
  DocumentChange,
  DocumentStore,
  MergeChunks,
  QuarantinedBatch,
  Refusal,
  Release,
  StoredBatch,
  StoredDocument,
  StoredEntry,
  StoredSize,
} from './storage/document-store.ts';
export { IndexedDbStore, type IndexedDbStoreOptions } from './storage/indexed-db-store.ts';
export { Journal, type JournalOptions } from './storage/journal.ts';
export { MemoryStore } from './storage/memory-store.ts';
