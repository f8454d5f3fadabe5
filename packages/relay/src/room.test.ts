// A room on a log whose disk the test holds back: what leaves the room when, and what it answers.
import { CausewayError } from '@causeway/core';
import { concatBytes } from '@causeway/core/bytes';
import type { UpdateFormat } from '@causeway/core/format';
import { parseDocumentName } from '@causeway/core/id';
import { type BatchId, decodeFrame, encodeShared, parseBatchId } from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { yjsFormat } from '@causeway/core/yjs';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Activity } from './activity.ts';
import { parseDocumentPattern } from './auth/document-pattern.ts';
import { ByteBudget } from './byte-budget.ts';
import { LOOP_FOLDING } from './folding/folding.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { SILENT } from './logger.ts';
import type { PresenceChanges } from './presence-changes.ts';
import { EntryAges, type RetentionRule } from './retention.ts';
import { Room, type RoomMember, type RoomParts } from './room.ts';
import type { DocumentLog } from './storage/document-log.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const NOTE = parseDocumentName('note');

test('P3: nothing leaves before it is durable; then the author is told, and the others', async () => {
  const { room, disk } = await openRoom({ held: true });
  const [author, reader] = [joined(room, 1), joined(room, 2)];
  room.append(author.member, batch(1), adding('a'));
  room.append(reader.member, batch(2), adding('b'));
  room.append(author.member, batch(3), adding('c'));
  await turns();
  expect([author.told, reader.told, room.head]).toEqual([[], [], 0]);
  await disk.release();
  expect(author.told).toEqual(['durable 1 at 1', 'committed 2: b', 'durable 3 at 3']);
  expect(reader.told).toEqual(['committed 1: a', 'durable 2 at 2', 'committed 3: c']);
  expect(room.head).toBe(3);
});

test('sessions without offsets are shown what is sound at once, but for their own, and not while the disk fails', async () => {
  const { room, disk, tick } = await openRoom({ held: true });
  const [author, reader] = [joined(room, 1), joined(room, 2)];
  room.append(author.member, batch(1), adding('a'));
  room.append(author.member, batch(2), Uint8Array.of(250));
  room.append(reader.member, batch(3), adding('b'));
  await turns();
  expect(reader.shown).toEqual([adding('a')]);
  expect(author.shown).toEqual([adding('b')]);
  expect([reader.told, room.shown]).toEqual([[], 2]);
  await disk.release();
  disk.full = true;
  room.append(author.member, batch(4), adding('c'));
  await turns();
  room.append(author.member, batch(5), adding('d'));
  disk.full = false;
  room.append(author.member, batch(6), adding('e'));
  await turns();
  expect(reader.shown).toEqual([adding('a'), adding('c')]);
  expect(reader.told).toHaveLength(2);
  tick();
  await turns();
  expect(reader.told.slice(2)).toEqual(['committed 3: c', 'committed 4: d', 'committed 5: e']);
});

test('a push that is repeated is answered with the offset it got, and stored once', async () => {
  const { room, log } = await openRoom();
  const { member, told } = joined(room, 1);
  room.append(member, batch(1), adding('a'));
  await turns();
  room.append(member, batch(1), adding('a'));
  expect(told).toEqual(['durable 1 at 1', 'durable 1 at 1']);
  expect((await log.find(NOTE))?.head).toBe(1);
});

test('a push that is repeated before it is durable is answered on both connections', async () => {
  const { room, log, disk } = await openRoom({ held: true });
  const [before, after] = [joined(room, 1), joined(room, 2)];
  room.append(before.member, batch(1), adding('a'));
  room.leave(before.member);
  room.append(after.member, batch(1), adding('a'));
  await disk.release();
  expect([before.told, after.told]).toEqual([['durable 1 at 1'], ['durable 1 at 1']]);
  expect((await log.find(NOTE))?.head).toBe(1);
});

test('repeated pushes are recognised by a room that was opened anew', async () => {
  const { room, log } = await openRoom();
  const { member } = joined(room, 1);
  for (let id = 1; id <= 5; id++) room.append(member, batch(id), adding(String(id)));
  await turns();
  const again = await openRoom({ log });
  const { member: later, told } = joined(again.room, 2);
  again.room.append(later, batch(2), adding('2'));
  expect(told).toEqual(['durable 2 at 2']);
});

