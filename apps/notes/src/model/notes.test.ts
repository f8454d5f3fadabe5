import { createDocument } from '@causeway/core/doc';
import { parseReplicaId } from '@causeway/core/id';
import { describe, expect, it } from 'vitest';
import type { Note, Title } from './note-list.ts';
import {
  addTags,
  changeNotes,
  createNote,
  deleteNote,
  dropNotes,
  type NotesChange,
  type NotesContent,
  NotesReader,
  notesSchema,
  pinNote,
  removeTag,
  renameNote,
  restoreNote,
  voteFor,
} from './notes.ts';

/** One person's device: a replica and its copy of the list. */
class Device {
  /** The device's clock. */
  wallMs = 1000;
  readonly content: NotesContent;
  readonly #reader: NotesReader;

  constructor(id: number) {
    this.content = createDocument(notesSchema, { replica: parseReplicaId(id), now: () => this.wallMs });
    this.#reader = new NotesReader(this.content);
  }

  do(...changes: readonly NotesChange[]): this {
    for (const change of changes) changeNotes(this.content, change);
    return this;
  }

  get notes(): readonly Note[] {
    return this.#reader.state.notes;
  }

  get trash(): readonly string[] {
    return this.#reader.state.trash.map(({ id, deleted }) => `${id} ${deleted}`);
  }

  get only(): Note {
    const [note, ...others] = this.notes;
    if (note === undefined || others.length > 0) throw new Error(`${this.notes.length} notes, one expected`);
    return note;
  }
}

/** Both get what the other has; they must then be equal. */
function meet(a: Device, b: Device): void {
  const [ofA, ofB] = [a.content.save(), b.content.save()];
  a.content.apply(ofB);
  b.content.apply(ofA);
  expect(a.notes).toEqual(b.notes);
}

function pair(...before: readonly NotesChange[]): readonly [Device, Device] {
  const [a, b] = [new Device(1), new Device(2)];
  a.do(...before);
  meet(a, b);
  return [a, b];
}

function texts(titles: readonly Title[]): readonly string[] {
  return titles.map(({ text }) => text);
}

describe('one device', () => {
  it('makes, names, tags, pins, votes for and deletes a note', () => {
    const device = new Device(1).do(
      createNote('n', 5),
      renameNote('n', 'First'),
      addTags('n', ['b', 'long']),
      addTags('n', ['a', 'c']),
      removeTag('n', 'c'),
      pinNote('n', true),
      voteFor('n', 1),
      voteFor('n', 1),
      voteFor('n', -1),
    );
    expect(device.only).toEqual({
      id: 'n',
      titles: [{ text: 'First', given: 1000 }],
      tags: ['a', 'b', 'long'],
      pinned: true,
      votes: 1,
      folder: undefined,
      created: 5,
      deleted: 0,
    });
    expect(device.do(deleteNote('n', 9)).notes).toEqual([]);
  });

  it('gets a deleted note back as it was', () => {
    const device = new Device(1).do(
      createNote('n', 5),
      renameNote('n', 'Kept'),
      addTags('n', ['a']),
      voteFor('n', -1),
    );
    const before = device.only;
    device.do(deleteNote('n', 9));
    expect([device.notes, device.trash]).toEqual([[], ['n 9']]);
    device.do(restoreNote('n'));
    expect([device.trash, device.only]).toEqual([[], { ...before, deleted: 9 }]);
    expect(device.do(voteFor('n', 1), removeTag('n', 'a')).only).toMatchObject({ votes: 0, tags: [] });
  });

  it('empties the trash of what is in it, and of nothing else', () => {
    const device = new Device(1).do(createNote('n', 5), createNote('m', 6), deleteNote('n', 9));
    device.do(dropNotes(['n', 'm', 'none']));
    expect([device.notes.map(({ id }) => id), device.trash]).toEqual([['m'], []]);
  });

  it('does not bring a deleted note back by changing it', () => {
    const device = new Device(1).do(createNote('n', 5), deleteNote('n', 9));
    device.do(renameNote('n', 'x'), addTags('n', ['a']), voteFor('n', 1), pinNote('n', true));
    expect(device.notes).toEqual([]);
  });

  it('shows a note whose moment of making is nonsense', () => {
    const device = new Device(1).do(createNote('a', 1e300), createNote('b', -1));
    expect(device.notes.map((note) => new Date(note.created).toISOString().slice(0, 4))).toEqual([
      '1970',
      '1970',
    ]);
  });
});

