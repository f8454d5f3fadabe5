import { describe, expect, it } from 'vitest';
import { encode } from '../bytes/index.ts';
import { dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { type AwMap, awMap } from './aw-map.ts';
import { awSet } from './aw-set.ts';
import type { DotSource } from './lattice.ts';
import { stringLeaf } from './leaf.ts';
import { mvRegister } from './mv-register.ts';
import { pnCounter } from './pn-counter.ts';
import { product } from './product.ts';

const note = product({ title: mvRegister(stringLeaf), tags: awSet(stringLeaf) });
const { title, tags } = note.fields;
const notes = awMap(stringLeaf, note);
type Notes = typeof notes.bottom;

describe('add-wins map', () => {
  it('keeps the whole note when a change meets a removal', () => {
    const [a, b] = [replica(1), replica(2)];
    const start = retitle(tag(notes.bottom, a, 'blue'), a, 'x');
    const removed = notes.join(start, notes.remove(start, 'k'));
    const tagged = tag(start, b, 'red');
    expect(notes.view(removed).size).toBe(0);
    expect(notes.view(notes.join(removed, tagged)).get('k')).toEqual({ title: ['x'], tags: ['blue', 'red'] });
  });

  it('brings nothing of a removed note back when its key is used again', () => {
    const a = replica(1);
    const start = retitle(notes.bottom, a, 'x');
    const removed = notes.join(start, notes.remove(start, 'k'));
    const again = tag(removed, a, 'red');
    expect(notes.view(notes.join(again, start)).get('k')).toEqual({ title: [], tags: ['red'] });
  });

  it('forgets every byte of what it removes, but one number for each replica', () => {
    const a = replica(1);
    const start = retitle(notes.bottom, a, 'long'.repeat(1000));
    const removed = notes.join(start, notes.remove(start, 'k'));
    expect(encode(notes.codec, removed).length).toBeLessThan(12);
  });

  it('puts a key there by a change that changes nothing', () => {
    const state = notes.join(
      notes.bottom,
      notes.update(notes.bottom, replica(1), 'k', () => note.bottom),
    );
    expect(notes.view(state).get('k')).toEqual({ title: [], tags: [] });
    expect(notes.get(state, 'k')).toEqual(note.bottom);
    expect(notes.get(state, 'other')).toBeUndefined();
  });

  it('counts each vote once when a part of what was removed comes back, and then more of it', () => {
    const votes = awMap(stringLeaf, pnCounter);
    const vote = (state: typeof votes.bottom, from: DotSource): typeof votes.bottom =>
      votes.join(
        state,
        votes.update(state, from, 'k', (count, dots) => pnCounter.add(count, dots, 1)),
      );
    const [a, b, c] = [replica(1), replica(2), replica(3)];
    const first = vote(votes.bottom, a);
    const second = vote(first, a);
    const knowsFirst = vote(first, b);
    const knowsSecond = vote(second, c);
    // A removes both of its votes, meets B, who has one of them, and votes a third time.
    const removed = votes.join(second, votes.remove(second, 'k'));
    const third = vote(votes.join(removed, knowsFirst), a);
    expect(votes.view(third).get('k')).toBe(3);
    expect(votes.view(votes.join(third, knowsSecond)).get('k')).toBe(5);
  });

  it('counts each vote once when it was a folder of votes that was removed and comes back', () => {
    const votes = awMap(stringLeaf, pnCounter);
    const folders = awMap(stringLeaf, votes);
    const vote = (state: typeof folders.bottom, from: DotSource): typeof folders.bottom =>
      change(folders, state, from, (folder, dots) =>
        votes.update(folder, dots, 'v', (count, inner) => pnCounter.add(count, inner, 1)),
      );
    const [a, b, c] = [replica(1), replica(2), replica(3)];
    const first = vote(folders.bottom, a);
    const second = vote(first, a);
    const removed = folders.join(second, folders.remove(second, 'k'));
    const third = vote(folders.join(removed, vote(first, b)), a);
    expect(folders.view(folders.join(third, vote(second, c))).get('k')).toEqual(new Map([['v', 5]]));
  });

  it('does not take a title for replaced that was removed with its note and comes back', () => {
    const [a, b, c] = [replica(1), replica(2), replica(3)];
    const first = retitle(notes.bottom, a, 'first');
    const second = retitle(first, a, 'second');
    const knowsFirst = tag(first, b, 'b');
    const knowsSecond = tag(second, c, 'c');
    const removed = notes.join(second, notes.remove(second, 'k'));
    const third = tag(retitle(notes.join(removed, knowsFirst), a, 'third'), a, 'a');
    expect(notes.view(notes.join(third, knowsSecond)).get('k')).toEqual({
      title: ['second', 'third'],
      tags: ['a', 'b', 'c'],
    });
  });

  it('does not grow with the number of changes', () => {
    const [a, b] = [replica(1), replica(2)];
    const turns = (count: number): Notes => {
      let state = notes.bottom;
      for (let turn = 0; turn < count; turn++) {
        state = retitle(state, turn % 2 === 0 ? a : b, 'x');
        state = tag(state, turn % 3 === 0 ? a : b, 'red');
      }
      return state;
    };
    const [few, many] = [turns(10), turns(300)].map((state) => encode(notes.codec, state).length);
    expect(many).toBeLessThan((few ?? 0) + 10);
  });
});

function retitle(state: Notes, from: DotSource, text: string): Notes {
  return change(notes, state, from, (value, dots) =>
    note.delta({ title: title.set(value.title, dots.next(), text) }),
  );
}

function tag(state: Notes, from: DotSource, element: string): Notes {
  return change(notes, state, from, (value, dots) =>
    note.delta({ tags: tags.add(value.tags, dots.next(), element) }),
  );
}

function change<S, V>(
  map: AwMap<string, S, V>,
  state: (typeof map)['bottom'],
  from: DotSource,
  how: (value: S, dots: DotSource) => S,
): (typeof map)['bottom'] {
  return map.join(state, map.update(state, from, 'k', how));
}

/** Dots of one replica, counted from 1. */
function replica(id: number): DotSource {
  const self: ReplicaId = parseReplicaId(id);
  let last = 0;
  return { replica: self, next: () => dot(self, ++last) };
}
