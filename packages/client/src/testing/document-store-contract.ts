/**
 * What every document store must do, as plain functions: run each check with whatever test runner is at hand, in Node or in
 * a page. A check throws an Error that says what is wrong.
 *
 *     for (const check of documentStoreContract) test(check.title, () => check.run(openPlace));
 *     for (const check of durableStoreContract) test(check.title, () => check.run(openPlace));
 *
 * Leaves out: damaged records, a full disk, a store closed by its platform: they depend on where documents are kept.
 */
import { CausewayError, type ErrorCode } from '@causeway/core';
import { type DocumentName, parseDocumentKind, parseDocumentName, parseReplicaId } from '@causeway/core/id';
import { type BatchId, type Position, parseBatchId } from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { crc32 } from '../storage/checksum.ts';
import type { Batch, DocumentChange, DocumentStore, StoredDocument } from '../storage/document-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';

/** One place where documents are kept, blank at first. Each `open` is another page on it. */
export interface StorePlace {
  open(): Promise<DocumentStore>;
}

/** Makes a new place. The check closes the stores it opens; whoever runs it removes what is left of the place. */
export type OpenPlace = () => Promise<StorePlace>;

export interface DocumentStoreCheck {
  readonly title: string;
  run(openPlace: OpenPlace): Promise<void>;
}

const KIND = parseDocumentKind('yjs');
const OTHER_KIND = parseDocumentKind('native');
const NOTE = parseDocumentName('note');
const OTHER = parseDocumentName('other');
const EPOCH = 77;

