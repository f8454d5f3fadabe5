import { type Dot, dot, parseReplicaId, type ReplicaId } from '@causeway/core/id';
import type { DotSource } from '@causeway/core/lattice';
import { describe, expect, it } from 'vitest';
import type { Note } from './note-list.ts';
import {
  addTag,
  createNote,
  deleteNote,
  type NotesChange,
  type NotesState,
  noteState,
  notesIn,
  notesType,
  pinNote,
  removeTag,
  renameNote,
  restoreNote,
  voteFor,
} from './notes.ts';

/** One person's device: a replica and its copy of the list. */
class Device implements DotSource {
  readonly replica: ReplicaId;
  state: NotesState = notesType.bottom;
  #seq = 0;

  constructor(id: number) {
    this.replica = parseReplicaId(id);
  }

  next(): Dot {
    this.#seq++;
    return dot(this.replica, this.#seq);
  }

  do(...changes: readonly NotesChange[]): this {
    for (const change of changes) this.state = notesType.join(this.state, change(this.state, this));
    return this;
  }

  get notes(): readonly Note[] {
    return notesIn(notesType.view(this.state));
  }

  get only(): Note {
    const [note, ...others] = this.notes;
    if (note === undefined || others.length > 0) throw new Error(`${this.notes.length} notes, one expected`);
    return note;
  }
}

/** Both get what the other has; they must then be equal. */
function meet(a: Device, b: Device): void {
  const joined = notesType.join(a.state, b.state);
  expect(notesType.join(b.state, a.state)).toEqual(joined);
  a.state = joined;
  b.state = joined;
}

function pair(...before: readonly NotesChange[]): readonly [Device, Device] {
  const [a, b] = [new Device(1), new Device(2)];
  a.do(...before);
  meet(a, b);
  return [a, b];
}

describe('one device', () => {
  it('makes, names, tags, pins, votes for and deletes a note', () => {
    const device = new Device(1).do(
      createNote('n', 5),
      renameNote('n', 'First'),
      addTag('n', 'b'),
      addTag('n', 'a'),
      addTag('n', 'c'),
      removeTag('n', 'c'),
      pinNote('n', true),
      voteFor('n', 1),
      voteFor('n', 1),
      voteFor('n', -1),
    );
    expect(device.only).toEqual({
      id: 'n',
      titles: ['First'],
      tags: ['a', 'b'],
      pinned: true,
      votes: 1,
      created: 5,
    });
    expect(device.do(deleteNote('n')).notes).toEqual([]);
  });

  it('gets a deleted note back as it was', () => {
    const device = new Device(1).do(
      createNote('n', 5),
      renameNote('n', 'Kept'),
      addTag('n', 'a'),
      voteFor('n', -1),
    );
    const before = device.only;
    const deleted = noteState(device.state, 'n');
    if (deleted === undefined) throw new Error('the note is not there');
    device.do(deleteNote('n'), restoreNote('n', deleted));
    expect(device.only).toEqual(before);
    expect(device.do(voteFor('n', 1), removeTag('n', 'a')).only).toEqual({ ...before, votes: 0, tags: [] });
  });

  it('does not bring a deleted note back by changing it', () => {
    const device = new Device(1).do(createNote('n', 5), deleteNote('n'));
    device.do(renameNote('n', 'x'), addTag('n', 'a'), voteFor('n', 1), pinNote('n', true));
    expect(device.notes).toEqual([]);
  });

  it('shows a note whose moment of making is nonsense', () => {
    const device = new Device(1).do(createNote('a', Number.POSITIVE_INFINITY), createNote('b', Number.NaN));
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
    b.do(renameNote('n', 'Yours'));
    meet(a, b);
    expect(a.only.titles).toEqual(['Mine', 'Yours']);
    b.do(renameNote('n', 'Mine'));
    meet(a, b);
    expect(a.only.titles).toEqual(['Mine']);
  });

  it('the same title from both is one title', () => {
    const [a, b] = pair(createNote('n', 1));
    a.do(renameNote('n', 'Same'));
    b.do(renameNote('n', 'Same'));
    meet(a, b);
    expect(a.only.titles).toEqual(['Same']);
  });

  it('every tag and every vote is there', () => {
    const [a, b] = pair(createNote('n', 1), voteFor('n', 1));
    a.do(addTag('n', 'a'), voteFor('n', 1), voteFor('n', 1));
    b.do(addTag('n', 'b'), voteFor('n', 1), voteFor('n', -1), voteFor('n', -1));
    meet(a, b);
    expect(a.only).toMatchObject({ tags: ['a', 'b'], votes: 2 });
  });

  it('adding a tag wins over removing it, and pinning over unpinning', () => {
    const [a, b] = pair(createNote('n', 1), addTag('n', 't'), pinNote('n', true));
    a.do(removeTag('n', 't'), pinNote('n', false));
    b.do(addTag('n', 't'), pinNote('n', true));
    meet(a, b);
    expect(a.only).toMatchObject({ tags: ['t'], pinned: true });
  });

  it('a note that is changed while it is deleted stays, whole', () => {
    const [a, b] = pair(createNote('n', 7), renameNote('n', 'Title'), addTag('n', 't'));
    a.do(deleteNote('n'));
    b.do(voteFor('n', 1));
    meet(a, b);
    expect(b.only).toEqual({ id: 'n', titles: ['Title'], tags: ['t'], pinned: false, votes: 1, created: 7 });
  });

  it('both deleting it is deleting it', () => {
    const [a, b] = pair(createNote('n', 1));
    a.do(deleteNote('n'));
    b.do(deleteNote('n'));
    meet(a, b);
    expect(a.notes).toEqual([]);
  });
});
