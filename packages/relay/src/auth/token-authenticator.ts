/** Authenticates by signed tokens (signed-token.ts), and knows which of them were revoked. */
import type { Authenticator } from './authenticator.ts';
import type { Identity } from './identity.ts';
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
    authenticate: async (token): Promise<Identity> => {
      if (token === undefined || token === '') throw denied('no token');
      const nowMs = now();
      const { expiresAtMs, ...claims } = await verify(token, nowMs);
      if (expiresAtMs - claims.issuedAtMs > maxLifetimeMs)
        throw denied('the token holds for longer than this relay allows');
      return { ...claims, expiresInMs: Math.max(0, expiresAtMs - nowMs) };
    },
  };
}
