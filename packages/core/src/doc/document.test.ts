import { describe, expect, expectTypeOf, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { parseReplicaId } from '../id/index.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { counter, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  tags: set<string>(),
  votes: counter(),
  settings: map<boolean | number>(),
  author: record({ name: register<string>(), bio: text() }),
  folders: tree({ name: register<string>(), about: text() }),
  sections: mapOf(record({ heading: register<string>(), text: text(), likes: counter() })),
});

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

let wallMs = 1_700_000_000_000;
const now = (): number => wallMs++;

function open(replica: number): NoteDocument {
  return createDocument(Note, { replica: parseReplicaId(replica), now });
}

/** Two documents that edit without a word, and then tell each other everything. */
function apart(
  edits: (a: NoteDocument, b: NoteDocument) => void,
  before?: (document: NoteDocument) => void,
): NoteDocument {
  const [a, b] = [open(1), open(2)];
  before?.(a);
  b.apply(a.save());
  edits(a, b);
  const [ofA, ofB] = [a.save(), b.save()];
  a.apply(ofB);
  b.apply(ofA);
  expect(a.toJSON()).toEqual(b.toJSON());
  const late = open(3);
  late.apply(b.save());
  expect(late.toJSON()).toEqual(b.toJSON());
  return a;
}

describe('a document with a schema', () => {
  test('is typed by its schema', () => {
    const note = open(1);
    expectTypeOf(note.title.value).toEqualTypeOf<string | undefined>();
    expectTypeOf(note.tags.values).toEqualTypeOf<readonly string[]>();
    expectTypeOf(note.settings.get('x')).toEqualTypeOf<boolean | number | undefined>();
    expectTypeOf(note.sections.make('s').likes.value).toEqualTypeOf<number>();
    expectTypeOf(note.toJSON().author).toEqualTypeOf<{
      readonly name: string | undefined;
      readonly bio: string;
    }>();
    // @ts-expect-error a title is a string
    expect(() => note.title.set(undefined)).toThrow(CausewayError);
    // @ts-expect-error there is no such field
    expect(note.subtitle).toBe(undefined);
    expect(() => schema({ save: text() })).toThrow(/no name for a field/);
  });

  test('reads as plain data, before and after it was saved', () => {
    const note = open(1);
    expect(note.toJSON()).toEqual({
      ...{ title: undefined, body: '', tags: [], votes: 0, settings: {} },
      ...{ author: { name: undefined, bio: '' }, sections: {}, folders: [] },
    });
    note.transact(() => {
      note.title.set('Shopping');
      note.body.insert(0, 'milk');
      note.votes.add(2);
      note.tags.add('home');
      note.settings.set('dark', true);
      note.author.bio.insert(0, '…');
      const section = note.sections.make('one');
      section.heading.set('One');
      section.text.insert(0, 'first');
      section.likes.add(1);
    });
    const again = loadDocument(Note, note.save(), { replica: parseReplicaId(2), now });
    expect(again.toJSON()).toEqual({
      ...{ title: 'Shopping', body: 'milk', tags: ['home'], votes: 2, settings: { dark: true } },
      ...{ author: { name: undefined, bio: '…' }, folders: [] },
      sections: { one: { heading: 'One', text: 'first', likes: 1 } },
    });
    expect(again.native.version).toEqual(note.native.version);
  });

  test('keeps the identity of what has not changed', () => {
    const note = open(1);
    note.sections.make('one').heading.set('One');
    note.settings.set('dark', true);
    const before = note.toJSON();
    expect(note.toJSON()).toBe(before);
    note.sections.make('two');
    const after = note.toJSON();
    expect(after).not.toBe(before);
    expect(after.settings).toBe(before.settings);
    expect(after.sections['one']).toBe(before.sections['one']);
    expect(note.sections.get('one')).toBe(note.sections.get('one'));
  });
});

