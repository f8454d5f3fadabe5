/**
 * Which address a request comes from, for counting: that of its socket, or, behind proxies that are trusted, the one that the
 * outermost of them saw. Addresses of IPv6 count by the first 64 bits, of which a household has one.
 */
import type { IncomingMessage } from 'node:http';

/** `trustedProxies` is how many stand before the relay; each adds the address that it saw to `X-Forwarded-For`. */
export function clientAddress(
  request: Pick<IncomingMessage, 'socket' | 'headers'>,
  trustedProxies: number,
): string {
  const socket = request.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return grouped(socket);
  const header = request.headers['x-forwarded-for'];
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((each) => each.trim());
  // What stands further left was written by whoever asks.
  return grouped(seen.at(-trustedProxies) || socket);
}

/** Whether it is this machine: a proxy beside the relay, or its owner. */
export function isOwnMachine(address: string): boolean {
  return address === '' || address === '::1/64' || address.startsWith('127.');
}

function grouped(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  if (plain === '::1') return '::1/64';
  const [head = '', tail] = plain.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const parts = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${parts
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}/64`;
}
