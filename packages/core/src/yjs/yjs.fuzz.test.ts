/**
 * The `yjs` kind on random input: the contract of formats and engines on documents with every sort of content that Yjs has,
 * agreement with Yjs's own functions, and updates that are sound in form but make no sense.
 */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Writer } from '../bytes/index.ts';
import type { UpdateFormat } from '../format/index.ts';
import { checkFormat, type DocumentSubject, Seeded, seedsOfRuns } from '../testing/index.ts';
import { encodeStateVector } from './state-vector.ts';
import { ANY, CONTENT, INFO_KEY, INFO_ORIGIN, INFO_RIGHT_ORIGIN, INFO_SKIP } from './update-scan.ts';
import { YjsDocument } from './yjs-document.ts';
import { yjsFormat } from './yjs-format.ts';

const RUNS = Number(process.env['CONTRACT_RUNS'] ?? 25);

const richDocument: DocumentSubject<YjsDocument> = {
  open: (site) => {
    const doc = new Y.Doc();
    doc.clientID = site.random();
    return new YjsDocument(doc);
  },
  change: ({ doc }, random) => {
    const changes = random.int(4);
    doc.transact(() => {
      for (let i = 0; i < changes; i++) random.pick(CHANGES)(doc, random);
    });
  },
  value: ({ doc }) => ({
    text: plain(doc.getText('text').toDelta()),
    pairs: doc.getText('pairs').toString(),
    map: plain(doc.getMap('map').toJSON()),
    array: plain(doc.getArray('array').toJSON()),
    xml: doc.getXmlFragment('xml').toString(),
  }),
};

const CHANGES: readonly ((doc: Y.Doc, random: Seeded) => void)[] = [
  (doc, random) => {
    const text = doc.getText('text');
    text.insert(random.int(text.length + 1), random.pick(['a', 'bc', 'déf', '日本', 'lang'.repeat(5)]));
  },
  (doc, random) => {
    const text = doc.getText('text');
    if (text.length === 0) return;
    const at = random.int(text.length);
    text.delete(at, random.between(1, Math.min(4, text.length - at)));
  },
  (doc, random) => {
    const text = doc.getText('text');
    if (text.length === 0) return;
    const at = random.int(text.length);
    text.format(
      at,
      random.between(1, text.length - at),
      random.pick([{ bold: true }, { bold: null }, { link: { to: 'x' } }]),
    );
  },
  // Whole characters of two UTF-16 units: a replica whose text is cut inside of one replaces the halves, and it alone.
  (doc, random) =>
    void doc.getText('pairs').insert(2 * random.int(doc.getText('pairs').length / 2 + 1), '😀'),
  (doc) => doc.getText('pairs').delete(0, Math.min(2, doc.getText('pairs').length)),
  (doc, random) => void doc.getText('text').insertEmbed(0, { image: random.int(9) }),
  (doc, random) => void doc.getMap('map').set(random.pick(['k', 'l']), randomValue(random)),
  (doc, random) => void doc.getMap('map').delete(random.pick(['k', 'l', 'm'])),
  (doc, random) => {
    const nested = doc.getMap('map').get('m');
    if (nested instanceof Y.Map) nested.set(random.pick(['x', 'y']), randomValue(random));
    else doc.getMap('map').set('m', new Y.Map([['x', 1]]));
  },
  (doc, random) => {
    const array = doc.getArray('array');
    array.insert(random.int(array.length + 1), [randomValue(random), randomValue(random)]);
  },
  (doc, random) => {
    const array = doc.getArray('array');
    if (array.length > 0) array.delete(random.int(array.length), 1);
  },
  (doc, random) => {
    const array = doc.getArray('array');
    array.insert(random.int(array.length + 1), [
      random.pick([() => new Y.Text('inner'), () => new Y.Array(), () => new Y.Doc({ meta: { a: 1 } })])(),
    ]);
  },
  (doc, random) => {
    const inner = doc
      .getArray('array')
      .toArray()
      .find((item) => item instanceof Y.Text);
    if (inner instanceof Y.Text) inner.insert(random.int(inner.length + 1), 'z');
  },
  (doc, random) => {
    const xml = doc.getXmlFragment('xml');
    const element = new Y.XmlElement(random.pick(['p', 'h1']));
    xml.insert(random.int(xml.length + 1), [element]);
    element.setAttribute('level', String(random.int(3)));
    element.insert(0, [new Y.XmlText('words')]);
  },
  (doc, random) => {
    const xml = doc.getXmlFragment('xml');
    if (xml.length > 0) xml.delete(random.int(xml.length), 1);
  },
];

function randomValue(random: Seeded): unknown {
  return random.pick<unknown>([
    1,
    -70,
    2 ** 40,
    0.5,
    'text',
    true,
    null,
    { big: 10n },
    Uint8Array.of(1, 2, 3),
    [1, ['x', {}]],
    { a: { b: [null, undefined] } },
  ]);
}