describe('transactions', () => {
  test('are one update each', () => {
    const note = open(1);
    const other = open(2);
    const updates: Uint8Array[] = [];
    note.onUpdate((update) => updates.push(update));
    note.transact(() => {
      note.title.set('a');
      note.transact(() => note.body.insert(0, 'b'));
      note.votes.add(1);
    });
    note.transact(() => {});
    expect(updates.length).toBe(1);
    other.apply(updates[0] as Uint8Array);
    expect(other.toJSON()).toEqual(note.toJSON());
  });

  test('leave nothing behind when they fail', () => {
    const note = open(1);
    note.transact(() => {
      note.body.insert(0, 'kept');
      note.votes.add(5);
      note.tags.add('kept');
      note.title.set('kept');
    });
    const before = note.toJSON();
    const saved = note.save();
    const updates: Uint8Array[] = [];
    note.onUpdate((update) => updates.push(update));
    const fail = (): void =>
      note.transact(() => {
        note.body.insert(2, '???');
        note.body.delete(1, 3);
        note.votes.set(0);
        note.tags.clear();
        note.title.set('lost');
        note.sections.make('lost').text.insert(0, 'lost');
        throw new RangeError('no');
      });
    expect(fail).toThrow(RangeError);
    expect(note.toJSON()).toEqual(before);
    expect(note.save()).toEqual(saved);
    expect(updates).toEqual([]);
    note.votes.add(1);
    expect(note.votes.value).toBe(6);
  });

  test('tell what they changed, and by whom', () => {
    const note = open(1);
    const other = open(2);
    const told: unknown[] = [];
    note.onChange(({ local, origin, containers }) => told.push([local, origin, [...containers.values()]]));
    note.transact(() => note.body.insert(0, 'abc'), 'typing');
    other.apply(note.save());
    other.body.delete(1, 1);
    other.body.insert(0, 'x');
    note.apply(other.save());
    const body = { type: 'text', path: ['body'] };
    expect(told).toEqual([
      [true, 'typing', [{ ...body, edits: [{ index: 0, removed: 0, inserted: 'abc' }] }]],
      [
        false,
        undefined,
        [
          {
            ...body,
            edits: [
              { index: 1, removed: 1, inserted: '' },
              { index: 0, removed: 0, inserted: 'x' },
            ],
          },
        ],
      ],
    ]);
    expect(note.body.toString()).toBe('xac');
  });

  test('that come together are told as one, in any order', () => {
    const note = open(1);
    const updates: Uint8Array[] = [];
    note.onUpdate((update) => updates.push(update));
    note.body.insert(0, 'ac');
    note.body.insert(1, 'b');
    note.title.set('T');
    note.body.delete(0, 1);
    const other = open(2);
    const told: number[] = [];
    other.onChange(({ containers }) => told.push(containers.size));
    other.applyAll([...updates].reverse());
    expect([told, other.toJSON()]).toEqual([[2], note.toJSON()]);
    other.applyAll(updates);
    other.applyAll([]);
    expect(told).toEqual([2]);
  });

  test('leave nothing of a node behind that one which failed had made', () => {
    const note = open(1);
    const other = open(2);
    other.folders.create().data.name.set('theirs');
    const fail = (): void =>
      note.transact(() => {
        note.folders.create().data.name.set('lost');
        throw new RangeError('no');
      });
    expect(fail).toThrow(RangeError);
    note.apply(other.save());
    expect(note.toJSON()).toEqual(other.toJSON());
    expect(note.folders.children[0]?.id).toBe('2.1');
  });
});

