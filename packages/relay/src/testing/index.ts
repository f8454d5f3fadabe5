export type { Socket as RelaySocket, SocketHandler as RelaySocketHandler } from '../connection.ts';
export { RelayCore, type RelayCoreOptions, type RelayPlatform, TICK_MS } from '../relay-core.ts';
export {
  type AuthenticatorUnderTest,
  checkAuthenticator,
  checkPolicy,
  type PolicyUnderTest,
} from './authenticator-contract.ts';
export { type DocumentLogCheck, documentLogContract, type OpenLog } from './document-log-contract.ts';
export { type DiskFault, FaultyDocumentLog } from './faulty-document-log.ts';
