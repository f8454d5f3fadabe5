/** Joins, differences and look-ups of random entry maps, against a Map that is told the same. */
import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { type Entries, entryMap } from './entry-map.ts';
import { numberLeaf } from './leaf.ts';

const maps = entryMap<number, number>(numberLeaf, { codec: numberLeaf.codec, join: Math.max });

it.each(seedsOfRuns({}, 40))('does what a Map does (seed %i)', (seed) => {
  const random = new Seeded(seed);
  const range = random.pick([5, 40, 1000]);
  const [a, b] = [randomMap(random, range), randomMap(random, range)];
  const expected = new Map(a);
  for (const [key, value] of b) expected.set(key, Math.max(value, expected.get(key) ?? value));
  const joined = maps.join(entriesOf(a), entriesOf(b));
  expect(joined).toEqual(entriesOf(expected));
  expect(maps.join(joined, entriesOf(a))).toBe(joined);
  for (let key = -1; key <= range; key++) expect(maps.at(joined, key)).toBe(expected.get(key));

  const missing = maps.since(entriesOf(a), entriesOf(b));
  expect(missing).toEqual(
    entriesOf(new Map([...a].filter(([key, value]) => value > (b.get(key) ?? Number.NEGATIVE_INFINITY)))),
  );
  expect(decode(maps.codec, encode(maps.codec, joined), 'map')).toEqual(joined);
});

it('has no bytes for keys out of order or there twice', () => {
  for (const entries of [
    [
      [2, 0],
      [1, 0],
    ],
    [
      [1, 0],
      [1, 0],
    ],
  ]) {
    const wrong = entries.map(([key = 0, value = 0]) => ({ key, value }));
    expect(() => decode(maps.codec, encode(maps.codec, wrong), 'map')).toThrow('decode/invalid');
  }
});

function randomMap(random: Seeded, range: number): Map<number, number> {
  return new Map(Array.from({ length: random.int(30) }, () => [random.int(range), random.int(4)] as const));
}

function entriesOf(map: ReadonlyMap<number, number>): Entries<number, number> {
  return [...map].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
}
