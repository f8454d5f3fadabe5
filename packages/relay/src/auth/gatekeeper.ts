/** Asks who somebody is and what they may do, and knows whose credentials were revoked. Leaves out: closing the connections of those. */
import type { Authenticator } from './authenticator.ts';
import type { Identity } from './identity.ts';
import type { Policy, Rights } from './policy.ts';
import type { KeptRevocation, Revocation } from './revocations.ts';
import { Revocations } from './revocations.ts';
import { denied } from './signed-token.ts';

/** Where revocations outlive the relay. */
export interface RevocationStore {
  load(): Promise<readonly KeptRevocation[]>;
  /** Resolves when they are durable. */
  save(all: readonly KeptRevocation[]): Promise<void>;
}

export interface GatekeeperParts {
  readonly authenticator: Authenticator;
  readonly policy: Policy;
  /** Without one, revocations last as long as the relay runs. */
  readonly revocations?: RevocationStore | undefined;
  /** Milliseconds since 1970. */
  nowMs(): number;
}

export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #revocations: Revocations;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
    this.#revocations = new Revocations(parts.authenticator.maxLifetimeMs ?? Number.POSITIVE_INFINITY);
  }

  /** Takes over what was revoked in an earlier life. */
  async load(): Promise<void> {
    for (const { revocation, atMs } of (await this.#parts.revocations?.load()) ?? [])
      this.#revocations.add(revocation, atMs);
  }

  /** As Authenticator; `auth/denied` for what was revoked, too. */
  async authenticate(token: string | undefined): Promise<Identity> {
    const identity = await this.#parts.authenticator.authenticate(token);
    if (this.isRevoked(identity)) throw denied('the token was revoked');
    return identity;
  }

  authorize(request: Parameters<Policy['authorize']>[0]): Promise<Rights> {
    return this.#parts.policy.authorize(request);
  }

  isRevoked(identity: Identity): boolean {
    return this.#revocations.has(identity);
  }

  /** Holds from now on, and for the next life once it resolves. */
  async revoke(revocation: Revocation): Promise<void> {
    const nowMs = this.#parts.nowMs();
    this.#revocations.add(revocation, nowMs);
    await this.#parts.revocations?.save(this.#revocations.list(nowMs));
  }
}
