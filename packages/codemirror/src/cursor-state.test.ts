import { dot, parseReplicaId } from '@causeway/core/id';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor-state.ts';

const person = { name: 'Ann', colour: '#aa0033' };
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test('what an editor says of its user comes back as it was said', () => {
  const element = dot(parseReplicaId(2 ** 53 - 1), 7);
  for (const selection of [
    undefined,
    { anchor: { side: 'left', element }, head: { side: 'right', element: undefined } } as const,
  ])
    expect(decodeCursor(encodeCursor({ person, selection }))).toEqual({ person, selection });
});

test('what is no such state is left out', () => {
  for (const said of [
    Uint8Array.of(0xff, 0x00),
    bytes(null),
    bytes('Ann'),
    bytes({ name: 'Ann' }),
    bytes({ name: 7, colour: '#aa0033' }),
    bytes({ ...person, colour: 'red; background: url(//example.org)' }),
    bytes({ ...person, anchor: '<1.0', head: '<1.1' }),
    bytes({ ...person, anchor: '<x', head: '>' }),
  ])
    expect(decodeCursor(said)).toBeUndefined();
});

test('a name that would cover the text is cut off', () => {
  expect(decodeCursor(bytes({ ...person, name: 'x'.repeat(1000) }))?.person.name).toHaveLength(60);
});
