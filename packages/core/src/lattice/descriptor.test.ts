import { describe, expect, it } from 'vitest';
import { latticeOf, MAX_DESCRIPTOR_DEPTH } from './descriptor.ts';

const leaves = ['string', 'number', 'boolean', 'bytes', 'value'];
const ofLeaf = [
  ...['max', 'min', 'lww-register', 'mv-register', 'resolver-register'],
  ...['g-set', '2p-set', 'lww-element-set', 'aw-set', 'rw-set'],
];
const plain = ['g-counter', 'pn-counter', 'bounded-counter', 'ew-flag', 'dw-flag'];
const nested = [
  'aw-map(string,product(pinned:ew-flag,tags:aw-set(string),title:mv-register(string),votes:pn-counter))',
  'product(a:aw-map(bytes,aw-map(number,g-counter)),b2:product(x:max(number)))',
];

describe('descriptor', () => {
  it.each([...plain, ...ofLeaf.flatMap((type) => leaves.map((leaf) => `${type}(${leaf})`)), ...nested])(
    'finds the lattice of %s',
    (descriptor) => {
      expect(latticeOf(descriptor).descriptor).toBe(descriptor);
    },
  );

  it.each([
    'app:my-type',
    'y-text',
    'AW-SET(string)',
    'aw-set(date)',
    'aw-set(app:colour)',
    'aw-map(string,app:my-type)',
    'product(a:app:my-type)',
    'constructor',
    'aw-set( string)',
  ])('does not know the types and leaves in %s', (descriptor) => {
    expect(() => latticeOf(descriptor)).toThrow(/^protocol\/unknown-kind/);
  });

  it.each([
    '',
    '(',
    'aw-set',
    'aw-set(',
    'aw-set()',
    'aw-set(string',
    'aw-set(string))',
    'aw-set(string,string)',
    'aw-map(string)',
    'aw-map(string,ew-flag,ew-flag)',
    'ew-flag()',
    'product',
    'product()',
    'product(a)',
    'product(:ew-flag)',
    'product(a:ew-flag,)',
    'product(b:ew-flag,a:ew-flag)',
    'product(a:ew-flag,a:ew-flag)',
    'product(A:ew-flag)',
    'product(__proto__:ew-flag)',
    'product(a b:ew-flag)',
  ])('refuses %s', (descriptor) => {
    expect(() => latticeOf(descriptor)).toThrow(/^decode\/invalid/);
  });

  it('refuses what is too deep or too long', () => {
    const deep = (depth: number): string =>
      `${'aw-map(string,'.repeat(depth - 1)}ew-flag${')'.repeat(depth - 1)}`;
    expect(latticeOf(deep(MAX_DESCRIPTOR_DEPTH)).descriptor).toBe(deep(MAX_DESCRIPTOR_DEPTH));
    expect(() => latticeOf(deep(MAX_DESCRIPTOR_DEPTH + 1))).toThrow(/^decode\/limit/);
    expect(() => latticeOf('('.repeat(5000))).toThrow(/^decode\/limit/);
  });
});
