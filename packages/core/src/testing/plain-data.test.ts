import { expect, it } from 'vitest';
import { equalData, showData } from './plain-data.ts';

it.each<[unknown, unknown, boolean]>([
  [Number.NaN, Number.NaN, true],
  [0, -0, false],
  [[1, 2], [2, 1], false],
  [new Set([1, 2]), new Set([2, 1]), true],
  [new Set([[1], [2]]), new Set([[2], [1]]), true],
  [new Set([[1], [1]]), new Set([[1], [2]]), false],
  [
    new Map([
      ['a', [1]],
      ['b', [2]],
    ]),
    new Map([
      ['b', [2]],
      ['a', [1]],
    ]),
    true,
  ],
  [new Map([['a', 1]]), new Map([['a', 2]]), false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: undefined }, {}, false],
  [{}, [], false],
  [Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
  [Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
  [null, {}, false],
])('%o and %o', (a, b, equal) => {
  expect(equalData(a, b)).toBe(equal);
  expect(equalData(b, a)).toBe(equal);
});

it('shows data in one line, however deep, cut to length', () => {
  const data = { list: [1, -0, 'x'], map: new Map([['k', new Set([null])]]), bytes: Uint8Array.of(0, 255) };
  expect(showData(data)).toBe('{list: [1, -0, "x"], map: {"k" → {null}}, bytes: <00ff>}');
  expect(showData('x'.repeat(50), 10)).toBe('"xxxxxxxxx…');
  const loop: unknown[] = [];
  loop.push(loop);
  expect(showData(loop)).toContain('…');
});
