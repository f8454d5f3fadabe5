/**
 * Signed tokens (JSON Web Tokens, RFC 7519): what an app's server hands to its users, and the relay can check by itself.
 *
 *      { "sub": "ada", "jti": "…", "iat": …, "exp": …, "iss": …, "aud": …,
 *        "documents": [{ "pattern": "team-7/*", "rights": ["read", "write", "presence"] }],
 *        "admin": true }
 *
 * Signed with a secret that both know (HS256), or with a private key of which the relay has the public half (RS256, PS256,
 * ES256, EdDSA). The only importer of jose.
 */
import { CausewayError } from '@causeway/core';
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import { parseDocumentPattern } from './document-pattern.ts';
import { CLOCK_TOLERANCE_MS, type Grant, RIGHTS, type Right } from './identity.ts';

/** RFC 7518 asks for as many bits as the hash has. */
export const MIN_SECRET_BYTES = 32;
/** Far more than a token of 8 KiB has room for in sensible use. */
const MAX_GRANTS = 256;

const PUBLIC_KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** What checks a signature: a secret of at least 32 bytes, or a set of public keys (JWKS, RFC 7517). */
export type VerificationKey =
  | { readonly type: 'secret'; readonly secret: Uint8Array }
  | { readonly type: 'public-keys'; readonly keys: JSONWebKeySet };

export interface TokenClaims {
  /** The user, as the app knows them. */
  readonly principal: string;
  readonly documents: readonly { readonly pattern: string; readonly rights: readonly Right[] }[];
  readonly admin?: boolean;
  readonly expiresInSeconds: number;
  readonly issuer?: string;
  readonly audience?: string;
}

/** A token for one user, signed with the secret (HS256). For an app's server; the secret must not leave it. */
export async function signToken(claims: TokenClaims, secret: Uint8Array): Promise<string> {
  checkSecret(secret);
  for (const { pattern } of claims.documents) parseDocumentPattern(pattern);
  const { principal, documents, admin, expiresInSeconds, issuer, audience } = claims;
  const token = new SignJWT({ documents, ...(admin === true ? { admin } : {}) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(principal)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(secret);
}

/** What a token says once its signature is found right. */
export interface VerifiedToken {
  readonly principal: string;
  readonly tokenId: string | undefined;
  readonly grants: readonly Grant[];
  readonly admin: boolean;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface VerificationOptions {
  readonly key: VerificationKey;
  /** What `iss` and `aud` have to be, when they have to be something. */
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** Checks tokens: a rejection with `auth/denied` for those that are none. `decode/invalid` at once for a secret that is too short. */
export function tokenVerifier(
  options: VerificationOptions,
): (token: string, nowMs: number) => Promise<VerifiedToken> {
  const { key, issuer, audience } = options;
  if (key.type === 'secret') checkSecret(key.secret);
  const algorithms = key.type === 'secret' ? ['HS256'] : PUBLIC_KEY_ALGORITHMS;
  const keyOf: JWTVerifyGetKey = key.type === 'secret' ? async () => key.secret : createLocalJWKSet(key.keys);
  return async (token, nowMs) => {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms,
      currentDate: new Date(nowMs),
      clockTolerance: CLOCK_TOLERANCE_MS / 1000,
      requiredClaims: ['sub', 'exp', 'iat'],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    }).catch((error: unknown) => {
      throw denied(reasonOf(error));
    });
    return claimsOf(payload);
  };
}

/** What a file with a secret holds, without the end of the line that editors add. */
export function secretOf(text: string): Uint8Array {
  const secret = new TextEncoder().encode(text.trim());
  checkSecret(secret);
  return secret;
}

/** What a JWKS file holds. `decode/invalid` when that is no set of keys, or one with a secret in it. */
export function publicKeysOf(text: string, path: string): JSONWebKeySet {
  let keys: unknown;
  try {
    keys = (JSON.parse(text) as { readonly keys?: unknown } | null)?.keys;
  } catch {
    throw unreadableKey(path, 'no JSON');
  }
  if (!Array.isArray(keys) || keys.length === 0) throw unreadableKey(path, 'no list of keys');
  // A private key has no business on a relay, and a symmetric one would let whoever reads the file sign.
  if (keys.some((key) => typeof key !== 'object' || key === null || 'd' in key || 'k' in key))
    throw unreadableKey(path, 'a key that is not public');
  return { keys };
}

export function unreadableKey(path: string, detail: string): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'token key', detail: `${path}: ${detail}` },
    `${path}: ${detail}; name a file that holds the key, and that this user may read`,
  );
}

export function denied(reason: string): CausewayError<'auth/denied'> {
  return new CausewayError('auth/denied', { reason }, `${reason}; get a new token from the app`);
}

function checkSecret(secret: Uint8Array): void {
  if (secret.length >= MIN_SECRET_BYTES) return;
  throw new CausewayError(
    'decode/invalid',
    { what: 'secret', detail: `${secret.length} bytes` },
    `a secret of ${secret.length} bytes can be guessed: take at least ${MIN_SECRET_BYTES}, such as from: openssl rand -base64 48`,
  );
}

/** Never with a part of the token: reasons are told and logged. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} is not accepted`;
  return 'the token is not one of ours';
}

function claimsOf(payload: JWTPayload): VerifiedToken {
  const { sub, jti, exp, iat } = payload;
  if (sub === undefined || sub === '' || exp === undefined || iat === undefined)
    throw denied('the token names no user');
  return {
    principal: sub,
    tokenId: jti,
    grants: grantsOf(payload['documents']),
    admin: payload['admin'] === true,
    issuedAtMs: iat * 1000,
    expiresAtMs: exp * 1000,
  };
}

function grantsOf(claim: unknown): readonly Grant[] {
  if (claim === undefined) return [];
  if (!Array.isArray(claim) || claim.length > MAX_GRANTS) throw denied('the claim documents is no list');
  return claim.map((entry: unknown) => {
    const { pattern, rights } = (entry ?? {}) as { readonly pattern?: unknown; readonly rights?: unknown };
    if (typeof pattern !== 'string' || !Array.isArray(rights))
      throw denied('an entry of documents has no pattern or no rights');
    try {
      // Rights of a later version are none here.
      return {
        documents: parseDocumentPattern(pattern),
        rights: RIGHTS.filter((right) => rights.includes(right)),
      };
    } catch (error) {
      if (CausewayError.is(error, 'decode/invalid')) throw denied('a pattern of documents is none');
      throw error;
    }
  });
}
