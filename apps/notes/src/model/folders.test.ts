import { createDocument } from '@causeway/core/doc';
import { type DotKey, parseReplicaId } from '@causeway/core/id';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanFolderName,
  countByFolder,
  createFolder,
  deleteFolder,
  dropSpot,
  type Folder,
  type FolderStep,
  folderAndBelow,
  folderPath,
  isPlace,
  moveFolder,
  placeIn,
  renameFolder,
  spotOf,
  stepSpot,
  unfolded,
} from './folders.ts';
import { changeNotes, createNote, moveNote, type NotesContent, NotesReader, notesSchema } from './notes.ts';

/** One person's device. */
class Device {
  readonly content: NotesContent;
  readonly #reader: NotesReader;

  constructor(id: number) {
    this.content = createDocument(notesSchema, { replica: parseReplicaId(id), now: () => 1000 });
    this.#reader = new NotesReader(this.content);
  }

  get folders(): readonly Folder[] {
    return this.#reader.state.folders;
  }

  get notes(): NotesReader['state']['notes'] {
    return this.#reader.state.notes;
  }

  make(name: string, parent?: DotKey): DotKey {
    return changeNotes(this.content, createFolder(name, parent));
  }

  named(name: string): Folder {
    const folder = this.folders.find((each) => each.name === name);
    if (folder === undefined) throw new Error(`no folder ${name}`);
    return folder;
  }

  move(name: string, spot: ReturnType<typeof stepSpot>): void {
    if (spot !== undefined) changeNotes(this.content, moveFolder(this.named(name).id, spot));
  }

  step(name: string, step: FolderStep): void {
    this.move(name, stepSpot(this.folders, this.named(name), step));
  }

  /** The folders as an outline. */
  get outline(): readonly string[] {
    return this.folders.map(({ name, depth }) => `${'-'.repeat(depth)}${name}`);
  }
}

/** a, then b with c in it, then d. */
function some(): Device {
  const device = new Device(1);
  device.make('a');
  const b = device.make('b');
  device.make('c', b);
  device.make('d');
  return device;
}

