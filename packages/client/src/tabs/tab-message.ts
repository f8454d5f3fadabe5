/** Messages between tabs. They come from a tab that may run other software, so they are looked at before they are believed. */
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

/** Undefined when it is no message that this software knows. */
export function parseTabMessage(data: unknown): TabMessage | undefined {
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
