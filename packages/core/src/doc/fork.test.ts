import { describe, expect, test } from 'vitest';
import { CausewayError, InvariantError } from '../error.ts';
import type { Dot } from '../id/index.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { createDocument, type TypedDocument } from './document.ts';
import { counter, list, listOf, record, register, schema, set, text, tree } from './schema.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  votes: counter(),
  tags: set<string>(),
  steps: list<number>(),
  rows: listOf(record({ name: register<string>() })),
  outline: tree({ label: register<string>() }),
});

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

const site = (replica: number) => ({ replica: parseReplicaId(replica), now: () => 1_700_000_000_000 });

function edit(random: Seeded, note: NoteDocument): void {
  const edits: (() => void)[] = [
    () => note.title.set(random.pick(['t', 'u'])),
    () => note.body.insert(random.int(note.body.length + 1), 'ab'),
    () => note.body.delete(0, Math.min(1, note.body.length)),
    () => note.votes.add(1),
    () => note.votes.set(0),
    () => note.tags.add(random.pick(['p', 'q'])),
    () => note.tags.clear(),
    () => note.steps.insert(0, random.int(9), random.int(9)),
    () => note.steps.length > 0 && note.steps.move(0, note.steps.length - 1),
    () => note.steps.length > 0 && note.steps.set(0, 5),
    () => note.rows.push().name.set('row'),
    () => note.rows.length > 0 && note.rows.delete(0),
    () => note.outline.create(0).data.label.set('l'),
  ];
  random.pick(edits)();
}

describe('a document', () => {
  test('reads as it was at every version that it had, also of histories with branches', () => {
    for (const seed of seedsOfRuns({}, 25)) {
      const random = new Seeded(seed);
      const notes = [createDocument(Note, site(1)), createDocument(Note, site(2))] as const;
      const kept: {
        readonly note: NoteDocument;
        readonly version: readonly Dot[];
        readonly json: unknown;
      }[] = [];
      for (let i = 0; i < 20; i++) {
        const note = random.pick(notes);
        if (random.chance(0.2)) note.apply(random.pick(notes).save());
        else edit(random, note);
        kept.push({ note, version: note.native.frontier, json: note.toJSON() });
      }
      for (const { note, version, json } of kept) expect(note.at(version), `seed ${seed}`).toEqual(json);
      const [one, two] = notes;
      one.apply(two.save());
      for (const { version, json } of kept) expect(one.at(version), `seed ${seed}`).toEqual(json);
    }
  });

  test('is forked, from now or from before, and the fork merges back', () => {
    const note = createDocument(Note, site(1));
    note.body.insert(0, 'draft');
    const before = note.native.frontier;
    note.body.insert(5, ' two');
    const now = note.fork(site(2));
    const old = note.fork(site(3), before);
    expect([now.body.toString(), old.body.toString()]).toEqual(['draft two', 'draft']);
    old.body.insert(0, 'a ');
    old.votes.add(1);
    expect(note.votes.value).toBe(0);
    note.apply(old.save());
    expect([note.body.toString(), note.votes.value]).toEqual(['a draft two', 1]);
    expect(() => note.fork(site(1))).toThrow(InvariantError);
    for (const wrong of [dot(parseReplicaId(8), 1), dot(parseReplicaId(1), 2)])
      expect(() => note.at([wrong])).toThrow(CausewayError);
  });
});