describe('one device', () => {
  it('shows folders in order, each after its parent', () => {
    expect(some().outline).toEqual(['a', 'b', '-c', 'd']);
  });

  it.each<readonly [string, FolderStep, readonly string[]]>([
    ['d', 'up', ['a', 'd', 'b', '-c']],
    ['a', 'down', ['b', '-c', 'a', 'd']],
    ['a', 'up', ['a', 'b', '-c', 'd']],
    ['d', 'in', ['a', 'b', '-c', '-d']],
    ['c', 'out', ['a', 'b', 'c', 'd']],
    ['c', 'in', ['a', 'b', '-c', 'd']],
    ['d', 'out', ['a', 'b', '-c', 'd']],
  ])('%s goes one step %s', (name, step, wanted) => {
    const device = some();
    device.step(name, step);
    expect(device.outline).toEqual(wanted);
  });

  it.each<readonly [string, 'before' | 'into' | 'after', string, readonly string[]]>([
    ['a', 'into', 'c', ['b', '-c', '--a', 'd']],
    ['a', 'after', 'd', ['b', '-c', 'd', 'a']],
    ['d', 'before', 'c', ['a', 'b', '-d', '-c']],
    ['a', 'after', 'b', ['b', '-c', 'a', 'd']],
    ['b', 'into', 'b', ['a', 'b', '-c', 'd']],
    ['b', 'into', 'c', ['a', 'b', '-c', 'd']],
    ['b', 'after', 'c', ['a', 'b', '-c', 'd']],
  ])('%s dropped %s %s', (dragged, side, target, wanted) => {
    const device = some();
    device.move(dragged, dropSpot(device.folders, device.named(dragged).id, device.named(target), side));
    expect(device.outline).toEqual(wanted);
  });

  it('does not move a folder into itself, whoever asks', () => {
    const device = some();
    device.move('b', { parent: device.named('c').id, at: 0 });
    expect(device.outline).toEqual(['a', 'b', '-c', 'd']);
  });

  it('names, renames and cleans names', () => {
    const device = new Device(1);
    const id = device.make('  a\nb ');
    expect(device.outline).toEqual(['a b']);
    changeNotes(device.content, renameFolder(id, ''));
    expect(device.outline).toEqual(['Unnamed']);
    expect([...cleanFolderName('😀'.repeat(99))]).toHaveLength(60);
  });

  it('a deleted folder comes back to its spot with what was below it, and its notes are in it again', () => {
    const device = some();
    const b = device.named('b');
    const spot = spotOf(device.folders, b);
    changeNotes(device.content, createNote('n', 1, device.named('c').id));
    changeNotes(device.content, deleteFolder(b.id));
    expect(device.outline).toEqual(['a', 'd']);
    expect(device.notes.map(({ folder }) => folderPath(device.folders, folder))).toEqual([[]]);
    changeNotes(device.content, moveFolder(b.id, spot));
    expect(device.outline).toEqual(['a', 'b', '-c', 'd']);
    expect(device.notes.map(({ folder }) => folderPath(device.folders, folder))).toEqual([['b', 'c']]);
  });

  it('counts the notes of a folder with those below it', () => {
    const device = some();
    const [b, c] = [device.named('b').id, device.named('c').id];
    for (const [id, folder] of Object.entries({ m: b, n: c, o: c, p: 'gone' }))
      changeNotes(device.content, createNote(id, 1, folder));
    changeNotes(device.content, moveNote('o', undefined));
    const counts = countByFolder(device.folders, device.notes);
    expect([counts.get(b), counts.get(c), counts.get(device.named('a').id)]).toEqual([2, 1, 0]);
    expect([...folderAndBelow(device.folders, b)]).toEqual([b, c]);
  });

  it('puts away what is below a folded one', () => {
    const device = some();
    device.make('e', device.named('c').id);
    const shown = unfolded(device.folders, new Set([device.named('b').id]));
    expect(shown.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
  });

  it('a place whose folder is gone is all notes', () => {
    const { folders } = some();
    const folder = folders[1]?.id ?? '';
    expect(placeIn(folders, { at: 'folder', folder })).toEqual({ at: 'folder', folder });
    expect(placeIn([], { at: 'folder', folder })).toEqual({ at: 'all' });
    expect([{ at: 'trash' }, { at: 'folder' }, { at: 'x' }, null, 'all'].map(isPlace)).toEqual([
      ...[true, false, false, false, false],
    ]);
  });
});

describe('two devices at the same time', () => {
  it('each moves one into the other: no cycle, and both see the same', () => {
    const [ann, ben] = [some(), new Device(2)];
    ben.content.apply(ann.content.save());
    ann.move('a', { parent: ann.named('b').id, at: 0 });
    ben.move('b', { parent: ben.named('a').id, at: 0 });
    ann.content.apply(ben.content.save());
    ben.content.apply(ann.content.save());
    expect(ann.outline).toEqual(ben.outline);
    expect(ann.folders).toHaveLength(4);
  });

  it('any steps, by any device, leave every folder once, after its parent', () => {
    const step = fc.record({
      who: fc.nat(2),
      folder: fc.nat(5),
      step: fc.constantFrom<FolderStep>('up', 'down', 'in', 'out'),
      meet: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const devices = [1, 2, 3].map((id) => new Device(id));
        const [first] = devices as [Device];
        for (const name of 'abcdef') first.make(name);
        const meet = (): void => {
          for (const a of devices) for (const b of devices) if (a !== b) a.content.apply(b.content.save());
        };
        meet();
        for (const { who, folder, step, meet: meets } of steps) {
          devices[who]?.step('abcdef'.charAt(folder), step);
          if (meets) meet();
        }
        meet();
        for (const device of devices) {
          expect(device.outline).toEqual(first.outline);
          expect(device.folders.map(({ name }) => name).sort()).toEqual([...'abcdef']);
          const seen = new Set<string>();
          for (const { id, parent } of device.folders) {
            expect(parent === undefined || seen.has(parent)).toBe(true);
            seen.add(id);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
