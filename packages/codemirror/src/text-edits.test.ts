import { NativeDocument } from '@causeway/core/doc';
import { parseReplicaId } from '@causeway/core/id';
import { Seeded, seedsOfRuns } from '@causeway/core/testing';
import { ChangeSet, Text as Lines } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { changesOf, differenceOf, dividedAt, editsOf, mendingOf, type Units } from './text-edits.ts';

const linesOf = (text: string): Lines => Lines.of(text.split('\n'));
const apply = (changes: ChangeSet, text: string): string => changes.apply(linesOf(text)).toString();
const unitsOf = (text: string): Units => text;

/** What a native text makes of these edits. */
function edited(text: string, changes: ChangeSet): string {
  const native = new NativeDocument({ replica: parseReplicaId(1), now: () => 0 }).text('t');
  native.insert(0, text);
  for (const { index, removed, inserted } of editsOf(changes, native)) {
    native.delete(index, removed);
    native.insert(index, inserted);
  }
  return native.toString();
}

const PIECES = ['a', 'bc', '\n', '\r', 'é', '😀', '👩‍👧', '\n\n', ''];

function randomText(random: Seeded): string {
  return Array.from({ length: random.int(12) }, () => random.pick(PIECES)).join('');
}

function randomChanges(random: Seeded, text: string, pieces: readonly string[]): ChangeSet {
  const specs = Array.from({ length: random.between(1, 4) }, () => {
    const from = random.int(text.length + 1);
    const to = random.chance(0.5) ? from : random.between(from, text.length);
    return ChangeSet.of({ from, to, insert: linesOf(random.pick(pieces)) }, text.length);
  });
  return specs.reduce((all, next) => all.compose(next.map(all)));
}

describe('edits of change sets', () => {
  test('a replacement, an insertion and a deletion at once, from the end to the start', () => {
    const changes = ChangeSet.of(
      [
        { from: 0, to: 2, insert: linesOf('x') },
        { from: 3, insert: linesOf('y\nz') },
        { from: 4, to: 5 },
      ],
      5,
    );
    expect(editsOf(changes, 'abcde')).toEqual([
      { index: 4, removed: 1, inserted: '' },
      { index: 3, removed: 0, inserted: 'y\nz' },
      { index: 0, removed: 2, inserted: 'x' },
    ]);
  });

  test('half of a pair that is replaced by a like half becomes an edit of whole pairs', () => {
    const changes = ChangeSet.of({ from: 1, to: 2, insert: Lines.of(['\ude01']) }, 2);
    expect(editsOf(changes, '😀')).toEqual([{ index: 0, removed: 2, inserted: '😁' }]);
  });

  test('a native text becomes what the editor shows, once that is mended', () => {
    for (const seed of seedsOfRuns({}, 600)) {
      const random = new Seeded(seed);
      const text = randomText(random);
      const changes = randomChanges(random, text, [...PIECES, '\ud83d', '\ude00', 'x\r\ny']);
      const mending = mendingOf(changes, unitsOf(text));
      const whole = mending === undefined ? changes : changes.compose(mending);
      expect(mendingOf(whole, unitsOf(text)), `seed ${seed}`).toBeUndefined();
      const wanted = apply(whole, text);
      expect(wanted.match(/\p{Surrogate}/gu), `seed ${seed}`).toBeNull();
      expect(edited(text, whole), `seed ${seed}`).toBe(wanted);
    }
  });
});

describe('mending', () => {
  test.each([
    ['a half that is deleted takes the other with it', { from: 1, to: 2 }, 'ab'],
    ['a range that ends within a pair takes the pair', { from: 0, to: 2, insert: 'x' }, 'xb'],
    ['what is inserted within a pair comes before it', { from: 2, insert: 'x' }, 'ax😀b'],
    ['half a pair that comes in is no character', { from: 0, insert: '\ud83d' }, '\ufffda😀b'],
    ['line breaks of other systems become ours', { from: 0, insert: 'x\r\ny\rz' }, 'x\ny\nza😀b'],
    ['whole pairs are left alone', { from: 1, to: 3, insert: '😁' }, 'a😁b'],
  ])('%s', (_, { insert = '', ...range }: { from: number; to?: number; insert?: string }, wanted) => {
    const changes = ChangeSet.of({ ...range, insert: Lines.of([insert]) }, 4);
    const mending = mendingOf(changes, 'a😀b');
    expect(apply(mending === undefined ? changes : changes.compose(mending), 'a😀b')).toBe(wanted);
  });
});

describe('change sets of edits', () => {
  test('each edit starts from what those before it have made', () => {
    const changes = changesOf(
      [
        { index: 0, removed: 0, inserted: 'ab\nc' },
        { index: 1, removed: 2, inserted: '' },
        { index: 2, removed: 0, inserted: '!' },
      ],
      3,
    );
    expect(apply(changes, 'xyz')).toBe('ac!xyz');
    expect(changesOf([], 3).empty).toBe(true);
  });

  test('any edits in a row make what a native text makes of them', () => {
    for (const seed of seedsOfRuns({}, 300)) {
      const random = new Seeded(seed);
      const start = randomText(random);
      const source = new NativeDocument({ replica: parseReplicaId(1), now: () => 0 });
      const text = source.text('t');
      text.insert(0, start);
      const before = text.toString();
      const edits: { index: number; removed: number; inserted: string }[] = [];
      source.onChange(({ containers }) => {
        for (const change of containers.values()) if (change.type === 'text') edits.push(...change.edits);
      });
      source.transact(() => {
        for (let i = random.int(9); i >= 0; i--) {
          const index = random.int(text.length + 1);
          if (random.chance(0.5)) text.insert(index, random.pick(PIECES));
          else text.delete(index, random.int(text.length - index + 1));
        }
      });
      expect(apply(changesOf(edits, before.length), before), `seed ${seed}`).toBe(text.toString());
    }
  });

  test('a catch-up of a hundred thousand edits is one change set', () => {
    const edits = Array.from({ length: 100_000 }, (_, index) => ({
      index: index * 3,
      removed: 1,
      inserted: 'xy',
    }));
    const changes = changesOf(edits, 300_000);
    expect([changes.newLength, changes.mapPos(299_999, 1)]).toEqual([400_000, 399_999]);
  });
});

describe('differences and parts', () => {
  test('the difference is one piece between what is the same at both ends', () => {
    expect(differenceOf('abcabc', 'abcabcabc').newLength).toBe(9);
    expect(differenceOf('same', 'same').empty).toBe(true);
    for (const seed of seedsOfRuns({}, 200)) {
      const random = new Seeded(seed);
      const [shown, wanted] = [randomText(random), randomText(random)];
      expect(apply(differenceOf(shown, wanted), shown), `seed ${seed}`).toBe(wanted);
    }
  });

  test('what is far and then what is near make all', () => {
    for (const seed of seedsOfRuns({}, 300)) {
      const random = new Seeded(seed);
      const text = randomText(random);
      const changes = randomChanges(random, text, PIECES);
      const start = random.int(text.length + 1);
      const end = random.between(start, text.length);
      const { near, far } = dividedAt(changes, start, end);
      expect(apply(near.map(far), apply(far, text)), `seed ${seed}`).toBe(apply(changes, text));
      far.iterChangedRanges((from, to) => expect(to < start || from > end, `seed ${seed}`).toBe(true));
    }
  });
});
