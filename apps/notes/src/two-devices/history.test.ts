import { expect, test } from 'vitest';
import { arrived, edited, NOTHING_YET, underWay } from './history.ts';

test('typing is one group until something else happens', () => {
  const typed = edited(edited(NOTHING_YET, 'left', 1), 'left', 5);
  expect(typed.edits).toEqual([{ side: 'left', column: 1, seq: 5, arrivedAt: undefined }]);
  const both = edited(edited(typed, 'right', 1), 'left', 6);
  expect(both.edits.map(({ side, column }) => [side, column])).toEqual([
    ['left', 1],
    ['right', 2],
    ['left', 3],
  ]);
});

test('edits arrive when the last of their group has, all that did in one column', () => {
  const apart = edited(edited(edited(NOTHING_YET, 'left', 4), 'right', 2), 'left', 9);
  expect(arrived(apart, 'left', 3)).toBe(apart);
  expect([underWay(apart, 'left'), underWay(apart, 'right')]).toEqual([2, 1]);
  const merged = arrived(arrived(apart, 'left', 9), 'right', 2);
  expect(merged.edits.map(({ arrivedAt }) => arrivedAt)).toEqual([4, 5, 4]);
  expect(underWay(merged, 'left')).toBe(0);
  expect(edited(merged, 'left', 10).edits.at(-1)?.column).toBe(6);
});