describe('edits made apart', () => {
  test('on one text are all there', () => {
    const note = apart(
      (a, b) => {
        a.body.insert(4, ' and eggs');
        b.body.insert(0, 'oat ');
        b.body.delete(5, 1);
      },
      (note) => note.body.insert(0, 'milk'),
    );
    expect(note.body.toString()).toBe('oat mlk and eggs');
  });

  test('on one register: the later is read, the other is a conflict', () => {
    const note = apart((a, b) => {
      a.title.set('early');
      b.title.set('late');
    });
    expect(note.title.value).toBe('late');
    expect(note.title.conflicts).toEqual(['early']);
    note.title.set('settled');
    expect(note.title.conflicts).toEqual([]);
  });

  test('count: increments add up, also on top of a reset', () => {
    const note = apart(
      (a, b) => {
        a.votes.set(0);
        b.votes.add(3);
      },
      (note) => note.votes.add(5),
    );
    expect(note.votes.value).toBe(3);
  });

  test('on a register: the same value written twice is no conflict, and who wrote it is known', () => {
    const note = apart(
      (a, b) => {
        a.title.set('same');
        b.title.set('same');
        a.settings.set('f', 1);
        b.settings.set('f', 1);
      },
      () => {},
    );
    expect([note.title.value, note.title.conflicts, note.settings.conflicts('f')]).toEqual(['same', [], []]);
    expect(note.title.written.map(({ first }) => first.replica)).toEqual([2, 1]);
  });

  test('on a register: what was written is the same array until somebody writes there', () => {
    const [a, b] = [open(1), open(2)];
    a.title.set('by a');
    b.title.set('by b');
    const { written, conflicts } = b.title;
    const json = b.toJSON();
    b.votes.add(1);
    b.settings.set('f', 1);
    const ofKey = b.settings.written('f');
    b.settings.set('g', 1);
    expect(b.title.written).toBe(written);
    expect(b.title.conflicts).toBe(conflicts);
    expect(b.settings.written('f')).toBe(ofKey);
    b.votes.add(-1);
    b.apply(a.save());
    // The plain data is as it was: only a conflict has come.
    expect(b.title.value).toBe(json.title);
    expect(b.title.written).not.toBe(written);
    expect(b.title.conflicts).toEqual(['by a']);
    const inConflict = b.title.written;
    expect(() =>
      b.transact(() => {
        b.title.set('taken back');
        expect(b.title.written[0]?.value).toBe('taken back');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(b.title.written).toEqual(inConflict);
    b.title.set('kept');
    expect([b.title.written[0]?.value, b.title.conflicts]).toEqual(['kept', []]);
  });

  test('on a set: an addition outlasts a removal', () => {
    const note = apart(
      (a, b) => {
        a.tags.delete('x');
        b.tags.add('x');
        a.tags.delete('y');
      },
      (note) => {
        note.tags.add('x');
        note.tags.add('y');
      },
    );
    expect(note.tags.values).toEqual(['x']);
  });

  test('make one child of one path', () => {
    const note = apart((a, b) => {
      a.sections.make('one').text.insert(0, 'from a');
      b.sections.make('one').text.insert(0, 'from b');
      a.sections.make('one').likes.add(1);
      b.sections.make('one').likes.add(1);
    });
    expect(note.sections.get('one')?.likes.value).toBe(2);
    expect(note.sections.get('one')?.text.length).toBe('from a'.length * 2);
  });

  test('by 1,000 replicas on one text and one counter are all there, whichever way they come', () => {
    const base = open(5000);
    base.body.insert(0, 'base');
    const saved = base.save();
    const updates = Array.from({ length: 1000 }, (_, i) => {
      const note = open(i + 1);
      note.apply(saved);
      note.transact(() => {
        note.body.insert(i % 5, `<${i}>`);
        note.votes.add(1);
      });
      return note.native.updateSince(base.native.version);
    });
    for (const update of updates) base.apply(update);
    const other = open(5001);
    for (const update of [...updates].reverse()) other.apply(update);
    expect(other.native.waiting).toBe(1000);
    other.apply(saved);
    expect(other.native.waiting).toBe(0);
    expect(other.toJSON()).toEqual(base.toJSON());
    expect(base.votes.value).toBe(1000);
    expect(base.body.length).toBe(4 + updates.reduce((sum, _, i) => sum + `<${i}>`.length, 0));
  });

  test('into a child that is deleted meanwhile are not lost', () => {
    const note = apart(
      (a, b) => {
        a.sections.delete('one');
        b.sections.get('one')?.text.insert(3, ' new');
      },
      (note) => note.sections.make('one').text.insert(0, 'old'),
    );
    expect(note.sections.get('one')).toBe(undefined);
    expect(note.sections.make('one').text.toString()).toBe(' new');
  });
});

describe('a tree', () => {
  const names = (note: NoteDocument): readonly string[] =>
    note.folders.toJSON().map(({ data, parent }) => `${data.name}${parent === undefined ? '' : ' below'}`);

  function folder(note: NoteDocument, name: string): NoteDocument['folders']['children'][number] {
    const made = note.folders.create();
    made.data.name.set(name);
    return made;
  }

  test('of folders, moved into each other at the same time, has no cycle and loses none', () => {
    const note = apart(
      (a, b) => {
        const [ofA, ofB] = [a.folders.children, b.folders.children];
        ofA[0]?.move(ofA[1], 0);
        ofB[1]?.move(ofB[0], 0);
      },
      (note) => {
        folder(note, 'a');
        folder(note, 'b');
      },
    );
    expect(names(note)).toEqual(['b', 'a below']);
  });

  test('has a folder that was moved to two places where the later move put it', () => {
    const note = apart(
      (a, b) => {
        const [x, to] = a.folders.children;
        x?.move(to, 0);
        const [sameX, , other] = b.folders.children;
        sameX?.move(other, 0);
      },
      (note) => {
        for (const name of ['x', 'one', 'two']) folder(note, name);
      },
    );
    expect(names(note)).toEqual(['one', 'two', 'x below']);
  });

  test('brings a deleted folder back with what others wrote in it', () => {
    const note = open(1);
    const kept = folder(note, 'kept');
    kept.data.about.insert(0, 'about');
    const other = open(2);
    other.apply(note.save());
    kept.delete();
    other.folders.children[0]?.data.about.insert(5, ' it');
    note.apply(other.save());
    expect(note.folders.toJSON()).toEqual([]);
    expect(kept.isInSight).toBe(false);
    kept.move(undefined, 0);
    expect(note.folders.toJSON()).toEqual([
      { id: kept.id, parent: undefined, data: { name: 'kept', about: 'about it' } },
    ]);
    const before = note.folders.toJSON();
    note.body.insert(0, 'x');
    expect(note.folders.toJSON()).toBe(before);
    expect(note.folders.children[0]).toBe(kept);
  });

  test('refuses a folder below itself, and moves within one transaction what it made there', () => {
    const note = open(1);
    note.transact(() => {
      const outer = folder(note, 'outer');
      const inner = outer.create();
      inner.data.name.set('inner');
      inner.create().data.name.set('innermost');
      expect(() => outer.move(inner, 0)).toThrow(CausewayError);
      inner.move(undefined, 0);
    });
    expect(names(note)).toEqual(['inner', 'innermost below', 'outer']);
    const other = open(2);
    other.apply(note.save());
    expect(other.toJSON()).toEqual(note.toJSON());
    const fail = (): void =>
      note.transact(() => {
        note.folders.create(0).create();
        note.folders.children[2]?.delete();
        throw new RangeError('no');
      });
    expect(fail).toThrow(RangeError);
    expect(note.toJSON()).toEqual(other.toJSON());
  });
});

describe('text', () => {
  test('never leaves half a surrogate pair', () => {
    const note = open(1);
    note.body.insert(0, 'a😀b');
    note.body.insert(2, 'x');
    expect(note.body.toString()).toBe('ax😀b');
    note.body.delete(3, 1);
    expect(note.body.toString()).toBe('axb');
    note.body.insert(3, '\ud800');
    expect(note.body.toString()).toBe('axb\ufffd');
    const merged = apart(
      (a, b) => {
        a.body.delete(1, 1);
        b.body.delete(2, 1);
        b.body.insert(1, '🐢');
      },
      (before) => before.body.insert(0, 'a😀b'),
    );
    expect(merged.body.toString()).toBe('a🐢b');
  });

  test('refuses what is out of range', () => {
    const note = open(1);
    note.body.insert(0, 'abc');
    for (const edit of [
      () => note.body.insert(4, 'x'),
      () => note.body.insert(-1, 'x'),
      () => note.body.insert(0.5, 'x'),
      () => note.body.delete(2, 2),
      () => note.body.delete(1, Number.NaN),
      () => note.body.slice(2, 1),
    ])
      expect(edit).toThrow(CausewayError);
    expect(note.body.toString()).toBe('abc');
  });
});
