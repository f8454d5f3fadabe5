/** A relay as a library. The command `causeway-relay` is `createRelay` with LMDB and the formats of core. */
export { type Identity, OPEN_POLICY, type Policy, type Rights } from './auth/policy.ts';
export { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
export type { Logger } from './logger.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export type { DocumentLog, LogEntry, LogHead, LogSlice } from './storage/document-log.ts';
export { LmdbDocumentLog, type LmdbDocumentLogOptions } from './storage/lmdb-document-log.ts';
export { MemoryDocumentLog } from './storage/memory-document-log.ts';
