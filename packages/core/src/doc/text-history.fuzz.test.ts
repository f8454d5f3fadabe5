/** Positions, past versions, differences and authors of a text, against plain bookkeeping over every version there was. */
import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { type Dot, equalDots, parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import type { TextEdit } from './change.ts';
import { NativeDocument } from './native-document.ts';
import type { Position } from './position.ts';

interface Kept {
  readonly version: readonly Dot[];
  readonly text: string;
}

function open(replica: number): NativeDocument {
  return new NativeDocument({ replica: parseReplicaId(replica), now: () => 1_700_000_000_000 });
}

function editRandomly(random: Seeded, document: NativeDocument): void {
  const text = document.text('t');
  const index = random.int(text.length + 1);
  if (text.length === 0 || random.chance(0.6)) text.insert(index, random.pick(['a', 'bc', 'def']));
  else text.delete(Math.min(index, text.length - 1), 1);
}

function patched(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(
    (now, { index, removed, inserted }) => now.slice(0, index) + inserted + now.slice(index + removed),
    text,
  );
}

/** Two documents that hear each other now and then; what each was like at each of its versions. */
function playTwo(random: Seeded): {
  readonly documents: readonly NativeDocument[];
  readonly kept: readonly Kept[];
} {
  const documents = [open(1), open(2)];
  const kept: Kept[] = [];
  for (let step = random.between(5, 50); step > 0; step--) {
    const [document, other] = random.shuffle(documents) as [NativeDocument, NativeDocument];
    if (random.chance(0.7)) editRandomly(random, document);
    else document.apply(other.updateSince(document.version));
    kept.push({ version: document.frontier, text: document.text('t').toString() });
  }
  const [a, b] = documents as [NativeDocument, NativeDocument];
  a.apply(b.save());
  b.apply(a.save());
  return { documents, kept };
}

describe('the history of a text', () => {
  test('reads at every version there was, and tells what lies between two', () => {
    for (const seed of seedsOfRuns({}, 80)) {
      const random = new Seeded(seed);
      const { documents, kept } = playTwo(random);
      for (const document of documents) {
        const text = document.text('t');
        for (const { version, text: then } of random.shuffle(kept)) {
          expect(text.textAt(version), `seed ${seed}`).toBe(then);
          const other = random.pick(kept);
          expect(patched(then, text.changesBetween(version, other.version)), `seed ${seed}`).toBe(other.text);
          if (random.chance(0.2)) editRandomly(random, document);
        }
        expect(text.textAt(document.frontier), `seed ${seed}`).toBe(text.toString());
        expect(patched('', text.changesBetween([], document.frontier)), `seed ${seed}`).toBe(text.toString());
      }
    }
  });

  test('knows who wrote what', () => {
    for (const seed of seedsOfRuns({}, 40)) {
      const [document] = playTwo(new Seeded(seed)).documents as [NativeDocument];
      const text = document.text('t');
      const authors = text.authors();
      let end = 0;
      for (const { index, count, first, wallMs } of authors) {
        expect(index, `seed ${seed}`).toBe(end);
        end += count;
        expect(wallMs).toBe(1_700_000_000_000);
        for (let i = 0; i < count; i++) {
          const element = text.positionAt(index + i, 'right').element as Dot;
          expect(equalDots(element, { replica: first.replica, seq: first.seq + i }), `seed ${seed}`).toBe(
            true,
          );
        }
      }
      expect(end, `seed ${seed}`).toBe(text.length);
    }
  });

  test('refuses a version that is not known', () => {
    const document = open(1);
    expect(() => document.text('t').textAt([{ replica: parseReplicaId(5), seq: 1 }])).toThrow(CausewayError);
  });
});

describe('positions', () => {
  test('move as their neighbours do, at both replicas', () => {
    for (const seed of seedsOfRuns({}, 80)) {
      const random = new Seeded(seed);
      const [here, there] = playTwo(random).documents as [NativeDocument, NativeDocument];
      const text = here.text('t');
      // A list of marks in the text says where each position should be: between the units that it was between.
      const marks: { readonly position: Position; index: number }[] = [];
      for (let i = 0; i < 6; i++) {
        const index = random.int(text.length + 1);
        marks.push({ position: text.positionAt(index, random.pick(['left', 'right'])), index });
      }
      here.onChange(({ containers }) => {
        for (const change of containers.values())
          for (const { index, removed, inserted } of change.type === 'text' ? change.edits : [])
            for (const mark of marks) {
              const from = mark.index;
              if (removed > 0 && from > index) mark.index = Math.max(index, from - removed);
              const clings = mark.position.side === 'right' ? from >= index : from > index;
              if (inserted !== '' && clings) mark.index = from + inserted.length;
            }
      });
      for (let step = 0; step < 15; step++) {
        editAwayFrom(
          random,
          here,
          marks.map(({ index }) => index),
        );
        for (const { position, index } of marks) {
          expect(text.indexOf(position), `seed ${seed}`).toBe(index);
        }
      }
      there.apply(here.save());
      for (const { position, index } of marks)
        expect(there.text('t').indexOf(position), `seed ${seed}`).toBe(index);
    }
  });

  test('stay where they were when their unit is deleted', () => {
    const document = open(1);
    const text = document.text('t');
    text.insert(0, 'abcdef');
    const [left, right] = [text.positionAt(3, 'left'), text.positionAt(3, 'right')];
    text.delete(1, 4);
    expect([text.indexOf(left), text.indexOf(right)]).toEqual([1, 1]);
    text.insert(1, 'xy');
    text.insert(0, '>');
    expect(text.toString()).toBe('>axyf');
    expect(text.indexOf({ side: 'left', element: undefined })).toBe(0);
    expect(text.indexOf({ side: 'right', element: undefined })).toBe(5);
    expect(text.indexOf({ side: 'left', element: { replica: parseReplicaId(9), seq: 1 } })).toBe(undefined);
  });
});

/** Where a position's unit is deleted, what comes in there later may come before or after it; that is not tried here. */
function editAwayFrom(random: Seeded, document: NativeDocument, marks: readonly number[]): void {
  const text = document.text('t');
  const index = random.int(text.length + 1);
  if (random.chance(0.6) || index === text.length) text.insert(index, random.pick(['a', 'bc', 'def']));
  else if (!marks.includes(index) && !marks.includes(index + 1)) text.delete(index, 1);
}
