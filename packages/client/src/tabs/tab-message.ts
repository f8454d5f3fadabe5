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
  /** `from` begins to store a change: should it be gone before it tells more, its outbox is to be looked at. */
  | { readonly type: 'writing'; readonly from: ReplicaId }
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
  if (typeof data !== 'object' || data === null) return undefined;
  const { type, from, name, kind, update }: Partial<Record<string, unknown>> = { ...data };
  if (type === 'wiped') return { type };
  try {
    if (type === 'writing')
      return typeof from === 'number' ? { type, from: parseReplicaId(from) } : undefined;
    if (typeof name !== 'string') return undefined;
    const parsed = parseDocumentName(name);
    if (type === 'deleted') return { type, name: parsed };
    if (type !== 'changed' || typeof from !== 'number' || typeof kind !== 'string') return undefined;
    if (!(update instanceof Uint8Array)) return undefined;
    return { type, from: parseReplicaId(from), name: parsed, kind: parseDocumentKind(kind), update };
  } catch (error) {
    if (error instanceof CausewayError) return undefined;
    throw error;
  }
}
