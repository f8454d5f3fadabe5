/** How far a document is saved, and how the connection and the storage stand, as state. */
import type {
  Client,
  ConnectionStatus,
  DocumentHandle,
  DocumentStatus,
  StorageStatus,
} from '@causeway/client';
import type { CausewayError } from '@causeway/core';
import type { Engine } from '@causeway/core/format';
import { useCallback, useSyncExternalStore } from 'react';

/** Undefined while there is no document. */
export function useStatus(handle: DocumentHandle<Engine> | undefined): DocumentStatus | undefined {
  return useSyncExternalStore(useStatusEvents(handle), () => handle?.status);
}

/** Everything that the relay had has come. Apart from `useStatus`, so that not every save draws a whole page anew. */
export function useSynced(handle: DocumentHandle<Engine>): boolean {
  return useSyncExternalStore(useStatusEvents(handle), () => handle.status.synced);
}

export function useReadOnly(handle: DocumentHandle<Engine>): boolean {
  return useSyncExternalStore(useStatusEvents(handle), () => handle.status.access === 'read');
}

/** What is wrong with a document now; undefined when nothing is. */
export function useTrouble(handle: DocumentHandle<Engine> | undefined): CausewayError | undefined {
  return useSyncExternalStore(useStatusEvents(handle), () => handle?.status.error);
}

export function useConnection(client: Client): ConnectionStatus {
  const subscribe = useCallback((listener: () => void) => client.onConnection(listener), [client]);
  return useSyncExternalStore(subscribe, () => client.connection);
}

export function useStorage(client: Client): StorageStatus {
  const subscribe = useCallback((listener: () => void) => client.onStorage(listener), [client]);
  return useSyncExternalStore(subscribe, () => client.storage);
}

function useStatusEvents(handle: DocumentHandle<Engine> | undefined): (listener: () => void) => () => void {
  return useCallback((listener: () => void) => handle?.onStatus(listener) ?? nothing, [handle]);
}

function nothing(): void {}
