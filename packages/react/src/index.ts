/** React hooks: documents, what they hold, how they stand, and who else is there. */
export { CausewayProvider, type CausewayProviderProps, useClient } from './client-context.ts';
export { useDocument } from './use-document.ts';
export { type Presence, usePresence } from './use-presence.ts';
export { useConnection, useQuarantined, useStatus, useStorage } from './use-status.ts';
export { shallowEqual, useValue } from './use-value.ts';