/** What one page on a store counts on, whether it outlives the page or not. */
export const documentStoreContract: readonly DocumentStoreCheck[] = [
  check('a document that was never written is not there', async (store) => {
    same(await store.load(NOTE), undefined);
    same(await store.list(), []);
    same(await store.size(NOTE), { chunks: 0, bytes: 0 });
  }),

  check('what was made is content and outbox, in the order in which it was made', async (store) => {
    await store.write(NOTE, KIND, { made: [batch(9, 'a'), batch(3, 'b')] });
    await store.write(NOTE, KIND, { made: [batch(5, 'c')] });
    same(await look(store), { content: 'abc', outbox: [9, 3, 5], quarantine: [], position: undefined });
    same(await store.list(), [{ name: NOTE, kind: KIND, pending: 3, quarantined: 0 }]);
  }),

  check('writes that are begun in one turn are done in order', async (store) => {
    const writes = Array.from({ length: 20 }, (_, index) =>
      store.write(NOTE, KIND, { made: [batch(index + 1, 'x')] }),
    );
    await Promise.all(writes);
    same(
      (await look(store))?.outbox,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  }),

  check('a batch that is settled leaves the outbox and stays content', async (store) => {
    await store.write(NOTE, KIND, { made: [batch(1, 'a'), batch(2, 'b')] });
    await store.write(NOTE, KIND, { settled: [batch(1, '').id], position: at(1), upTo: at(1) });
    same(await look(store), { content: 'ab', outbox: [2], quarantine: [], position: at(1) });
  }),

  check('batches that are merged are one batch, in the place of the first', async (store) => {
    await store.write(NOTE, KIND, { made: [batch(1, 'a'), batch(2, 'b'), batch(3, 'c'), batch(4, 'd')] });
    await store.write(NOTE, KIND, {
      merged: [{ from: [batch(2, '').id, batch(3, '').id], into: batch(9, 'bc') }],
    });
    same(await look(store), { content: 'abcd', outbox: [1, 9, 4], quarantine: [], position: undefined });
    await store.write(NOTE, KIND, { settled: [batch(9, '').id] });
    same(await look(store), { content: 'abcd', outbox: [1, 4], quarantine: [], position: undefined });
    await store.write(NOTE, KIND, { merged: [{ from: [batch(2, '').id], into: batch(8, 'b') }] });
    same(await look(store), { content: 'abcd', outbox: [1, 4], quarantine: [], position: undefined });
  }),

  check('what is settled or refused twice, or was never there, changes nothing', async (store) => {
    await store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    await store.write(NOTE, KIND, { settled: [batch(1, '').id] });
    const before = await look(store);
    const unknown = batch(4, '').id;
    await store.write(NOTE, KIND, { settled: [batch(1, '').id, unknown] });
    await store.write(NOTE, KIND, { refused: [{ id: unknown, code: 'rate', message: '' }] });
    await store.write(NOTE, KIND, { released: [{ id: unknown, to: 'outbox' }] });
    same(await look(store), before);
  }),

  check('what is received is content, together with the position that it reaches', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('a'), bytes('b')], position: at(2), upTo: at(2) });
    same(await look(store), { content: 'ab', outbox: [], quarantine: [], position: at(2) });
  }),

  check('content that the stored position covers is not stored again', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('abc')], position: at(5), upTo: at(5) });
    await store.write(NOTE, KIND, { received: [bytes('b')], position: at(3), upTo: at(3) });
    await store.write(NOTE, KIND, { made: [batch(1, 'c')] });
    await store.write(NOTE, KIND, { settled: [batch(1, '').id], upTo: at(4) });
    same(await look(store), { content: 'abc', outbox: [], quarantine: [], position: at(5) });
  }),

  check('content that says nothing of where it lies is stored whatever the position', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('a')], position: at(5), upTo: at(5) });
    await store.write(NOTE, KIND, { received: [bytes('b')], position: at(5) });
    await store.write(NOTE, KIND, { made: [batch(1, 'c')] });
    await store.write(NOTE, KIND, { settled: [batch(1, '').id], position: at(5) });
    same(await look(store), { content: 'abc', outbox: [], quarantine: [], position: at(5) });
  }),

  check(
    'a position does not run back within an epoch, moves to another epoch, and is forgotten',
    async (store) => {
      await store.write(NOTE, KIND, { received: [bytes('a')], position: at(5), upTo: at(5) });
      await store.write(NOTE, KIND, { position: at(4) });
      same((await look(store))?.position, at(5));
      await store.write(NOTE, KIND, { position: { epoch: 8, offset: 2 } });
      same((await look(store))?.position, { epoch: 8, offset: 2 });
      await store.write(NOTE, KIND, { made: [batch(1, 'b')], position: null });
      same(await look(store), { content: 'ab', outbox: [1], quarantine: [], position: undefined });
      await store.write(NOTE, KIND, { received: [bytes('c')], position: at(1), upTo: at(1) });
      same(await look(store), { content: 'abc', outbox: [1], quarantine: [], position: at(1) });
    },
  ),

  check(
    'a batch that is refused waits in quarantine, with the reason, until it is released',
    async (store) => {
      await store.write(NOTE, KIND, { made: [batch(1, 'a'), batch(2, 'b')] });
      const refused = [1, 2].map((id) => ({ id: batch(id, '').id, code: 'quota', message: 'full' }));
      await store.write(NOTE, KIND, { refused });
      same(await look(store), { content: 'ab', outbox: [], quarantine: [1, 2], position: undefined });
      const [first] = (await store.load(NOTE))?.quarantine ?? [];
      same([first?.code, first?.message, first?.update], ['quota', 'full', bytes('a')]);
      await store.write(NOTE, KIND, { released: [{ id: batch(1, '').id, to: 'outbox' }] });
      same(await look(store), { content: 'ab', outbox: [1], quarantine: [2], position: undefined });
      await store.write(NOTE, KIND, { released: [{ id: batch(2, '').id, to: 'nowhere' }] });
      same(await look(store), { content: 'ab', outbox: [1], quarantine: [], position: undefined });
    },
  ),

  check(
    'all parts of one change are done, in the order made, merged, received, settled, refused, released',
    async (store) => {
      const ids = [1, 2, 3].map((id) => batch(id, '').id);
      const [one = batch(1, '').id, two = one, three = one] = ids;
      await store.write(NOTE, KIND, {
        made: [batch(1, 'a'), batch(2, 'b'), batch(3, 'c'), batch(4, 'd')],
        settled: [one],
        refused: [two, three].map((id) => ({ id, code: 'rate', message: '' })),
        released: [{ id: three, to: 'nowhere' }],
        received: [bytes('e')],
        position: at(9),
        upTo: at(9),
      });
      same(await look(store), { content: 'abcde', outbox: [4], quarantine: [2], position: at(9) });
    },
  ),

  check('several changes of one write are done one after the other', async (store) => {
    const [one, two] = [batch(1, 'a'), batch(2, 'b')];
    const refused = [{ id: one.id, code: 'rate', message: '' }];
    await store.write(NOTE, KIND, { position: at(9) });
    await store.write(
      NOTE,
      KIND,
      { made: [one] },
      { refused },
      { released: [{ id: one.id, to: 'outbox' }] },
      { refused },
      { position: null, made: [two] },
      { received: [bytes('c')], position: at(3), upTo: at(3) },
      { settled: [two.id], position: at(3), upTo: at(2) },
    );
    same(await look(store), { content: 'ac', outbox: [], quarantine: [1], position: at(3) });
  }),

  check('a change that changes nothing makes no document', async (store) => {
    await store.write(NOTE, KIND, {});
    await store.write(NOTE, KIND, { made: [], received: [], settled: [], refused: [], released: [] });
    same(await store.list(), []);
  }),

  check('a document of another kind is a kind mismatch, and is as it was', async (store) => {
    await store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    await fails(store.write(NOTE, OTHER_KIND, { made: [batch(2, 'b')] }), 'protocol/kind-mismatch');
    await fails(store.write(NOTE, OTHER_KIND, { received: [bytes('b')] }), 'protocol/kind-mismatch');
    same(await look(store), { content: 'a', outbox: [1], quarantine: [], position: undefined });
    same((await store.load(NOTE))?.kind, KIND);
  }),

  check('bytes come back as they were when they were written', async (store) => {
    const whole = Uint8Array.of(9, 0, 255, 128, 9);
    const update = whole.subarray(1, 4);
    await store.write(NOTE, KIND, { received: [update], made: [{ id: batch(1, '').id, update }] });
    const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) >> 3);
    await store.write(OTHER, KIND, { received: [large, new Uint8Array()] });
    const note = await store.load(NOTE);
    same([note?.chunks, note?.outbox.map((one) => one.update)], [[update], [update]]);
    same((await store.load(OTHER))?.chunks, [large, new Uint8Array()]);
    same(await store.size(OTHER), { chunks: 2, bytes: large.length });
  }),

  check('what is stored shares no memory with what is handed in or out', async (store) => {
    const [received, made] = [bytes('ab'), bytes('cd')];
    await store.write(NOTE, KIND, { received: [received], made: [{ id: batch(1, '').id, update: made }] });
    for (const update of [received, made]) update.fill(0);
    const loaded = await store.load(NOTE);
    same(loaded && contentOf(loaded), 'abcd');
    for (const update of [...(loaded?.chunks ?? []), loaded?.outbox[0]?.update]) update?.fill(0);
    same((await look(store))?.content, 'abcd');
  }),

  check('names of any shape stay apart', async (store) => {
    const names = ['a', 'a/b', 'a\u{1F600}', 'A', 'a ', '0', '__proto__'].map(parseDocumentName);
    for (const [index, name] of names.entries())
      await store.write(name, KIND, { made: [batch(1, String(index))] });
    for (const [index, name] of names.entries()) same((await look(store, name))?.content, String(index));
    same((await store.list()).map(({ name }) => name).sort(), [...names].sort());
    await store.delete(parseDocumentName('a'));
    same((await store.list()).length, names.length - 1);
    same((await look(store, parseDocumentName('a/b')))?.content, '1');
  }),

  check(
    'compaction puts one chunk in place of many, and leaves outbox and quarantine alone',
    async (store) => {
      for (const letter of 'abcdefgh') await store.write(NOTE, KIND, { received: [bytes(letter)] });
      await store.write(NOTE, KIND, { made: [batch(1, 'i'), batch(2, 'j')] });
      await store.write(NOTE, KIND, { refused: [{ id: batch(2, '').id, code: 'rate', message: '' }] });
      const calls: [string, boolean][] = [];
      await store.compact(NOTE, (updates, whole) => {
        calls.push([updates.map(textOf).join(''), whole]);
        return joined(updates);
      });
      same(calls, [['abcdefgh', true]]);
      same(await store.size(NOTE), { chunks: 1, bytes: 8 });
      same(await look(store), { content: 'abcdefghij', outbox: [1], quarantine: [2], position: undefined });
    },
  ),

  check('compaction rewrites a byte seldom: large chunks stay while what follows is small', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('A'.repeat(1000))] });
    let rewritten = 0;
    for (let round = 0; round < 64; round++) {
      await store.write(NOTE, KIND, { received: [bytes('b'.repeat(10))] });
      await store.compact(NOTE, (updates) => {
        const merged = joined(updates);
        rewritten += merged.length;
        return merged;
      });
    }
    const { chunks, bytes: total } = await store.size(NOTE);
    same(total, 1640);
    if (chunks > 12) throw new Error(`${chunks} chunks are left of 65`);
    if (rewritten > 5000) throw new Error(`${rewritten} bytes were rewritten for 640 new ones`);
  }),

  check('compaction of what is one chunk, or none, does nothing', async (store) => {
    const never = (): never => {
      throw new Error('there is nothing to merge');
    };
    await store.compact(NOTE, never);
    await store.write(NOTE, KIND, { received: [bytes('a')] });
    await store.compact(NOTE, never);
    same(await store.size(NOTE), { chunks: 1, bytes: 1 });
  }),

  check('what is written while a compaction merges is not lost', async (store) => {
    for (const letter of 'abc') await store.write(NOTE, KIND, { received: [bytes(letter)] });
    let written: Promise<void> | undefined;
    await store.compact(NOTE, (updates) => {
      written = store.write(NOTE, KIND, { received: [bytes('d')], made: [batch(1, 'e')] });
      return joined(updates);
    });
    await written;
    same((await look(store))?.content, 'abcde');
  }),

  check('a merge that throws leaves the chunks as they were', async (store) => {
    for (const letter of 'abc') await store.write(NOTE, KIND, { received: [bytes(letter)] });
    const compacted = store.compact(NOTE, () => {
      throw new CausewayError('decode/invalid', { what: 'update', detail: '' }, 'no');
    });
    await fails(compacted, 'decode/invalid');
    same((await look(store))?.content, 'abc');
  }),

  check('a document that is deleted is gone, and the others are not', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('a')], made: [batch(1, 'b')], position: at(1) });
    await store.write(OTHER, KIND, { made: [batch(1, 'c')] });
    await store.delete(NOTE);
    same(await store.load(NOTE), undefined);
    same(await store.size(NOTE), { chunks: 0, bytes: 0 });
    same((await look(store, OTHER))?.content, 'c');
    await store.write(NOTE, OTHER_KIND, { made: [batch(1, 'd')] });
    same(await look(store), { content: 'd', outbox: [1], quarantine: [], position: undefined });
  }),

  check('wiping deletes everything', async (store) => {
    await store.write(NOTE, KIND, { received: [bytes('a')] });
    await store.write(OTHER, KIND, { made: [batch(1, 'b')] });
    await store.addReplica(parseReplicaId(5));
    await store.wipe();
    same([await store.list(), await store.load(NOTE), await store.replicas()], [[], undefined, []]);
  }),

  check('replica ids are kept until they are retired, or a history is forgotten', async (store) => {
    const [one, two] = [parseReplicaId(5), parseReplicaId(Number.MAX_SAFE_INTEGER)];
    await store.addReplica(one);
    await store.addReplica(two);
    await store.addReplica(one);
    same([...(await store.replicas())].sort(), [one, two]);
    await store.retireReplica(two);
    same(await store.replicas(), [one]);
    await store.delete(NOTE);
    same(await store.replicas(), []);
  }),

  check('a closed store rejects every call', async (store) => {
    const written = store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    await store.close();
    await written;
    await fails(store.load(NOTE), 'storage/closed');
    await fails(store.write(NOTE, KIND, { made: [batch(2, 'b')] }), 'storage/closed');
    await fails(store.list(), 'storage/closed');
    await fails(store.compact(NOTE, joined), 'storage/closed');
    await fails(store.delete(NOTE), 'storage/closed');
    await store.close();
  }),
];

