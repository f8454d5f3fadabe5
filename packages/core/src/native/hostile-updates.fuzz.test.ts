/**
 * Bytes and events as an enemy, a bad disk or a bug would make them. The contract (native-format.contract.test.ts) plays changed
 * bytes through the format and the engine; here are opening what was kept, and events that are sound bytes but contradict
 * their history.
 */
import { describe, expect, test } from 'vitest';
import { emptyVector } from '../causality/index.ts';
import {
  counter,
  decodeUpdate,
  encodeUpdate,
  MAX_WAITING_BYTES,
  map,
  NativeDocument,
  recordView,
  register,
  set,
  shallowSnapshot,
  text,
  tree,
} from '../doc/index.ts';
import { OpLog } from '../doc/op-log.ts';
import { CausewayError } from '../error.ts';
import { type Dot, dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { BACKSPACE, DELETE } from '../op/sequence/sequence-log.ts';
import { hostileBytes } from '../testing/hostile-bytes.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { nativeFormat } from './native-format.ts';

const fields = {
  title: register<string>(),
  body: text(),
  note: text(),
  tags: set<string>(),
  votes: counter(),
  flags: map<number>(),
  outline: tree({ label: register<string>() }),
};

const REPLICAS = [1, 2, 3].map(parseReplicaId);
const READER = parseReplicaId(9);

function blank(replica: ReplicaId = READER): NativeDocument {
  return new NativeDocument({ replica, now: () => 5000 });
}

function holding(updates: readonly Uint8Array[]): NativeDocument {
  const document = blank();
  for (const update of updates) document.apply(update);
  return document;
}

function open(saved: Uint8Array): NativeDocument {
  return NativeDocument.load(saved, { replica: READER, now: () => 5000 });
}

function read(document: NativeDocument): unknown {
  return recordView(document, fields, undefined).toJSON();
}

/** What was thrown, which may only be `decode/*`; undefined when all went well. */
function refusalOf(act: () => unknown): CausewayError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!CausewayError.inFamily(error, 'decode')) throw error;
    return error;
  }
}

