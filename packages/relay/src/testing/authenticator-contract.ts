/** What every Authenticator and Policy keeps to; for those of your own too. Throws at the first thing that is not so. */
import { strict as assert } from 'node:assert';
import { CausewayError } from '@causeway/core';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Identity } from '../auth/identity.ts';
import type { Policy } from '../auth/policy.ts';

export interface AuthenticatorUnderTest {
  readonly authenticator: Authenticator;
  /** A token that is accepted, and whose it is; undefined where none is asked for. */
  readonly accepted: { readonly token: string | undefined; readonly principal: string };
  /** Tokens that are not accepted; none where everyone is. */
  readonly refused: readonly (string | undefined)[];
}

export async function checkAuthenticator(under: AuthenticatorUnderTest): Promise<void> {
  const { authenticator, accepted, refused } = under;
  const identity = await authenticator.authenticate(accepted.token);
  assert.equal(identity.principal, accepted.principal);
  assert.ok(identity.principal.length > 0, 'a principal has a name');
  assert.ok((identity.expiresInMs ?? 0) >= 0, 'what is accepted has not expired');
  // Asked again it says the same: connections come back.
  assert.equal((await authenticator.authenticate(accepted.token)).principal, accepted.principal);
  for (const token of refused) {
    const error = await authenticator.authenticate(token).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(
      CausewayError.is(error, 'auth/denied'),
      `${String(token).slice(0, 30)} is refused with auth/denied`,
    );
    const told = `${error.message} ${error.data.reason}`;
    // Reasons are logged and told.
    if (token !== undefined && token.length > 3) assert.ok(!told.includes(token), 'a reason holds no token');
  }
}

export interface PolicyUnderTest {
  readonly policy: Policy;
  readonly identity: Identity;
  /** Documents by what the identity may do with them. */
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly neither: readonly string[];
}

export async function checkPolicy(under: PolicyUnderTest): Promise<void> {
  const { policy, identity, writes, reads, neither } = under;
  const rightsOf = (name: string) =>
    policy.authorize({ identity, name: parseDocumentName(name), kind: parseDocumentKind('yjs') });
  for (const name of writes) assert.equal((await rightsOf(name)).access, 'write', name);
  for (const name of reads) assert.equal((await rightsOf(name)).access, 'read', name);
  for (const name of neither) {
    const rights = await rightsOf(name);
    assert.equal(rights.access, undefined, name);
    assert.equal(rights.presence, false, `${name}: who may not read is not seen`);
  }
}
