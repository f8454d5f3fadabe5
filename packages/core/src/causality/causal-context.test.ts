import { describe, expect, it } from 'vitest';
import { decode, encode, Writer } from '../bytes/index.ts';
import { type Dot, dot, parseReplicaId } from '../id/index.ts';
import {
  addToContext,
  type CausalContext,
  compareContexts,
  contextCodec,
  contextHas,
  contextOf,
  contextOfVector,
  emptyContext,
  isGapless,
  lastSeqInContext,
  mergeContexts,
  nextDotInContext,
  prefixOf,
  replicasOf,
  subtractContexts,
} from './causal-context.ts';
import { vectorOf } from './version-vector.ts';

const a = parseReplicaId(1);
const b = parseReplicaId(2);

describe('causal context', () => {
  it('keeps what lies beyond a gap apart from the prefix until the gap is filled', () => {
    const gapped = contextOf(dotsOf(1, 2, 4, 5));
    expect(contextHas(gapped, dot(a, 3))).toBe(false);
    expect(prefixOf(gapped)).toEqual(vectorOf([[a, 2]]));
    expect(isGapless(gapped)).toBe(false);
    expect(lastSeqInContext(gapped, a)).toBe(5);
    const filled = addToContext(gapped, dot(a, 3));
    expect(prefixOf(filled)).toEqual(vectorOf([[a, 5]]));
    expect(isGapless(filled)).toBe(true);
    expect(contextHas(gapped, dot(a, 3))).toBe(false);
  });

  it('does not count a run that starts late as a prefix', () => {
    const late = contextOf(dotsOf(2, 3));
    expect(prefixOf(late)).toEqual(vectorOf([]));
    expect(isGapless(late)).toBe(false);
  });

  it('claims nothing that neither side of a merge has seen', () => {
    const merged = mergeContexts(contextOf(dotsOf(1, 2, 7)), contextOf(dotsOf(4, 5)));
    expect(seenBelow(merged, 9)).toEqual([1, 2, 4, 5, 7]);
  });

  it('names the next dot above everything it has seen, gaps or not', () => {
    expect(nextDotInContext(emptyContext, a)).toEqual(dot(a, 1));
    expect(nextDotInContext(contextOf(dotsOf(1, 9)), a)).toEqual(dot(a, 10));
  });

  it('is the same object after an operation that changes nothing', () => {
    const context = contextOf(dotsOf(1, 2, 5));
    expect(mergeContexts(context, contextOf(dotsOf(2, 5)))).toBe(context);
    expect(addToContext(context, dot(a, 2))).toBe(context);
    expect(subtractContexts(context, contextOf([...dotsOf(3, 4), dot(b, 1)]))).toBe(context);
  });

  it('subtracts from the middle of a range', () => {
    const rest = subtractContexts(contextOfVector(vectorOf([[a, 9]])), contextOf(dotsOf(2, 3, 9)));
    expect(seenBelow(rest, 12)).toEqual([1, 4, 5, 6, 7, 8]);
    expect(replicasOf(subtractContexts(rest, contextOfVector(vectorOf([[a, 9]]))))).toEqual([]);
  });

  it('orders contexts by inclusion', () => {
    const low = contextOf(dotsOf(1, 3));
    const high = contextOf(dotsOf(1, 2, 3));
    expect(compareContexts(low, contextOf(dotsOf(3, 1)))).toBe('equal');
    expect(compareContexts(low, high)).toBe('before');
    expect(compareContexts(high, low)).toBe('after');
    expect(compareContexts(low, contextOf(dotsOf(2)))).toBe('concurrent');
  });

  it('writes ranges as distances', () => {
    const context = contextOf([...dotsOf(1, 2, 3, 4, 7, 8, 10), dot(b, 3)]);
    expect(encode(contextCodec, context)).toEqual(bytesOf([2, 1, 3, 0, 3, 1, 1, 0, 0, 2, 1, 2, 0]));
  });

  it('counts up to the last seq there is', () => {
    const last = contextOf([dot(a, Number.MAX_SAFE_INTEGER), dot(a, Number.MAX_SAFE_INTEGER - 1)]);
    const bytes = encode(contextCodec, last);
    expect(decode(contextCodec, bytes, 'context')).toEqual(last);
    expect(contextHas(last, dot(a, Number.MAX_SAFE_INTEGER))).toBe(true);
  });

  it.each([
    ['a replica without ranges', [1, 1, 0, 0, 0]],
    ['replicas out of order', [2, 2, 1, 0, 0, 1, 1, 0, 0]],
    ['a range that ends above the last seq', [1, 1, 1, 1, Number.MAX_SAFE_INTEGER]],
    ['a range that starts above the last seq', [1, 1, 2, 0, Number.MAX_SAFE_INTEGER - 1, 0, 0]],
  ])('reads no bytes with %s', (_, numbers) => {
    expect(() => decode(contextCodec, bytesOf(numbers), 'context')).toThrow(/^decode\/invalid/);
  });

  it('takes no count on trust', () => {
    expect(() => decode(contextCodec, bytesOf([1000, 1, 1, 0, 0]), 'context')).toThrow(/^decode\/truncated/);
    expect(() => decode(contextCodec, bytesOf([1, 1, 1000, 0, 0]), 'context')).toThrow(/^decode\/truncated/);
    expect(() => decode(contextCodec, bytesOf([2 ** 40]), 'context')).toThrow(/^decode\/limit/);
  });
});

function dotsOf(...seqs: readonly number[]): readonly Dot[] {
  return seqs.map((seq) => dot(a, seq));
}

function seenBelow(context: CausalContext, end: number): readonly number[] {
  return Array.from({ length: end - 1 }, (_, i) => i + 1).filter((seq) => contextHas(context, dot(a, seq)));
}

function bytesOf(numbers: readonly number[]): Uint8Array {
  const writer = new Writer();
  for (const number of numbers) writer.varint(number);
  return writer.finish();
}