function forEachSeed(runs: number, play: (random: Seeded) => void): void {
  for (const seed of seedsOfRuns({}, runs)) {
    try {
      play(new Seeded(seed));
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
}

// ---- Events one by one ----

/** One event of this replica from `seq` on. `parents` is undefined for its own event before. */
function eventOf(
  replica: ReplicaId,
  seq: number,
  parents: readonly Dot[] | undefined,
  fill: (ops: OpLog) => number,
  wallMs?: number,
): Uint8Array {
  const ops = new OpLog();
  const count = fill(ops);
  const times = wallMs === undefined ? [] : [{ seq, wallMs, counter: 0 }];
  const run = { replica, seq, count, parents, lengths: [{ seq, length: count }], times, position: 0 };
  return encodeUpdate({ runs: [run], ops, length: count });
}

/** Adds an operation to one event, at random. */
class EventWriter {
  readonly ops: OpLog = new OpLog();
  readonly #random: Seeded;
  readonly #text: number;
  readonly #nodes: readonly Dot[];
  /** Whether indexes and nodes may be such that there are none. */
  readonly #wild: boolean;
  #length: number;
  count = 0;

  constructor(random: Seeded, document: NativeDocument, wild: boolean) {
    this.#random = random;
    this.#wild = wild;
    const name = random.pick(['body', 'body', 'note']);
    this.#text = this.ops.meet({ at: 'root', type: 'text', name });
    this.#length = document.text(name).length;
    this.#nodes = recordView(document, fields, undefined)
      .outline.toJSON()
      .map(({ id }) => dotOfKey(id));
  }

  add(): void {
    const random = this.#random;
    const draw = random.int(10);
    if (draw < 4) this.#insert();
    else if (draw < 6 && (this.#length > 0 || this.#wild)) this.#delete();
    else if (draw < 7) this.#plain('map', '', { kind: 0, key: 'title', value: random.pick(['q', 'r']) });
    else if (draw < 8) this.#plain('counter', 'votes', { kind: random.int(2), value: random.between(-3, 9) });
    else if (draw < 9) this.#plain('set', 'tags', { kind: random.int(2), value: random.pick(['u', 'v']) });
    else this.#grow();
  }

  #insert(): void {
    const inserted = this.#random.pick(['a', 'bc', 'def', '😀', 'x😀y']);
    const index = this.#wild ? this.#random.int(9) : this.#random.int(this.#length + 1);
    this.ops.insertText(this.#text, this.count, index, inserted);
    this.#length += inserted.length;
    this.count += inserted.length;
  }

  #delete(): void {
    const random = this.#random;
    const backward = random.chance(0.5);
    const at = random.int(this.#wild ? 9 : this.#length);
    const room = backward ? at + 1 : this.#wild ? 3 : this.#length - at;
    const count = Math.min(room, random.between(1, 3));
    this.ops.sequenceOp(this.#text, backward ? BACKSPACE : DELETE, this.count, at, count);
    this.#length -= count;
    this.count += count;
  }

  #grow(): void {
    const random = this.#random;
    const kind = this.#nodes.length === 0 && !this.#wild ? 0 : random.pick([0, 0, 1, 2]);
    const atTop = random.chance(0.4) || (this.#nodes.length === 0 && !this.#wild);
    this.#plain('tree', 'outline', {
      kind,
      ...(kind === 0 ? {} : { target: this.#node() }),
      ...(kind === 2 || atTop ? {} : { parent: this.#node() }),
      ...(kind === 2 ? {} : { value: random.pick(['a', 'b']) }),
    });
  }

  #node(): Dot {
    return this.#wild || this.#nodes.length === 0 ? anyDot(this.#random) : this.#random.pick(this.#nodes);
  }

  #plain(type: 'map' | 'counter' | 'set' | 'tree', name: string, op: Parameters<OpLog['plain']>[2]): void {
    this.ops.plain(this.ops.meet({ at: 'root', type, name }), this.count, op);
    this.count++;
  }
}

function dotOfKey(key: string): Dot {
  const [replica, seq] = key.split('.').map(Number) as [number, number];
  return dot(parseReplicaId(replica), seq);
}

function anyDot(random: Seeded): Dot {
  return dot(random.pick(REPLICAS), random.between(1, 30));
}

/**
 * The updates of a history in which some events are wild: their indexes lie beyond the end, their parents are in the future, in
 * the middle of an event, or have seen each other, their nodes are none. Most wild events that are left out are not told.
 */
function forgeHistory(random: Seeded): readonly Uint8Array[] {
  const updates: Uint8Array[] = [];
  const documents = REPLICAS.map((replica) => blank(replica));
  const lastSeqs = new Map<ReplicaId, number>();
  for (let events = random.between(3, 30); events > 0; events--) {
    const document = random.pick(documents);
    const { replica } = document;
    for (const update of updates) if (random.chance(0.3)) document.apply(update);
    const seq = (lastSeqs.get(replica) ?? 0) + 1;
    const wild = random.chance(0.15);
    const event = new EventWriter(random, document, wild);
    for (let ops = random.pick([1, 1, 1, 2, 3]); ops > 0; ops--) event.add();
    const wallMs = random.chance(0.8) ? 1000 + random.int(5) : undefined;
    const write = (parents: readonly Dot[] | undefined): Uint8Array => {
      const length = event.count;
      const lengths = [{ seq, length }];
      const times = wallMs === undefined ? [] : [{ seq, wallMs, counter: 0 }];
      const run = { replica, seq, count: length, parents, lengths, times, position: 0 };
      return encodeUpdate({ runs: [run], ops: event.ops, length });
    };
    const parents = parentsFor(random, document, wild);
    const listed = isImplied(parents, replica, seq) ? undefined : parents;
    const update =
      refusalOf(() => decodeUpdate(write(listed))) === undefined ? write(listed) : write(undefined);
    const before = document.ownSeq;
    document.apply(update);
    if (document.ownSeq === before && random.chance(0.8)) continue;
    lastSeqs.set(replica, seq + event.count - 1);
    updates.push(update);
  }
  return updates;
}

function parentsFor(random: Seeded, document: NativeDocument, wild: boolean): readonly Dot[] {
  const parents = [...document.frontier];
  if (wild && random.chance(0.6)) {
    const wrong = anyDot(random);
    const kept = parents.filter(({ replica }) => replica !== wrong.replica && random.chance(0.7));
    parents.splice(0, parents.length, ...kept, wrong);
  }
  return parents.sort((a, b) => a.replica - b.replica);
}

function isImplied(parents: readonly Dot[], replica: ReplicaId, seq: number): boolean {
  const [only] = parents;
  if (seq === 1) return only === undefined;
  return parents.length === 1 && only?.replica === replica && only.seq === seq - 1;
}

describe('events that contradict their history', () => {
  test('are left out by all alike, one by one or merged, in any order', () => {
    forEachSeed(80, (random) => {
      const updates = forgeHistory(random);
      const wanted = holding(updates);
      const cut = random.int(updates.length + 1);
      const ways = [
        updates,
        random.shuffle(updates),
        random.shuffle([...updates, ...updates]),
        [nativeFormat.merge(random.shuffle(updates))],
        [nativeFormat.merge(updates.slice(cut)), nativeFormat.merge(updates.slice(0, cut))],
      ];
      for (const way of ways) {
        const found = holding(way);
        expect(read(found)).toEqual(read(wanted));
        expect(found.version).toEqual(wanted.version);
        expect(read(holding([found.save()]))).toEqual(read(wanted));
        expect(read(holding([found.updateSince(emptyVector)]))).toEqual(read(wanted));
        const again = open(found.save());
        expect(read(again)).toEqual(read(wanted));
        again.text('body').insert(0, 'Z');
        expect(read(holding([again.save()]))).toEqual(read(again));
      }
    });
  });

  const [a, b, c] = REPLICAS as [ReplicaId, ReplicaId, ReplicaId];
  const insert =
    (inserted: string, index = 0) =>
    (ops: OpLog): number => {
      ops.insertText(ops.meet({ at: 'root', type: 'text', name: 'body' }), 0, index, inserted);
      return inserted.length;
    };
  const remove =
    (index: number, count: number) =>
    (ops: OpLog): number => {
      ops.sequenceOp(ops.meet({ at: 'root', type: 'text', name: 'body' }), DELETE, 0, index, count);
      return count;
    };
  /** A.1-3 "abc", then A.4 and B.1 at once. */
  const history = [
    eventOf(a, 1, undefined, insert('abc'), 1000),
    eventOf(a, 4, undefined, insert('d', 3), 1001),
    eventOf(b, 1, [dot(a, 3)], insert('e'), 1002),
  ];

  test.each<[string, Uint8Array]>([
    ['a dot that has other content', eventOf(a, 1, undefined, insert('xyz'), 1000)],
    ['an event that begins within another', eventOf(a, 3, undefined, insert('xy'))],
    ['other parents for a dot that is known', eventOf(b, 1, undefined, insert('e'), 1002)],
    ['a parent that is within an event', eventOf(c, 1, [dot(a, 2)], insert('x'))],
    ['parents of which one has seen the other', eventOf(c, 1, [dot(a, 3), dot(b, 1)], insert('x'))],
    ["parents that have not seen the replica's own past", eventOf(b, 2, [dot(a, 4)], insert('x'))],
    ['an insertion beyond the end', eventOf(c, 1, [dot(a, 4), dot(b, 1)], insert('x', 6))],
    ['an insertion beyond the end that there was', eventOf(c, 1, [dot(a, 3)], insert('x', 4))],
    ['a deletion beyond the end', eventOf(c, 1, [dot(a, 4), dot(b, 1)], remove(4, 2))],
    ['a deletion beyond the end that there was', eventOf(c, 1, [dot(a, 3)], remove(0, 4))],
    ['a deletion of more than was ever there', eventOf(c, 1, [dot(b, 1)], remove(0, 2 ** 29))],
    ['an insertion before anything, beyond the start', eventOf(c, 1, undefined, insert('x', 1))],
  ])('leave the document as it was: %s', (_what, forged) => {
    const document = holding(history);
    const saved = document.save();
    document.apply(forged);
    expect(document.save()).toEqual(saved);
    expect(document.waiting).toBe(0);
    // Nor does it come in with what is sound, or spoil that.
    expect(read(holding([nativeFormat.merge([...history, forged])]))).toEqual(read(document));
    expect(read(holding([forged, ...history].reverse()))).toEqual(read(document));
  });

  test.each<[string, readonly Dot[]]>([
    ['a parent of its own future', [dot(a, 9)]],
    ['parents out of order', [dot(b, 1), dot(a, 3)]],
    ['two parents of one replica', [dot(b, 1), dot(b, 2)]],
  ])('are no updates at all: %s', (_what, parents) => {
    const forged = eventOf(a, 5, parents, insert('x'));
    expect(refusalOf(() => nativeFormat.validate(forged))?.code).toBe('decode/invalid');
  });

  test('wait when a parent is not known, for as long as it is not', () => {
    const document = holding(history);
    const early = eventOf(c, 1, [dot(b, 2)], insert('x'), 1005);
    document.apply(early);
    document.apply(early);
    expect([document.waiting, document.text('body').toString()]).toEqual([1, 'eabcd']);
    document.apply(eventOf(b, 2, undefined, insert('f'), 1003));
    expect([document.waiting, document.text('body').toString()]).toEqual([0, 'xfeabcd']);
  });

  test('cannot cut a character in two', () => {
    const ops = new OpLog();
    const count = insert('a😀b')(ops);
    const run = { replica: a, seq: 1, count, parents: undefined, times: [], position: 0 };
    const cut = encodeUpdate({ runs: [{ ...run, lengths: [{ seq: 1, length: 1 }] }], ops, length: count });
    expect(refusalOf(() => blank().apply(cut))?.message).toMatch('an event that begins within a character');
    const lengths = [
      { seq: 1, length: 1 },
      { seq: 2, length: 2 },
      { seq: 4, length: 1 },
    ];
    const whole = encodeUpdate({ runs: [{ ...run, lengths }], ops, length: count });
    expect(holding([whole]).text('body').toString()).toBe('a😀b');
  });
});

describe('bytes that nobody wrote', () => {
  test('of what was kept are refused when it is opened or woken, and break nothing', () => {
    forEachSeed(80, (random) => {
      const updates = forgeHistory(random);
      const whole = holding(updates);
      const other = holding(updates.filter(() => random.chance(0.5)));
      other.text('body').insert(0, 'other');
      const shallow = shallowSnapshot(whole);
      const sound = [
        whole.snapshot(),
        shallow,
        shallow,
        other.save(),
        nativeFormat.merge(updates),
        ...updates,
      ];
      for (let input = 0; input < 20; input++) {
        const bytes = hostileBytes(random, sound);
        if (refusalOf(() => open(bytes)) !== undefined) continue;
        const document = open(bytes);
        const uses = random.shuffle([
          () => read(document),
          () => document.save(),
          () => document.apply(other.save()),
          () => document.text('body').insert(0, '!'),
          () => document.transact(() => document.text('body').clear()),
        ]);
        for (const use of uses) {
          const before = document.text('body').toString();
          if (refusalOf(use) !== undefined) expect(document.text('body').toString()).toBe(before);
        }
      }
    });
  });

  test('among sound ones let none of these in', () => {
    forEachSeed(40, (random) => {
      const updates = forgeHistory(random);
      const known = updates.slice(0, random.int(updates.length));
      const document = holding(known);
      const [before, waiting] = [read(document), document.waiting];
      const hostile = hostileBytes(random, updates);
      if (refusalOf(() => nativeFormat.validate(hostile)) === undefined) return;
      const all = [...updates];
      all.splice(random.int(all.length + 1), 0, hostile);
      expect(refusalOf(() => document.applyAll(all))).toBeDefined();
      expect([read(document), document.waiting]).toEqual([before, waiting]);
      document.applyAll(updates);
      expect(read(document)).toEqual(read(holding(updates)));
    });
  });

  test('say how many there are without there being so many', () => {
    const count = 2 ** 29;
    const remove = eventOf(parseReplicaId(1), 1, [dot(parseReplicaId(2), 1)], (ops) => {
      ops.sequenceOp(ops.meet({ at: 'root', type: 'text', name: 'body' }), DELETE, 0, 0, count);
      return count;
    });
    const saved = holding([remove]).save();
    expect(saved.length).toBeLessThan(64);
    expect(nativeFormat.merge([remove, saved])).toEqual(remove);
    // Replicas, runs, lengths, times: each said to be many, with nothing behind it.
    for (let column = 0; column < 4; column++) {
      const claim = Uint8Array.of(
        1,
        ...Array.from({ length: column }, () => 0),
        0xff,
        0xff,
        0xff,
        0xff,
        0x03,
      );
      expect(refusalOf(() => nativeFormat.validate(claim))?.code).toBe('decode/truncated');
    }
  });

  test('wait up to a bound, of which each takes what it holds on to', () => {
    const mebibyte = 2 ** 20;
    const pasted = 'x'.repeat(8 * mebibyte);
    const known = REPLICAS.map((replica) =>
      eventOf(replica, 1, undefined, (ops) => {
        ops.insertText(ops.meet({ at: 'root', type: 'text', name: 'body' }), 0, 0, 'known');
        return 5;
      }),
    );
    const document = holding(known);
    // Each is one large run that waits, beside small ones that do not.
    const wait = (replica: number): Uint8Array =>
      nativeFormat.merge([
        ...known,
        eventOf(parseReplicaId(replica), 2, undefined, (ops) => {
          ops.insertText(ops.meet({ at: 'root', type: 'text', name: 'body' }), 0, 0, pasted);
          return pasted.length;
        }),
      ]);
    const fit = Math.floor(MAX_WAITING_BYTES / (pasted.length + 1000));
    for (let i = 0; i < fit; i++) document.apply(wait(10 + i));
    expect(document.waiting).toBe(fit);
    expect(refusalOf(() => document.apply(wait(99)))?.code).toBe('decode/limit');
    expect(document.waiting).toBe(fit);
    expect(document.text('body').length).toBe(15);
    // What waits already may come again, and what it waits for lets it in.
    document.apply(wait(10));
    document.apply(
      eventOf(parseReplicaId(10), 1, undefined, (ops) => {
        ops.insertText(ops.meet({ at: 'root', type: 'text', name: 'body' }), 0, 0, 'y');
        return 1;
      }),
    );
    expect(document.waiting).toBe(fit - 1);
    expect(document.text('body').length).toBe(16 + pasted.length);
    document.apply(wait(99));
    expect(document.waiting).toBe(fit);
  });

  test('of a version to come are told apart from broken ones', () => {
    for (const head of [0x02, 0x12, 0x22])
      for (const act of [nativeFormat.validate, open])
        expect(refusalOf(() => act(Uint8Array.of(head, 0, 0, 0, 0, 0, 0)))?.code).toBe('decode/version');
  });
});
