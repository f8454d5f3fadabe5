/** What a client tells about itself: unions to switch on, new objects at every change, the same object while nothing changes. */
import type { CausewayError } from '@causeway/core';
import type { Access } from '@causeway/core/sync';

/** How the one connection to the relay fares. */
export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'online'; readonly relay: string; readonly session: number }
  /** `app`: not wanted, `disconnect` was called. `network`: the browser says that there is none; it is tried again now and then. */
  | { readonly state: 'offline'; readonly reason: 'app' | 'network' }
  /** The connection was lost or could not be made; it is tried again `inMs` after this status. */
  | { readonly state: 'waiting'; readonly inMs: number; readonly error: CausewayError }
  /** The relay wants credentials, or others than those it was shown. Nothing is tried until `authenticate` or `connect`. */
  | {
      readonly state: 'needs-auth';
      readonly reason: AuthReason;
      readonly error: CausewayError<'auth/denied'>;
    }
  /** Trying again cannot help until the app calls `connect`: newer software, or the same fault time after time. */
  | { readonly state: 'refused'; readonly error: CausewayError };

/** `missing`: there was no token to show. `denied`: it was not accepted, nor was a fresh one. `expired`: a fresh one had expired, too. */
export type AuthReason = 'missing' | 'denied' | 'expired';

/** Where documents are kept. */
export type StorageStatus =
  | { readonly state: 'opening' }
  /** In a store that survives the page. */
  | { readonly state: 'durable' }
  /** Only in this page, because the durable store could not be opened (`cause`) or none was wanted. */
  | { readonly state: 'memory'; readonly cause: CausewayError | undefined };

/** Where everything that was changed here has got to, at the least: this page, this device's disk, the relay's disk. */
export type SavedTo = 'memory' | 'disk' | 'relay';

export interface DocumentStatus {
  readonly saved: SavedTo;
  /** Local changes: `memory` are not yet on this device's disk, `disk` not yet acknowledged by the relay. Those of one turn may count as one. */
  readonly pending: { readonly memory: number; readonly disk: number };
  /** When the oldest change that the relay has not acknowledged was made: ms since 1970 by this device's clock, over reloads too. */
  readonly pendingSince: number | undefined;
  /** Everything that the relay had when the document was last opened there has come, in the connection that is up now. */
  readonly synced: boolean;
  /** What the relay grants; undefined before it was asked. With `read`, local changes stay pending. */
  readonly access: Access | undefined;
  /** Batches that the relay has refused: see `quarantined`. */
  readonly quarantined: number;
  /** What is wrong with this document now; undefined when nothing is. */
  readonly error: CausewayError | undefined;
}

/** Of a document that nobody has touched. */
export const BLANK_STATUS: DocumentStatus = {
  saved: 'relay',
  pending: { memory: 0, disk: 0 },
  pendingSince: undefined,
  synced: false,
  access: undefined,
  quarantined: 0,
  error: undefined,
};

export function equalStatus(a: DocumentStatus, b: DocumentStatus): boolean {
  return (
    a.saved === b.saved &&
    a.pending.memory === b.pending.memory &&
    a.pending.disk === b.pending.disk &&
    a.pendingSince === b.pendingSince &&
    a.synced === b.synced &&
    a.access === b.access &&
    a.quarantined === b.quarantined &&
    a.error === b.error
  );
}
