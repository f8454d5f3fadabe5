/**
 * What tabs on one store tell each other: changes that they have stored, so that an edit made offline in one shows in the
 * other, and what was deleted. Each tab has its own connection; who hears of a change here and from the relay has it once.
 * A message comes from another tab that may run other software, so it is looked at before it is believed.
 */
import { CausewayError } from '@causeway/core';
import {
  type DocumentKind,
  type DocumentName,
  parseDocumentKind,
  parseDocumentName,
  parseReplicaId,
  type ReplicaId,
} from '@causeway/core/id';

export type TabMessage =
  /** `from` has this in the store's outbox now. */
  | {
      readonly type: 'changed';
      readonly from: ReplicaId;
      readonly name: DocumentName;
      readonly kind: DocumentKind;
      readonly update: Uint8Array;
    }
  | { readonly type: 'deleted'; readonly name: DocumentName }
  | { readonly type: 'wiped' };

/** As much of a BroadcastChannel as is used. */
export interface BroadcastChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

export class TabChannel {
  readonly #channel: BroadcastChannelLike;

  constructor(channel: BroadcastChannelLike, onMessage: (message: TabMessage) => void) {
    this.#channel = channel;
    channel.addEventListener('message', ({ data }) => {
      const message = parseMessage(data);
      if (message !== undefined) onMessage(message);
    });
  }

  /** To the other tabs, not to this one. */
  post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.close();
  }
}

/** Undefined when it is no message that this software knows. */
function parseMessage(data: unknown): TabMessage | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data)) return undefined;
  try {
    if (data.type === 'wiped') return { type: 'wiped' };
    const name = parseDocumentName('name' in data ? String(data.name) : '');
    if (data.type === 'deleted') return { type: 'deleted', name };
    if (data.type !== 'changed' || !('kind' in data) || !('update' in data) || !('from' in data))
      return undefined;
    const { update } = data;
    if (!(update instanceof Uint8Array)) return undefined;
    const kind = parseDocumentKind(String(data.kind));
    return { type: 'changed', from: parseReplicaId(Number(data.from)), name, kind, update };
  } catch (error) {
    if (error instanceof CausewayError) return undefined;
    throw error;
  }
}
