/** A `Y.Doc` as an engine: what the contract does not ask of every kind of document. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { Writer } from '../bytes/index.ts';
import { CONTENT } from './update-scan.ts';
import { YjsDocument } from './yjs-document.ts';
import { yjsFormat } from './yjs-format.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function opened(clientId: number): {
  readonly document: YjsDocument;
  readonly text: Y.Text;
  readonly told: Uint8Array[];
} {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const document = new YjsDocument(doc);
  const told: Uint8Array[] = [];
  document.onUpdate((update) => told.push(update));
  return { document, text: doc.getText('text'), told };
}

describe('a Yjs document', () => {
  test('tells local changes and applies remote ones with itself as origin', () => {
    const [a, b] = [opened(1), opened(2)];
    const origins: unknown[] = [];
    b.document.doc.on('update', (_update: Uint8Array, origin: unknown) => origins.push(origin));
    a.text.insert(0, 'x');
    for (const update of a.told) b.document.apply(update);
    expect(b.text.toString()).toBe('x');
    expect(b.told).toEqual([]);
    expect(origins).toEqual([b.document]);
  });

  test('undoes only what was done here', () => {
    const [a, b] = [opened(1), opened(2)];
    const undo = new Y.UndoManager(b.text);
    a.text.insert(0, 'theirs ');
    for (const update of a.told) b.document.apply(update);
    b.text.insert(7, 'mine');
    undo.undo();
    expect(b.text.toString()).toBe('theirs ');
  });

  test('passes on the change that an observer makes in answer to a remote one', () => {
    const [a, b] = [opened(1), opened(2)];
    b.text.observe((_event, transaction) => {
      if (!transaction.local) b.text.insert(0, '>');
    });
    a.text.insert(0, 'x');
    for (const update of a.told) b.document.apply(update);
    for (const update of b.told) a.document.apply(update);
    expect(a.text.toString()).toBe('>x');
  });

  test('is done with an update before an observer that throws can stop it, and the error is not lost', () => {
    const late: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => late.push(callback));
    const [a, b] = [opened(1), opened(2)];
    b.text.observe(() => {
      throw new Error('of the app');
    });
    a.text.insert(0, 'x');
    for (const update of a.told) b.document.apply(update);
    expect(b.text.toString()).toBe('x');
    expect(late).toHaveLength(1);
    expect(late[0]).toThrow('of the app');
  });

  test('leaves its Y.Doc usable when it is closed', () => {
    const { document, text, told } = opened(1);
    document.close();
    text.insert(0, 'x');
    expect(told).toEqual([]);
    expect(text.toString()).toBe('x');
  });
});

describe('what was in a Y.Doc before it was opened', () => {
  test('is told to the first listener', () => {
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'draft');
    const document = new YjsDocument(doc);
    doc.getText('text').insert(5, '!');
    const told: Uint8Array[] = [];
    document.onUpdate((update) => told.push(update));
    expect(told).toHaveLength(1);
    const other = opened(2);
    for (const update of told) other.document.apply(update);
    expect(other.text.toString()).toBe('draft!');
  });

  test('is not told when the store turns out to have it', () => {
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'draft');
    doc.getText('text').delete(0, 1);
    const stored = Y.encodeStateAsUpdate(doc);
    const document = new YjsDocument(doc);
    document.apply(stored);
    const told: Uint8Array[] = [];
    document.onUpdate((update) => told.push(update));
    expect(told).toEqual([]);
  });

  test('is told when the store has all but a deletion', () => {
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'draft');
    const stored = Y.encodeStateAsUpdate(doc);
    doc.getText('text').delete(0, 1);
    const document = new YjsDocument(doc);
    document.apply(stored);
    const told: Uint8Array[] = [];
    document.onUpdate((update) => told.push(update));
    expect(told).toHaveLength(1);
  });
});

describe('updates that wait for a missing part', () => {
  test('are in the snapshot and not in the version', () => {
    const [a, b] = [opened(1), opened(2)];
    for (const [at, char] of ['a', 'b', 'c'].entries()) a.text.insert(at, char);
    const [first, second, third] = a.told;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three updates');
    for (const update of [third, first]) b.document.apply(update);
    a.text.delete(2, 1);
    b.document.apply(a.told.at(-1) ?? new Uint8Array());
    expect(b.document.version()).toEqual(yjsFormat.versionOf(first));

    const c = opened(3);
    c.document.apply(b.document.snapshot());
    expect(c.text.toString()).toBe('a');
    for (const { document, text } of [b, c]) {
      document.apply(second);
      expect(text.toString()).toBe('ab');
    }
  });
});

/** Clocks 0–4 of client 7 are collected, then text `x` in the root. */
const collected = new Writer()
  .varint(1)
  .varint(2)
  .varint(7)
  .varint(0)
  .u8(CONTENT.gc)
  .varint(5)
  .u8(CONTENT.string)
  .varint(1)
  .string('text')
  .string('x')
  .varint(0)
  .finish();
/** Clocks 3–10 of client 7 are text in the root: a lie, or a client id used twice. */
const contradicting = new Writer()
  .varint(1)
  .varint(1)
  .varint(7)
  .varint(3)
  .u8(CONTENT.string)
  .varint(1)
  .string('text')
  .string('abcdefgh')
  .varint(0)
  .finish();
/** Clocks 0–4 alone. */
const onlyCollected = new Writer()
  .varint(1)
  .varint(1)
  .varint(7)
  .varint(0)
  .u8(CONTENT.gc)
  .varint(5)
  .varint(0)
  .finish();

describe('updates that contradict each other', () => {
  test('throw halfway in Yjs alone', () => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, onlyCollected);
    expect(() => Y.applyUpdate(doc, contradicting)).toThrow(TypeError);
  });

  test.each([
    ['one after the other', [onlyCollected, contradicting]],
    ['with more behind', [collected, contradicting]],
    ['the second first, waiting', [contradicting, onlyCollected]],
    ['twice', [contradicting, collected, contradicting]],
  ])('do a document no harm: %s', (_how, updates) => {
    const { document, text } = opened(1);
    for (const update of updates) document.apply(update);
    text.insert(0, 'still ');
    const again = opened(2);
    again.document.apply(document.snapshot());
    expect(again.text.toString()).toBe(text.toString());
    expect(text.toString()).toContain('still ');
  });
});
