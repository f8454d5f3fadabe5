/** Who may write, who gives out tokens, and what was revoked: outside of the relay, so that it outlives every life of it. */
import { CausewayError } from '@causeway/core';
import type { Authenticator, KeptRevocation, Policy, RevocationStore } from '@causeway/relay';

/** Short, so that tokens run out in every simulation. */
const TOKEN_LIFE_MS = 4 * 60_000;

export class Rights {
  readonly #readers = new Map<string, 'now' | 'soon'>();
  #revoked: readonly KeptRevocation[] = [];
  /** Tokens that were shown after they had run out. */
  expired = 0;

  mayWrite(principal: string): boolean {
    return !this.#readers.has(principal);
  }

  /** What this user makes now may get to others. */
  mayLeave(principal: string): boolean {
    return this.#readers.get(principal) !== 'now';
  }

  /** `soon`: sessions that are there may write on until they are asked for credentials. */
  set(principal: string, access: 'read' | 'write', since: 'now' | 'soon' = 'now'): void {
    if (access === 'read') this.#readers.set(principal, since);
    else this.#readers.delete(principal);
  }

  /** `nowMs` by the clock of whoever gives it out. */
  token(principal: string, nowMs: number): string {
    return `${principal} ${nowMs}`;
  }

  /** `now` is the relay's clock. */
  authenticator(now: () => number): Authenticator {
    return {
      maxLifetimeMs: TOKEN_LIFE_MS,
      authenticate: async (token = '') => {
        const [principal = '', issued = ''] = token.split(' ');
        const issuedAtMs = Number(issued);
        const expiresInMs = issuedAtMs + TOKEN_LIFE_MS - now();
        if (principal === '' || expiresInMs <= 0) {
          this.expired += 1;
          const reason = 'the token has run out';
          throw new CausewayError('auth/denied', { reason }, reason);
        }
        return { principal, issuedAtMs, expiresInMs };
      },
    };
  }

  get policy(): Policy {
    return {
      authorize: async ({ identity }) => ({
        access: this.mayWrite(identity.principal) ? 'write' : 'read',
        presence: true,
      }),
    };
  }

  get revocations(): RevocationStore {
    return {
      load: async () => this.#revoked,
      save: async (all) => {
        this.#revoked = all;
      },
    };
  }
}
