import { expect, it } from 'vitest';
import { decode, encode, Writer } from '../bytes/index.ts';
import { MAX_VALUE_BYTES, type Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { Seeded } from '../testing/seeded.ts';
import {
  booleanLeaf,
  bytesLeaf,
  type Leaf,
  leafNamed,
  leafOf,
  numberLeaf,
  stringLeaf,
  valueLeaf,
} from './leaf.ts';

const values: Record<string, readonly Value[]> = {
  string: ['', 'a', 'ab', 'é', '\u{1f600}', '\ufffd', 'a\ud800'],
  number: [0, -0, 1, -1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  boolean: [true, false],
  bytes: [new Uint8Array(), Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(255)],
  value: [null, 0, -0, 'a', [1], { b: 1, a: 2 }, { a: 2, b: 1 }, Uint8Array.of(1)],
};

it.each(Object.keys(values))(
  '%s: canonical values stay as they are, and compare as equal exactly when their bytes are',
  (name) => {
    const leaf = leafNamed(name) as Leaf<Value>;
    const canonical = (values[name] ?? []).map((value) => leaf.canonical(value));
    for (const a of canonical) {
      const bytes = encode(leaf.codec, a);
      expect(decode(leaf.codec, bytes, name)).toEqual(a);
      expect(leaf.canonical(a)).toEqual(a);
      for (const b of canonical) {
        expect(Math.sign(leaf.compare(a, b))).toBe(0 - Math.sign(leaf.compare(b, a)));
        expect(leaf.compare(a, b) === 0).toBe(String(bytes) === String(encode(leaf.codec, b)));
      }
    }
    const sorted = [...canonical].sort(leaf.compare);
    expect(new Seeded(1).shuffle(canonical).sort(leaf.compare)).toEqual(sorted);
  },
);

it('leaves refuse values of other types and beyond the limit', () => {
  expect(() => stringLeaf.canonical(1 as never)).toThrow('decode/invalid');
  expect(() => numberLeaf.canonical('1' as never)).toThrow('decode/invalid');
  expect(() => booleanLeaf.canonical(1 as never)).toThrow('decode/invalid');
  expect(() => bytesLeaf.canonical([1] as never)).toThrow('decode/invalid');
  expect(() => valueLeaf.canonical(undefined as never)).toThrow('decode/invalid');
  expect(() => stringLeaf.canonical('x'.repeat(MAX_VALUE_BYTES))).toThrow('decode/limit');
  expect(() => stringLeaf.canonical('ß'.repeat(MAX_VALUE_BYTES / 2))).toThrow('decode/limit');
  expect(() => bytesLeaf.canonical(new Uint8Array(MAX_VALUE_BYTES + 1))).toThrow('decode/limit');
});

it.each<[string, Leaf<Value>, (size: number) => Value]>([
  ['strings', stringLeaf as Leaf<Value>, (size) => 'x'.repeat(size)],
  ['bytes', bytesLeaf as Leaf<Value>, (size) => new Uint8Array(size)],
  ['values', valueLeaf, (size) => 'x'.repeat(size)],
])('%s near the limit are refused alike when they are taken, written and read', (_, leaf, ofSize) => {
  const verdicts = new Set<boolean>();
  for (let size = MAX_VALUE_BYTES - 6; size <= MAX_VALUE_BYTES + 1; size++) {
    const value = ofSize(size);
    const bytes = new Writer();
    if (leaf === valueLeaf) bytes.u8(6);
    if (typeof value === 'string') bytes.string(value);
    else bytes.bytes(value as Uint8Array);
    const verdict = allows(() => leaf.canonical(value));
    expect(allows(() => encode(leaf.codec, value))).toBe(verdict);
    expect(allows(() => decode(leaf.codec, bytes.finish(), 'leaf'))).toBe(verdict);
    verdicts.add(verdict);
  }
  expect(verdicts.size).toBe(2);
});

it('a leaf takes nothing for itself that the app can change later', () => {
  const mine = Uint8Array.of(1);
  const kept = bytesLeaf.canonical(mine);
  mine[0] = 2;
  expect(kept).toEqual(Uint8Array.of(1));
});

it('an app makes a leaf of its own from a codec and an order', () => {
  const upper = leafOf<string>(
    'upper',
    {
      write: (writer, text) => void writer.string(text.toUpperCase()),
      read: (reader) => reader.string(100, 'upper'),
    },
    stringLeaf.compare,
  );
  expect(upper.canonical('abc')).toBe('ABC');
  expect(leafNamed('upper')).toBeUndefined();
});

function allows(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (CausewayError.is(error, 'decode/limit')) return false;
    throw error;
  }
}
