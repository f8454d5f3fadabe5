import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { parseReplicaId } from '../id/index.ts';
import { createDocument, loadDocument } from './document.ts';
import { NativeDocument } from './native-document.ts';
import { counter, mapOf, record, schema, text } from './schema.ts';
import { decodeSnapshot, decodeUpdate, encodeSnapshot, isSnapshot } from './snapshot-codec.ts';
import { EMPTY_UPDATE, encodeUpdate } from './update-codec.ts';

const Book = schema({ intro: text(), pages: mapOf(record({ body: text(), reads: counter() })) });
const site = (replica: number) => ({ replica: parseReplicaId(replica), now: () => 1_700_000_000_000 });

function written(): Uint8Array {
  const book = createDocument(Book, site(1));
  book.intro.insert(0, 'Once 😀 upon');
  const page = book.pages.make('one');
  page.body.insert(0, 'a time');
  page.reads.add(3);
  return book.native.snapshot();
}

describe('a snapshot', () => {
  test('has the texts ready, and the history behind them', () => {
    const saved = written();
    expect(decodeSnapshot(saved).texts.map(({ text }) => text)).toEqual(['Once 😀 upon', 'a time']);
    const book = loadDocument(Book, saved, site(2));
    expect(book.intro.toString()).toBe('Once 😀 upon');
    expect(book.native.version).toEqual(new Map([[1, 20]]));
    expect(book.save()).toBe(saved);
    expect(book.toJSON()).toEqual({ intro: 'Once 😀 upon', pages: { one: { body: 'a time', reads: 3 } } });
    expect(book.native.snapshot()).toEqual(saved);
  });

  test('goes on where it was left: first edit, first concurrent update', () => {
    const saved = written();
    const book = loadDocument(Book, saved, site(2));
    const told: Uint8Array[] = [];
    book.onUpdate((update) => told.push(update));
    book.intro.insert(12, ' a');
    const other = loadDocument(Book, saved, site(3));
    other.intro.delete(0, 4);
    other.apply(told[0] as Uint8Array);
    expect(other.intro.toString()).toBe(' 😀 upon a');
    book.apply(other.native.updateSince(book.native.version));
    expect(book.toJSON()).toEqual(other.toJSON());
  });

  test('taken as an update, is its history alone', () => {
    const saved = written();
    const forged = encodeSnapshot({ ...decodeSnapshot(saved), texts: [{ container: 0, text: 'lies' }] });
    const book = createDocument(Book, site(2));
    book.apply(forged);
    expect(book.intro.toString()).toBe('Once 😀 upon');
    expect(encodeUpdate(decodeUpdate(forged))).toEqual(encodeUpdate(decodeUpdate(saved)));
  });

  test('with another history than its version says is found out when that is needed, and stays readable', () => {
    const saved = written();
    const { version } = new NativeDocument(site(9));
    const book = loadDocument(Book, encodeSnapshot({ ...decodeSnapshot(saved), version }), site(2));
    expect(() => book.intro.insert(0, 'x')).toThrow(CausewayError);
    expect(() => book.intro.insert(0, 'x')).toThrow(/another|other|not the one/);
    expect(book.intro.toString()).toBe('Once 😀 upon');
  });

  test('cut short or with more behind it is no document', () => {
    const saved = written();
    for (let length = 0; length < saved.length; length++)
      expect(() => NativeDocument.load(saved.subarray(0, length), site(2)), `${length} bytes`).toThrow(
        CausewayError,
      );
    expect(() => NativeDocument.load(Uint8Array.of(...saved, 0), site(2))).toThrow(
      /^decode\/trailing|trailing/,
    );
  });

  test('of nothing is the empty update', () => {
    const saved = new NativeDocument(site(1)).save();
    expect(saved).toEqual(EMPTY_UPDATE);
    expect(isSnapshot(saved)).toBe(false);
    expect(NativeDocument.load(saved, site(1)).version.size).toBe(0);
  });
});
