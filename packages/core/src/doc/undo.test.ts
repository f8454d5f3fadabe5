import { describe, expect, test } from 'vitest';
import { InvariantError } from '../error.ts';
import { parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { counter, list, listOf, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';
import { UndoManager } from './undo.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  tags: set<string>(),
  votes: counter(),
  flags: map<number>(),
  outline: tree({ label: register<string>() }),
  steps: list<number>(),
  rows: listOf(record({ name: register<string>(), cells: list<string>() })),
  parts: mapOf(record({ text: text(), name: register<string>() })),
});

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

function open(replica: number): NoteDocument {
  return createDocument(Note, { replica: parseReplicaId(replica), now: () => 1_700_000_000_000 });
}

/** Each transaction is a step. */
const EACH = { captureMs: 0 };

function meet(a: NoteDocument, b: NoteDocument): void {
  a.apply(b.native.updateSince(a.native.version));
  b.apply(a.native.updateSince(b.native.version));
  expect(a.toJSON()).toEqual(b.toJSON());
}

describe('undo', () => {
  test('takes back a deletion where it was, after others have written around it', () => {
    const [a, b] = [open(1), open(2)];
    a.body.insert(0, 'one two three');
    meet(a, b);
    const undo = new UndoManager(a.native, EACH);
    a.body.delete(4, 4);
    b.body.insert(0, '> ');
    b.body.insert(15, '!');
    meet(a, b);
    expect(a.body.toString()).toBe('> one three!');
    undo.undo();
    expect(a.body.toString()).toBe('> one two three!');
    undo.redo();
    expect(a.body.toString()).toBe('> one three!');
    meet(a, b);
  });

  test('takes back an insertion, and leaves what others wrote into it', () => {
    const [a, b] = [open(1), open(2)];
    const undo = new UndoManager(a.native, EACH);
    a.body.insert(0, 'mine');
    meet(a, b);
    b.body.insert(2, ' yours ');
    b.body.delete(0, 1);
    meet(a, b);
    expect(undo.undo()).toBe(true);
    expect(a.body.toString()).toBe(' yours ');
    expect(undo.undo()).toBe(false);
    meet(a, b);
  });

  test('takes an insertion back that was deleted and brought back meanwhile', () => {
    const a = open(1);
    const undo = new UndoManager(a.native, EACH);
    a.body.insert(0, 'abc');
    a.body.delete(1, 1);
    undo.undo();
    expect(a.body.toString()).toBe('abc');
    undo.undo();
    expect(a.body.toString()).toBe('');
    undo.redo();
    expect(a.body.toString()).toBe('abc');
    undo.redo();
    expect(a.body.toString()).toBe('ac');
  });

  test('leaves a register that somebody has written since, and a count that others have raised', () => {
    const [a, b] = [open(1), open(2)];
    a.title.set('first');
    meet(a, b);
    const undo = new UndoManager(a.native, EACH);
    a.transact(() => {
      a.title.set('second');
      a.votes.set(10);
      a.tags.add('x');
    });
    meet(a, b);
    b.votes.add(1);
    meet(a, b);
    undo.undo();
    expect([a.title.value, a.votes.value, a.tags.values]).toEqual(['first', 1, []]);
    undo.redo();
    expect([a.title.value, a.votes.value, a.tags.values]).toEqual(['second', 11, ['x']]);
    b.apply(a.save());
    b.title.set('theirs');
    meet(a, b);
    undo.undo();
    expect([a.title.value, a.votes.value]).toEqual(['theirs', 1]);
  });

  test('puts back what was moved, set and deleted in lists, unless others have changed that since', () => {
    const [a, b] = [open(1), open(2)];
    a.steps.push(1, 2, 3, 4);
    a.rows.push().name.set('one');
    meet(a, b);
    const undo = new UndoManager(a.native, EACH);
    a.steps.move(0, 3);
    a.steps.set(0, 20);
    a.steps.delete(1, 2);
    a.rows.delete(0);
    expect([a.steps.toJSON(), a.rows.length]).toEqual([[20, 1], 0]);
    b.steps.insert(0, 0);
    b.steps.insert(4, 3.5);
    b.rows.get(0)?.cells.push('meanwhile');
    meet(a, b);
    expect(a.steps.toJSON()).toEqual([0, 20, 3.5, 1]);
    undo.undo();
    expect(a.rows.toJSON()).toEqual([{ name: 'one', cells: ['meanwhile'] }]);
    undo.undo();
    expect(a.steps.toJSON()).toEqual([0, 20, 3, 3.5, 4, 1]);
    undo.undo();
    expect(a.steps.toJSON()).toEqual([0, 2, 3, 3.5, 4, 1]);
    b.apply(a.save());
    b.steps.move(5, 2);
    meet(a, b);
    undo.undo();
    expect(a.steps.toJSON()).toEqual([0, 2, 1, 3, 3.5, 4]);
    meet(a, b);
    expect(undo.canUndo).toBe(false);
  });

  test('takes what was typed within a moment as one', () => {
    let wallMs = 1_700_000_000_000;
    const [a, b] = [createDocument(Note, { replica: parseReplicaId(1), now: () => wallMs }), open(2)];
    const undo = new UndoManager(a.native);
    const type = (typed: string, msEach: number): void => {
      for (const letter of typed) {
        wallMs += msEach;
        a.body.insert(a.body.length, letter);
      }
    };
    type('one', 90);
    b.apply(a.save());
    b.body.insert(3, ' theirs ');
    a.apply(b.save());
    type('two', 90);
    wallMs += 500;
    type('three', 90);
    undo.stopCapturing();
    type('!', 1);
    const seen = [a.body.toString()];
    while (undo.undo()) seen.push(a.body.toString());
    expect(seen).toEqual(['one theirs twothree!', 'one theirs twothree', 'one theirs two', ' theirs ']);
    while (undo.redo());
    expect(a.body.toString()).toBe(seen[0]);
    // The clock of the device was put back.
    wallMs -= 60_000;
    type('?', 1);
    undo.undo();
    expect(a.body.toString()).toBe(seen[0]);
  });

  test('tracks the origins it is told to, and forgets the redo after an edit', () => {
    const a = open(1);
    const undo = new UndoManager(a.native, {
      tracks: (origin) => origin !== 'import',
      maxSteps: 2,
      captureMs: 0,
    });
    a.transact(() => a.body.insert(0, 'imported '), 'import');
    expect(undo.canUndo).toBe(false);
    for (const letter of 'xyz') a.body.insert(a.body.length, letter);
    undo.undo();
    expect(undo.canRedo).toBe(true);
    a.body.insert(a.body.length, '!');
    expect(undo.canRedo).toBe(false);
    while (undo.undo());
    expect(a.body.toString()).toBe('imported x');
    undo.close();
    a.body.clear();
    expect(undo.canUndo).toBe(false);
  });

  test('takes back what one step of several transactions did in lists, maps and trees', () => {
    const a = open(1);
    a.steps.push(1, 2, 3);
    a.title.set('before');
    const before = a.toJSON();
    const undo = new UndoManager(a.native);
    a.steps.move(0, 2);
    a.steps.delete(1);
    a.steps.insert(1, 9);
    a.steps.set(1, 10);
    a.title.set('one');
    a.title.set('two');
    a.votes.add(3);
    const node = a.outline.create();
    node.data.label.set('node');
    a.parts.make('p').text.insert(0, 'abc');
    a.parts.get('p')?.text.delete(1, 1);
    const after = a.toJSON();
    for (let round = 0; round < 2; round++) {
      expect(undo.undo()).toBe(true);
      expect(a.toJSON()).toEqual(before);
      expect(undo.canUndo).toBe(false);
      expect(undo.redo()).toBe(true);
      expect(a.toJSON()).toEqual(after);
    }
  });

  test('gives back what was remembered with a step, such as where the cursor was', () => {
    const a = open(1);
    let cursor = a.body.positionAt(0);
    const restored: (number | undefined)[] = [];
    const undo = new UndoManager(a.native, {
      captureMs: 0,
      remember: () => cursor,
      restore: (position) => restored.push(a.body.indexOf(position)),
    });
    a.body.insert(0, 'one two');
    cursor = a.body.positionAt(4);
    a.body.delete(4, 3);
    a.body.insert(0, '> ');
    undo.undo();
    undo.undo();
    undo.redo();
    expect([a.body.toString(), restored]).toEqual(['one ', [4, 4, 4]]);
  });

  test('is of those containers that it is told to watch', () => {
    const a = open(1);
    const undo = new UndoManager(a.native, {
      tracks: (_, { containers }) => containers.has(a.body.container),
    });
    a.body.insert(0, 'text');
    a.votes.add(1);
    undo.undo();
    expect([a.body.toString(), a.votes.value, undo.canUndo]).toEqual(['', 1, false]);
  });

  test('within a transaction is refused, and the step is still there', () => {
    const a = open(1);
    const undo = new UndoManager(a.native);
    a.body.insert(0, 'text');
    expect(() => a.transact(() => undo.undo())).toThrow(InvariantError);
    expect([a.body.toString(), undo.canUndo, undo.canRedo]).toEqual(['text', true, false]);
    undo.undo();
    expect(a.body.toString()).toBe('');
    undo.clear();
    expect([undo.redo(), undo.undo(), a.body.toString()]).toEqual([false, false, '']);
  });

  test('takes back what was done since the document was opened, not what was there', () => {
    const before = open(1);
    before.body.insert(0, 'kept');
    before.steps.push(1);
    const a = loadDocument(Note, before.native.snapshot(), {
      replica: parseReplicaId(1),
      now: () => 1_700_000_000_000,
    });
    const undo = new UndoManager(a.native, EACH);
    expect(undo.undo()).toBe(false);
    a.body.delete(0, 2);
    a.steps.set(0, 2);
    while (undo.undo());
    expect([a.body.toString(), a.steps.toJSON()]).toEqual(['kept', [1]]);
  });

  test('alone, goes back through every state there was, and forth again', () => {
    for (const seed of [2375626721, 2839902229, 1536799324, ...seedsOfRuns({}, 150)]) {
      const random = new Seeded(seed);
      const note = open(1);
      const undo = new UndoManager(note.native, EACH);
      const states = [note.toJSON()];
      let steps = 0;
      const stop = note.onChange(() => void steps++);
      for (let i = random.between(1, 12); i > 0; i--) {
        note.transact(() => {
          for (let j = random.between(1, 3); j > 0; j--) editRandomly(random, note);
        });
        if (steps === states.length) states.push(note.toJSON());
      }
      stop();
      for (let round = 0; round < 2; round++) {
        for (let at = states.length - 2; at >= 0; at--) {
          undo.undo();
          expect(note.toJSON(), `seed ${seed}, back to ${at}`).toEqual(states[at]);
        }
        expect(undo.canUndo).toBe(false);
        for (let at = 1; at < states.length; at++) {
          undo.redo();
          expect(note.toJSON(), `seed ${seed}, forth to ${at}`).toEqual(states[at]);
        }
      }
    }
  });
});

