/** Who is behind the credentials that a session shows. Leaves out: what they may do (policy.ts), and signed tokens (token-authenticator.ts). */
import type { Identity } from './identity.ts';

/** What every implementation keeps to is in `@causeway/relay/testing`. */
export interface Authenticator {
  /**
   * The identity behind a token; a rejection with `auth/denied` when there is none, with a reason that may be told to whoever
   * showed it. Called at hello and at each refresh.
   */
  authenticate(token: string | undefined): Promise<Identity>;
  /** The longest for which credentials are accepted after they were given out; undefined: for ever. What is revoked is remembered for as long. */
  readonly maxLifetimeMs?: number | undefined;
}

/** The one user that there is where nobody signs in. */
export const ANYONE = 'anyone';

/** Everyone is the same, without a token too: for development, and behind something else that keeps strangers out. */
export const OPEN_AUTHENTICATOR: Authenticator = {
  authenticate: async () => EVERYBODY,
};

/** One for all connections. */
const EVERYBODY: Identity = { principal: ANYONE, admin: true };
