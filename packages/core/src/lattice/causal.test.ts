import { describe, expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { contextHas, contextOf } from '../causality/index.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { awSet } from './aw-set.ts';
import { bytesLeaf, stringLeaf, valueLeaf } from './leaf.ts';

const set = awSet(stringLeaf);
const [one, two, three] = [1, 2, 3].map((seq) => dot(parseReplicaId(7), seq));
if (one === undefined || two === undefined || three === undefined) throw new Error('three dots');

const red = set.add(set.bottom, one, 'red');
const redAndBlue = set.join(red, set.add(red, two, 'blue'));
const blue = set.join(redAndBlue, set.remove(redAndBlue, 'red'));

describe('causal state', () => {
  it('is written as its context, then its store with dots by the index of their replica', () => {
    // One replica, 7, one range from 1 of two dots; two elements, each with the one dot that put it there.
    const context = [1, 7, 1, 0, 1];
    const store = [2, 4, ...ascii('blue'), 1, 0, 2, 3, ...ascii('red'), 1, 0, 1];
    expect([...encode(set.codec, redAndBlue)]).toEqual([...context, ...store]);
  });

  it.each([
    ['a live dot that is not in the context', [1, 7, 1, 0, 0, 1, 1, 97, 1, 0, 2]],
    ['a live dot of no replica in the context', [1, 7, 1, 0, 0, 1, 1, 97, 1, 1, 1]],
    ['a live dot under two elements', [1, 7, 1, 0, 0, 2, 1, 97, 1, 0, 1, 1, 98, 1, 0, 1]],
    ['an element without dots', [1, 7, 1, 0, 0, 1, 1, 97, 0]],
    ['elements out of order', [1, 7, 1, 0, 1, 2, 1, 98, 1, 0, 1, 1, 97, 1, 0, 2]],
    ['an element twice', [1, 7, 1, 0, 1, 2, 1, 97, 1, 0, 1, 1, 97, 1, 0, 2]],
    ['dots out of order', [1, 7, 1, 0, 1, 1, 1, 97, 2, 0, 2, 0, 1]],
  ])('reads no bytes with %s', (_, bytes) => {
    expect(() => decode(set.codec, Uint8Array.from(bytes), 'set')).toThrow(/^decode\/invalid/);
  });

  it('tells a holder what was removed, and nothing of what it has still', () => {
    const delta = set.since(blue, set.summary(redAndBlue));
    expect(delta.store).toEqual([]);
    expect(contextHas(delta.context, one)).toBe(true);
    expect(contextHas(delta.context, two)).toBe(false);
    expect(set.view(set.join(redAndBlue, delta))).toEqual(['blue']);
  });

  it('tells a holder that knows of a removal nothing of the element', () => {
    const holder = set.join(red, set.remove(red, 'red'));
    const delta = set.since(redAndBlue, set.summary(holder));
    expect(delta.store).toEqual([{ key: 'blue', store: [two] }]);
    expect(set.view(set.join(holder, delta))).toEqual(['blue']);
  });

  it('names in a delta what it replaces at its own element, and no other dot', () => {
    expect(set.add(redAndBlue, three, 'red').context).toEqual(contextOf([one, three]));
    expect(set.remove(redAndBlue, 'blue').context).toEqual(contextOf([two]));
  });
});

describe('elements that are not strings', () => {
  it('are one if their content is', () => {
    const bytes = awSet(bytesLeaf);
    const state = bytes.add(bytes.bottom, one, Uint8Array.of(1, 2));
    expect(bytes.has(state, Uint8Array.of(1, 2))).toBe(true);
    const values = awSet(valueLeaf);
    const record = values.add(values.bottom, one, { a: 1, b: [-0] });
    expect(values.view(values.join(record, values.remove(record, { b: [0], a: 1 })))).toEqual([]);
  });

  it('are kept as they were when they were added', () => {
    const bytes = awSet(bytesLeaf);
    const element = Uint8Array.of(1, 2);
    const state = bytes.add(bytes.bottom, one, element);
    element[0] = 9;
    expect(bytes.view(state)).toEqual([Uint8Array.of(1, 2)]);
  });
});

function ascii(text: string): readonly number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