describe('undo among others', () => {
  /** Both have the same, then each edits without the other, and they meet; `b` is the later. */
  const apart = (
    first: (note: NoteDocument) => void,
    edit: (a: NoteDocument, b: NoteDocument) => void,
    later: 'a' | 'b' = 'b',
  ) => {
    const base = 1_700_000_000_000;
    let passedMs = 0;
    const at = (replica: number, isLater: boolean) =>
      createDocument(Note, {
        replica: parseReplicaId(replica),
        now: () => base + (isLater ? 2 * passedMs : passedMs),
      });
    const [a, b] = [at(1, later === 'a'), at(2, later === 'b')];
    first(a);
    meet(a, b);
    passedMs = 1000;
    const undo = new UndoManager(a.native, EACH);
    edit(a, b);
    meet(a, b);
    return { a, b, undo };
  };

  test('of a write that another has written over, or beside, leaves the value of the other', () => {
    for (const later of ['a', 'b'] as const) {
      const { a, b, undo } = apart(
        (note) => {
          note.title.set('first');
          note.flags.set('f', 1);
          note.steps.push(1);
          note.votes.set(1);
        },
        (a, b) => {
          a.transact(() => {
            a.title.set('mine');
            a.flags.set('f', 2);
            a.steps.set(0, 2);
            a.votes.set(2);
          });
          b.transact(() => {
            b.title.set('theirs');
            b.flags.delete('f');
            b.steps.set(0, 3);
            b.votes.set(30);
          });
        },
        later,
      );
      undo.undo();
      expect([a.title.value, a.flags.get('f'), a.steps.get(0), a.votes.value], later).toEqual([
        'theirs',
        undefined,
        3,
        30,
      ]);
      undo.redo();
      if (later === 'a') expect([a.title.value, a.votes.value]).toEqual(['mine', 2]);
      meet(a, b);
    }
  });

  test('of counting leaves a counter that another has set having seen it', () => {
    const { a, b, undo } = apart(
      () => {},
      (a) => a.votes.add(3),
    );
    b.votes.set(50);
    meet(a, b);
    undo.undo();
    expect(a.votes.value).toBe(50);
    undo.redo();
    expect(a.votes.value).toBe(50);
  });

  test('of an addition leaves a value that another has added too, and of a removal brings it back', () => {
    const { a, b, undo } = apart(
      (note) => note.tags.add('old'),
      (a, b) => {
        a.tags.add('both');
        a.tags.delete('old');
        b.tags.add('both');
      },
    );
    undo.undo();
    undo.undo();
    expect(a.tags.values).toEqual(['both', 'old']);
    meet(a, b);
  });

  test('of a move leaves a node or item where another has moved it, at the same time too', () => {
    for (const later of ['a', 'b'] as const) {
      const { a, b, undo } = apart(
        (note) => {
          for (let i = 0; i < 3; i++) note.outline.create().data.label.set(`${i}`);
          note.steps.push(1, 2, 3, 4);
        },
        (a, b) => {
          a.outline.children[0]?.move(a.outline.children[1], 0);
          a.steps.move(0, 3);
          b.outline.children[0]?.move(b.outline.children[2], 0);
          b.steps.move(0, 1);
        },
        later,
      );
      while (undo.undo());
      expect(a.outline.children[1]?.children[0]?.data.label.value, later).toBe('0');
      expect(a.steps.toJSON(), later).toEqual([2, 1, 3, 4]);
      meet(a, b);
    }
  });

  test('of a deletion brings a node back with what others put into it', () => {
    const { a, b, undo } = apart(
      (note) => note.outline.create().data.label.set('folder'),
      (a, b) => {
        a.outline.children[0]?.delete();
        b.outline.children[0]?.create().data.label.set('theirs');
        b.outline.children[0]?.data.label.set('renamed');
      },
    );
    expect(a.outline.children).toEqual([]);
    undo.undo();
    expect(a.outline.toJSON().map(({ data }) => data.label)).toEqual(['renamed', 'theirs']);
    undo.redo();
    expect(a.outline.children).toEqual([]);
    meet(a, b);
  });

  test('of a creation leaves a node in which something of another stands', () => {
    const { a, b, undo } = apart(
      () => {},
      (a) => a.outline.create(),
    );
    const theirs = b.outline.children[0]?.create();
    meet(a, b);
    undo.undo();
    expect(a.outline.toJSON().length).toBe(2);
    theirs?.delete();
    meet(a, b);
    a.outline.create();
    undo.undo();
    expect(a.outline.toJSON().length).toBe(1);
  });

  test('of a move does not put a node into what another has deleted', () => {
    const { a, b, undo } = apart(
      (note) => note.outline.create().create(),
      (a) => {
        a.outline.children[0]?.children[0]?.move(undefined, 1);
      },
    );
    b.outline.children[0]?.delete();
    meet(a, b);
    undo.undo();
    expect(a.outline.children.length).toBe(1);
  });

  test('of the deletion of a child brings it back with what others wrote into it meanwhile', () => {
    const { a, b, undo } = apart(
      (note) => {
        const part = note.parts.make('p');
        part.name.set('name');
        part.text.insert(0, 'text');
      },
      (a, b) => {
        a.parts.delete('p');
        b.parts.get('p')?.text.insert(4, ' and more');
      },
    );
    expect(a.parts.has('p')).toBe(false);
    undo.undo();
    expect(a.parts.toJSON()).toEqual({ p: { name: 'name', text: 'text and more' } });
    undo.redo();
    expect(a.parts.has('p')).toBe(false);
    meet(a, b);
  });

  test('leaves what they wrote, and redo leads back', () => {
    for (const seed of seedsOfRuns({}, 200)) {
      const random = new Seeded(seed);
      const [a, b] = [open(1), open(2)];
      for (let i = 0; i < 4; i++) editRandomly(random, a);
      meet(a, b);
      const undo = new UndoManager(a.native, EACH);
      let theirs = '';
      for (let i = random.between(2, 10); i > 0; i--) {
        editRandomly(random, a);
        if (random.chance(0.5)) {
          const letter = String.fromCharCode(0x3b1 + theirs.length);
          b.body.insert(random.int(b.body.length + 1), letter);
          theirs += letter;
          if (random.chance(0.5)) b.steps.push(100);
        }
        if (random.chance(0.4)) meet(a, b);
      }
      meet(a, b);
      const before = a.toJSON();
      let undone = 0;
      for (let i = random.int(6); i > 0 && undo.undo(); i--) undone++;
      const kept = [...theirs].filter((letter) => !a.body.toString().includes(letter));
      // Only a deletion of a's own takes a letter of b, and only while it is not taken back.
      const gone = [...theirs].filter((letter) => !JSON.stringify(before).includes(letter));
      expect(
        kept.every((letter) => gone.includes(letter)),
        `seed ${seed}`,
      ).toBe(true);
      for (; undone > 0; undone--) undo.redo();
      expect(a.toJSON(), `seed ${seed}`).toEqual(before);
      meet(a, b);
    }
  });
});

