import { describe, expect, it } from 'vitest';
import { decode, encode, Writer } from '../bytes/index.ts';
import { CausewayError, InvariantError } from '../error.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import {
  advanceVector,
  compareVectors,
  emptyVector,
  lastSeqInVector,
  mergeVectors,
  nextDotInVector,
  vectorCodec,
  vectorHas,
  vectorOf,
} from './version-vector.ts';

const a = parseReplicaId(1);
const b = parseReplicaId(2);

describe('version vector', () => {
  it('counts an unbroken prefix of each replica', () => {
    const vector = vectorOf([
      [a, 3],
      [b, 0],
    ]);
    expect(lastSeqInVector(vector, a)).toBe(3);
    expect(vectorHas(vector, dot(a, 3))).toBe(true);
    expect(vectorHas(vector, dot(a, 4))).toBe(false);
    expect(vectorHas(vector, dot(b, 1))).toBe(false);
    expect(nextDotInVector(vector, a)).toEqual(dot(a, 4));
    expect(nextDotInVector(vector, b)).toEqual(dot(b, 1));
    expect(vector.has(b)).toBe(false);
  });

  it('advances over what follows on and what overlaps, and over no gap', () => {
    const vector = advanceVector(emptyVector, dot(a, 1), 3);
    expect(lastSeqInVector(vector, a)).toBe(3);
    expect(advanceVector(vector, dot(a, 2), 2)).toBe(vector);
    expect(lastSeqInVector(advanceVector(vector, dot(a, 3), 4), a)).toBe(6);
    expect(() => advanceVector(vector, dot(a, 5))).toThrow(InvariantError);
    expect(lastSeqInVector(vector, a)).toBe(3);
  });

  it('orders vectors by what they have seen', () => {
    const one = vectorOf([[a, 1]]);
    const two = vectorOf([[a, 2]]);
    const other = vectorOf([[b, 1]]);
    expect(compareVectors(one, vectorOf([[a, 1]]))).toBe('equal');
    expect(compareVectors(one, two)).toBe('before');
    expect(compareVectors(two, one)).toBe('after');
    expect(compareVectors(two, other)).toBe('concurrent');
    expect(compareVectors(emptyVector, other)).toBe('before');
  });

  it('is the same object after a merge that adds nothing', () => {
    const two = vectorOf([[a, 2]]);
    expect(mergeVectors(two, vectorOf([[a, 1]]))).toBe(two);
  });

  it('refuses entries that are not seqs', () => {
    for (const seq of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => vectorOf([[a, seq]])).toThrow(CausewayError);
    }
  });

  it.each([
    ['a seq of 0', [1, 7, 0]],
    ['replicas out of order', [2, 7, 1, 3, 1]],
    ['a replica twice', [2, 7, 1, 7, 2]],
    ['replica 0', [1, 0, 1]],
  ])('reads no bytes with %s', (_, numbers) => {
    expect(() => decode(vectorCodec, bytesOf(numbers), 'vector')).toThrow(/^decode\/invalid/);
  });

  it('takes no count on trust', () => {
    expect(() => decode(vectorCodec, bytesOf([1000, 1, 1]), 'vector')).toThrow(/^decode\/truncated/);
    expect(() => decode(vectorCodec, bytesOf([2 ** 40]), 'vector')).toThrow(/^decode\/limit/);
  });

  it('writes entries by ascending replica, whatever order they came in', () => {
    const forth = vectorOf([
      [a, 3],
      [b, 9],
    ]);
    const back = vectorOf([
      [b, 9],
      [a, 3],
    ]);
    expect(encode(vectorCodec, forth)).toEqual(bytesOf([2, 1, 3, 2, 9]));
    expect(encode(vectorCodec, back)).toEqual(encode(vectorCodec, forth));
  });
});

function bytesOf(numbers: readonly number[]): Uint8Array {
  const writer = new Writer();
  for (const number of numbers) writer.varint(number);
  return writer.finish();
}
