import { describe, expect, expectTypeOf, it } from 'vitest';
import { dot, parseReplicaId } from '../id/index.ts';
import { awSet } from './aw-set.ts';
import { ewFlag } from './ew-flag.ts';
import { stringLeaf } from './leaf.ts';
import { lwwRegister } from './lww-register.ts';
import { type Product, product } from './product.ts';

const note = product({ tags: awSet(stringLeaf), pinned: ewFlag });

describe('product', () => {
  it('is the same type in whatever order its fields are given', () => {
    expect(product({ pinned: ewFlag, tags: awSet(stringLeaf) }).descriptor).toBe(note.descriptor);
    expect(note.descriptor).toBe('product(pinned:ew-flag,tags:aw-set(string))');
  });

  it('knows the types of its fields', () => {
    expectTypeOf(note.view).returns.toEqualTypeOf<{
      readonly tags: readonly string[];
      readonly pinned: boolean;
    }>();
    expectTypeOf(note.fields.tags.add).parameter(2).toEqualTypeOf<string>();
  });

  it('leaves the fields that a delta does not name as they are', () => {
    const first = dot(parseReplicaId(1), 1);
    const pinned = note.join(note.bottom, note.delta({ pinned: ewFlag.enable(ewFlag.bottom, first) }));
    const delta = note.delta({ tags: note.fields.tags.add(pinned.tags, dot(parseReplicaId(1), 2), 'red') });
    const both = note.join(pinned, delta);
    expect(note.view(both)).toEqual({ tags: ['red'], pinned: true });
    expect(both.pinned).toBe(pinned.pinned);
  });

  it('knows the times in its fields', () => {
    const time = { wallMs: 5, counter: 0, replica: parseReplicaId(1) };
    const register = lwwRegister(stringLeaf);
    const timed = product({ name: register, pinned: ewFlag });
    const found: unknown[] = [];
    timed.eachTime?.(timed.bottom, (one) => found.push(one));
    timed.eachTime?.(timed.delta({ name: register.set(undefined, time, 'x') }), (one) => found.push(one));
    expect(found).toEqual([time]);
  });

  it.each(['', 'A', '1a', 'a-b', 'a b', 'ä', '__proto__', 'a('])('refuses a field named %j', (name) => {
    expect(() => product({ [name]: ewFlag })).toThrow(/^decode\/invalid/);
  });

  it('refuses to have no fields', () => {
    expect((): Product<Record<never, never>> => product({})).toThrow(/^decode\/invalid/);
  });
});
