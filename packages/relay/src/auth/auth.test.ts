import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import { parseDocumentName } from '@causeway/core/id';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { checkAuthenticator, checkPolicy } from '../testing/authenticator-contract.ts';
import { OPEN_AUTHENTICATOR } from './authenticator.ts';
import { matchesPattern, parseDocumentPattern } from './document-pattern.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { isAllowedOrigin } from './origins.ts';
import { GRANT_POLICY, OPEN_POLICY } from './policy.ts';
import { revocationFile } from './revocation-file.ts';
import { type KeptRevocation, Revocations } from './revocations.ts';
import { secretOf, signToken } from './signed-token.ts';
import { tokenAuthenticator } from './token-authenticator.ts';

const SECRET = new TextEncoder().encode('a secret that is long enough for tests of it');
const OTHER = new TextEncoder().encode('another secret, of somebody whom we do not know');
const documents = [{ pattern: 'team-7/*', rights: ['read', 'write', 'presence'] as const }];
const DAY_MS = 24 * 60 * 60 * 1000;
const ada = { principal: 'ada', documents, expiresInSeconds: 600 };

const byKey = (changes = {}) => tokenAuthenticator({ key: { type: 'secret', secret: SECRET }, ...changes });

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return CausewayError.is(error, 'auth/denied') ? error.data.reason : `not denied: ${String(error)}`;
}

/** A token that says this, whatever we would sign. */
function forged(payload: object, secret = SECRET, alg = 'HS256'): Promise<string> {
  return new SignJWT({ ...payload }).setProtectedHeader({ alg }).sign(secret);
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an authenticator', () => {
  test('open: keeps the contract', async () => {
    await checkAuthenticator({
      authenticator: OPEN_AUTHENTICATOR,
      accepted: { token: undefined, principal: 'anyone' },
      refused: [],
    });
  });

  test('of signed tokens: keeps the contract, and takes what is forged for what it is', async () => {
    const token = await signToken(ada, SECRET);
    const [header = '', body = '', signature = ''] = token.split('.');
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: 'ada', iat: now, exp: now + 600 };
    await checkAuthenticator({
      authenticator: byKey(),
      accepted: { token, principal: 'ada' },
      refused: [
        undefined,
        '',
        'no token',
        await signToken(ada, OTHER),
        `${header}.${base64({ ...claims, admin: true })}.${signature}`,
        `${base64({ alg: 'none' })}.${base64(claims)}.`,
        `${base64({ alg: 'none' })}.${body}.${signature}`,
        await forged({ ...claims, exp: now - 60 }),
        await forged({ ...claims, nbf: now + 60 }),
        await forged({ iat: now, exp: now + 600 }),
        await forged({ sub: 'ada', iat: now }),
        await forged({ sub: 'ada', exp: now + 600 }),
        await forged({ ...claims, exp: now + 365 * 86_400 }),
        await forged({ ...claims, iat: now + 99 * 365 * 86_400, exp: now + 99 * 365 * 86_400 + 600 }),
        await forged({ ...claims, documents: 'all' }),
        await forged({ ...claims, documents: [{ pattern: 'a*b', rights: ['read'] }] }),
        await forged({ ...claims, documents: Array.from({ length: 300 }, () => documents[0]) }),
        await forged(claims, SECRET, 'HS512'),
        'x'.repeat(100_000),
      ],
    });
  });

  test('of signed tokens: says what they grant, and for how long', async () => {
    const identity = await byKey().authenticate(await signToken({ ...ada, admin: true }, SECRET));
    expect(identity).toMatchObject({
      principal: 'ada',
      admin: true,
      grants: [{ documents: 'team-7/*', rights: ['read', 'write', 'presence'] }],
    });
    expect(identity.tokenId).toMatch(/^[0-9a-f-]{36}$/);
    expect(identity.expiresInMs).toBeGreaterThan(595_000);
    expect(identity.expiresInMs).toBeLessThanOrEqual(600_000);
  });

  test('of signed tokens: holds to issuer and audience where it is told to', async () => {
    const authenticator = byKey({ issuer: 'https://app', audience: 'relay' });
    const right = { ...ada, issuer: 'https://app', audience: 'relay' };
    await checkAuthenticator({
      authenticator,
      accepted: { token: await signToken(right, SECRET), principal: 'ada' },
      refused: [
        await signToken(ada, SECRET),
        await signToken({ ...right, issuer: 'https://other' }, SECRET),
        await signToken({ ...right, audience: 'other' }, SECRET),
      ],
    });
  });

  test.each(['RS256', 'ES256', 'EdDSA'])('of tokens signed with a private key, %s', async (alg) => {
    const [ours, theirs] = [await generateKeyPair(alg), await generateKeyPair(alg)];
    const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'one', alg };
    const authenticator = tokenAuthenticator({ key: { type: 'public-keys', keys: { keys: [jwk] } } });
    const signed = (key: CryptoKey): Promise<string> =>
      new SignJWT({ documents })
        .setProtectedHeader({ alg, kid: 'one' })
        .setSubject('ada')
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(key);
    // The public key is public: whoever signs with it as if it were a secret is nobody.
    const confused = await forged({ sub: 'ada' }, new TextEncoder().encode(JSON.stringify(jwk)));
    await checkAuthenticator({
      authenticator,
      accepted: { token: await signed(ours.privateKey), principal: 'ada' },
      refused: [await signed(theirs.privateKey), confused, await signToken(ada, SECRET)],
    });
  });

  test('of signed tokens: refuses a secret that can be guessed', () => {
    for (const secret of ['', 'secret', 'x'.repeat(31)]) expect(() => secretOf(secret)).toThrow(/32/);
    expect(secretOf(`${'x'.repeat(32)}\n`).length).toBe(32);
    expect(() => byKey({ key: { type: 'secret', secret: new Uint8Array(8) } })).toThrow(/32/);
  });

  test('says that a token has expired, and never what is in it', async () => {
    const now = Math.floor(Date.now() / 1000);
    const late = await forged({ sub: 'ada', iat: now - 900, exp: now - 300 });
    expect(await reasonOf(byKey().authenticate(late))).toBe('the token has expired');
    expect(await reasonOf(byKey().authenticate('nonsense'))).toBe('the token is not one of ours');
  });
});

