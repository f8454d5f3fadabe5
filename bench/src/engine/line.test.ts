import { expect, test } from 'vitest';
import { lineOf, standingOf } from './line.ts';

test('a line names the best of the others, and how far ours is from it', () => {
  const standing = standingOf(
    new Map([
      ['ours', 3.906],
      ['yjs', 1235],
      ['diamond-types', 38.14],
    ]),
  );
  expect(lineOf('T1', standing)).toBe('T1 ours=3.91 best=38.1 peer=diamond-types ratio=0.102');
});

test('what is missing is a dash', () => {
  expect(lineOf('T2', standingOf(new Map([['yjs', 160_000]])))).toBe(
    'T2 ours=- best=160000 peer=yjs ratio=-',
  );
  expect(lineOf('T2', standingOf(new Map()))).toBe('T2 ours=- best=- peer=- ratio=-');
});
