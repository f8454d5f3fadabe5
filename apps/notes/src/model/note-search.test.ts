import { describe, expect, it } from 'vitest';
import { Doc, XmlElement, XmlText } from 'yjs';
import { bodyFragment } from './body.ts';
import { plainTextOf } from './body-text.ts';
import type { Note } from './note-list.ts';
import { NoteSearch } from './note-search.ts';

function note(id: string, title: string, tags: readonly string[] = []): Note {
  return {
    id,
    titles: [{ text: title, given: 0 }],
    tags,
    pinned: false,
    votes: 0,
    folder: undefined,
    created: 0,
  };
}

function found(search: NoteSearch, query: string): readonly string[] {
  return [...search.find(query).keys()];
}

function some(): NoteSearch {
  const search = new NoteSearch();
  search.setNotes([
    note('a', 'Crème brûlée', ['kitchen']),
    note('b', 'Ferry times', ['travel']),
    note('c', 'Plan'),
  ]);
  search.setText('b', 'Low water at noon.\nBring the lantern and warm socks, and be on the sand by one.');
  return search;
}

describe('searching', () => {
  it.each([
    ['creme', ['a']],
    ['BRÛL', ['a']],
    ['kitchen', ['a']],
    ['lantern', ['b']],
    ['lamtern', ['b']],
    ['ferry socks', ['b']],
    ['ferry creme', []],
    ['xyz', []],
  ])('%s', (query, ids) => {
    expect(found(some(), query)).toEqual(ids);
  });

  it('puts a title before a text', () => {
    const search = some();
    search.setText('c', 'The ferry is late.');
    expect(found(search, 'ferry')).toEqual(['b', 'c']);
  });

  it('shows where in a text it was found, and nothing where the title says it', () => {
    const search = some();
    expect(search.find('socks').get('b')?.excerpt).toBe(
      '… noon. Bring the lantern and warm socks, and be on the sand by one.',
    );
    expect(search.find('ferry').get('b')?.excerpt).toBeUndefined();
  });

  it('follows changes, and forgets what is gone', () => {
    const search = some();
    search.setNotes([note('b', 'Boats'), note('c', 'Plan')]);
    expect([found(search, 'ferry'), found(search, 'creme'), found(search, 'boats')]).toEqual([[], [], ['b']]);
    search.setText('b', 'Nothing of that.');
    expect(found(search, 'lantern')).toEqual([]);
    search.setNotes([note('a', 'Back'), note('b', 'Boats')]);
    expect([found(search, 'back'), found(search, 'plan')]).toEqual([['a'], []]);
  });

  it('a text that comes before its note is found with it', () => {
    const search = new NoteSearch();
    search.setText('n', 'early');
    expect(found(search, 'early')).toEqual([]);
    search.setNotes([note('n', 'Late')]);
    expect(found(search, 'early')).toEqual(['n']);
  });
});

it('a text is read by its blocks, marks and all', () => {
  const fragment = bodyFragment(new Doc());
  const [paragraph, list, item, inner] = ['paragraph', 'bulletList', 'listItem', 'paragraph'].map(
    (name) => new XmlElement(name),
  );
  if (!paragraph || !list || !item || !inner) throw new Error('four elements');
  fragment.insert(0, [paragraph, list]);
  paragraph.insert(0, [new XmlText('Two bags')]);
  list.insert(0, [item]);
  item.insert(0, [inner]);
  const text = new XmlText();
  inner.insert(0, [text]);
  text.insert(0, 'warm', { bold: {} });
  text.insert(4, ' socks', {});
  expect(plainTextOf(fragment)).toBe('Two bags\nwarm socks');
});
