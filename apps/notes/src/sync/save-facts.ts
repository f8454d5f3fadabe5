/** From what the client knows to what the chip says: its statuses in the words of the app. */
import type { ConnectionStatus, DocumentStatus, StorageStatus } from '@causeway/client';
import { wordsOf } from '../model/error-words.ts';
import type { Line, SaveFacts, StorageTrouble } from '../model/save-words.ts';

export function factsOf(status: DocumentStatus): SaveFacts {
  return {
    saved: status.saved,
    unwritten: status.pending.memory,
    unsent: status.pending.disk,
    synced: status.synced,
    refused: status.quarantined,
    readOnly: status.access === 'read',
    trouble: status.error === undefined ? undefined : wordsOf(status.error),
  };
}

export function lineOf(connection: ConnectionStatus): Line {
  switch (connection.state) {
    case 'online':
      return { state: 'online' };
    case 'connecting':
      return { state: 'connecting' };
    case 'offline':
      return { state: connection.reason === 'app' ? 'switched-off' : 'no-network' };
    case 'waiting':
      return { state: 'unreachable' };
    case 'needs-auth':
    case 'refused':
      return { state: 'refused', reason: wordsOf(connection.error) };
  }
}

export function storageTroubleOf(storage: StorageStatus): StorageTrouble {
  if (storage.state !== 'memory') return undefined;
  return storage.cause?.message ?? 'no store was wanted';
}
