import {
  createDocument,
  loadDocument,
  register,
  schema,
  shallowSnapshot,
  text,
  UndoManager,
} from '@causeway/core/doc';
import { parseReplicaId } from '@causeway/core/id';
import { expect, test } from 'vitest';
import { changesBetween, restoreVersion, versionsOf } from './history.ts';

const Note = schema({ title: register<string>(), body: text() });
const HOUR_MS = 60 * 60_000;

test('versions are what pauses end, with who edited and when; each can be read and gone back to', async () => {
  let now = 1_000_000;
  const [ann, ben] = [1, 2].map((id) =>
    createDocument(Note, { replica: parseReplicaId(id), now: () => now }),
  );
  if (ann === undefined || ben === undefined) throw new Error('two');
  ann.body.insert(0, 'Milk');
  ann.title.set('Shopping');
  now += 60_000;
  await Promise.resolve();
  ben.apply(ann.save());
  ben.body.insert(4, ', bread');
  ann.apply(ben.save());
  now += HOUR_MS;
  await Promise.resolve(); // A document looks at its clock once in a turn.
  ann.body.delete(0, 6);
  const [first, second, ...more] = versionsOf(ann.native);
  if (first === undefined || second === undefined) throw new Error('two versions');
  expect(more).toEqual([]);
  expect(first).toMatchObject({ fromMs: 1_000_000, untilMs: 1_060_000, authors: [1, 2], operations: 12 });
  expect(second).toMatchObject({ fromMs: now, authors: [1], version: ann.native.frontier });
  expect(ann.at(first.version)).toEqual({ title: 'Shopping', body: 'Milk, bread' });
  expect([...changesBetween(ann.native, first.version, second.version).values()]).toMatchObject([
    { type: 'text', path: ['body'] },
  ]);
  const undo = new UndoManager(ann.native, {});
  now += HOUR_MS;
  await Promise.resolve(); // A document looks at its clock once in a turn.
  restoreVersion(ann.native, first.version);
  expect(ann.toJSON()).toEqual(ann.at(first.version));
  ben.apply(ann.save());
  expect(ben.toJSON()).toEqual(ann.toJSON());
  expect(versionsOf(ann.native)).toHaveLength(3);
  undo.undo();
  expect(ann.body.toString()).toBe('bread');
  expect(versionsOf(ann.native, { pauseMs: 10 * HOUR_MS })).toHaveLength(1);
});

test('of a document that was only loaded, that begins with a base, or that is blank', async () => {
  let now = 1_000_000;
  const site = { replica: parseReplicaId(1), now: () => now };
  const note = createDocument(Note, site);
  expect(versionsOf(note.native)).toEqual([]);
  note.body.insert(0, 'old');
  now += HOUR_MS;
  await Promise.resolve(); // A document looks at its clock once in a turn.
  note.body.insert(3, ' new');
  const loaded = loadDocument(Note, note.save(), site);
  expect(versionsOf(loaded.native)).toEqual(versionsOf(note.native));
  const [, latest] = versionsOf(note.native);
  const shallow = createDocument(Note, { ...site, replica: parseReplicaId(2) });
  shallow.apply(shallowSnapshot(note.native));
  now += HOUR_MS;
  await Promise.resolve(); // A document looks at its clock once in a turn.
  shallow.body.insert(0, 'newest ');
  const versions = versionsOf(shallow.native);
  expect(versions.at(-1)).toMatchObject({ version: shallow.native.frontier, authors: [2] });
  expect(latest).toBeDefined();
  for (const { version } of versions) expect(shallow.at(version)).toHaveProperty('body');
});
