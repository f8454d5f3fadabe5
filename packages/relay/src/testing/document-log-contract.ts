/**
 * What every document log must do, as plain functions: run each check with whatever test runner is at hand. A check throws
 * an AssertionError that says what is wrong.
 *
 *     for (const check of documentLogContract) test(check.title, () => check.run(openLog));
 *
 * Leaves out: that an append survives the process (kill one), and what a damaged record does (damage one): those depend on
 * where the log is kept.
 */
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { CausewayError, type ErrorCode } from '@causeway/core';
import { compareBytes } from '@causeway/core/bytes';
import { type DocumentName, parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { type BatchId, parseBatchId } from '@causeway/core/sync';
import type { DocumentLog, LogEntry, LogHead } from '../storage/document-log.ts';

/** Opens an empty log. The check closes it; whoever runs the check removes what is left of it. */
export type OpenLog = () => Promise<DocumentLog>;

export interface DocumentLogCheck {
  readonly title: string;
  run(openLog: OpenLog): Promise<void>;
}

const YJS = parseDocumentKind('yjs');
const NOTE = parseDocumentName('note');
const OTHER = parseDocumentName('other');
const PLENTY = 1 << 20;

export const documentLogContract: readonly DocumentLogCheck[] = [
  check('a new document has a head of 0, an epoch, and its kind', async (log) => {
    equal(await log.find(NOTE), undefined);
    const head = await log.open(NOTE, YJS);
    ok(Number.isSafeInteger(head.epoch) && head.epoch > 0);
    deepEqual(head, { kind: YJS, epoch: head.epoch, head: 0, snapshot: 0, snapshotBytes: 0, tailBytes: 0 });
    deepEqual(await log.find(NOTE), head);
    deepEqual(await log.open(NOTE, YJS), head);
    deepEqual(await log.read(NOTE, 0, PLENTY), { snapshot: undefined, entries: [], atHead: true });
  }),

  check('opened by many at once, a document is created once', async (log) => {
    const heads = await Promise.all(Array.from({ length: 20 }, () => log.open(NOTE, YJS)));
    deepEqual(new Set(heads.map((head) => head.epoch)).size, 1);
    notEqual((await log.open(OTHER, YJS)).epoch, heads[0]?.epoch);
  }),

  check('a document of another kind is a kind mismatch', async (log) => {
    await log.open(NOTE, YJS);
    await fails(log.open(NOTE, parseDocumentKind('native')), 'protocol/kind-mismatch');
    const both = [log.open(OTHER, YJS), log.open(OTHER, parseDocumentKind('native'))];
    const settled = await Promise.allSettled(both);
    deepEqual(settled.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
  }),

  check('a buried document is gone, and is not made anew until it is deleted', async (log) => {
    const before = await log.open(NOTE, YJS);
    await log.append(NOTE, batch(1), update(1));
    await log.open(OTHER, YJS);
    const late = log.append(NOTE, batch(2), update(2));
    await log.bury(NOTE);
    await late;
    equal(await log.find(NOTE), undefined);
    deepEqual(await log.list({ limit: 10 }), [OTHER]);
    await fails(log.open(NOTE, YJS), 'protocol/deleted');
    await fails(log.open(NOTE, parseDocumentKind('native')), 'protocol/deleted');
    await fails(log.append(NOTE, batch(3), update(3)), 'protocol/deleted');
    await fails(log.read(NOTE, 0, PLENTY), 'protocol/deleted');
    await log.bury(NOTE);
    await log.delete(NOTE);
    const after = await log.open(NOTE, YJS);
    notEqual(after.epoch, before.epoch);
    equal(after.head, 0);
    const never = parseDocumentName('never');
    await log.bury(never);
    await fails(log.open(never, YJS), 'protocol/deleted');
  }),

  check('a probe changes nothing', async (log) => {
    const head = await log.open(NOTE, YJS);
    await log.probe();
    deepEqual(await log.find(NOTE), head);
    deepEqual(await log.list({ limit: 10 }), [NOTE]);
  }),

  check('R1: offsets count from 1 without gaps and resolve in order', async (log) => {
    await log.open(NOTE, YJS);
    await log.open(OTHER, YJS);
    const resolved: number[] = [];
    const appends = Array.from({ length: 200 }, async (_, index) => {
      resolved.push(await log.append(NOTE, batch(index + 1), update(index)));
      if (index % 3 === 0) await log.append(OTHER, batch(index + 1), update(index));
    });
    await Promise.all(appends);
    deepEqual(resolved, range(1, 200));
    deepEqual((await log.find(NOTE))?.head, 200);
    deepEqual((await log.find(OTHER))?.head, 67);
  }),

  check('an entry reads as it was appended', async (log) => {
    const head = await log.open(NOTE, YJS);
    const bytes = Uint8Array.of(0, 255, 1, 128);
    equal(await log.append(NOTE, batch(9007199254740991), bytes), 1);
    bytes.fill(7); // the log has its own copy
    equal(await log.append(NOTE, batch(1), new Uint8Array()), 2);
    deepEqual(await entriesAfter(log, NOTE, 0), [
      { offset: 1, batch: batch(9007199254740991), update: [0, 255, 1, 128] },
      { offset: 2, batch: batch(1), update: [] },
    ]);
    deepEqual(await log.find(NOTE), { ...head, head: 2, tailBytes: 4 });
  }),

  check('a large update comes back whole', async (log) => {
    await log.open(NOTE, YJS);
    const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) >> 3);
    await log.append(NOTE, batch(1), large);
    const { entries } = await log.read(NOTE, 0, 1);
    equal(compareBytes(entries[0]?.update ?? new Uint8Array(), large), 0);
  }),

  check('a read begins after its offset and keeps to its bytes, but has at least one entry', async (log) => {
    await log.open(NOTE, YJS);
    for (let index = 1; index <= 10; index++) await log.append(NOTE, batch(index), new Uint8Array(100));
    const offsets = async (after: number, maxBytes: number) => {
      const slice = await log.read(NOTE, after, maxBytes);
      return { offsets: slice.entries.map((entry) => entry.offset), atHead: slice.atHead };
    };
    deepEqual(await offsets(0, 300), { offsets: [1, 2, 3], atHead: false });
    deepEqual(await offsets(3, 1), { offsets: [4], atHead: false });
    deepEqual(await offsets(8, 200), { offsets: [9, 10], atHead: true });
    deepEqual(await offsets(10, 200), { offsets: [], atHead: true });
  }),

  check('R3: a snapshot stands for what it holds, and the tail stays', async (log) => {
    const head = await filled(log, NOTE, 10);
    await log.writeSnapshot(NOTE, 6, Uint8Array.of(66));
    deepEqual(await log.find(NOTE), { ...head, head: 10, snapshot: 6, snapshotBytes: 1, tailBytes: 4 });
    const whole = await log.read(NOTE, 0, PLENTY);
    deepEqual(whole.snapshot, { offset: 6, update: Uint8Array.of(66) });
    deepEqual(whole.entries.map(numbers), [7, 8, 9, 10].map(entry));
    equal(whole.atHead, true);
    deepEqual(await log.read(NOTE, 5, PLENTY), whole);
    deepEqual(await entriesAfter(log, NOTE, 6), [7, 8, 9, 10].map(entry));
    const small = await log.read(NOTE, 0, 1);
    deepEqual([small.snapshot?.offset, small.entries.length, small.atHead], [6, 0, false]);
    equal(await log.append(NOTE, batch(11), Uint8Array.of(11)), 11);
  }),

  check('R3: a snapshot of everything is the whole log', async (log) => {
    await filled(log, NOTE, 4);
    await log.writeSnapshot(NOTE, 4, Uint8Array.of(4));
    const whole = { snapshot: { offset: 4, update: Uint8Array.of(4) }, entries: [], atHead: true };
    deepEqual(await log.read(NOTE, 0, PLENTY), whole);
    deepEqual(await log.read(NOTE, 4, PLENTY), { snapshot: undefined, entries: [], atHead: true });
    equal(await log.append(NOTE, batch(5), Uint8Array.of(5)), 5);
    deepEqual((await log.read(NOTE, 0, PLENTY)).entries.map(numbers), [entry(5)]);
  }),

  check('an earlier snapshot does not replace a later one', async (log) => {
    await filled(log, NOTE, 5);
    await log.writeSnapshot(NOTE, 4, Uint8Array.of(4));
    await log.writeSnapshot(NOTE, 2, Uint8Array.of(2));
    await log.writeSnapshot(NOTE, 4, Uint8Array.of(44));
    deepEqual((await log.read(NOTE, 0, PLENTY)).snapshot, { offset: 4, update: Uint8Array.of(4) });
    await log.writeSnapshot(NOTE, 5, Uint8Array.of(5));
    deepEqual((await log.read(NOTE, 0, PLENTY)).snapshot, { offset: 5, update: Uint8Array.of(5) });
  }),

  check('a snapshot of what is not there is refused', async (log) => {
    await filled(log, NOTE, 2);
    await rejects(log.writeSnapshot(NOTE, 3, Uint8Array.of(3)));
    await rejects(log.writeSnapshot(NOTE, 0, Uint8Array.of(0)));
    deepEqual(await entriesAfter(log, NOTE, 0), [1, 2].map(entry));
  }),

  check('appends go on while a long prefix is folded', async (log) => {
    await filled(log, NOTE, 5000);
    const folding = log.writeSnapshot(NOTE, 5000, Uint8Array.of(1));
    const offset = await log.append(NOTE, batch(5001), update(5001));
    await folding;
    equal(offset, 5001);
    const whole = await log.read(NOTE, 0, PLENTY);
    deepEqual([whole.snapshot?.offset, whole.entries.map(numbers)], [5000, [entry(5001)]]);
    equal((await log.find(NOTE))?.tailBytes, 1);
  }),

  check(
    'an append to a document that was never opened is refused, and takes no other append with it',
    async (log) => {
      await log.open(NOTE, YJS);
      const [lost, kept] = await Promise.allSettled([
        log.append(OTHER, batch(1), update(1)),
        log.append(NOTE, batch(2), update(2)),
      ]);
      deepEqual([lost.status, kept.status], ['rejected', 'fulfilled']);
      equal(await log.find(OTHER), undefined);
    },
  ),

  check('lists names in the order of their bytes, a page at a time', async (log) => {
    const texts = ['b', 'a', 'a b', 'ab', 'z', 'ä', '😀', '�'];
    const names = texts.map(parseDocumentName).sort(byBytes);
    for (const name of [...names].reverse()) await filled(log, name, 2);
    await log.writeSnapshot(parseDocumentName('a'), 2, Uint8Array.of(1));
    deepEqual(await log.list({ limit: 100 }), names);
    deepEqual(await log.list({ limit: 3 }), names.slice(0, 3));
    deepEqual(await log.list({ limit: 3, after: names[2] ?? NOTE }), names.slice(3, 6));
    deepEqual(await log.list({ limit: 100, after: names.at(-1) ?? NOTE }), []);
    deepEqual(
      await log.list({ limit: 100, after: parseDocumentName('a!') }),
      names.slice(names.indexOf(parseDocumentName('ab'))),
    );
  }),

  check('a deleted document is gone, and comes back empty with another epoch', async (log) => {
    const head = await filled(log, NOTE, 20);
    await filled(log, OTHER, 2);
    await log.writeSnapshot(NOTE, 10, Uint8Array.of(1));
    await log.delete(NOTE);
    equal(await log.find(NOTE), undefined);
    deepEqual(await log.list({ limit: 10 }), [OTHER]);
    await log.delete(NOTE);
    const again = await log.open(NOTE, YJS);
    notEqual(again.epoch, head.epoch);
    equal(await log.append(NOTE, batch(1), update(1)), 1);
    deepEqual(await entriesAfter(log, NOTE, 0), [entry(1)]);
    deepEqual(await entriesAfter(log, OTHER, 0), [1, 2].map(entry));
  }),

  check('close waits for what is under way; then every call says that the log is closed', async (log) => {
    await log.open(NOTE, YJS);
    const append = log.append(NOTE, batch(1), update(1));
    await log.close();
    equal(await append, 1);
    await log.close();
    await fails(log.append(NOTE, batch(2), update(2)), 'storage/closed');
    await fails(log.open(NOTE, YJS), 'storage/closed');
    await fails(log.find(NOTE), 'storage/closed');
    await fails(log.read(NOTE, 0, 1), 'storage/closed');
    await fails(log.writeSnapshot(NOTE, 1, update(1)), 'storage/closed');
    await fails(log.list({ limit: 1 }), 'storage/closed');
    await fails(log.delete(NOTE), 'storage/closed');
  }),
];

