import { readFile } from 'node:fs/promises';
import { register, schema, text } from '@causeway/core/doc';
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument, latticeFormats } from '@causeway/core/lattice-doc';
import { nativeDocument, nativeFormats } from '@causeway/core/native';
import { yjsDocument, yjsFormats } from '@causeway/core/yjs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { decodeArchive, encodeArchive, exportDocuments, importDocuments } from './archive.ts';
import { type Client, createClient, MemoryStore } from './index.ts';

const words = gSet(stringLeaf);
const Note = schema({ title: register<string>(), body: text() });
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

describe('an archive', () => {
  test('of version 1 reads as it always has, and is written so', async () => {
    const hex = await readFile(new URL('fixtures/archive-1.hex', import.meta.url), 'utf8');
    const bytes = Uint8Array.from(hex.trim().split(' '), (byte) => Number.parseInt(byte, 16));
    const documents = decodeArchive(bytes);
    expect(documents).toEqual([
      { name: 'notes/7', kind: 'yjs', updates: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)] },
      { name: 'tags', kind: 'native', updates: [] },
    ]);
    expect(encodeArchive(documents)).toEqual(bytes);
  });

  test('of newer software, cut short, or with a byte that is wrong is refused whole', () => {
    const bytes = encodeArchive([{ name: 'note', kind: 'yjs', updates: [Uint8Array.of(1, 2, 3)] }]);
    const newer = bytes.slice();
    newer[17] = 2;
    expect(() => decodeArchive(newer)).toThrow('decode/version');
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeArchive(bytes.slice(0, end))).toThrow('decode/');
    for (let at = 19; at < bytes.length - 5; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => decodeArchive(damaged)).toThrow('decode/');
    }
  });

  test('is what was put into it, and whatever else it is given is refused with a code', () => {
    const document = fc.record({
      name: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      kind: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      updates: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(document, { maxLength: 4 }), (documents) => {
        expect(decodeArchive(encodeArchive(documents))).toEqual(documents);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeArchive(bytes)).toThrow('decode/');
      }),
    );
  });
});

describe('documents of every kind', () => {
  test('are on another device what they were on the first, open or closed, and are sent from there', async () => {
    const first = device();
    const note = await first.open('note', nativeDocument(Note));
    note.document.content.body.insert(0, 'Hello');
    const list = await first.open('list', latticeDocument(words));
    list.document.mutate((state) => words.add(state, 'milk'));
    await list.close();
    const page = await first.open('page', yjsDocument(new Y.Doc()));
    page.document.doc.getText('body').insert(0, 'rich');
    const { bytes, names, failures } = await exportDocuments(first);
    expect([[...names].sort(), failures]).toEqual([['list', 'note', 'page'], []]);

    const second = device();
    const open = await second.open('note', nativeDocument(Note));
    open.document.content.title.set('kept');
    expect((await importDocuments(second, bytes)).failures).toEqual([]);
    expect(open.document.content.toJSON()).toMatchObject({ title: 'kept', body: 'Hello' });
    expect(open.status.pending.disk).toBe(2);
    expect((await second.open('list', latticeDocument(words))).document.value).toEqual(['milk']);
    const again = await second.open('page', yjsDocument(new Y.Doc()));
    expect(again.document.doc.getText('body').toString()).toBe('rich');
    expect(again.status.pending.disk).toBe(1);
    await importDocuments(second, bytes);
    expect(open.status.pending.disk).toBe(2);
  });

  test('that are here as another kind, or of one that is not known, fail alone', async () => {
    const first = device();
    for (const name of ['a', 'b', 'c']) {
      const list = await first.open(name, latticeDocument(words));
      list.document.mutate((state) => words.add(state, name));
      await list.saved('disk').catch(() => list.close());
    }
    const { bytes } = await exportDocuments(first, ['a', 'b', 'missing']);
    const second = device();
    const text = await second.open('a', yjsDocument(new Y.Doc()));
    text.document.doc.getText('body').insert(0, 'mine');
    const { imported, failures } = await importDocuments(second, bytes);
    expect(imported).toEqual(['b']);
    expect(failures).toMatchObject([{ name: 'a', error: { code: 'protocol/kind-mismatch' } }]);
    const blind = device([]);
    expect((await importDocuments(blind, bytes)).failures).toMatchObject([
      { name: 'a', error: { code: 'protocol/unknown-kind' } },
      { name: 'b', error: { code: 'protocol/unknown-kind' } },
    ]);
    expect(await blind.list()).toEqual([]);
  });

  test('with an update that is none leave what is here as it was', async () => {
    const client = device();
    const list = await client.open('list', latticeDocument(words));
    const { kind } = list.document.format;
    const bytes = encodeArchive([
      { name: 'list', kind, updates: [list.document.snapshot(), Uint8Array.of(9, 9)] },
    ]);
    const { failures } = await importDocuments(client, bytes);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.error.code).toMatch('decode/');
    expect(list.status.pending.disk).toBe(0);
  });
});

function device(formats = [latticeFormats(), nativeFormats(), yjsFormats()]): Client {
  const client = createClient({
    url: 'ws://127.0.0.1:9/sync',
    store: new MemoryStore(),
    connect: false,
    formats,
  });
  clients.push(client);
  return client;
}