/** What pages on one durable store count on: one after the other, and several at once. */
export const durableStoreContract: readonly DocumentStoreCheck[] = [
  {
    title: 'what one page wrote the next one has',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, open }) => {
        await here.write(NOTE, KIND, { received: [bytes('a')], position: at(1), upTo: at(1) });
        await here.write(NOTE, KIND, { made: [batch(1, 'b'), batch(2, 'c')] });
        await here.write(NOTE, KIND, { refused: [{ id: batch(1, '').id, code: 'rate', message: 'slow' }] });
        await here.addReplica(parseReplicaId(5));
        const before = await here.load(NOTE);
        await here.close();
        const next = await open();
        same(await next.load(NOTE), before);
        same(await next.replicas(), [5]);
      }),
  },
  {
    title: 'pages that write at once lose nothing of each other',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there }) => {
        const writes = Array.from({ length: 26 }, (_, index) => {
          const letter = String.fromCharCode(97 + index);
          const store = index % 2 === 0 ? here : there;
          return store.write(
            NOTE,
            KIND,
            index % 3 === 0 ? { received: [bytes(letter)] } : { made: [batch(index + 1, letter)] },
          );
        });
        await Promise.all(writes);
        same((await look(here))?.content, 'abcdefghijklmnopqrstuvwxyz');
        same(await there.load(NOTE), await here.load(NOTE));
      }),
  },
  {
    title: 'what two pages receive is stored once',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there }) => {
        for (const [index, letter] of [...'abcd'].entries()) {
          const position = at(index + 1);
          const received = { received: [bytes(letter)], position, upTo: position };
          await Promise.all([here.write(NOTE, KIND, received), there.write(NOTE, KIND, received)]);
        }
        same(await here.size(NOTE), { chunks: 4, bytes: 4 });
      }),
  },
  {
    title: 'a batch that both pages see settled is content once',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there }) => {
        await here.write(NOTE, KIND, { made: [batch(1, 'a')] });
        const settled = { settled: [batch(1, '').id], position: at(1), upTo: at(1) };
        await Promise.all([here.write(NOTE, KIND, settled), there.write(NOTE, KIND, settled)]);
        same(await look(there), { content: 'a', outbox: [], quarantine: [], position: at(1) });
      }),
  },
  {
    title: 'pages that compact at once, while others write, lose nothing',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there, third }) => {
        for (const letter of 'abcdefgh') await here.write(NOTE, KIND, { received: [bytes(letter)] });
        const writes = [...'ijkl'].map((letter) => third.write(NOTE, KIND, { received: [bytes(letter)] }));
        await Promise.all([here.compact(NOTE, joined), there.compact(NOTE, joined), ...writes]);
        same((await look(here))?.content, 'abcdefghijkl');
        await there.compact(NOTE, joined);
        same(await third.size(NOTE), { chunks: 1, bytes: 12 });
      }),
  },
  {
    title: 'a page that made a document first decides its kind',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there }) => {
        same(await there.load(NOTE), undefined);
        await here.write(NOTE, KIND, { made: [batch(1, 'a')] });
        await fails(there.write(NOTE, OTHER_KIND, { made: [batch(2, 'b')] }), 'protocol/kind-mismatch');
        same((await here.load(NOTE))?.kind, KIND);
        same(await look(here), { content: 'a', outbox: [1], quarantine: [], position: undefined });
      }),
  },
  {
    title: 'a page goes on writing a document that another has deleted',
    run: (openPlace) =>
      withPages(openPlace, async ({ here, there }) => {
        await here.write(NOTE, KIND, { made: [batch(1, 'a')] });
        await there.delete(NOTE);
        await here.write(NOTE, KIND, { made: [batch(2, 'b')] });
        same(await look(there), { content: 'b', outbox: [2], quarantine: [], position: undefined });
      }),
  },
  {
    title: 'random writes of two pages, with compaction, are those of the model',
    run: (openPlace) => withPages(openPlace, playRandomly),
  },
];

