/** A relay as a library. The command `causeway-relay` is `createRelay` with LMDB and the formats of core. */
export { Activity } from './activity.ts';
export { type Authenticator, OPEN_AUTHENTICATOR } from './auth/authenticator.ts';
export { type DocumentPattern, matchesPattern, parseDocumentPattern } from './auth/document-pattern.ts';
export type { RevocationStore } from './auth/gatekeeper.ts';
export type { Grant, Identity, Right } from './auth/identity.ts';
export type { AllowedOrigins } from './auth/origins.ts';
export { GRANT_POLICY, OPEN_POLICY, type Policy, type Rights } from './auth/policy.ts';
export { revocationFile } from './auth/revocation-file.ts';
export type { KeptRevocation, Revocation } from './auth/revocations.ts';
export { signToken, type TokenClaims, type VerificationKey } from './auth/signed-token.ts';
export { type TokenAuthenticatorOptions, tokenAuthenticator } from './auth/token-authenticator.ts';
export { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
export type { Logger } from './logger.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export type { DocumentLog, LogEntry, LogHead, LogSlice } from './storage/document-log.ts';
export { LmdbDocumentLog, type LmdbDocumentLogOptions } from './storage/lmdb-document-log.ts';
export { MemoryDocumentLog } from './storage/memory-document-log.ts';
