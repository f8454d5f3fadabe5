import { describe, expect, expectTypeOf, test } from 'vitest';
import { CausewayError, InvariantError } from '../error.ts';
import { parseReplicaId } from '../id/index.ts';
import { createDocument } from './document.ts';
import { list, map, register, schema, set } from './schema.ts';
import type { StandardResult, StandardSchema } from './standard-schema.ts';

/** A validator as libraries make them. */
function validator<T>(
  validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>,
): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

const trimmed = validator<string>((value) =>
  typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'no string' }] },
);
const rating = validator<number>((value) =>
  typeof value === 'number' && value >= 1 && value <= 5
    ? { value }
    : { issues: [{ message: 'not from 1 to 5', path: ['rating', { key: 0 }] }] },
);

const Book = schema({
  title: register(trimmed),
  ratings: list(rating),
  byReader: map(rating),
  shelves: set(trimmed),
  later: register(validator<number>(async () => ({ value: 1 }))),
});

const open = () => createDocument(Book, { replica: parseReplicaId(1), now: () => 1_700_000_000_000 });

describe('a field with a validator', () => {
  test('takes the type of what that gives, and writes it', () => {
    const book = open();
    expectTypeOf(book.title.value).toEqualTypeOf<string | undefined>();
    expectTypeOf(book.ratings.get(0)).toEqualTypeOf<number | undefined>();
    book.title.set('  On walking ');
    book.shelves.add(' old ');
    book.ratings.push(1, 5);
    book.ratings.set(0, 2);
    book.byReader.set('ann', 3);
    expect(book.toJSON()).toEqual({
      title: 'On walking',
      ratings: [2, 5],
      byReader: { ann: 3 },
      shelves: ['old'],
      later: undefined,
    });
  });

  test('refuses what that refuses before anything changes', () => {
    const book = open();
    book.ratings.push(3);
    const before = book.save();
    for (const edit of [
      () => book.ratings.push(4, 6),
      () => book.ratings.insert(0, 0),
      () => book.ratings.set(0, 9),
      () => book.byReader.set('ann', 0),
      // @ts-expect-error a title is a string
      () => book.title.set(7),
      // @ts-expect-error a shelf is a string
      () => book.shelves.add(7),
    ])
      expect(edit).toThrow(CausewayError);
    expect(book.save()).toEqual(before);
    try {
      book.ratings.set(0, 9);
    } catch (error) {
      expect(CausewayError.is(error, 'schema/invalid') && error.data).toEqual({
        vendor: 'test',
        issues: ['rating.0: not from 1 to 5'],
      });
    }
    expect(() => book.later.set(1)).toThrow(InvariantError);
    expect(book.later.value).toBe(undefined);
  });
});
