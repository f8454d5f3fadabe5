import { expect, test } from 'vitest';
import { clientAddress, isOwnMachine } from './client-address.ts';
import { TokenBucket } from './token-bucket.ts';

test('burst 1,000, 500 a second: 800 at once, 700 more owe one second, which refills', () => {
  const bucket = new TokenBucket({ perSecond: 500, burst: 1000 }, 0);
  expect([bucket.take(800, 0), bucket.take(700, 0)]).toEqual([0, 1000]);
  expect([bucket.take(0, 998), bucket.take(0, 1000), bucket.take(250, 1000)]).toEqual([2, 0, 500]);
  expect([bucket.isFull(3000), bucket.isFull(3500)]).toEqual([false, true]);
  // A clock that stands still, or was put back, gives nothing.
  expect(bucket.take(1250, 3500)).toBe(500);
  expect(bucket.take(0, 3000)).toBe(500);
});

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as never;

test.each([
  ['::ffff:10.0.0.7', undefined, 0, '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2/64'],
  ['2001:db8::1', undefined, 0, '2001:db8:0:0/64'],
  ['10.0.0.7', '1.2.3.4', 0, '10.0.0.7'],
  ['10.0.0.7', '6.6.6.6, 1.2.3.4', 1, '1.2.3.4'],
  ['10.0.0.7', '6.6.6.6, 1.2.3.4, 10.0.0.8', 2, '1.2.3.4'],
  ['10.0.0.7', undefined, 1, '10.0.0.7'],
])('a socket from %s, forwarded for %s, %i proxies: %s', (remote, forwarded, proxies, address) => {
  expect(clientAddress(from(remote, forwarded), proxies)).toBe(address);
});

test('this machine', () => {
  const own = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((each) =>
    isOwnMachine(clientAddress(from(each), 0)),
  );
  expect(own).toEqual([true, true, true]);
  expect(isOwnMachine(clientAddress(from('10.0.0.7'), 0))).toBe(false);
});
