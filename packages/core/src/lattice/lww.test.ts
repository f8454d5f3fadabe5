import { expect, it } from 'vitest';
import type { HybridTime } from '../causality/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { stringLeaf } from './leaf.ts';
import { lwwElementSet } from './lww-element-set.ts';
import { lwwRegister } from './lww-register.ts';

const register = lwwRegister(stringLeaf);
const set = lwwElementSet(stringLeaf);

it.each([
  ['the later millisecond', time(2, 0, 1), time(1, 9, 9)],
  ['then the higher counter', time(1, 1, 1), time(1, 0, 9)],
  ['then the higher replica', time(1, 1, 2), time(1, 1, 1)],
])('a register goes by %s', (_, later, earlier) => {
  const [winner, loser] = [register.set(undefined, later, 'a'), register.set(undefined, earlier, 'b')];
  expect(register.view(register.join(winner, loser))).toBe('a');
  expect(register.view(register.join(loser, winner))).toBe('a');
});

it('with equal times a register goes by the greater value and a set keeps the element, in any order', () => {
  const [a, b] = [register.set(undefined, time(1, 1, 1), 'a'), register.set(undefined, time(1, 1, 1), 'b')];
  expect([register.view(register.join(a, b)), register.view(register.join(b, a))]).toEqual(['b', 'b']);
  const [added, removed] = [set.add([], time(1, 1, 1), 'e'), set.remove([], time(1, 1, 1), 'e')];
  expect([set.view(set.join(added, removed)), set.view(set.join(removed, added))]).toEqual([['e'], ['e']]);
});

it('a set forgets an addition that comes after its later removal', () => {
  const removed = set.remove([], time(2, 0, 1), 'e');
  expect(set.has(set.join(removed, set.add([], time(1, 0, 2), 'e')), 'e')).toBe(false);
});

function time(wallMs: number, counter: number, replica: number): HybridTime {
  return { wallMs, counter, replica: parseReplicaId(replica) };
}
