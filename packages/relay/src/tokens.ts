/** What an app's server needs to hand out tokens, without the relay and its storage. */
export type { Right } from './auth/identity.ts';
export { signToken, type TokenClaims } from './auth/signed-token.ts';