describe('two devices at the same time', () => {
  it('both titles are offered, and picking one settles it for both', () => {
    const [a, b] = pair(createNote('n', 1), renameNote('n', 'Old'));
    a.do(renameNote('n', 'Mine'));
    b.wallMs += 5;
    b.do(renameNote('n', 'Yours'));
    meet(a, b);
    expect(texts(a.only.titles)).toEqual(['Yours', 'Mine']);
    b.do(renameNote('n', 'Mine'));
    meet(a, b);
    expect(texts(a.only.titles)).toEqual(['Mine']);
  });

  it('the same title from both is one title', () => {
    const [a, b] = pair(createNote('n', 1));
    a.do(renameNote('n', 'Same'));
    b.do(renameNote('n', 'Same'));
    meet(a, b);
    expect(texts(a.only.titles)).toEqual(['Same']);
  });

  it('every tag and every vote is there', () => {
    const [a, b] = pair(createNote('n', 1), voteFor('n', 1));
    a.do(addTags('n', ['a']), voteFor('n', 1), voteFor('n', 1));
    b.do(addTags('n', ['b']), voteFor('n', 1), voteFor('n', -1), voteFor('n', -1));
    meet(a, b);
    expect(a.only).toMatchObject({ tags: ['a', 'b'], votes: 2 });
  });

  it('adding a tag wins over removing it, and pinning over unpinning', () => {
    const [a, b] = pair(createNote('n', 1), addTags('n', ['t']), pinNote('n', true));
    a.do(removeTag('n', 't'), pinNote('n', false));
    b.do(addTags('n', ['t']), pinNote('n', true));
    meet(a, b);
    expect(a.only).toMatchObject({ tags: ['t'], pinned: true });
  });

  it('a note that is changed while it is deleted stays, whole', () => {
    const [a, b] = pair(createNote('n', 7), renameNote('n', 'Title'), addTags('n', ['t']));
    a.do(deleteNote('n', 9));
    b.do(voteFor('n', 1));
    meet(a, b);
    expect(b.only).toMatchObject({ tags: ['t'], pinned: false, votes: 1, created: 7 });
    expect(texts(b.only.titles)).toEqual(['Title']);
  });

  it('emptying the trash yields to taking the note out of it', () => {
    const [a, b] = pair(createNote('n', 7), renameNote('n', 'Title'), deleteNote('n', 9));
    a.do(dropNotes(['n']));
    b.do(restoreNote('n'));
    meet(a, b);
    expect(texts(a.only.titles)).toEqual(['Title']);
  });

  it('both deleting it is deleting it', () => {
    const [a, b] = pair(createNote('n', 1));
    a.do(deleteNote('n', 9));
    b.do(deleteNote('n', 9));
    meet(a, b);
    expect(a.notes).toEqual([]);
  });
});

describe('reading again', () => {
  it('a note that has not changed is the same object, and so is the list', () => {
    const device = new Device(1).do(createNote('a', 1), createNote('b', 2), renameNote('b', 'B'));
    const [before, [a, b]] = [device.notes, device.notes];
    device.do(voteFor('none', 1));
    expect(device.notes).toBe(before);
    device.do(voteFor('b', 1));
    expect(device.notes).not.toBe(before);
    expect(device.notes[0]).toBe(a);
    expect(device.notes[1]).toEqual({ ...b, votes: 1 });
  });

  it('a title that only came to stand beside the other changes the note', () => {
    const [a, b] = pair(createNote('n', 1));
    b.do(renameNote('n', 'Early'));
    a.wallMs += 5;
    a.do(renameNote('n', 'Late'));
    const before = a.only;
    meet(a, b);
    expect([texts(before.titles), texts(a.only.titles)]).toEqual([['Late'], ['Late', 'Early']]);
  });

  it('each thing one does is one update', () => {
    const device = new Device(1);
    let updates = 0;
    device.content.onUpdate(() => updates++);
    device.do(createNote('n', 1), addTags('n', ['a', 'b', 'c']), renameNote('n', 'x'), deleteNote('n', 9));
    expect(updates).toBe(4);
  });
});
