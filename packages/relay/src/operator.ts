/**
 * Who may see and do what is for those who run a relay: whoever shows a token with the admin right, and whoever asks from the
 * machine itself. A request that came through a proxy is not from the machine, wherever the proxy stands.
 */
import type { IncomingMessage } from 'node:http';
import { CausewayError } from '@causeway/core';
import type { Gatekeeper } from './auth/gatekeeper.ts';
import { isAllowedOrigin, isLoopbackHost } from './auth/origins.ts';
import { clientAddress, isOwnMachine } from './client-address.ts';

/** Whether this request may see what the relay does. */
export async function isOperator(request: IncomingMessage, gatekeeper: Gatekeeper): Promise<boolean> {
  return isFromHere(request) || (await hasAdminToken(request, gatekeeper));
}

/** From this machine, by no proxy and by no page of somebody else that is open in its browser. */
export function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const passed = headers['x-forwarded-for'] ?? headers['forwarded'] ?? headers['x-real-ip'];
  const isDirect = passed === undefined && isOwnMachine(clientAddress({ socket, headers }, 0));
  // A name that somebody made point here is not how one asks for one's own machine.
  return (
    isDirect && isLoopbackHost(headers.host ?? '') && isAllowedOrigin(headers.origin, headers.host, [], true)
  );
}

export async function hasAdminToken(request: IncomingMessage, gatekeeper: Gatekeeper): Promise<boolean> {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return false;
  try {
    return (await gatekeeper.authenticate(token)).admin === true;
  } catch (error) {
    if (CausewayError.is(error, 'auth/denied')) return false;
    throw error;
  }
}