test('remembers as many batches as its limit says', async () => {
  const { room } = await openRoom({ limits: { maxRememberedBatches: 3 } });
  const { member, told } = joined(room, 1);
  for (const id of [1, 2, 3, 4, 1]) {
    room.append(member, batch(id), adding(String(id)));
    await turns();
  }
  expect(told.at(-1)).toBe('durable 1 at 5');
});

test('a document that has all the bytes it may have takes no more, and answers what it has taken', async () => {
  const maxDocumentBytes = 2 * adding('a').length;
  const { room, log } = await openRoom({ limits: { maxDocumentBytes } });
  const { member, told } = joined(room, 1);
  for (const [id, element] of [...'abc'].entries()) {
    room.append(member, batch(id + 1), adding(element));
    await turns();
  }
  room.append(member, batch(2), adding('b'));
  expect(told).toEqual([
    'durable 1 at 1',
    'durable 2 at 2',
    expect.stringContaining(`rejected 3 quota the document would have`),
    'durable 2 at 2',
  ]);
  expect((await log.find(NOTE))?.head).toBe(2);
  // A smaller bound than before shuts nobody out from what there is.
  const smaller = await openRoom({ log, limits: { maxDocumentBytes: 1 } });
  expect(elementsIn(await smaller.room.read(0, 1000, undefined))).toEqual([2, 'a', 'b']);
});

