/**
 * What every other part of core, and everyone who uses it, shares: errors, the names of documents and replicas, and the
 * interfaces where kinds of documents, clients and relays meet. The rest has subpaths of its own.
 */
export { CausewayError, type ErrorCode, type ErrorData, InvariantError, invariant } from './error.ts';
export type {
  Engine,
  EngineFactory,
  FormatFamily,
  FormatRegistry,
  Site,
  UpdateFormat,
  Version,
  VersionOrder,
} from './format/index.ts';
export { formatRegistry } from './format/index.ts';
export {
  type DocumentKind,
  type DocumentName,
  parseDocumentKind,
  parseDocumentName,
  parseReplicaId,
  type ReplicaId,
  randomReplicaId,
} from './id/index.ts';
export { Listeners } from './listeners.ts';
export type { PresenceChannel } from './presence/index.ts';