interface Pages {
  readonly here: DocumentStore;
  readonly there: DocumentStore;
  readonly third: DocumentStore;
  open(): Promise<DocumentStore>;
}

function check(title: string, run: (store: DocumentStore) => Promise<void>): DocumentStoreCheck {
  return { title, run: (openPlace) => withPages(openPlace, ({ here }) => run(here)) };
}

async function withPages(openPlace: OpenPlace, run: (pages: Pages) => Promise<void>): Promise<void> {
  const place = await openPlace();
  const opened: DocumentStore[] = [];
  const open = async (): Promise<DocumentStore> => {
    const store = await place.open();
    opened.push(store);
    await store.open();
    return store;
  };
  try {
    await run({ here: await open(), there: await open(), third: await open(), open });
  } finally {
    for (const store of opened) await store.close();
  }
}

const RANDOM_STEPS = 150;
const SEED = 20_261;

/** One write after the other, each by one page or the other, against a store in memory that gets the same. */
async function playRandomly({ here, there }: Pages): Promise<void> {
  const random = new Seeded(SEED);
  const model = new MemoryStore();
  const known: BatchId[] = [];
  for (let step = 0; step < RANDOM_STEPS; step++) {
    const store = random.chance(0.5) ? here : there;
    if (random.chance(0.1)) {
      await store.compact(NOTE, joined);
      await model.compact(NOTE, joined);
    } else {
      const changes = Array.from({ length: random.between(1, 3) }, () => randomChange(random, known));
      await store.write(NOTE, KIND, ...changes);
      await model.write(NOTE, KIND, ...changes);
    }
    same(sorted(await look(store)), sorted(await look(model)), `step ${step} of seed ${SEED}`);
  }
}