test('an update that is none is refused, and the rest goes on', async () => {
  const { room, log } = await openRoom();
  const { member, told } = joined(room, 1);
  room.append(member, batch(1), Uint8Array.of(250));
  room.append(member, batch(2), adding('a'));
  await turns();
  expect(told).toEqual([expect.stringMatching(/^rejected 1 invalid decode\//), 'durable 2 at 1']);
  expect((await log.find(NOTE))?.head).toBe(1);
});

test('what the disk does not take waits, in order, and is tried later and later', async () => {
  const { room, disk, tick, waits } = await openRoom();
  const { member, told } = joined(room, 1);
  disk.full = true;
  for (const [index, element] of ['a', 'b', 'c'].entries())
    room.append(member, batch(index + 1), adding(element));
  for (let round = 0; round < 7; round++) {
    await turns();
    tick();
  }
  room.append(member, batch(2), adding('b')); // by the author's next connection, say
  await turns();
  expect([told, room.isIdle]).toEqual([[], false]);
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  disk.full = false;
  tick();
  await turns();
  expect(told).toEqual(['durable 1 at 1', 'durable 2 at 2', 'durable 3 at 3']);
});

test('what cannot wait fails the session it came from, and can be pushed again', async () => {
  const { room, disk } = await openRoom({ heldBytes: 0 });
  const { member, told } = joined(room, 1);
  disk.full = true;
  room.append(member, batch(1), adding('a'));
  await turns();
  expect(told).toEqual(['failed storage/full']);
  disk.full = false;
  room.append(member, batch(1), adding('a'));
  await turns();
  expect(told.at(-1)).toBe('durable 1 at 1');
});

test('a read gives what follows an offset, and leaves out what a version holds', async () => {
  const { room } = await openRoom({ limits: { maxCachedDocumentBytes: 0 } });
  await fill(room, ['a', 'b', 'c', 'd']);
  const since = STRING_SET.versionOf(STRING_SET.merge([adding('a'), adding('c')]));
  expect(elementsIn(await room.read(1, 1, undefined))).toEqual([2, 'b']);
  expect(elementsIn(await room.read(1, 1000, undefined))).toEqual([4, 'b', 'c', 'd']);
  expect(elementsIn(await room.read(0, 1000, since))).toEqual([4, 'b', 'd']);
  expect(STRING_SET.compare(await room.version(), STRING_SET.versionOf(whole(['a', 'b', 'c', 'd'])))).toBe(
    'equal',
  );
});

test('many who come at once share one merge, and later ones what was kept of it', async () => {
  const { room, disk } = await openRoom();
  await fill(room, ['a', 'b']);
  disk.reads = 0;
  const pieces = await Promise.all(Array.from({ length: 20 }, () => room.read(0, 1, undefined)));
  expect(new Set(pieces).size).toBe(1);
  expect(disk.reads).toBe(1);
  await room.read(0, 1, undefined);
  expect(disk.reads).toBe(1);
});

test('what was kept serves on while little has come since; the rest is read behind it', async () => {
  const { room, disk } = await openRoom();
  const long = 'b'.repeat(100);
  await fill(room, ['a', long]);
  await room.read(0, 1, undefined);
  await fill(room, ['c']);
  disk.reads = 0;
  expect(elementsIn(await room.read(0, 1, undefined))).toEqual([2, 'a', long]);
  expect(disk.reads).toBe(0);
  expect(elementsIn(await room.read(2, 1, undefined))).toEqual([3, 'c']);
  await fill(room, ['d'.repeat(100)]);
  expect(elementsIn(await room.read(0, 1, undefined))).toEqual([4, 'a', long, 'c', 'd'.repeat(100)]);
});

test('keeps merged documents within the budget that all rooms share, and gives it back', async () => {
  const cache = new ByteBudget(100);
  const { room } = await openRoom({ cache, limits: { minFoldBytes: 0 } });
  await fill(room, ['a'.repeat(60)]);
  await room.read(0, 1, undefined);
  expect(cache.take(60)).toBe(false);
  await fill(room, ['b'.repeat(60)]); // now too large to be kept
  await room.read(0, 1, undefined);
  expect(cache.take(60)).toBe(true);
  cache.give(60);
  room.close();
  expect(cache.take(100)).toBe(true);
});

test('gives back what it kept merged when nobody has come for a while', async () => {
  const cache = new ByteBudget(100);
  const { room } = await openRoom({ cache, limits: { cacheIdleMs: 3000 } });
  await fill(room, ['a'.repeat(60)]);
  await room.read(0, 1, undefined);
  room.tick(1000);
  room.tick(3999);
  expect(cache.take(60)).toBe(false);
  await room.read(0, 1, undefined);
  room.tick(4000);
  room.tick(6999);
  expect(cache.take(60)).toBe(false);
  room.tick(7000);
  expect(cache.take(100)).toBe(true);
});

test('R3: a tail that outweighs the snapshot is folded while the room goes on, and every reader gets the same', async () => {
  const { room, log } = await openRoom({ limits: { minFoldBytes: 500 } });
  const { member, told } = joined(room, 1);
  const elements = Array.from({ length: 200 }, (_, index) => `element ${String(index).padStart(3, '0')}`);
  for (const [index, element] of elements.entries()) {
    room.append(member, batch(index + 1), adding(element));
    if (index % 7 === 0) await turns();
  }
  await turns();
  const head = await log.find(NOTE);
  expect(told).toHaveLength(200);
  expect(head?.snapshot).toBeGreaterThan(100);
  expect(head?.tailBytes).toBeLessThan(head?.snapshotBytes ?? 0);
  for (const after of [0, 50, 199]) {
    const [upTo, ...rest] = elementsIn(await room.read(after, 1 << 20, undefined));
    expect(upTo).toBe(200);
    expect(rest).toEqual(expect.arrayContaining(elements.slice(after)));
  }
});

test('a Yjs document is collected when it is folded, and what is kept of its past is by choice', async () => {
  const folded: Record<string, string> = {};
  for (const keep of [undefined, { ms: 0 }, 'content', 'entries'] as const) {
    const retention: readonly RetentionRule[] =
      keep === undefined ? [] : [{ documents: parseDocumentPattern('no*'), keep }];
    const { room, log } = await openRoom({ format: yjsFormat, retention });
    const { member } = joined(room, 1);
    const updates = typedAndDeleted(500);
    for (const [index, update] of updates.entries()) room.append(member, batch(index + 1), update);
    await turns();
    await room.fold();
    const head = await log.find(NOTE);
    folded[JSON.stringify(keep) ?? 'nothing said'] =
      `${head?.snapshot} in ${(head?.snapshotBytes ?? 0) < 100 ? 'few' : 'many'} bytes`;
    const doc = new Y.Doc();
    Y.applyUpdate(doc, (await room.read(0, 1 << 20, undefined)).update);
    expect([doc.getText().toString(), room.head]).toEqual(['', 501]);
  }
  expect(folded).toEqual({
    'nothing said': '501 in few bytes',
    '{"ms":0}': '501 in few bytes',
    '"content"': '501 in many bytes',
    '"entries"': '0 in few bytes',
  });
});

test('entries that are younger than the window stay as they are', async () => {
  const { room, log } = await openRoom({
    limits: { minFoldBytes: 1 },
    retention: [{ documents: parseDocumentPattern('*'), keep: { ms: 16_000 } }],
  });
  const { member } = joined(room, 1);
  const fold = async (now: number): Promise<unknown> => {
    room.tick(now);
    await turns();
    return (await log.find(NOTE))?.snapshot;
  };
  room.append(member, batch(1), adding('a'));
  await turns();
  expect(await fold(0)).toBe(0);
  room.append(member, batch(2), adding('b'));
  await turns();
  expect(await fold(10_000)).toBe(0);
  room.append(member, batch(3), adding('c'));
  await turns();
  expect(await fold(15_999)).toBe(0);
  expect(await fold(16_000)).toBe(1);
  expect(await fold(26_000)).toBe(2);
  expect(elementsIn(await room.read(2, 1 << 20, undefined))).toEqual([3, 'c']);
});

test('a room that everybody has left folds what there is, when that gains something', async () => {
  const { room, log } = await openRoom({ limits: { minIdleFoldBytes: 100 } });
  await fill(room, ['a']);
  room.foldWhenIdle();
  expect(room.isIdle).toBe(true);
  await fill(
    room,
    Array.from({ length: 20 }, (_, index) => `element ${index}`),
  );
  room.foldWhenIdle();
  expect(room.isIdle).toBe(false);
  await turns();
  room.foldWhenIdle();
  expect(room.isIdle).toBe(true);
  expect((await log.find(NOTE))?.tailBytes).toBe(0);
});

test('presence is shown to the others and to those who come, and goes with its member', async () => {
  const { room, tick } = await openRoom();
  const [one, two] = [joined(room, 1), joined(room, 2)];
  room.publishPresence(one.member, Uint8Array.of(7));
  room.publishPresence(two.member, new Uint8Array()); // was never there: nothing to say
  expect([one.told, two.told]).toEqual([[], ['presence 1: 7']]);
  expect(showPresence(room.presence(), 2)).toEqual(['presence 1: 7']);
  expect(showPresence(room.presence(), 1)).toEqual([]);
  room.leave(one.member);
  tick();
  expect(two.told).toEqual(['presence 1: 7', 'presence 1: ']);
  expect(showPresence(room.presence(), 2)).toEqual([]);
});

test('presence that changes often is told once a tick, the latest of each, and nothing is told when nothing changed', async () => {
  const { room, tick, ticks } = await openRoom();
  const [one, two, three] = [joined(room, 1), joined(room, 2), joined(room, 3)];
  for (const state of [1, 2, 3]) {
    room.publishPresence(one.member, Uint8Array.of(state));
    room.publishPresence(two.member, Uint8Array.of(10 + state));
  }
  expect(three.told).toEqual(['presence 1: 1']);
  tick();
  expect(three.told).toEqual(['presence 1: 1', 'presence 2: 13', 'presence 1: 3']);
  expect(one.told).toEqual(['presence 2: 13']);
  tick();
  expect([three.told.length, ticks()]).toEqual([3, 0]);
});

test('P3: entries of one commit are told together, in the order of offsets', async () => {
  const { room, disk } = await openRoom({ held: true });
  const [author, reader] = [joined(room, 1), joined(room, 2)];
  for (const [index, element] of ['a', 'b', 'c'].entries())
    room.append(author.member, batch(index + 1), adding(element));
  await disk.release();
  expect(reader.commits).toEqual([[1, 2, 3]]);
  expect(author.told).toEqual(['durable 1 at 1', 'durable 2 at 2', 'durable 3 at 3']);
});

/** A log in memory behind a disk that can be held back or be full, and that counts reads. */
class SlowDisk {
  readonly log: DocumentLog;
  full = false;
  reads = 0;
  #held: boolean;
  readonly #waiting: (() => void)[] = [];

  constructor(inner: DocumentLog, held: boolean) {
    this.#held = held;
    this.log = {
      open: (name, kind) => inner.open(name, kind),
      find: (name) => inner.find(name),
      list: (options) => inner.list(options),
      delete: (name) => inner.delete(name),
      bury: (name) => inner.bury(name),
      probe: () => inner.probe(),
      close: () => inner.close(),
      writeSnapshot: (name, offset, update) => inner.writeSnapshot(name, offset, update),
      read: (name, after, maxBytes) => {
        this.reads += 1;
        return inner.read(name, after, maxBytes);
      },
      append: async (name, id, update) => {
        if (this.full) throw new CausewayError('storage/full', { what: 'disk' }, 'the disk is full');
        const offset = inner.append(name, id, update);
        if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        return offset;
      },
    };
  }

  async release(): Promise<void> {
    this.#held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
    await turns();
  }
}

interface RoomOptions {
  readonly held?: boolean;
  readonly log?: DocumentLog;
  readonly cache?: ByteBudget;
  readonly heldBytes?: number;
  readonly limits?: Partial<RelayLimits>;
  readonly format?: UpdateFormat;
  readonly retention?: readonly RetentionRule[];
}

async function openRoom(options: RoomOptions = {}): Promise<{
  room: Room;
  log: DocumentLog;
  disk: SlowDisk;
  tick: () => void;
  ticks: () => number;
  waits: readonly number[];
}> {
  const random = new Seeded(1);
  const log = options.log ?? new MemoryDocumentLog(() => random.u32());
  const disk = new SlowDisk(log, options.held ?? false);
  const timers: (() => void)[] = [];
  const waits: number[] = [];
  const parts: RoomParts = {
    activity: new Activity(),
    held: new ByteBudget(options.heldBytes ?? 1 << 20),
    folding: LOOP_FOLDING,
    retention: options.retention ?? [],
    ages: new EntryAges(),
    log: disk.log,
    limits: { ...DEFAULT_RELAY_LIMITS, ...options.limits },
    cache: options.cache ?? new ByteBudget(1 << 20),
    logger: SILENT,
    after: (ms, run) => {
      waits.push(ms);
      timers.push(run);
    },
    soon: (run) => void setImmediate(run),
  };
  const tick = (): void => {
    for (const run of timers.splice(0)) run();
  };
  return {
    room: await Room.open(NOTE, options.format ?? STRING_SET, parts),
    log,
    disk,
    tick,
    ticks: () => timers.length,
    waits,
  };
}

/** A member that writes down what it is told. */
function joined(
  room: Room,
  session: number,
): { member: RoomMember; told: string[]; commits: (readonly number[])[]; shown: Uint8Array[] } {
  const shown: Uint8Array[] = [];
  const told: string[] = [];
  const commits: (readonly number[])[] = [];
  const member: RoomMember = {
    session,
    fresh: (fresh) => {
      const updates = fresh.encodedFor(member, concatBytes);
      if (updates !== undefined) shown.push(updates);
    },
    committed: ({ entries }) => {
      commits.push(entries.map(({ offset }) => offset));
      for (const { offset, batch: id, update, authors } of entries) {
        const own = authors.includes(member);
        told.push(own ? `durable ${id} at ${offset}` : `committed ${offset}: ${elementsOf(update).join()}`);
      }
    },
    durable: (id, offset) => told.push(`durable ${id} at ${offset}`),
    rejected: (id, code, message) => told.push(`rejected ${id} ${code} ${message}`),
    failed: (error) => told.push(`failed ${error instanceof CausewayError ? error.code : String(error)}`),
    presence: (changes) => told.push(...showPresence(changes, session)),
    closed: (code) => told.push(`closed ${code}`),
  };
  room.join(member);
  return { member, told, commits, shown };
}

async function fill(room: Room, elements: readonly string[]): Promise<void> {
  const { member } = joined(room, 99);
  for (const element of elements)
    room.append(member, batch(room.head + 1000 + elements.indexOf(element)), adding(element));
  await turns();
  room.leave(member);
}

/** So many keystrokes, each an update of its own, and one that deletes them all. */
function typedAndDeleted(count: number): readonly Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let at = 0; at < count; at++) doc.getText().insert(at, 'x');
  doc.getText().delete(0, count);
  return updates;
}

function showPresence(changes: PresenceChanges, session: number): readonly string[] {
  return [...changes.sharedWith(session)].map((shared) => {
    const frame = decodeFrame(encodeShared(shared, 1));
    if (frame.type !== 'presence') throw new Error(`a ${frame.type} frame`);
    return `presence ${frame.session}: ${frame.state.join()}`;
  });
}

function elementsIn(piece: {
  readonly upTo: number;
  readonly update: Uint8Array;
}): readonly (number | string)[] {
  return [piece.upTo, ...elementsOf(piece.update)];
}

function whole(elements: readonly string[]): Uint8Array {
  return STRING_SET.merge(elements.map(adding));
}

function batch(id: number): BatchId {
  return parseBatchId(id);
}

/** Lets everything that waits for nothing but its turn happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