describe('a policy', () => {
  test('open: keeps the contract', () =>
    checkPolicy({
      policy: OPEN_POLICY,
      identity: { principal: 'anyone' },
      writes: ['a', 'team-7/plan'],
      reads: [],
      neither: [],
    }));

  test('of what is granted: keeps the contract', () =>
    checkPolicy({
      policy: GRANT_POLICY,
      identity: {
        principal: 'ada',
        grants: [
          { documents: parseDocumentPattern('team-7/*'), rights: ['read', 'presence'] },
          { documents: parseDocumentPattern('team-7/plan'), rights: ['write'] },
          { documents: parseDocumentPattern('seen'), rights: ['presence'] },
        ],
      },
      writes: ['team-7/plan'],
      reads: ['team-7/other', 'team-7/'],
      neither: ['team-70/plan', 'team-7', 'seen', 'other'],
    }));

  test.each([
    ['notes/7', 'notes/7', true],
    ['notes/7', 'notes/70', false],
    ['notes/*', 'notes/', true],
    ['notes/*', 'notes', false],
    ['*', 'anything', true],
    ['notes/*', 'Notes/7', false],
  ])('pattern %s, name %s: %s', (pattern, name, matches) => {
    expect(matchesPattern(parseDocumentPattern(pattern), parseDocumentName(name))).toBe(matches);
  });

  test.each(['', '**', 'a*b', '*a', 'x'.repeat(600)])('%j is no pattern', (text) => {
    expect(() => parseDocumentPattern(text)).toThrow(CausewayError);
  });
});

