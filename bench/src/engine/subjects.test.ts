import { describe, expect, test } from 'vitest';
import type { Doc, Subject } from './subject.ts';
import { loadSubject, subjectNames } from './subjects.ts';

/** Two that have the same text, and what each of them has said since. */
const pair = (subject: Subject) => {
  const updates: [Uint8Array[], Uint8Array[]] = [[], []];
  const first = subject.create(1, (update) => updates[0].push(update));
  first.edit([[0, 0, 'the sea is wide']]);
  const second = subject.create(2, (update) => updates[1].push(update));
  second.applyAll(updates[0].splice(0));
  return { first, second, updates };
};

const content = (doc: Doc): unknown => [doc.text(), doc.map?.(), doc.items?.()];

for (const name of subjectNames) {
  describe(name, async () => {
    const subject = await loadSubject(name);

    test('each transaction is one update; what comes in is none', () => {
      const { first, second, updates } = pair(subject);
      second.edit([
        [3, 4, ' lake'],
        [0, 1, 'T'],
      ]);
      first.edit([[15, 0, '!']]);
      expect(updates.map(({ length }) => length)).toEqual([1, 1]);
      first.applyAll(updates[1].slice());
      for (const update of updates[0]) second.apply(update);
      expect(first.text()).toBe('The lake is wide!');
      expect(second.text()).toBe('The lake is wide!');
      expect(updates.map(({ length }) => length)).toEqual([1, 1]);
    });

    test('what was saved is loaded, and goes on', () => {
      const { first, second } = pair(subject);
      const changes = first.changesFromHere();
      first.edit([[0, 3, 'a']]);
      first.set?.({ title: 'Sea', votes: 3, pinned: true, place: { name: 'here' } });
      first.insertItems?.(0, [1, 2]);
      const told: Uint8Array[] = [];
      const loaded = subject.load(first.save(), 3, (update) => told.push(update));
      expect(content(loaded)).toEqual(content(first));
      expect(loaded.text()).toBe('a sea is wide');
      second.applyAll(changes());
      expect(content(second)).toEqual(content(first));
      loaded.edit([[13, 0, '.']]);
      expect(told).toHaveLength(1);
      for (const update of told) second.apply(update);
      expect(second.text()).toBe('a sea is wide.');
    });
  });
}
