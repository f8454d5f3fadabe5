/**
 * Whole documents as stores hold them: those of every set under fixtures/ open to the content that was noted with them, and this
 * release writes the bytes of the newest set. fixtures/README.md says how a release adds one. Single updates with their bytes
 * explained are in native-format.fixtures.test.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Value } from '../bytes/value.ts';
import {
  counter,
  createDocument,
  loadDocument,
  map,
  mapOf,
  record,
  register,
  schema,
  set,
  type TypedDocument,
  text,
  tree,
} from '../doc/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { nativeFormat } from './native-format.ts';

/** The set that this release writes. */
const NEWEST = '1';

/** Fields may be added; those that documents of older sets have must stay. */
const Kept = schema({
  title: register<Value>(),
  blob: register<Uint8Array>(),
  body: text(),
  note: text(),
  votes: counter(),
  tags: set<string | number>(),
  flags: map<number | string>(),
  author: record({ name: register<string>(), bio: text() }),
  parts: mapOf(
    record({ name: register<string>(), text: text(), counts: mapOf(mapOf(counter())), tags: set() }),
  ),
  outline: tree({ label: register<string>(), text: text(), done: counter() }),
});

type KeptDocument = TypedDocument<(typeof Kept)['fields']>;

/** What a fixture holds: the updates of a history, and what a document that got them in this order saves and shows. */
interface Fixture {
  readonly updates: readonly Uint8Array[];
  readonly merged: Uint8Array;
  readonly saved: Uint8Array;
  readonly json: unknown;
}

/** A history in the making: documents that tell their updates to a list, and hear of others' when they are told to. */
class Scene {
  readonly updates: Uint8Array[] = [];

  /** A document whose clock starts at this second and moves on by 250 ms at every look. */
  open(replica: number, startsAtS = 0): KeptDocument {
    let wallMs = 1_700_000_000_000 + startsAtS * 1000;
    const now = (): number => {
      wallMs += 250;
      return wallMs;
    };
    const document = createDocument(Kept, { replica: parseReplicaId(replica), now });
    document.onUpdate((update) => this.updates.push(update));
    return document;
  }

  sync(...documents: readonly KeptDocument[]): void {
    for (const document of documents) for (const update of this.updates) document.apply(update);
  }

  /** All updates but those at these places. */
  without(...places: readonly number[]): readonly Uint8Array[] {
    return this.updates.filter((_, place) => !places.includes(place));
  }
}

/** The next turn of the event loop, in which a text edit looks at the clock again. */
const turn = (): Promise<void> => Promise.resolve();

const scenes: Readonly<Record<string, () => Promise<readonly Uint8Array[]>>> = {
  'typing, deleting and pasting in one text': async () => {
    const scene = new Scene();
    const { body } = scene.open(7);
    for (const [index, letter] of [...'hello'].entries()) body.insert(index, letter);
    for (let seconds = 0; seconds < 2; seconds += 0.25) await turn().then(() => body.insert(5, '!'));
    for (let index = body.length; index > 8; index--) body.delete(index - 1, 1);
    body.delete(0, 2);
    body.insert(1, 'ünïcödé 😀 ');
    body.insert(0, 'a line that is pasted, longer than what one types at a stroke: \n'.repeat(3));
    return scene.updates;
  },

  'a replica with a random id, and two with short ones': async () => {
    const scene = new Scene();
    const documents = [2 ** 52 + 12_345, 300, 1].map((replica) => scene.open(replica));
    for (const document of documents) {
      scene.sync(document);
      document.body.insert(document.body.length, 'x');
      document.note.insert(0, 'y');
    }
    return scene.updates;
  },

  'every operation of every type': async () => {
    const scene = new Scene();
    const document = scene.open(7);
    const { title, votes, tags, flags, outline } = document;
    for (const value of [null, true, false, 0, -5, 1.5, 2 ** 60, 'é', [1, 'a', []], { a: 1, b: 2 }])
      title.set(value);
    document.blob.set(Uint8Array.of(0, 255));
    document.blob.clear();
    votes.add(3);
    votes.add(-1);
    votes.set(40);
    votes.add(2);
    tags.add('gone');
    tags.clear();
    for (const tag of ['b', 'a', 2]) tags.add(tag);
    tags.delete('b');
    flags.set('kept', 1);
    flags.set('gone', 'x');
    flags.delete('gone');
    document.body.insert(0, 'text');
    document.body.delete(1, 2);
    const first = outline.create();
    const second = outline.create();
    const third = first.create();
    second.create(0).delete();
    third.move(second, 0);
    second.move(undefined, 0);
    return scene.updates;
  },

  'containers within containers': async () => {
    const scene = new Scene();
    const document = scene.open(7);
    document.transact(() => {
      document.author.name.set('name');
      document.author.bio.insert(0, 'bio');
      const part = document.parts.make('one');
      part.name.set('One');
      part.text.insert(0, 'first');
      part.counts.make('x').make('y').add(3);
      part.tags.add('t');
      document.parts.make('two').text.insert(0, 'second');
    });
    const node = document.outline.create();
    node.data.label.set('node');
    node.data.text.insert(0, 'in a node');
    node.create().data.done.add(1);
    document.parts.delete('two');
    return scene.updates;
  },

  'three that edit without a word, and then hear of each other': async () => {
    const scene = new Scene();
    const [a, b, c] = [scene.open(1), scene.open(2, 10), scene.open(3, 20)];
    a.transact(() => {
      a.body.insert(0, 'milk and bread');
      a.votes.add(5);
      a.tags.add('x');
      a.parts.make('one').text.insert(0, 'one');
      a.outline.create().data.label.set('A');
      a.outline.create().data.label.set('B');
    });
    scene.sync(b, c);
    const place = (document: KeptDocument, from: number, to: number): void =>
      document.outline.children[from]?.move(document.outline.children[to], 0);
    a.title.set('of a');
    a.body.insert(4, ', eggs');
    a.votes.set(0);
    a.tags.delete('x');
    a.parts.delete('one');
    place(a, 0, 1);
    b.title.set('of b');
    b.body.delete(5, 4);
    b.body.insert(4, ', 😀');
    b.votes.add(3);
    b.tags.add('x');
    b.parts.make('one').text.insert(3, '!');
    place(b, 1, 0);
    c.body.insert(0, 'oat ');
    c.body.delete(0, 6);
    c.flags.set('k', 1);
    scene.sync(a, c);
    c.body.insert(c.body.length, ' (seen by c)');
    a.body.insert(0, '(seen by a) ');
    scene.sync(b);
    b.transact(() => {
      b.title.set('settled');
      b.body.insert(0, 'all: ');
    });
    return scene.updates;
  },

  'a part that waits for what has not come': async () => {
    const scene = new Scene();
    const [a, b] = [scene.open(1), scene.open(2)];
    a.body.insert(0, 'abc');
    a.body.insert(3, 'never told');
    a.votes.add(1);
    scene.sync(b);
    b.body.delete(0, 3);
    b.note.insert(0, 'waits');
    return scene.without(1);
  },

  nothing: async () => [],
};

