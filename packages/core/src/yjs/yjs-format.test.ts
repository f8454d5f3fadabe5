/** The format of Yjs updates: what the contract and the fuzzer do not say by name. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { parseDocumentKind } from '../id/index.ts';
import { yjsFormat, yjsFormats } from './yjs-format.ts';

/** A document of client `clientId`, and the updates it makes. */
function writer(clientId: number): { readonly doc: Y.Doc; readonly updates: Uint8Array[] } {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  return { doc, updates };
}

function read(...updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

function textOf(...updates: readonly Uint8Array[]): string {
  return read(...updates)
    .getText('text')
    .toString();
}

describe('merge', () => {
  test('of keystrokes is one text', () => {
    const { doc, updates } = writer(1);
    for (let i = 0; i < 1_000; i++) doc.getText('text').insert(i, 'x');
    const merged = yjsFormat.merge(updates);
    expect(merged.length).toBeLessThan(1_000 + 20);
    expect(textOf(merged)).toBe('x'.repeat(1_000));
  });

  test('of values pushed one by one is one run of values', () => {
    const { doc, updates } = writer(1);
    for (let i = 0; i < 100; i++) doc.getArray('list').push([i]);
    const merged = yjsFormat.merge(updates);
    expect(merged.length).toBeLessThan(100 * 3 + 20);
    expect(read(merged).getArray('list').toJSON()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test('keeps values of a map apart', () => {
    const { doc, updates } = writer(1);
    for (let i = 0; i < 5; i++) doc.getMap('map').set('key', `v${i}`);
    expect(read(yjsFormat.merge(updates)).getMap('map').toJSON()).toEqual({ key: 'v4' });
  });

  test('does not fuse typing at two places', () => {
    const { doc, updates } = writer(1);
    for (const [at, char] of [
      [0, 'a'],
      [0, 'b'],
      [2, 'c'],
      [1, 'd'],
      [2, 'e'],
    ] as const)
      doc.getText('text').insert(at, char);
    expect(textOf(yjsFormat.merge(updates))).toBe(doc.getText('text').toString());
  });

  test('takes collected content where it has both', () => {
    const { doc, updates } = writer(1);
    doc.getText('text').insert(0, 'secret '.repeat(100));
    doc.getText('text').delete(0, 700);
    const collected = Y.encodeStateAsUpdate(doc);
    expect(yjsFormat.merge([...updates, collected]).length).toBe(collected.length);
  });

  test('across a gap waits for the missing part', () => {
    const { doc, updates } = writer(1);
    for (const [at, char] of ['a', 'b', 'c'].entries()) doc.getText('text').insert(at, char);
    const [a, b, c] = updates;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three updates');
    const gapped = yjsFormat.merge([c, a]);
    expect(textOf(gapped)).toBe('a');
    expect(yjsFormat.versionOf(gapped)).toEqual(yjsFormat.versionOf(a));
    expect(textOf(yjsFormat.merge([gapped, b]))).toBe('abc');
  });
});

describe('diff', () => {
  const contents: readonly (readonly [string, (doc: Y.Doc) => void])[] = [
    ['text', (doc) => doc.getText('text').insert(0, 'aé日b😀c')],
    ['values', (doc) => doc.getArray('list').push([1, 'two', { three: [3] }, null, Uint8Array.of(4)])],
    [
      'deleted text',
      (doc) => {
        doc.getText('text').insert(0, 'abcdef');
        doc.getText('text').delete(0, 6);
      },
    ],
    [
      'collected content',
      (doc) => {
        doc.getMap('map').set('key', new Y.Text('abcdef'));
        doc.getMap('map').delete('key');
      },
    ],
    [
      'text before other text',
      (doc) => {
        doc.getText('text').insert(0, 'z');
        doc.getText('text').insert(0, 'abcd');
      },
    ],
  ];

  test.each(contents)('cuts %s at every clock as Yjs does', (_what, write) => {
    const { doc } = writer(1);
    write(doc);
    const whole = Y.encodeStateAsUpdate(doc);
    const end = Y.getState(doc.store, 1);
    for (let clock = 0; clock <= end; clock++) {
      const since = yjsFormat.parseVersion(clock === 0 ? Uint8Array.of(0) : Uint8Array.of(1, 1, clock));
      expect([...yjsFormat.diff(whole, since)], `clock ${clock}`).toEqual([...Y.diffUpdate(whole, since)]);
    }
  });

  test('carries deletions, which no version counts', () => {
    const { doc } = writer(1);
    doc.getText('text').insert(0, 'abc');
    const before = Y.encodeStateAsUpdate(doc);
    doc.getText('text').delete(1, 1);
    const after = Y.encodeStateAsUpdate(doc);
    expect(yjsFormat.compare(yjsFormat.versionOf(before), yjsFormat.versionOf(after))).toBe('equal');
    expect(textOf(before, yjsFormat.diff(after, yjsFormat.versionOf(before)))).toBe('ac');
  });
});

describe('versions', () => {
  const version = (...bytes: number[]) => yjsFormat.parseVersion(Uint8Array.from(bytes));

  test.each([
    ['equal', [1, 7, 3], [1, 7, 3]],
    ['before', [1, 7, 3], [1, 7, 4]],
    ['before', [0], [1, 7, 1]],
    ['after', [2, 7, 3, 8, 1], [1, 7, 3]],
    ['concurrent', [1, 7, 3], [1, 8, 3]],
    ['equal', [2, 7, 3, 8, 0], [1, 7, 3]],
    ['equal', [2, 7, 3, 8, 1], [2, 8, 1, 7, 3]],
  ] as const)('%s: %j %j', (order, a, b) => {
    expect(yjsFormat.compare(version(...a), version(...b))).toBe(order);
  });

  test('that are hostile are refused', () => {
    for (const bytes of [[1], [1, 7], [2, 7, 1, 7, 2], [0, 0], [0xff, 0xff, 0xff, 0x7f, 1]]) {
      expect(() => version(...bytes), String(bytes)).toThrow('decode/');
    }
  });
});

test('the family has one kind', () => {
  expect(yjsFormats().formatOf(parseDocumentKind('yjs'))).toBe(yjsFormat);
  expect(() => yjsFormats().formatOf(parseDocumentKind('yjs/v2'))).toThrow('protocol/unknown-kind');
});