function randomChange(random: Seeded, known: BatchId[]): DocumentChange {
  const some = <T>(make: () => T): readonly T[] => Array.from({ length: random.int(3) }, make);
  const letter = (): string => String.fromCharCode(random.between(97, 122));
  const made = some(() => batch(random.between(1, 1_000_000), letter()));
  known.push(...made.map(({ id }) => id));
  const someKnown = (): readonly BatchId[] => (known.length === 0 ? [] : some(() => random.pick(known)));
  const position = at(random.int(30));
  const how = random.int(4);
  return {
    made,
    merged: random.chance(0.2)
      ? [{ from: someKnown(), into: batch(random.between(1, 1_000_000), letter()) }]
      : [],
    received: some(() => bytes(letter())),
    settled: someKnown(),
    refused: someKnown().map((id) => ({ id, code: 'rate', message: letter() })),
    released: someKnown().map((id) => ({ id, to: random.chance(0.5) ? 'outbox' : 'nowhere' })),
    ...(how === 0 ? { position: null } : {}),
    ...(how === 1 ? { position, upTo: position } : {}),
    ...(how === 2 ? { position } : {}),
  };
}

interface Look {
  /** The letters of the document in ascending order, each as often as it is stored. */
  readonly content: string;
  readonly outbox: readonly number[];
  readonly quarantine: readonly number[];
  readonly position: Position | undefined;
}

