import { describe, expect, it } from 'vitest';
import {
  cleanTag,
  cleanTitle,
  findNotes,
  MAX_TAG_LENGTH,
  MAX_TITLE_LENGTH,
  type Note,
  type NoteQuery,
  tagsInUse,
  titleOf,
} from './note-list.ts';

const titles = (...texts: readonly string[]): Note['titles'] => texts.map((text) => ({ text, given: 0 }));
const note = (id: string, about: Partial<Note> = {}): Note => ({
  id,
  titles: titles(id),
  tags: [],
  pinned: false,
  votes: 0,
  folder: undefined,
  created: 0,
  ...about,
});
const all: NoteQuery = { matches: undefined, tags: [], order: 'newest' };
const ids = (notes: readonly Note[]): string => notes.map(({ id }) => id).join(' ');

describe('finding notes', () => {
  it('the newest first, and pinned ones before all others', () => {
    const notes = [
      note('old', { created: 1 }),
      note('pinned', { pinned: true }),
      note('new', { created: 2 }),
    ];
    expect(ids(findNotes(notes, all))).toBe('pinned new old');
  });

  it('by votes or by title, ties by age', () => {
    const notes = [note('b', { votes: 1, created: 1 }), note('a'), note('c', { votes: 1, created: 2 })];
    expect(ids(findNotes(notes, { ...all, order: 'votes' }))).toBe('c b a');
    expect(ids(findNotes(notes, { ...all, order: 'title' }))).toBe('a b c');
  });

  it('is the same whatever order the notes come in', () => {
    const notes = [note('a'), note('b'), note('c')];
    expect(findNotes([...notes].reverse(), all)).toEqual(findNotes(notes, all));
  });

  it('what a search has found, the best first, pinned or not', () => {
    const notes = [note('1', { pinned: true }), note('2'), note('3')];
    const matches = new Map([
      ['1', { score: 1 }],
      ['3', { score: 2 }],
    ]);
    expect(ids(findNotes(notes, { ...all, matches }))).toBe('3 1');
  });

  it('only with all of the tags', () => {
    const notes = [note('1', { tags: ['a', 'b'] }), note('2', { tags: ['a'] })];
    expect(ids(findNotes(notes, { ...all, tags: ['a', 'b'] }))).toBe('1');
  });
});

describe('titles and tags', () => {
  it('the most used tag comes first', () => {
    expect(tagsInUse([note('1', { tags: ['b', 'c'] }), note('2', { tags: ['a', 'c'] })])).toEqual([
      'c',
      'a',
      'b',
    ]);
  });

  it('a note without a title has a stand-in', () => {
    expect(titleOf(note('1', { titles: [] }))).toBe('Untitled');
    expect(titleOf(note('1', { titles: titles('  ', 'x') }))).toBe('x');
  });

  it('a title is one line and not endless', () => {
    expect(cleanTitle('a\nb\tc ')).toBe('a b c ');
    expect(cleanTitle('x'.repeat(1000))).toHaveLength(MAX_TITLE_LENGTH);
  });

  it.each([
    ['#Work', 'work'],
    ['  to  read, later ', 'to-read-later'],
    ['#', ''],
    ['x'.repeat(99), 'x'.repeat(MAX_TAG_LENGTH)],
  ])('%j is kept as the tag %j', (text, tag) => {
    expect(cleanTag(text)).toBe(tag);
    expect(cleanTag(tag)).toBe(tag);
  });
});
