/**
 * Who may come in, and what they may do with a document: two functions that whoever runs a relay provides. Leaves out:
 * signed tokens.
 */
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { Access } from '@causeway/core/sync';

export interface Identity {
  /** Names the user to the policy and in the log. */
  readonly principal: string;
  /** When the credentials end; undefined: never. */
  readonly expiresInMs?: number | undefined;
}

export interface Rights {
  /** Undefined: may not even know that the document is there. */
  readonly access: Access | undefined;
  /** May see the others' presence and show its own. */
  readonly presence: boolean;
}

export interface Policy {
  /** The identity behind a token, or a rejection with `auth/denied`. Called at hello and at each refresh. */
  authenticate(token: string | undefined): Promise<Identity>;
  /** What this principal may do with this document. Called when it is opened. */
  authorize(request: {
    readonly principal: string;
    readonly name: DocumentName;
    readonly kind: DocumentKind;
  }): Promise<Rights>;
}

/** Everyone may do everything: for development, and behind something else that keeps strangers out. */
export const OPEN_POLICY: Policy = {
  authenticate: async () => ({ principal: 'anyone' }),
  authorize: async () => ({ access: 'write', presence: true }),
};
