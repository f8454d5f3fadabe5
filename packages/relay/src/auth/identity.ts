/** Who a session is of, and what its credentials say that they may do. Leaves out: how that is found out (authenticator.ts), and what comes of it (policy.ts). */
import type { DocumentPattern } from './document-pattern.ts';

/** What may be done with a document. Who may write may read; presence is a right of its own. */
export const RIGHTS = ['read', 'write', 'presence'] as const;

export type Right = (typeof RIGHTS)[number];

/** Clocks of servers that are kept by NTP are closer than this. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** These rights, on every document whose name has this pattern. */
export interface Grant {
  readonly documents: DocumentPattern;
  readonly rights: readonly Right[];
}

export interface Identity {
  /** Names the user to the policy and in the log. */
  readonly principal: string;
  /** What the credentials themselves grant; nothing where the policy knows better. */
  readonly grants?: readonly Grant[] | undefined;
  /** May list, export and delete documents, and see the relay's insides. */
  readonly admin?: boolean | undefined;
  /** Names the credentials, so that they can be revoked alone. */
  readonly tokenId?: string | undefined;
  /** When the credentials were given out, in milliseconds since 1970. */
  readonly issuedAtMs?: number | undefined;
  /** When they end, from now; undefined: never. */
  readonly expiresInMs?: number | undefined;
}
