/** What an app holds of an open document. */
import type { Engine } from '@causeway/core/format';
import type { DocumentName } from '@causeway/core/id';
import type { PresenceChannel } from '@causeway/core/presence';
import type { BatchId } from '@causeway/core/sync';
import type { DocumentStatus } from './status.ts';
import type { QuarantinedBatch } from './storage/document-store.ts';

/**
 * An open document: the live document itself, and the truth about where its changes are.
 *
 * ```ts
 * const note = await client.open('notes/7', yjsDocument(new Y.Doc()));
 * note.document.doc.getText('body').insert(0, 'Hello');
 * await note.saved('relay'); // the relay has it on its disk
 * ```
 */
export interface DocumentHandle<E extends Engine = Engine> {
  readonly name: DocumentName;
  readonly document: E;

  /** The same object until something changes. */
  readonly status: DocumentStatus;

  /** Calls `listener` after changes of `status`, once for all changes of one turn. Returns the way to stop. */
  onStatus(listener: () => void): () => void;

  /**
   * Resolves when everything that was changed here up to this call, in this page or an earlier one, is there. Waits for as
   * long as it takes: offline, `saved('relay')` waits for the network. Rejects with `protocol/refused` when the relay
   * refuses a change, with `storage/failed` for `'disk'` where documents are only kept in memory, with `storage/closed`
   * when the document is closed first, and with the signal's reason.
   */
  saved(level: 'disk' | 'relay', options?: { readonly signal?: AbortSignal }): Promise<void>;

  readonly presence: PresenceChannel;

  /** Changes that the relay has refused. The document here shows them; others do not see them. */
  readonly quarantined: readonly QuarantinedBatch[];

  /** Offers refused changes to the relay again, all of them or one: after new rights, or more room. */
  retry(id?: BatchId): void;

  /**
   * No longer offers refused changes to the relay. The document here keeps them; to have what the relay has, close the
   * document, `client.delete` it, and open it anew.
   */
  discard(id?: BatchId): void;

  /**
   * Lets go of the document; it is closed when everyone who opened it has. Resolves when what was changed is stored, and
   * rejects with `storage/*` when it cannot be. What the relay does not have yet is still sent, by this page while it
   * lasts, and by a later one that opens the document.
   */
  close(): Promise<void>;
}
