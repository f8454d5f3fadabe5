import { expect, test } from 'vitest';
import { type DotKey, parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { counter, list, listOf, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';
import { UndoManager } from './undo.ts';

const part = {
  body: text(),
  steps: list<string>(),
  votes: counter(),
  tags: set<string>(),
  title: register<string>(),
  flags: map<number>(),
  outline: tree({}),
};
const Note = schema({ ...part, parts: mapOf(record(part)), rows: listOf(record(part)) });

type NoteDocument = TypedDocument<(typeof Note)['fields']>;
type Target = Pick<NoteDocument, keyof typeof part>;

const BASE = '0123456789';
const NODES = 4;
const RUNS = 150;

/** Seeds that once put list items in another order than they had, or hid or left nodes of a tree. */
const FOUND = [
  914931381, 2115751710, 1325097955, 2768762848, 3633999189, 14611363, 276861673, 2071667139, 1615972076,
  3485996028, 2504478808, 1396556425, 28046425,
];

/** What one of them has done to a target, as units and items that are each one of a kind. */
class Deeds {
  readonly body = { inserted: new Set<string>(), deleted: new Set<string>() };
  readonly steps = { inserted: new Set<string>(), deleted: new Set<string>() };
  readonly moved = new Set<string>();
  readonly set = new Map<string, string>();
  counted = 0;
  /** By value: what was done last. */
  readonly tags = new Map<string, 'added' | 'deleted'>();
  /** By key, '' for the title; undefined where it was deleted. */
  readonly written = new Map<string, string | number | undefined>();
  readonly nodesMade = new Set<DotKey>();
  readonly nodesDeleted = new Set<DotKey>();
}

/** Two edit, a third hears of it now and then; all that the first did is undone. */
test('undo of everything one did, with what another did in between, leaves what the other did', () => {
  for (const seed of [...FOUND, ...seedsOfRuns({}, RUNS)]) {
    const random = new Seeded(seed);
    const [a, b, c] = [open(1), open(2), open(3)];
    for (const target of [a, a.parts.make('one'), a.rows.push()]) {
      target.body.insert(0, BASE);
      target.steps.push(...BASE);
      target.tags.add('tag 0');
      target.title.set('base');
      target.flags.set('f', -1);
      for (let i = 0; i < NODES; i++) target.outline.create();
    }
    meet(a, b);
    const base = new Set(nodesOf(a));
    // Those of a's that an undo may have left, since something stood below them then that b had put there.
    const kept = new Set<DotKey>();
    const undo = new UndoManager(a.native, { captureMs: random.pick([0, 1000]) });
    const ofA = targetsOf(a).map((target) => ({ target, deeds: new Deeds() }));
    const ofB = targetsOf(b).map((target) => ({ target, deeds: new Deeds() }));
    let code = 0x4e00;
    for (let i = random.between(5, 40); i > 0; i--) {
      const [who, of, document] = random.pick([['a', ofA, a] as const, ['b', ofB, b] as const]);
      const { target, deeds } = random.pick(of);
      document.transact(() => {
        for (let j = random.between(1, 2); j > 0; j--)
          editRandomly(random, target, deeds, String.fromCharCode(code++), who);
      });
      if (random.chance(0.3)) meet(a, b);
      if (random.chance(0.1)) meet(c, random.pick([a, b]));
      if (random.chance(0.1) && undo.undo()) {
        for (const id of filledNodesOf(a)) kept.add(id);
        undo.redo();
      }
      if (random.chance(0.1)) undo.stopCapturing();
    }
    meet(a, b);
    const before = contentOf(a);
    const shown = ofA.map(({ target }) => ({ body: target.body.toJSON(), steps: target.steps.toJSON() }));
    while (undo.undo()) for (const id of filledNodesOf(a)) kept.add(id);
    meet(a, b);
    for (const [at, { target, deeds: mine }] of ofA.entries()) {
      const theirs = ofB[at]?.deeds ?? new Deeds();
      const what = `seed ${seed}, target ${at}`;
      expectSequences(target, mine, theirs, shown[at], what);
      expectPlain(target, mine, theirs, what);
      expectTree(target, theirs, base, kept, what);
    }
    while (undo.redo());
    expect(contentOf(a), `seed ${seed}, redone`).toEqual(before);
    meet(a, b);
    meet(a, c);
    const again = loadDocument(Note, a.save(), { replica: parseReplicaId(4), now });
    const all = [b.toJSON(), c.toJSON(), again.toJSON()];
    expect(all, `seed ${seed}`).toEqual([a.toJSON(), a.toJSON(), a.toJSON()]);
  }
});

function expectSequences(
  target: Target,
  mine: Deeds,
  theirs: Deeds,
  shown: { readonly body: string; readonly steps: readonly string[] } | undefined,
  what: string,
): void {
  for (const field of ['body', 'steps'] as const) {
    const was = [...(shown?.[field] ?? [])].map(nameOf);
    const now = [...target[field].toJSON()];
    const left = [...BASE, ...theirs[field].inserted].filter(
      (each) => mine[field].deleted.has(each) || !theirs[field].deleted.has(each),
    );
    expect(now.map(nameOf).toSorted(), `${what}, ${field}`).toEqual(left.toSorted());
    const inPlace = (each: string): boolean =>
      field === 'body' || !(theirs.moved.has(nameOf(each)) || mine.moved.has(nameOf(each)));
    const ofBase = now.map(nameOf).filter((each) => BASE.includes(each) && !theirs.moved.has(each));
    expect(ofBase, `${what}, ${field}: order`).toEqual(ofBase.toSorted());
    const stayed = now.map(nameOf).filter((each) => was.includes(each) && inPlace(each));
    expect(stayed, `${what}, ${field}: order of what stayed`).toEqual(
      was.filter((each) => stayed.includes(each)),
    );
  }
  for (const item of target.steps.toJSON()) {
    // What was set while it was deleted has gone nowhere.
    if (mine.steps.deleted.has(nameOf(item))) continue;
    const wanted = theirs.set.get(nameOf(item));
    expect(item, `${what}, an item`).toBe(wanted ?? nameOf(item));
  }
}

function expectPlain(target: Target, mine: Deeds, theirs: Deeds, what: string): void {
  expect(target.votes.value, `${what}, votes`).toBe(theirs.counted);
  for (const tag of TAGS) {
    const last = theirs.tags.get(tag);
    // What both have taken out comes back.
    if (last === 'deleted' && mine.tags.has(tag)) continue;
    expect(target.tags.has(tag), `${what}, ${tag}`).toBe(
      last === undefined ? tag === 'tag 0' : last === 'added',
    );
  }
  const { written } = theirs;
  expect(target.title.value, `${what}, title`).toBe(written.has('') ? written.get('') : 'base');
  expect(target.flags.get('f'), `${what}, f`).toBe(written.has('f') ? written.get('f') : -1);
  expect(target.flags.get('g'), `${what}, g`).toBe(written.get('g'));
}

function expectTree(
  { outline }: Target,
  theirs: Deeds,
  base: ReadonlySet<DotKey>,
  kept: ReadonlySet<DotKey>,
  what: string,
): void {
  for (const id of [...base, ...theirs.nodesMade]) {
    const node = outline.get(id);
    // Those that are there are there; those that are not lie below one that the other has deleted.
    if (node === undefined || node.isInSight) continue;
    let top = node;
    for (let above = top.parent; above !== undefined; above = top.parent) top = above;
    expect(theirs.nodesDeleted.has(top.id), `${what}, node ${id}`).toBe(true);
  }
  const inSight = outline.toJSON();
  const isTheirs = (id: DotKey): boolean => id.startsWith('2.') || base.has(id);
  for (const { id } of inSight) {
    if (isTheirs(id) || kept.has(id)) continue;
    const below = new Set([id]);
    for (const item of inSight) if (item.parent !== undefined && below.has(item.parent)) below.add(item.id);
    expect([...below].some(isTheirs), `${what}, node ${id} of nobody else`).toBe(true);
  }
}

/** An item is called by its first letter, whatever it is set to. */
function nameOf(item: string): string {
  return item.slice(0, 1);
}

const TAGS = ['tag 0', 'tag 1', 'tag 2'];

function editRandomly(random: Seeded, target: Target, deeds: Deeds, fresh: string, who: string): void {
  const { body, steps, votes, tags, title, flags, outline } = target;
  const nodes = outline.toJSON().map(({ id }) => outline.get(id));
  const value = `${who} ${fresh}`;
  const edits: (() => void)[] = [
    () => {
      body.insert(random.int(body.length + 1), fresh);
      deeds.body.inserted.add(fresh);
    },
    () => {
      const index = random.int(body.length + 1);
      const count = Math.min(body.length - index, 3);
      for (const unit of body.slice(index, index + count)) deeds.body.deleted.add(unit);
      body.delete(index, count);
    },
    () => {
      steps.insert(random.int(steps.length + 1), fresh);
      deeds.steps.inserted.add(fresh);
    },
    () =>
      onOne(steps.length, random, (index) => {
        deeds.steps.deleted.add(nameOf(steps.get(index) ?? ''));
        steps.delete(index);
      }),
    () =>
      onOne(steps.length, random, (index) => {
        const name = nameOf(steps.get(index) ?? '');
        deeds.set.set(name, name + value);
        steps.set(index, name + value);
      }),
    () =>
      onOne(steps.length, random, (index) => {
        deeds.moved.add(nameOf(steps.get(index) ?? ''));
        steps.move(index, random.int(steps.length));
      }),
    () => {
      const amount = random.between(-2, 5);
      if (who === 'a' && random.chance(0.3)) votes.set(amount);
      else {
        votes.add(amount);
        deeds.counted += amount;
      }
    },
    () => {
      const tag = random.pick(TAGS);
      deeds.tags.set(tag, tags.has(tag) ? 'deleted' : 'added');
      if (tags.has(tag)) tags.delete(tag);
      else tags.add(tag);
    },
    () => {
      const now = title.value !== undefined && random.chance(0.2) ? undefined : value;
      deeds.written.set('', now);
      if (now === undefined) title.clear();
      else title.set(now);
    },
    () => {
      const key = random.pick(['f', 'g']);
      const now = flags.has(key) && random.chance(0.3) ? undefined : random.int(1000);
      deeds.written.set(key, now);
      if (now === undefined) flags.delete(key);
      else flags.set(key, now);
    },
    () => void deeds.nodesMade.add(outline.create(random.int(outline.children.length + 1)).id),
    () =>
      onOne(nodes.length, random, (at) => {
        const made = nodes[at]?.create();
        if (made !== undefined) deeds.nodesMade.add(made.id);
      }),
    () =>
      onOne(nodes.length, random, (at) => {
        const parent = nodes[random.int(nodes.length)];
        for (let above = parent; above !== undefined; above = above.parent) if (above === nodes[at]) return;
        nodes[at]?.move(parent, 0);
      }),
    () =>
      onOne(nodes.length, random, (at) => {
        const node = nodes[at];
        if (node === undefined) return;
        deeds.nodesDeleted.add(node.id);
        node.delete();
      }),
  ];
  random.pick(edits)();
}

function onOne(length: number, random: Seeded, edit: (at: number) => void): void {
  if (length > 0) edit(random.int(length));
}

/** Siblings that came to one place at the same time may change places when one of them is put back. */
function contentOf(note: NoteDocument): unknown {
  const outlines = targetsOf(note).map(({ outline }) =>
    [...outline.toJSON()].sort((one, other) => (one.id < other.id ? -1 : 1)),
  );
  const others = JSON.stringify(note.toJSON(), (key, value) => (key === 'outline' ? undefined : value));
  return { outlines, others };
}

function filledNodesOf(note: NoteDocument): readonly DotKey[] {
  return targetsOf(note).flatMap(({ outline }) =>
    outline.toJSON().flatMap(({ parent }) => (parent?.startsWith('1.') ? [parent] : [])),
  );
}

function nodesOf(note: NoteDocument): readonly DotKey[] {
  return targetsOf(note).flatMap(({ outline }) => outline.toJSON().map(({ id }) => id));
}

function targetsOf(note: NoteDocument): readonly Target[] {
  return [note, note.parts.make('one'), ...note.rows.children];
}

/** Every edit has a time of its own, which runs on as edits are made, whoever makes them. */
let ticks = 1_700_000_000_000;
const now = (): number => ticks;

function open(replica: number): NoteDocument {
  return createDocument(Note, { replica: parseReplicaId(replica), now });
}

function meet(a: NoteDocument, b: NoteDocument): void {
  ticks++;
  a.apply(b.native.updateSince(a.native.version));
  b.apply(a.native.updateSince(b.native.version));
}
