import { expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { type FractionalIndex, indexBetween, parseFractionalIndex } from './fractional-index.ts';

type Place = (random: Seeded, length: number) => number;

const habits: Readonly<Record<string, Place>> = {
  anywhere: (random, length) => random.int(length + 1),
  'at the end': (_, length) => length,
  'at the start': () => 0,
  'forward from the middle': (_, length) => (length >>> 1) + 1,
  'backward from the middle': (_, length) => length >>> 1,
  'mostly at the ends': (random, length) => random.pick([0, length, random.int(length + 1)]),
};

test('there is room between any two, whatever the habit of placing', () => {
  for (const seed of seedsOfRuns({}, 12)) {
    for (const [habit, placeOf] of Object.entries(habits)) {
      const random = new Seeded(seed);
      const indexes: FractionalIndex[] = [];
      for (let i = 0; i < 300; i++) {
        const at = Math.min(placeOf(random, indexes.length), indexes.length);
        const [a, b] = [indexes[at - 1], indexes[at]];
        const index = indexBetween(a, b);
        expect(parseFractionalIndex(index)).toBe(index);
        expect(a === undefined || a < index, `seed ${seed}, ${habit}: ${a} < ${index}`).toBe(true);
        expect(b === undefined || index < b, `seed ${seed}, ${habit}: ${index} < ${b}`).toBe(true);
        indexes.splice(at, 0, index);
      }
    }
  }
});

test('there is room between any two that a peer may send', () => {
  for (const seed of seedsOfRuns({}, 2000)) {
    const random = new Seeded(seed);
    const digits = (): FractionalIndex => {
      const length = random.between(0, 6);
      const text = Array.from({ length }, () => random.pick(['0', '0', '1', 'U', 'y', 'z', 'z'])).join('');
      return parseFractionalIndex(text + random.pick(['1', 'U', 'y', 'z']));
    };
    const [a, b] = [digits(), digits()].sort() as [FractionalIndex, FractionalIndex];
    if (a === b) continue;
    for (const [low, high] of [
      [a, b],
      [undefined, a],
      [b, undefined],
    ] as const) {
      const index = indexBetween(low, high);
      expect(low === undefined || low < index, `seed ${seed}: ${low} < ${index}`).toBe(true);
      expect(high === undefined || index < high, `seed ${seed}: ${index} < ${high}`).toBe(true);
    }
  }
});

test('ten thousand placed one after another take a few digits, in each direction, at an end or in a gap', () => {
  const runs: readonly [low: string, high: string, forward: boolean][] = [
    ['', '', true],
    ['', '', false],
    ['U', 'V', true],
    ['U', 'V', false],
    ['U', 'UU', true],
    ['Uz', 'V', false],
  ];
  for (const [from, to, forward] of runs) {
    let low = from === '' ? undefined : parseFractionalIndex(from);
    let high = to === '' ? undefined : parseFractionalIndex(to);
    let longest = 0;
    for (let i = 0; i < 10_000; i++) {
      const index = indexBetween(low, high);
      longest = Math.max(longest, index.length);
      if (forward) low = index;
      else high = index;
    }
    expect(longest, `between ${from} and ${to}`).toBeLessThanOrEqual(9);
  }
});

test('refuses what is no index', () => {
  for (const text of ['', '0', 'U0', 'ü', 'U-', ' U', 'U'.repeat(513)]) {
    expect(() => parseFractionalIndex(text), text).toThrow(CausewayError);
  }
});