function check(title: string, body: (log: DocumentLog) => Promise<void>): DocumentLogCheck {
  return {
    title,
    async run(openLog) {
      const log = await openLog();
      try {
        await body(log);
      } finally {
        await log.close();
      }
    },
  };
}

async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await rejects(promise, (error) => CausewayError.is(error, code));
}

/** Opens a document and appends entries 1 to `count`, each of one byte. */
async function filled(log: DocumentLog, name: DocumentName, count: number): Promise<LogHead> {
  const head = await log.open(name, YJS);
  await Promise.all(range(1, count).map((offset) => log.append(name, batch(offset), update(offset))));
  return head;
}

async function entriesAfter(log: DocumentLog, name: DocumentName, after: number): Promise<unknown[]> {
  return (await log.read(name, after, PLENTY)).entries.map(numbers);
}

function numbers(stored: LogEntry): unknown {
  return { ...stored, update: [...stored.update] };
}

/** What `filled` appended at this offset. */
function entry(offset: number): unknown {
  return { offset, batch: batch(offset), update: [...update(offset)] };
}

function batch(id: number): BatchId {
  return parseBatchId(id);
}

function update(value: number): Uint8Array {
  return Uint8Array.of(value % 256);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const textEncoder = new TextEncoder();

function byBytes(a: string, b: string): number {
  return compareBytes(textEncoder.encode(a), textEncoder.encode(b));
}
