import { expect, test } from 'vitest';
import { type Dot, parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { createDocument, type TypedDocument } from './document.ts';
import { restoreVersion } from './restore.ts';
import { counter, list, listOf, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';
import { UndoManager } from './undo.ts';

const part = {
  body: text(),
  steps: list<string>(),
  votes: counter(),
  tags: set<string>(),
  title: register<string>(),
  flags: map<number>(),
  outline: tree({ label: register<string>() }),
};
const Note = schema({ ...part, parts: mapOf(record(part)), rows: listOf(record(part)) });

type NoteDocument = TypedDocument<(typeof Note)['fields']>;
type Target = Pick<NoteDocument, keyof typeof part>;

const RUNS = 60;

test('a document that is put back is what it was, at every device that hears of it, and goes on from there', () => {
  for (const seed of seedsOfRuns({}, RUNS)) {
    const random = new Seeded(seed);
    const [a, b] = [open(1), open(2)];
    const versions: (readonly Dot[])[] = [a.native.frontier];
    for (let i = random.between(5, 40); i > 0; i--) {
      const document = random.pick([a, b]);
      document.transact(() => {
        for (let j = random.between(1, 3); j > 0; j--)
          editRandomly(random, random.pick(targetsOf(document)), document);
      });
      if (random.chance(0.3)) meet(a, b);
      if (random.chance(0.3)) versions.push(a.native.frontier);
      if (random.chance(0.1)) restoreVersion(a.native, random.pick(versions));
    }
    meet(a, b);
    const latest = a.native.frontier;
    for (const version of [...versions, latest]) {
      const wanted = a.at(version);
      const undo = new UndoManager(a.native, { captureMs: 0 });
      const before = a.toJSON();
      restoreVersion(a.native, version);
      expect(shown(a.toJSON()), `seed ${seed}`).toEqual(shown(wanted));
      meet(a, b);
      expect(shown(b.toJSON()), `seed ${seed}`).toEqual(shown(wanted));
      if (undo.undo()) expect(unordered(a.toJSON()), `seed ${seed}: undone`).toEqual(unordered(before));
      restoreVersion(a.native, version);
      restoreVersion(a.native, version);
      expect(shown(a.toJSON()), `seed ${seed}: again, twice`).toEqual(shown(wanted));
    }
  }
});

function open(replica: number): NoteDocument {
  return createDocument(Note, { replica: parseReplicaId(replica), now: () => 1000 });
}

function meet(a: NoteDocument, b: NoteDocument): void {
  a.apply(b.save());
  b.apply(a.save());
}

function targetsOf(document: NoteDocument): readonly Target[] {
  const parts = document.parts.keys().flatMap((key) => document.parts.get(key) ?? []);
  return [document, ...parts, ...document.rows.children];
}

function editRandomly(random: Seeded, target: Target, document: NoteDocument): void {
  const { body, steps, outline } = target;
  const letter = random.pick(['a', 'bc', '😀', 'd😀']);
  const at = (length: number): number => random.between(0, length);
  const edits: readonly (() => void)[] = [
    () => body.insert(at(body.length), letter),
    () => body.length > 0 && body.delete(at(body.length - 1), 1),
    () => steps.insert(at(steps.length), letter),
    () => steps.length > 0 && steps.delete(at(steps.length - 1)),
    () => steps.length > 1 && steps.move(at(steps.length - 1), at(steps.length - 1)),
    () => steps.length > 0 && steps.set(at(steps.length - 1), letter),
    () => target.votes.add(random.between(-3, 3)),
    () => target.tags.add(letter),
    () => target.tags.delete(letter),
    () => target.title.set(letter),
    () => target.flags.set(letter, random.between(0, 3)),
    () => target.flags.delete(letter),
    () => outline.create(at(outline.children.length)).data.label.set(letter),
    () => {
      const nodes = outline.toJSON();
      if (nodes.length === 0) return;
      const node = outline.get(random.pick(nodes).id);
      const below = random.chance(0.3) ? undefined : outline.get(random.pick(nodes).id);
      if (node === undefined || random.chance(0.3)) return node?.delete();
      for (let above = below; above !== undefined; above = above.parent) if (above.id === node.id) return;
      const siblings = (below?.children ?? outline.children).filter(({ id }) => id !== node.id);
      node.move(below, at(siblings.length));
    },
    () => void document.parts.make(random.pick(['one', 'two'])),
    () => document.parts.delete(random.pick(['one', 'two'])),
    () => void document.rows.insert(at(document.rows.length)),
    () => document.rows.length > 0 && document.rows.delete(at(document.rows.length - 1)),
    () =>
      document.rows.length > 1 &&
      document.rows.move(at(document.rows.length - 1), at(document.rows.length - 1)),
  ];
  random.pick(edits)();
}

/** Sets show their values in no order. */
function shown(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(shown);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      key === 'tags' && Array.isArray(value) ? [...value].sort() : shown(value),
    ]),
  );
}

/** Siblings that came to one place at the same time have no order of their own that an undo could bring back. */
function unordered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(unordered);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const parts = unordered(value);
      const isSorted = (key === 'tags' || key === 'outline') && Array.isArray(parts);
      return [key, isSorted ? parts.map((each) => JSON.stringify(each)).sort() : parts];
    }),
  );
}