function editRandomly(random: Seeded, note: NoteDocument): void {
  const { body } = note;
  const index = random.int(body.length + 1);
  const edits: (() => void)[] = [
    () => body.insert(index, random.pick(['a', 'bc', 'def'])),
    () => body.insert(index, random.pick(['x', 'yz'])),
    () => body.delete(index, Math.min(body.length - index, random.int(4))),
    () => note.steps.insert(random.int(note.steps.length + 1), 1, 2),
    () => note.steps.push(random.int(9)),
    () => onOne(note.steps.length, random, (at) => note.steps.delete(at)),
    () => onOne(note.steps.length, random, (at) => note.steps.delete(at, note.steps.length - at)),
    () => onOne(note.steps.length, random, (at) => note.steps.set(at, random.int(9))),
    () => onOne(note.steps.length, random, (at) => note.steps.move(at, random.int(note.steps.length))),
    () => onOne(note.steps.length, random, (at) => note.steps.move(at, random.int(note.steps.length))),
    () => note.rows.insert(0).name.set('row'),
    () => note.rows.get(0)?.cells.push('cell'),
    () => onOne(note.rows.length, random, (at) => note.rows.delete(at)),
    () => onOne(note.rows.length, random, (at) => note.rows.move(at, 0)),
    () => note.title.set(random.pick(['t', 'u'])),
    () => note.title.clear(),
    () => note.votes.add(random.between(-1, 3)),
    () => note.votes.set(random.int(3)),
    () => note.tags.add(random.pick(['p', 'q'])),
    () => note.tags.delete(random.pick(['p', 'q'])),
    () => note.tags.clear(),
    () => note.flags.set(random.pick(['f', 'g']), random.int(9)),
    () => note.flags.delete(random.pick(['f', 'g'])),
    () => note.outline.create(0).data.label.set('l'),
    () => void note.outline.children[0]?.create(),
    () => note.outline.children[1]?.move(note.outline.children[0], 0),
    () => note.outline.children[0]?.children[0]?.move(undefined, 0),
    () => note.outline.children.at(-1)?.delete(),
    () => note.parts.make('p').text.insert(0, 'part'),
    () => note.parts.make('p').name.set('n'),
    () => note.parts.delete('p'),
  ];
  random.pick(edits)();
}

function onOne(length: number, random: Seeded, edit: (at: number) => void): void {
  if (length > 0) edit(random.int(length));
}
