import { CausewayError } from '@causeway/core';
import { formatRegistry } from '@causeway/core/format';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { expect, test } from 'vitest';
import { Activity } from './activity.ts';
import { ByteBudget } from './byte-budget.ts';
import { LOOP_FOLDING } from './folding/folding.ts';
import { DEFAULT_RELAY_LIMITS } from './limits.ts';
import { SILENT } from './logger.ts';
import { EntryAges } from './retention.ts';
import { Rooms } from './rooms.ts';
import type { DocumentLog } from './storage/document-log.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { STRING_SET } from './testing/string-set.ts';

const NOTE = parseDocumentName('note');
const { kind } = STRING_SET;
const { roomIdleMs } = DEFAULT_RELAY_LIMITS;

test('many who come at once get the same room, opened once', async () => {
  const { rooms, opened } = someRooms();
  const found = await Promise.all(Array.from({ length: 20 }, () => rooms.enter(NOTE, kind, true)));
  expect(new Set(found).size).toBe(1);
  expect(opened).toEqual(['note']);
});

test('a room closes when it has been idle for long enough, and not before', async () => {
  const { rooms, opened } = someRooms();
  const room = await rooms.enter(NOTE, kind, true);
  rooms.tick(0);
  rooms.tick(10 * roomIdleMs);
  expect(rooms.size).toBe(1);
  rooms.leave(room);
  rooms.tick(11 * roomIdleMs);
  rooms.tick(12 * roomIdleMs - 1);
  expect(await rooms.enter(NOTE, kind, true)).toBe(room);
  rooms.leave(room);
  rooms.tick(13 * roomIdleMs);
  rooms.tick(14 * roomIdleMs);
  expect(rooms.size).toBe(0);
  expect(await rooms.enter(NOTE, kind, true)).not.toBe(room);
  expect(opened).toEqual(['note', 'note']);
});

test('a room that fails to open pins nothing and changes nothing; the next one tries again', async () => {
  const log = newLog();
  await log.open(NOTE, kind);
  const { rooms, faults } = someRooms(log);
  const before = await log.find(NOTE);
  faults.push(new CausewayError('storage/corrupt', { key: 'k', detail: 'd' }, 'damaged'));
  const failed = await Promise.allSettled([rooms.enter(NOTE, kind, true), rooms.enter(NOTE, kind, true)]);
  expect(failed.map((one) => one.status)).toEqual(['rejected', 'rejected']);
  expect(rooms.size).toBe(0);
  expect(await log.find(NOTE)).toEqual(before);
  expect((await rooms.enter(NOTE, kind, true)).epoch).toBe(before?.epoch);
});

test('a document has one kind, open or not', async () => {
  const { rooms } = someRooms();
  const room = await rooms.enter(NOTE, kind, true);
  const other = parseDocumentKind('lattice/g-set(number)');
  await expect(rooms.enter(NOTE, other, true)).rejects.toThrow('protocol/kind-mismatch');
  rooms.leave(room);
  rooms.tick(0);
  rooms.tick(roomIdleMs);
  await expect(rooms.enter(NOTE, other, true)).rejects.toThrow('protocol/kind-mismatch');
  expect(rooms.size).toBe(0);
});

test('a kind without a format is refused, and opens nothing', async () => {
  const { rooms, opened } = someRooms();
  await expect(rooms.enter(NOTE, parseDocumentKind('yjs'), true)).rejects.toThrow('protocol/unknown-kind');
  expect([rooms.size, opened]).toEqual([0, []]);
});

test('whoever may only read creates nothing', async () => {
  const { rooms, log } = someRooms();
  await expect(rooms.enter(NOTE, kind, false)).rejects.toThrow('auth/forbidden');
  expect(await log.find(NOTE)).toBeUndefined();
  await log.open(NOTE, kind);
  await rooms.enter(NOTE, kind, false);
});

test('at the bound idle rooms make room, and rooms in use do not', async () => {
  const { rooms } = someRooms(newLog(), 2);
  const names = ['a', 'b', 'c'].map(parseDocumentName);
  const [a, b] = await Promise.all(names.slice(0, 2).map((name) => rooms.enter(name, kind, true)));
  const third = names[2] ?? NOTE;
  await expect(rooms.enter(third, kind, true)).rejects.toThrow('protocol/limit');
  if (a !== undefined) rooms.leave(a);
  const c = await rooms.enter(third, kind, true);
  expect([rooms.size, c.name, b?.name]).toEqual([2, 'c', 'b']);
});

function newLog(): MemoryDocumentLog {
  const random = new Seeded(2);
  return new MemoryDocumentLog(() => random.u32());
}

/** Rooms on a log that notes what is opened, and fails as often as there are `faults`. */
function someRooms(log: DocumentLog = newLog(), maxRooms: number = DEFAULT_RELAY_LIMITS.maxRooms) {
  const opened: string[] = [];
  const faults: Error[] = [];
  const watched: DocumentLog = {
    open: (name, wanted) => {
      opened.push(name);
      const fault = faults.shift();
      return fault === undefined ? log.open(name, wanted) : Promise.reject(fault);
    },
    find: (name) => log.find(name),
    append: (name, batch, update) => log.append(name, batch, update),
    read: (name, after, maxBytes) => log.read(name, after, maxBytes),
    writeSnapshot: (name, offset, update) => log.writeSnapshot(name, offset, update),
    list: (options) => log.list(options),
    delete: (name) => log.delete(name),
    bury: (name) => log.bury(name),
    probe: () => log.probe(),
    close: () => log.close(),
  };
  const limits = { ...DEFAULT_RELAY_LIMITS, maxRooms };
  const parts = {
    activity: new Activity(),
    held: new ByteBudget(1 << 20),
    folding: LOOP_FOLDING,
    retention: [],
    ages: new EntryAges(),
    log: watched,
    limits,
    cache: new ByteBudget(1 << 20),
    logger: SILENT,
    after: () => undefined,
    soon: () => undefined,
  };
  return { rooms: new Rooms(formatRegistry([latticeFormats()]), parts), log, opened, faults };
}
