/** How far a document is saved, how the connection and the storage stand, and what was refused. */
import type {
  ConnectionStatus,
  DocumentHandle,
  DocumentStatus,
  QuarantinedBatch,
  StorageStatus,
} from '@causeway/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useClient } from './client-context.ts';
import { shallowEqual, useKept } from './use-value.ts';

/**
 * What `select` reads in the status of a document; all of it when it is left out. The component is drawn again only when that
 * is something else, so one that shows `saved` is not drawn with every count of what is pending.
 */
export function useStatus(handle: DocumentHandle): DocumentStatus;
export function useStatus<T>(handle: DocumentHandle, select: (status: DocumentStatus) => T): T;
export function useStatus(
  handle: DocumentHandle,
  select: (status: DocumentStatus) => unknown = whole,
): unknown {
  return useSyncExternalStore(
    useStatusEvents(handle),
    useKept(() => select(handle.status), shallowEqual),
  );
}

/** Changes that the relay has refused: to show, `handle.retry` or `handle.discard`. */
export function useQuarantined(handle: DocumentHandle): readonly QuarantinedBatch[] {
  return useSyncExternalStore(
    useStatusEvents(handle),
    useKept(() => handle.quarantined, shallowEqual),
  );
}

export function useConnection(): ConnectionStatus {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onConnection(listener), [client]);
  return useSyncExternalStore(subscribe, () => client.connection);
}

export function useStorage(): StorageStatus {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onStorage(listener), [client]);
  return useSyncExternalStore(subscribe, () => client.storage);
}

function useStatusEvents(handle: DocumentHandle): (listener: () => void) => () => void {
  return useCallback((listener: () => void) => handle.onStatus(listener), [handle]);
}

function whole(status: DocumentStatus): DocumentStatus {
  return status;
}
