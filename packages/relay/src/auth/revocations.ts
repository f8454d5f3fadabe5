/**
 * Credentials that do not hold any more although they have not expired: one token by its id, or all that a user was given up
 * to a moment. Each is forgotten when the last token that it is about has expired, and so there are only as many as were
 * revoked within the life of a token.
 */
import { CausewayError } from '@causeway/core';
import { CLOCK_TOLERANCE_MS, type Identity } from './identity.ts';

export type Revocation =
  | { readonly of: 'token'; readonly tokenId: string }
  /** Of all tokens that were issued before, or so soon after that another clock may have called it before. */
  | { readonly of: 'principal'; readonly principal: string };

export interface KeptRevocation {
  readonly revocation: Revocation;
  readonly atMs: number;
}

/** More than anybody revokes within a day; each takes some hundred bytes. */
export const MAX_REVOCATIONS = 100_000;

export class Revocations {
  readonly #lifetimeMs: number;
  readonly #tokens = new Map<string, number>();
  readonly #principals = new Map<string, number>();

  /** `lifetimeMs` is the longest for which a token is accepted after it was issued. */
  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** `protocol/limit` when there are too many to keep one more. */
  add(revocation: Revocation, atMs: number): void {
    this.#forget(atMs);
    if (this.#tokens.size + this.#principals.size >= MAX_REVOCATIONS) throw tooMany();
    if (revocation.of === 'token') this.#tokens.set(revocation.tokenId, atMs);
    else this.#principals.set(revocation.principal, atMs);
  }

  has(identity: Identity): boolean {
    const { principal, tokenId, issuedAtMs } = identity;
    if (tokenId !== undefined && this.#tokens.has(tokenId)) return true;
    const since = this.#principals.get(principal);
    // A token from before says a later time when the clock that it was issued by is ahead.
    return since !== undefined && (issuedAtMs ?? 0) <= since + CLOCK_TOLERANCE_MS;
  }

  /** Those that still matter, to be kept over a restart. */
  list(nowMs: number): readonly KeptRevocation[] {
    this.#forget(nowMs);
    return [
      ...[...this.#tokens].map(
        ([tokenId, atMs]): KeptRevocation => ({ revocation: { of: 'token', tokenId }, atMs }),
      ),
      ...[...this.#principals].map(
        ([principal, atMs]): KeptRevocation => ({ revocation: { of: 'principal', principal }, atMs }),
      ),
    ];
  }

  #forget(nowMs: number): void {
    for (const kept of [this.#tokens, this.#principals])
      for (const [name, atMs] of kept) if (nowMs - atMs > this.#lifetimeMs) kept.delete(name);
  }
}

function tooMany(): CausewayError<'protocol/limit'> {
  return new CausewayError(
    'protocol/limit',
    { what: 'revocations', value: MAX_REVOCATIONS + 1, limit: MAX_REVOCATIONS },
    `${MAX_REVOCATIONS} revocations are kept, as many as there may be; change the key that tokens are signed with`,
  );
}
