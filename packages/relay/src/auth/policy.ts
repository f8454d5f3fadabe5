/** What an identity may do with a document. */
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { Access } from '@causeway/core/sync';
import { matchesPattern } from './document-pattern.ts';
import type { Identity, Right } from './identity.ts';

export interface Rights {
  /** Undefined: may not even know that the document is there. */
  readonly access: Access | undefined;
  /** May see the others' presence and show its own. */
  readonly presence: boolean;
}

/** What every implementation keeps to is in `@causeway/relay/testing`. */
export interface Policy {
  /**
   * What this identity may do with this document. Called when it is opened, and again when the session's credentials are
   * refreshed. The same for documents that are there and those that are not.
   */
  authorize(request: {
    readonly identity: Identity;
    readonly name: DocumentName;
    readonly kind: DocumentKind;
  }): Promise<Rights>;
}

/** Everyone may do everything: for development, and behind something else that keeps strangers out. */
export const OPEN_POLICY: Policy = {
  authorize: async () => ({ access: 'write', presence: true }),
};

/** What the credentials grant, and nothing else. */
export const GRANT_POLICY: Policy = {
  authorize: async ({ identity, name }) => {
    const has = (right: Right): boolean =>
      identity.grants?.some(
        ({ documents, rights }) => rights.includes(right) && matchesPattern(documents, name),
      ) ?? false;
    const access = has('write') ? 'write' : has('read') ? 'read' : undefined;
    return { access, presence: access !== undefined && has('presence') };
  },
};
