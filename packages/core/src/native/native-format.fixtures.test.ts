/**
 * Bytes that stores and peers hold: what they mean does not change within a version of the format, and what is written for it
 * stays the same. docs/formats.md explains them.
 */
import { expect, test } from 'vitest';
import { vectorOf } from '../causality/index.ts';
import {
  counter,
  createDocument,
  list,
  map,
  register,
  schema,
  set,
  shallowSnapshot,
  text,
  tree,
} from '../doc/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { nativeFormat, versionOfVector } from './native-format.ts';

const Everything = schema({
  title: register<string>(),
  body: text(),
  votes: counter(),
  tags: set<string>(),
  flags: map<number>(),
  folders: tree({ name: register<string>() }),
  steps: list<number>(),
});

const now = (): number => 1000;

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
}

/** Each edit's update. */
function updatesOf(
  replica: number,
  ...edits: readonly ((document: ReturnType<typeof open>) => void)[]
): readonly string[] {
  const document = open(replica);
  const updates: string[] = [];
  document.onUpdate((update) => updates.push(hexOf(update)));
  for (const edit of edits) edit(document);
  return updates;
}

function open(replica: number) {
  return createDocument(Everything, { replica: parseReplicaId(replica), now });
}

const TYPED = [
  '11 05 03 d0 0f 00 04 62 6f 64 79 00 68 69',
  '11 05 06 04 62 6f 64 79 02 21',
  '31 05 08 04 62 6f 64 79 00 02',
];

test('typing and deleting', () => {
  const found = updatesOf(
    5,
    ({ body }) => body.insert(0, 'hi'),
    ({ body }) => body.insert(2, '!'),
    ({ body }) => body.delete(0, 2),
  );
  expect(found).toEqual(TYPED);
  const document = open(6);
  for (const update of TYPED) document.apply(bytesOf(update));
  expect(document.body.toString()).toBe('!');
});

test('a random replica id takes seven bytes', () => {
  expect(updatesOf(2 ** 52 + 3, ({ body }) => body.insert(0, 'x'))).toEqual([
    '51 03 00 00 00 00 00 10 03 d0 0f 00 04 62 6f 64 79 00 78',
  ]);
});

const MERGED =
  '01 01 05 01 00 00 05 03 02 01 01 01 02 01 01 00 d0 0f 00 01 00 04 62 6f 64 79 01 00 02 02 0c 09 00 05 00 68 69 21';

test('many events in columns', () => {
  expect(hexOf(nativeFormat.merge(TYPED.map(bytesOf)))).toEqual(MERGED);
  expect(nativeFormat.versionOf(bytesOf(MERGED))).toEqual(
    versionOfVector(vectorOf([[parseReplicaId(5), 5]])),
  );
  const document = open(6);
  document.apply(bytesOf(MERGED));
  expect(document.body.toString()).toBe('!');
});

const OF_EVERY_TYPE = [
  '01 01 05 01 00 00 06 01 06 01 01 00 d0 0f 00 06 02 00 03 05 76 6f 74 65 73 04',
  '04 74 61 67 73 02 05 66 6c 61 67 73 05 07 66 6f 6c 64 65 72 73 22 04 00 05 06',
  '00 01 01 01 02 01 03 01 04 01 05 01 06 27 23 23 27 23 27 03 05 74 69 74 6c 65',
  '01 66 04 6e 61 6d 65 00 06 01 54 03 06 06 01 74 01 03 02 06 01 55 02 06 01 6e',
].join(' ');

test('an operation of every type, in one event', () => {
  const [found] = updatesOf(5, (document) =>
    document.transact(() => {
      document.title.set('T');
      document.votes.add(3);
      document.tags.add('t');
      document.flags.set('f', 1);
      document.folders.create().data.name.set('n');
    }),
  );
  expect(found).toBe(OF_EVERY_TYPE);
  const document = open(6);
  document.apply(bytesOf(OF_EVERY_TYPE));
  expect(document.toJSON()).toEqual({
    ...{ title: 'T', body: '', votes: 3, tags: ['t'], flags: { f: 1 }, steps: [] },
    folders: [{ id: '5.5', parent: undefined, data: { name: 'n' } }],
  });
});

test('a snapshot: the update, and the text ready to read', () => {
  const document = open(6);
  document.apply(bytesOf(MERGED));
  const saved = document.native.snapshot();
  expect(hexOf(saved)).toBe(`21 26 ${MERGED} 01 05 05 00 01 00 04 62 6f 64 79 01 00 01 21`);
  expect(nativeFormat.versionOf(saved)).toEqual(nativeFormat.versionOf(bytesOf(MERGED)));
});

const LISTS = [
  '41 05 03 d0 0f 00 01 05 73 74 65 70 73 08 00 03 02 03 04',
  '01 01 05 01 00 04 03 01 03 01 01 00 d0 0f 01 01 01 05 73 74 65 70 73 01 00 02 02 2b 4b 04 00 00 01 03 06 00 01',
  '41 05 0c 01 05 73 74 65 70 73 05 01',
];

test('lists: insert, set and move, delete', () => {
  const found = updatesOf(
    5,
    ({ steps }) => steps.push(1, 2),
    (document) =>
      document.transact(() => {
        document.steps.set(0, 3);
        document.steps.move(0, 1);
      }),
    ({ steps }) => steps.delete(0),
  );
  expect(found).toEqual(LISTS);
  const document = open(6);
  for (const update of LISTS) document.apply(bytesOf(update));
  expect(document.steps.toJSON()).toEqual([3]);
});

const SHALLOW = [
  '81 8a 01 01 05 0d d0 0f 05 01 00 01 05 06 00 04 62 6f 64 79 01 05 73 74 65 70',
  '73 02 00 03 05 76 6f 74 65 73 05 07 66 6f 6c 64 65 72 73 22 04 00 0c 07 00 00',
  '00 00 00 00 00 04 06 00 09 08 00 00 01 02 02 01 01 01 01 d0 0f 00 00 01 00 02',
  '00 01 00 03 00 04 00 05 00 04 01 21 01 08 03 02 03 04 01 05 01 cb 01 00 07 02',
  '27 05 74 69 74 6c 65 06 01 54 03 23 03 06 04 e3 02 08 03 06 01 55 03 d0 0f 03',
  '08 05 27 04 6e 61 6d 65 06 01 6e 11 05 1c 04 62 6f 64 79 01 3f',
].join(' ');

test('without the first history: what there is, and what came after it', () => {
  const document = open(5);
  for (const update of TYPED) document.apply(bytesOf(update));
  document.title.set('T');
  document.steps.push(1, 2);
  document.steps.move(0, 1);
  document.votes.add(3);
  document.folders.create().data.name.set('n');
  const cut = document.native.frontier;
  document.body.insert(1, '?');
  const shallow = shallowSnapshot(document.native, cut);
  expect(hexOf(shallow)).toBe(SHALLOW);
  const opened = open(6);
  opened.apply(shallow);
  expect(opened.toJSON()).toEqual(document.toJSON());
});