describe('revocations', () => {
  const identity = (principal: string, tokenId: string, issuedAtMs: number) => ({
    ...{ principal, tokenId, issuedAtMs },
  });

  test('of one token, and of all that a user had', () => {
    const revocations = new Revocations(60_000);
    revocations.add({ of: 'token', tokenId: 't1' }, 10_000);
    revocations.add({ of: 'principal', principal: 'bob' }, 10_000);
    const isRevoked = (...of: Parameters<typeof identity>): boolean => revocations.has(identity(...of));
    expect([isRevoked('ada', 't1', 0), isRevoked('ada', 't2', 0)]).toEqual([true, false]);
    expect([isRevoked('bob', 't3', 9_000), isRevoked('bob', 't4', 16_000)]).toEqual([true, false]);
    // Issued before, by a clock that is three seconds ahead.
    expect(isRevoked('bob', 't5', 13_000)).toBe(true);
    // A user without an issue date cannot be told to have come anew.
    expect(revocations.has({ principal: 'bob' })).toBe(true);
  });

  test('are forgotten when what they are about has expired', () => {
    const revocations = new Revocations(60_000);
    revocations.add({ of: 'token', tokenId: 't1' }, 0);
    expect(revocations.list(60_000).length).toBe(1);
    expect(revocations.list(60_001)).toEqual([]);
  });

  test.each([
    ['a week', 7 * DAY_MS, 6 * DAY_MS, 8 * DAY_MS],
    ['an hour', DAY_MS / 24, DAY_MS / 25, DAY_MS / 20],
  ])(
    'of tokens that may hold for %s are kept for as long, and not longer',
    async (_, maxLifetimeMs, held, gone) => {
      let nowMs = 0;
      const saved: (readonly KeptRevocation[])[] = [];
      const gatekeeper = new Gatekeeper({
        authenticator: byKey({ maxLifetimeMs }),
        policy: GRANT_POLICY,
        revocations: { load: async () => [], save: async (all) => void saved.push(all) },
        nowMs: () => nowMs,
      });
      const ofBob = { revocation: { of: 'principal', principal: 'bob' }, atMs: 0 } as const;
      await gatekeeper.revoke(ofBob.revocation);
      for (const at of [held, gone]) {
        nowMs = at;
        await gatekeeper.revoke({ of: 'token', tokenId: `at ${at}` });
      }
      expect(saved.map((all) => all.some(({ revocation: { of } }) => of === 'principal'))).toEqual([
        true,
        true,
        false,
      ]);
    },
  );

  test('are kept for ever where credentials hold for ever', async () => {
    let nowMs = 0;
    const gatekeeper = new Gatekeeper({
      authenticator: { authenticate: async (token = '') => ({ principal: token }) },
      policy: OPEN_POLICY,
      nowMs: () => nowMs,
    });
    await gatekeeper.revoke({ of: 'principal', principal: 'bob' });
    nowMs = 1000 * DAY_MS;
    await gatekeeper.revoke({ of: 'principal', principal: 'eve' });
    expect(await reasonOf(gatekeeper.authenticate('bob'))).toBe('the token was revoked');
    expect(await gatekeeper.authenticate('ada')).toEqual({ principal: 'ada' });
  });

  test('outlive the relay in their file, and a broken one is not passed over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-revocations-'));
    const path = join(folder, 'revocations.json');
    try {
      const file = revocationFile(path);
      expect(await file.load()).toEqual([]);
      const kept = { revocation: { of: 'token', tokenId: 't1' } as const, atMs: 5 };
      await Promise.all([file.save([]), file.save([kept])]);
      expect(await revocationFile(path).load()).toEqual([kept]);
      expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([kept]);
      for (const broken of ['', '{}', '[{"revocation":{"of":"token"},"atMs":1}]']) {
        await writeFile(path, broken);
        await expect(file.load()).rejects.toThrow(/no list of revocations/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('origins', () => {
  test.each([
    [undefined, 'relay.example.org', [], true],
    ['https://relay.example.org', 'relay.example.org', [], true],
    ['https://app.example.org', 'relay.example.org', [], false],
    ['https://app.example.org', 'relay.example.org', ['https://app.example.org'], true],
    ['https://anyone.example.net', 'relay.example.org', ['*'], true],
    ['http://localhost:5173', '127.0.0.1:4600', [], true],
    ['http://localhost:5173', 'relay.example.org', [], false],
    ['https://evil.example.net', 'localhost:4600', [], false],
    ['https://localhost.evil.example.net', 'localhost:4600', [], false],
    ['null', 'localhost:4600', [], false],
    ['file://', 'localhost:4600', [], false],
  ])('a page of %s at %s, allowed %j: %s', (origin, host, allowed, isAllowed) => {
    expect(isAllowedOrigin(origin, host, allowed, false)).toBe(isAllowed);
  });

  test('a name that a stranger made point at this machine is not its own', () => {
    const from = (origin: string, host: string, isLocal: boolean): boolean =>
      isAllowedOrigin(origin, host, [], isLocal);
    expect(from('http://evil.example.net:4600', 'evil.example.net:4600', true)).toBe(false);
    expect(from('http://localhost:4600', 'localhost:4600', true)).toBe(true);
    expect(from('https://relay.example.org', 'relay.example.org', false)).toBe(true);
  });
});