function fixtureOf(updates: readonly Uint8Array[]): Fixture {
  const document = blank();
  for (const update of updates) document.apply(update);
  return {
    updates,
    merged: nativeFormat.merge(updates),
    saved: document.native.snapshot(),
    json: document.toJSON(),
  };
}

function blank(): KeptDocument {
  return createDocument(Kept, site);
}

const site = { replica: parseReplicaId(99), now: () => 0 };

// ---- Files ----

function write({ updates, merged, saved, json }: Fixture): string {
  const lines = [
    ...updates.map((update) => `update ${hexOf(update)}`),
    `merged ${hexOf(merged)}`,
    `saved ${hexOf(saved)}`,
    `json ${JSON.stringify(json)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function read(file: string): Fixture {
  const lines = file.trimEnd().split('\n');
  const all = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    updates: all('update').map(bytesOf),
    merged: bytesOf(all('merged').join()),
    saved: bytesOf(all('saved').join()),
    json: JSON.parse(all('json').join()),
  };
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function fileOf(name: string): string {
  return `${name.replaceAll(/[^a-z]+/g, '-')}.txt`;
}

const fixtures = new URL('./fixtures/', import.meta.url);

describe('documents kept by this release and those before', () => {
  const kept = readdirSync(fixtures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(new URL(`${name}/`, fixtures)).map((file) => `${name}/${file}`));

  test.each(kept)('%s opens to the same content', (file) => {
    const { updates, merged, saved, json } = read(readFileSync(new URL(file, fixtures), 'utf8'));
    const holding = (...all: readonly Uint8Array[]): KeptDocument => {
      const document = blank();
      for (const update of all) document.apply(update);
      return document;
    };
    const loaded = loadDocument(Kept, saved, site);
    expect(loaded.native.snapshot()).toEqual(saved);
    const { version } = holding(...updates).native;
    for (const document of [
      loaded,
      holding(...updates),
      holding(...[...updates].reverse()),
      holding(merged),
      holding(saved),
    ]) {
      // Fields that a later release has added are empty in what an older one kept.
      expect(JSON.parse(JSON.stringify(document))).toMatchObject(json as object);
      expect(document.native.version).toEqual(version);
    }
    loaded.body.insert(0, '+');
    expect(JSON.parse(JSON.stringify(holding(loaded.save())))).toEqual(JSON.parse(JSON.stringify(loaded)));
  });

  test.each(Object.entries(scenes))(
    'the newest set has the bytes that are written for: %s',
    async (name, play) => {
      const { pathname } = new URL(`${NEWEST}/${fileOf(name)}`, fixtures);
      await expect(write(fixtureOf(await play()))).toMatchFileSnapshot(pathname);
    },
  );
});
