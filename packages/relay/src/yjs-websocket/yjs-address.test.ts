import { expect, test } from 'vitest';
import { yjsAddress } from './yjs-address.ts';

test('a document is found below /yjs and at the root, with its token', () => {
  expect(yjsAddress('/yjs/note')).toEqual({ name: 'note', token: undefined });
  expect(yjsAddress('/note?x=1&token=a%20b')).toEqual({ name: 'note', token: 'a b' });
  expect(yjsAddress('/yjs/a/b')).toEqual({ name: 'a/b', token: undefined });
  expect(yjsAddress('/yjs/yjs/b?')).toEqual({ name: 'yjs/b', token: undefined });
});

test('names come as browsers send them: encoded, but for percent signs of their own', () => {
  expect(yjsAddress('/%C3%A9quipe%20100%')?.name).toBe('équipe 100%');
  expect(yjsAddress('/%ff')?.name).toBe('%ff');
});

test('what is no document name has no address', () => {
  for (const url of ['/', '/yjs/', '/?a', '/%00', `/${'x'.repeat(600)}`])
    expect(yjsAddress(url), url).toBe(undefined);
});