async function look(store: DocumentStore, name: DocumentName = NOTE): Promise<Look | undefined> {
  const stored = await store.load(name);
  if (stored === undefined) return undefined;
  if (stored.damage.length > 0) throw stored.damage[0];
  return {
    content: contentOf(stored),
    outbox: stored.outbox.map(({ id }) => id),
    quarantine: stored.quarantine.map(({ id }) => id),
    position: stored.position,
  };
}

/** The order of the outbox is promised for each page, and not across pages. */
function sorted(found: Look | undefined): Look | undefined {
  if (found === undefined) return undefined;
  const { outbox, quarantine } = found;
  return { ...found, outbox: [...outbox].sort(), quarantine: [...quarantine].sort() };
}

function contentOf({ chunks, outbox, quarantine }: StoredDocument): string {
  const updates = [...chunks, ...[...outbox, ...quarantine].map(({ update }) => update)];
  return [...updates.map(textOf).join('')].sort().join('');
}

function at(offset: number): Position {
  return { epoch: EPOCH, offset };
}

function batch(id: number, text: string): Batch {
  return { id: parseBatchId(id), update: bytes(text) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(update: Uint8Array): string {
  return new TextDecoder().decode(update);
}

function joined(updates: readonly Uint8Array[]): Uint8Array {
  return bytes(updates.map(textOf).join(''));
}

function same(actual: unknown, expected: unknown, where = ''): void {
  const [found, wanted] = [shown(actual), shown(expected)];
  if (found !== wanted) throw new Error(`${where}\nexpected ${wanted}\n   found ${found}`);
}

/** Plain data as text: equal data, equal text. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return `${part.length} bytes, CRC-32 ${crc32(part)}`;
    if (part === undefined) return 'undefined';
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CausewayError.is(error, code)) throw new Error(`expected ${code}, found ${String(error)}`);
}
