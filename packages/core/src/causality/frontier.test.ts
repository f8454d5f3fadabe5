import { describe, expect, it } from 'vitest';
import { decode, encode, Writer } from '../bytes/index.ts';
import { InvariantError } from '../error.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import {
  advanceFrontier,
  emptyFrontier,
  equalFrontiers,
  frontierCodec,
  frontierHas,
  frontierOf,
} from './frontier.ts';

const [a, b, c] = [parseReplicaId(1), parseReplicaId(2), parseReplicaId(3)];

describe('frontier', () => {
  it('replaces the heads that an event has seen', () => {
    const forked = frontierOf([dot(a, 3), dot(b, 2)]);
    expect(advanceFrontier(forked, dot(c, 1), forked)).toEqual(frontierOf([dot(c, 1)]));
    expect(advanceFrontier(forked, dot(c, 1), frontierOf([dot(a, 2)]))).toEqual(
      frontierOf([dot(a, 3), dot(b, 2), dot(c, 1)]),
    );
    expect(advanceFrontier(forked, dot(c, 1), frontierOf([dot(b, 2)]))).toEqual(
      frontierOf([dot(a, 3), dot(c, 1)]),
    );
  });

  it('starts from nothing', () => {
    expect(advanceFrontier(emptyFrontier, dot(a, 1), emptyFrontier)).toEqual(frontierOf([dot(a, 1)]));
  });

  it('lets no event go backwards', () => {
    const frontier = frontierOf([dot(a, 3)]);
    expect(() => advanceFrontier(frontier, dot(a, 3), frontier)).toThrow(InvariantError);
    expect(() => advanceFrontier(frontier, dot(a, 2), emptyFrontier)).toThrow(InvariantError);
  });

  it('has one head of each replica', () => {
    expect(() => frontierOf([dot(a, 1), dot(b, 1), dot(a, 2)])).toThrow(/^decode\/invalid/);
  });

  it('tells heads from ancestors', () => {
    const frontier = frontierOf([dot(a, 3)]);
    expect(frontierHas(frontier, dot(a, 3))).toBe(true);
    expect(frontierHas(frontier, dot(a, 2))).toBe(false);
    expect(equalFrontiers(frontier, frontierOf([dot(a, 3)]))).toBe(true);
    expect(equalFrontiers(frontier, frontierOf([dot(a, 3), dot(b, 1)]))).toBe(false);
    expect(equalFrontiers(frontier, frontierOf([dot(a, 4)]))).toBe(false);
  });

  it.each([
    ['heads out of order', [2, 2, 1, 1, 1]],
    ['two heads of one replica', [2, 1, 1, 1, 2]],
    ['a seq of 0', [1, 1, 0]],
  ])('reads no bytes with %s', (_, numbers) => {
    const writer = new Writer();
    for (const number of numbers) writer.varint(number);
    expect(() => decode(frontierCodec, writer.finish(), 'frontier')).toThrow(/^decode\/invalid/);
  });

  it('has the same bytes in whatever order the heads came', () => {
    const bytes = encode(frontierCodec, frontierOf([dot(c, 1), dot(a, 3)]));
    expect(encode(frontierCodec, frontierOf([dot(a, 3), dot(c, 1)]))).toEqual(bytes);
    expect(decode(frontierCodec, bytes, 'frontier')).toEqual(frontierOf([dot(a, 3), dot(c, 1)]));
  });
});
