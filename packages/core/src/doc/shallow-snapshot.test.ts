import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { nativeFormat } from '../native/index.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { list, map, register, schema, text, tree } from './schema.ts';
import { shallowSnapshot } from './shallow-snapshot.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  marks: map<number>(),
  steps: list<string>(),
  outline: tree({ label: register<string>() }),
});

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

const site = (replica: number, wallMs = 1_700_000_000_000) => ({
  replica: parseReplicaId(replica),
  now: () => wallMs,
});

function written(): NoteDocument {
  const note = createDocument(Note, site(1));
  note.title.set('first title');
  note.title.set('Shopping');
  note.body.insert(0, 'milk, secret, eggs');
  note.body.delete(6, 8);
  note.steps.push('a', 'b', 'c');
  note.steps.move(0, 2);
  note.outline.create().data.label.set('aisle');
  return note;
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    return error.code;
  }
}

const textOfBytes = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a shallow snapshot', () => {
  test('has what there is, and nothing that was deleted or replaced', () => {
    const note = written();
    const shallow = shallowSnapshot(note.native);
    expect(textOfBytes(note.native.history())).toMatch(/secret.*|first title/s);
    expect(textOfBytes(shallow)).not.toMatch(/secret|first title/);
    const opened = loadDocument(Note, shallow, site(2));
    expect(opened.toJSON()).toEqual(note.toJSON());
    expect([opened.native.version, opened.native.frontier]).toEqual([
      note.native.version,
      note.native.frontier,
    ]);
    expect(opened.save()).toEqual(shallow);
  });

  test('keeps what elements are called, by whom they are, and positions', () => {
    const note = written();
    const [start, end] = [note.body.positionAt(2), note.body.positionAt(6, 'right')];
    const opened = loadDocument(Note, shallowSnapshot(note.native), site(2));
    for (const position of [start, end])
      expect(opened.body.indexOf(position)).toBe(note.body.indexOf(position));
    expect(opened.body.positionAt(3)).toEqual(note.body.positionAt(3));
    expect(opened.body.authors()).toEqual(note.body.authors());
    expect(opened.title.written).toEqual(note.title.written);
    expect(opened.steps.authors()).toEqual(note.steps.authors());
    expect([0, 1, 2].map((at) => opened.steps.idAt(at))).toEqual([0, 1, 2].map((at) => note.steps.idAt(at)));
    expect(opened.outline.toJSON()).toEqual(note.outline.toJSON());
    expect(opened.outline.children[0]?.author).toEqual(note.outline.children[0]?.author);
  });

  test('keeps both of two titles that were given at once', () => {
    const one = written();
    const two = one.fork(site(2, 1_700_000_000_500));
    one.title.set('Groceries');
    two.title.set('Market');
    one.marks.set('k', 1);
    two.marks.delete('k');
    one.apply(two.save());
    const opened = loadDocument(Note, shallowSnapshot(one.native), site(3));
    expect([opened.title.value, opened.title.conflicts]).toEqual(['Market', ['Groceries']]);
    expect(opened.native.frontier.length).toBe(2);
    opened.title.set('Both');
    one.apply(opened.save());
    expect([one.title.value, one.title.conflicts]).toEqual(['Both', []]);
  });

  test('begins at the last version before the one asked for that everything since has seen', () => {
    const one = written();
    const cut = one.native.frontier;
    const two = one.fork(site(2));
    one.body.insert(0, 'oats, ');
    const within = one.native.frontier;
    two.body.insert(two.body.length, ', salt');
    one.apply(two.save());
    const [early, late] = [shallowSnapshot(one.native, cut), shallowSnapshot(one.native, within)];
    expect(late).toEqual(early);
    const opened = loadDocument(Note, early, site(3));
    expect(opened.toJSON()).toEqual(one.toJSON());
    expect(opened.at(cut)).toEqual(one.at(cut));
    expect(opened.at(within)).toEqual(one.at(within));
  });

  test('of what has no version to cut at is all history', () => {
    const one = createDocument(Note, site(1));
    expect(shallowSnapshot(one.native)).toEqual(one.native.history());
    one.body.insert(0, 'a');
    const two = createDocument(Note, site(2));
    two.body.insert(0, 'b');
    const cut = one.native.frontier;
    one.apply(two.save());
    expect(shallowSnapshot(one.native, cut)).toEqual(one.native.history());
  });

  test('is taken again, and from a document that began with one', () => {
    const note = written();
    const opened = loadDocument(Note, shallowSnapshot(note.native), site(2));
    const before = opened.native.frontier;
    opened.body.insert(0, 'tea, ');
    const again = loadDocument(Note, shallowSnapshot(opened.native), site(3));
    expect(again.toJSON()).toEqual(opened.toJSON());
    expect(codeOf(() => again.at(before))).toBe('decode/behind');
    expect(loadDocument(Note, shallowSnapshot(opened.native, before), site(3)).at(before)).toEqual(
      note.toJSON(),
    );
  });

  test('of a document that is empty by now goes on as any other, also when a transaction is taken back', () => {
    const note = createDocument(Note, site(1));
    note.body.insert(0, 'gone');
    note.body.clear();
    const opened = loadDocument(Note, shallowSnapshot(note.native), site(2));
    opened.outline.create().data.label.set('kept');
    opened.marks.set('k', 1);
    const before = opened.toJSON();
    const fail = (): void =>
      opened.transact(() => {
        opened.outline.create();
        opened.marks.set('k', 2);
        throw new RangeError('no');
      });
    expect(fail).toThrow(RangeError);
    expect(opened.toJSON()).toEqual(before);
    const again = loadDocument(Note, shallowSnapshot(opened.native), site(3));
    expect(again.toJSON()).toEqual(before);
    note.apply(opened.save());
    expect(note.toJSON()).toEqual(before);
  });

  test('refuses who has not seen it, and says so', () => {
    const note = written();
    const offline = note.fork(site(5));
    offline.body.insert(0, 'unseen ');
    note.body.insert(0, 'x');
    const opened = loadDocument(Note, shallowSnapshot(note.native), site(2));
    const before = opened.toJSON();
    expect(codeOf(() => opened.apply(offline.save()))).toBe('decode/behind');
    expect(codeOf(() => offline.apply(opened.save()))).toBe('decode/behind');
    expect(() => opened.apply(offline.save())).toThrow(/begin again with the document's snapshot/);
    expect(opened.toJSON()).toEqual(before);
    expect(offline.body.toString()).toMatch(/^unseen milk/);
    // Who has all history takes both.
    note.apply(offline.save());
    note.apply(opened.save());
    expect(note.body.toString()).toMatch(/unseen/);
  });

  test('lets an old version go that lies before it', () => {
    const note = written();
    const old = note.native.frontier;
    note.body.insert(0, 'x');
    const opened = loadDocument(Note, shallowSnapshot(note.native), site(2));
    expect(codeOf(() => opened.at(old))).toBe('decode/behind');
    expect(codeOf(() => shallowSnapshot(opened.native, [dot(parseReplicaId(7), 1)]))).toBe('decode/invalid');
  });

  test('as bytes: joined, cut and compared without a document', () => {
    const note = written();
    const history = note.save();
    const shallow = shallowSnapshot(note.native);
    const version = nativeFormat.versionOf(shallow);
    expect(version).toEqual(nativeFormat.versionOf(history));
    note.body.insert(0, 'tea, ');
    const more = note.native.updateSince(loadDocument(Note, shallow, site(2)).native.version);
    const joined = nativeFormat.merge([more, shallow]);
    expect(joined).toEqual(nativeFormat.merge([shallow, more]));
    expect(loadDocument(Note, joined, site(2)).toJSON()).toEqual(note.toJSON());
    // A holder of the base gets what came after it, any other gets all of it.
    expect(nativeFormat.diff(joined, version)).toEqual(more);
    expect(nativeFormat.diff(joined, nativeFormat.versionOf(nativeFormat.empty))).toEqual(joined);
    // All history is not given up for a base that it covers.
    expect(nativeFormat.merge([shallow, note.native.history()])).toEqual(
      nativeFormat.merge([note.native.history()]),
    );
    // The later of two bases, and nothing where neither has seen the other.
    const later = shallowSnapshot(note.native);
    expect(nativeFormat.merge([shallow, later])).toEqual(later);
    const [a, b] = [2, 3].map((replica) => {
      const apart = note.fork(site(replica));
      apart.body.insert(0, 'apart');
      return shallowSnapshot(apart.native);
    }) as [Uint8Array, Uint8Array];
    expect(codeOf(() => nativeFormat.merge([a, b]))).toBe('decode/behind');
  });
});