/** What an app reads, without the identity of subdocuments. */
function plain(value: unknown): unknown {
  if (value instanceof Y.Doc) return { subdocument: value.guid };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** What looks right in Yjs and is not. */
const temptations: readonly (readonly [fault: string, check: string, Partial<UpdateFormat>])[] = [
  [
    'nothing were sent to a holder of an equal version',
    'diff to',
    {
      diff: (update, since) =>
        yjsFormat.compare(yjsFormat.versionOf(update), since) === 'equal'
          ? yjsFormat.empty
          : yjsFormat.diff(update, since),
    },
  ],
  [
    'a version counted past a gap',
    'diff to a gapped holder',
    { versionOf: (update) => encodeStateVector(Y.parseUpdateMeta(update).to) },
  ],
  ['merge kept the last update of many', 'merge', { merge: (updates) => updates.at(-1) ?? yjsFormat.empty }],
];

describe('yjs documents', () => {
  test('keep the contract', () => checkFormat(richDocument, { runs: RUNS }));

  test.each(temptations)('would break it if %s: "%s"', (_fault, check, fault) => {
    const format = { ...yjsFormat, ...fault };
    expect(() => checkFormat({ ...richDocument, format }, { seed: 5, runs: 20 })).toThrow(`breaks "${check}`);
  });
});

describe('yjs updates', () => {
  test('of Yjs are accepted, and merged, diffed and counted to the same effect as by Yjs', () => {
    for (const seed of seedsOfRuns({}, RUNS)) {
      const random = new Seeded(seed);
      const updates = updatesOfSession(random);
      const some = random.shuffle([...updates, ...updates]).filter(() => random.chance(0.6));
      const [ours, theirs] = [yjsFormat.merge(some), Y.mergeUpdates(some)];
      expectSame(seed, [ours], [theirs]);
      expect(yjsFormat.versionOf(ours), `seed ${seed}`).toEqual(
        yjsFormat.parseVersion(Y.encodeStateVectorFromUpdate(theirs)),
      );
      const since = yjsFormat.versionOf(yjsFormat.merge(some.slice(0, some.length / 2)));
      const [ourDiff, theirDiff] = [yjsFormat.diff(ours, since), Y.diffUpdate(theirs, since)];
      for (const update of [theirs, ourDiff, theirDiff]) yjsFormat.validate(update);
      expectSame(
        seed,
        [...some.slice(0, some.length / 2), ourDiff],
        [...some.slice(0, some.length / 2), theirDiff],
      );
    }
  });

  test('that are sound in form never break a document, whatever they say', () => {
    let accepted = 0;
    for (const seed of seedsOfRuns({}, 20 * RUNS)) {
      const random = new Seeded(seed);
      const updates = Array.from({ length: 5 }, () => senselessUpdate(random)).filter(isAccepted);
      accepted += updates.length;
      for (const options of [{}, { gc: false }]) {
        const document = new YjsDocument(observed(new Y.Doc(options)));
        try {
          for (const update of updates) document.apply(update);
          const whole = yjsFormat.merge(random.shuffle(updates));
          for (const update of [whole, document.snapshot(), yjsFormat.diff(whole, document.version())]) {
            yjsFormat.validate(update);
            new YjsDocument(observed(new Y.Doc(options))).apply(update);
          }
          document.doc.getText('text').insert(0, 'still alive');
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
      }
    }
    // Else this test shows nothing.
    expect(accepted).toBeGreaterThan(RUNS);
  });
});

/** Updates of some writers who exchange what they have now and then. */
function updatesOfSession(random: Seeded): readonly Uint8Array[] {
  const updates: Uint8Array[] = [];
  const documents = Array.from({ length: 3 }, () => {
    const doc = new Y.Doc();
    doc.clientID = random.u32();
    doc.on('update', (update: Uint8Array) => updates.push(update));
    return new YjsDocument(doc);
  });
  for (let step = 0; step < 20; step++) {
    const document = random.pick(documents);
    if (random.chance(0.7)) richDocument.change(document, random);
    else document.apply(random.pick(documents).snapshot());
  }
  return updates;
}

function expectSame(seed: number, ours: readonly Uint8Array[], theirs: readonly Uint8Array[]): void {
  const [a, b] = [ours, theirs].map((updates) => {
    const document = new YjsDocument(new Y.Doc());
    for (const update of updates) document.apply(update);
    return { value: richDocument.value(document), version: document.version() };
  });
  expect(a, `seed ${seed}`).toEqual(b);
}

function isAccepted(update: Uint8Array): boolean {
  try {
    yjsFormat.validate(update);
    return true;
  } catch {
    return false;
  }
}

/** The document with observers that look at everything an event has to say. */
function observed(doc: Y.Doc): Y.Doc {
  for (const type of [
    doc.getText('text'),
    doc.getMap('map'),
    doc.getArray('array'),
    doc.getXmlFragment('xml'),
  ]) {
    type.observeDeep((events) => {
      for (const event of events) void [event.changes, event.keys, event.path];
    });
  }
  return doc;
}

/** Few clients and clocks, so that what refers to something often finds it, if seldom what it should be. */
const CLIENTS = [1, 2, 3];

/** An update of sound form: origins anywhere, parents that are no types, keys in texts, contents of every kind. */
function senselessUpdate(random: Seeded): Uint8Array {
  const writer = new Writer();
  const clients = random.shuffle(CLIENTS.filter(() => random.chance(0.6)));
  writer.varint(clients.length);
  for (const client of clients) writeStructs(writer, random, client);
  const deleting = CLIENTS.filter(() => random.chance(0.4));
  writer.varint(deleting.length);
  for (const client of deleting) writeDeletions(writer, random, client);
  return writer.finish();
}

function writeStructs(writer: Writer, random: Seeded, client: number): void {
  const count = random.between(1, 5);
  let clock = random.chance(0.6) ? 0 : random.int(6);
  writer.varint(count).varint(client).varint(clock);
  for (let i = 0; i < count; i++) {
    const kind = random.int(12);
    if (kind < 2) {
      const length = random.between(1, 3);
      writer.u8(kind === 0 ? CONTENT.gc : INFO_SKIP).varint(length);
      clock += length;
    } else clock += writeItem(writer, random, client, clock);
  }
}

function writeItem(writer: Writer, random: Seeded, client: number, clock: number): number {
  const content = random.pick([
    ...Object.values(CONTENT).filter((kind) => kind !== CONTENT.gc),
    CONTENT.string,
    CONTENT.type,
  ]);
  const origin = random.chance(0.5) ? INFO_ORIGIN : 0;
  const rightOrigin = random.chance(0.4) ? INFO_RIGHT_ORIGIN : 0;
  const key = random.chance(0.25) ? INFO_KEY : 0;
  writer.u8(content | origin | rightOrigin | key);
  if (origin !== 0) writeId(writer, random, client, clock);
  if (rightOrigin !== 0) writeId(writer, random, client, clock);
  if (origin === 0 && rightOrigin === 0) {
    if (random.chance(0.6)) writer.varint(1).string(random.pick(['text', 'map', 'array', 'xml', 'other']));
    else writeId(writer.varint(0), random, client, clock);
    if (key !== 0) writer.string(random.pick(['k', 'm', '__proto__']));
  }
  return writeContent(writer, random, content);
}

/** Of the same client an earlier clock: later ones are refused. */
function writeId(writer: Writer, random: Seeded, client: number, clock: number): void {
  const ofClient = random.pick(CLIENTS);
  writer.varint(ofClient).varint(ofClient === client ? random.int(Math.max(1, clock)) : random.int(8));
}

/** Returns its length in clocks. */
function writeContent(writer: Writer, random: Seeded, content: number): number {
  const length = random.between(1, 3);
  switch (content) {
    case CONTENT.deleted:
      writer.varint(length);
      return length;
    case CONTENT.json:
      writer.varint(length);
      for (let i = 0; i < length; i++) writer.string(random.pick(['undefined', '1', '{"a":1}', 'null']));
      return length;
    case CONTENT.binary:
      writer.bytes(random.bytes(2));
      return 1;
    case CONTENT.string: {
      const text = random.pick(['a', 'bcd', '😀', 'x😀y', 'é']);
      writer.string(text);
      return text.length;
    }
    case CONTENT.embed:
      writer.string(random.pick(['1', '{"a":1}', 'null', '[]']));
      return 1;
    case CONTENT.format:
      writer
        .string(random.pick(['bold', 'ychange', '__proto__']))
        .string(random.pick(['true', 'null', '{"x":1}']));
      return 1;
    case CONTENT.type: {
      const type = random.int(7);
      writer.varint(type);
      if (type === 3 || type === 5) writer.string('p');
      return 1;
    }
    case CONTENT.any:
      writer.varint(length);
      for (let i = 0; i < length; i++) writeAny(writer, random, 0);
      return length;
    default:
      writer
        .string('guid')
        .u8(ANY.object)
        .varint(1)
        .string(random.pick(['gc', 'autoLoad']))
        .u8(random.pick([ANY.true, ANY.false]));
      return 1;
  }
}

function writeAny(writer: Writer, random: Seeded, depth: number): void {
  const tag = random.pick(Object.values(ANY));
  const count = depth > 2 ? 0 : random.int(3);
  writer.u8(tag);
  if (tag === ANY.integer) writer.u8(random.int(64));
  if (tag === ANY.float32) writer.raw(random.bytes(4));
  if (tag === ANY.float64 || tag === ANY.bigint) writer.raw(random.bytes(8));
  if (tag === ANY.string) writer.string('s');
  if (tag === ANY.bytes) writer.bytes(random.bytes(2));
  if (tag === ANY.object || tag === ANY.array) writer.varint(count);
  for (let i = 0; i < count; i++) {
    if (tag === ANY.object)
      writer.string(random.pick(['a', 'toString', 'constructor', '__proto__', 'length']));
    if (tag === ANY.object || tag === ANY.array) writeAny(writer, random, depth + 1);
  }
}

function writeDeletions(writer: Writer, random: Seeded, client: number): void {
  const count = random.int(3);
  writer.varint(client).varint(count);
  let clock = 0;
  for (let i = 0; i < count; i++) {
    const length = random.between(1, 3);
    clock += random.int(4);
    writer.varint(clock).varint(length);
    clock += length;
  }
}
