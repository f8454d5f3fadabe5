/** Random values and hostile bytes against the promises of the codec: one encoding for each value, and `decode/*` for all else. */
import { expect, it } from 'vitest';
import { CausewayError } from '../error.ts';
import { hostileBytes } from '../testing/hostile-bytes.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { decode, encode } from './index.ts';
import {
  canonicalValue,
  compareValues,
  MAX_VALUE_BYTES,
  MAX_VALUE_DEPTH,
  type Value,
  valueCodec,
} from './value.ts';

it.each(seedsOfRuns({}, 40))('values come back from their bytes as they are (seed %i)', (seed) => {
  const random = new Seeded(seed);
  for (let i = 0; i < 50; i++) {
    const value = randomValue(random, 0);
    const bytes = encode(valueCodec, value);
    expect(decode(valueCodec, bytes, 'value')).toEqual(value);
    expect(encode(valueCodec, withKeysReversed(value))).toEqual(bytes);
    const other = randomValue(random, 0);
    expect(Math.sign(compareValues(value, other))).toBe(0 - Math.sign(compareValues(other, value)));
    expect(compareValues(value, canonicalValue(value))).toBe(0);
  }
});

it.each(seedsOfRuns({}, 40))(
  'hostile bytes are a value in its one encoding, or decode/* (seed %i)',
  (seed) => {
    const random = new Seeded(seed);
    const sound = Array.from({ length: 5 }, () => encode(valueCodec, randomValue(random, 0)));
    for (let i = 0; i < 200; i++) {
      const bytes = hostileBytes(random, sound);
      const value = readOr(bytes);
      if (value !== undefined) expect(encode(valueCodec, value)).toEqual(bytes);
    }
  },
);

it('makes one of what JavaScript tells apart', () => {
  expect(canonicalValue(-0)).toBe(0);
  expect(canonicalValue('a\ud800b')).toBe('a\ufffdb');
  expect(canonicalValue({ '\udc00': 1 })).toEqual({ '\ufffd': 1 });
  expect(canonicalValue(Number.NaN)).toBeNaN();
  expect(canonicalValue([2 ** 52, -(2 ** 52), 2 ** 60, -(2 ** 53), 1e300, Number.POSITIVE_INFINITY])).toEqual(
    [2 ** 52, -(2 ** 52), 2 ** 60, -(2 ** 53), 1e300, Number.POSITIVE_INFINITY],
  );
});

it('shares nothing with the value it was made of', () => {
  const inner = Uint8Array.of(1);
  const copy = canonicalValue({ list: [inner] });
  inner[0] = 2;
  expect(copy).toEqual({ list: [Uint8Array.of(1)] });
});

it('reads a key called __proto__ as a key', () => {
  const value = canonicalValue(JSON.parse('{"__proto__": {"polluted": true}}'));
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect('polluted' in (value as object)).toBe(false);
});

it.each<[string, unknown]>([
  ['undefined', undefined],
  ['undefined in a list', [undefined]],
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['two keys that are one as UTF-8', { '\ud800': 1, '\ud801': 2 }],
])('refuses %s', (_, value) => {
  expect(() => canonicalValue(value as Value)).toThrow('decode/invalid');
});

it('refuses what is too deep or too large, written or read', () => {
  let deep: Value = 1;
  for (let depth = 0; depth < MAX_VALUE_DEPTH; depth++) deep = [deep];
  expect(canonicalValue(deep)).toEqual(deep);
  expect(() => canonicalValue([deep])).toThrow('decode/limit');
  expect(() => decode(valueCodec, new Uint8Array(1000).fill(8).fill(1, 1), 'value')).toThrow(CausewayError);
  expect(() => canonicalValue(new Uint8Array(MAX_VALUE_BYTES))).toThrow('decode/limit');
  const loop: Value[] = [];
  loop.push(loop);
  expect(() => canonicalValue(loop)).toThrow('decode/limit');
});

function readOr(bytes: Uint8Array): Value | undefined {
  try {
    return decode(valueCodec, bytes, 'value');
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) return undefined;
    throw error;
  }
}

function randomValue(random: Seeded, depth: number): Value {
  const kind = random.int(depth < 3 ? 9 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.between(-200, 200);
  if (kind === 3)
    return random.pick([
      2 ** 52 - 1,
      -(2 ** 52) + 1,
      2 ** 53,
      0.1,
      -1e-300,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
  if (kind === 4) return random.unit() * 1000;
  if (kind === 5) return random.pick(['', 'a', 'ß', '\u{1f600}', 'x'.repeat(random.int(300))]);
  if (kind === 6) return random.bytes(random.int(5));
  if (kind === 7) return Array.from({ length: random.int(4) }, () => randomValue(random, depth + 1));
  const keys = random.shuffle(['', 'a', 'b', 'é', '10', '9', '__proto__']).slice(0, random.int(4));
  return Object.fromEntries(keys.map((key) => [key, randomValue(random, depth + 1)]));
}

function withKeysReversed(value: Value): Value {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withKeysReversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]: [string, Value]) => [key, withKeysReversed(item)]),
  );
}
