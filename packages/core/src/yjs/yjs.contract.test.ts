/** The `yjs` kind keeps the contract of formats and engines, on documents with every sort of content that Yjs has. */
import { describe, test } from 'vitest';
import * as Y from 'yjs';
import { checkFormat, type DocumentSubject, type Seeded } from '../testing/index.ts';
import { YjsDocument } from './yjs-document.ts';

const RUNS = Number(process.env['CONTRACT_RUNS'] ?? 40);

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
    text.format(at, random.between(1, text.length - at), random.pick([{ bold: true }, { bold: null }, { link: { to: 'x' } }]));
  },
  // Whole characters of two UTF-16 units: a replica whose text is cut inside of one replaces the halves, and it alone.
  (doc, random) => void doc.getText('pairs').insert(2 * random.int(doc.getText('pairs').length / 2 + 1), '😀'),
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
    array.insert(random.int(array.length + 1), [random.pick([() => new Y.Text('inner'), () => new Y.Array(), () => new Y.Doc({ meta: { a: 1 } })])()]);
  },
  (doc, random) => {
    const inner = doc.getArray('array').toArray().find((item) => item instanceof Y.Text);
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
  return random.pick<unknown>([1, -70, 2 ** 40, 0.5, 'text', true, null, { big: 10n }, Uint8Array.of(1, 2, 3), [1, ['x', {}]], { a: { b: [null, undefined] } }]);
}

/** What an app reads, without the identity of subdocuments. */
function plain(value: unknown): unknown {
  if (value instanceof Y.Doc) return { subdocument: value.guid };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

describe('yjs documents', () => {
  test('keep the contract', () => checkFormat(richDocument, { runs: RUNS }));
});
