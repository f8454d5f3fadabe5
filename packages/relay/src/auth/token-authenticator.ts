/** Authenticates by signed tokens (signed-token.ts), and knows which of them were revoked. */
import type { Authenticator } from './authenticator.ts';
import { CLOCK_TOLERANCE_MS, type Identity } from './identity.ts';
import { denied, tokenVerifier, type VerificationOptions } from './signed-token.ts';

/** Long enough for a day without the app's server, short enough that what was revoked can be kept. */
export const DEFAULT_MAX_TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface TokenAuthenticatorOptions extends VerificationOptions {
  /** Tokens that hold for longer are refused; a day when it is left out. */
  readonly maxLifetimeMs?: number | undefined;
  /** Milliseconds since 1970. */
  now?(): number;
}

/** `decode/invalid` at once for a secret that is too short. */
export function tokenAuthenticator(options: TokenAuthenticatorOptions): Authenticator {
  const { maxLifetimeMs = DEFAULT_MAX_TOKEN_LIFETIME_MS, now = Date.now } = options;
  const verify = tokenVerifier(options);
  return {
    // Issued by a clock that is ahead, and accepted a little after its end.
    maxLifetimeMs: maxLifetimeMs + 2 * CLOCK_TOLERANCE_MS,
    authenticate: async (token): Promise<Identity> => {
      if (token === undefined || token === '') throw denied('no token');
      const nowMs = now();
      const { expiresAtMs, ...claims } = await verify(token, nowMs);
      // Else it could say a life of minutes that begins in a hundred years, and hold until then.
      if (claims.issuedAtMs > nowMs + CLOCK_TOLERANCE_MS)
        throw denied('the token says that it was issued in the future: a clock is wrong');
      if (expiresAtMs - claims.issuedAtMs > maxLifetimeMs)
        throw denied('the token holds for longer than this relay allows');
      return { ...claims, expiresInMs: Math.max(0, expiresAtMs - nowMs) };
    },
  };
}
