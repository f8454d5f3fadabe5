import { expect, test } from 'vitest';
import type { EventRun } from '../doc/event-batch.ts';
import {
  composeBatches,
  counter,
  decodeUpdate,
  encodeUpdate,
  map,
  NativeDocument,
  recordView,
  register,
  set,
  text,
  tree,
} from '../doc/index.ts';
import { OpLog } from '../doc/op-log.ts';
import { CausewayError } from '../error.ts';
import { type Dot, parseReplicaId } from '../id/index.ts';
import { BACKSPACE, DELETE } from '../op/sequence/sequence-log.ts';
import { Seeded } from '../testing/seeded.ts';
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

interface Forged {
  replica: number;
  seq: number;
  count: number;
  update: Uint8Array;
}

function forge(random: Seeded): Forged[] {
  const made: Forged[] = [];
  const lasts = [0, 0, 0, 0];
  const ends: Dot[] = [];
  for (let n = random.between(3, 25); n > 0; n--) {
    const replica = random.between(1, 3);
    const seq = (lasts[replica] as number) + 1;
    const anyDot = (): Dot => ({
      replica: parseReplicaId(random.between(1, 3)),
      seq: random.between(1, Math.max(...lasts) + 1),
    });
    const ops = new OpLog();
    let lv = 0;
    const body = ops.meet({ at: 'root', type: 'text', name: random.pick(['body', 'note', 'body']) });
    for (let k = random.pick([1, 1, 1, 2, 3]); k > 0; k--) {
      const t = random.int(10);
      if (t < 4) {
        const s = random.pick(['a', 'bc', 'def', '😀', 'x😀y']);
        ops.insertText(body, lv, random.int(random.pick([1, 3, 6])), s);
        lv += s.length;
      } else if (t < 5) {
        const c = random.between(1, 3);
        ops.sequenceOp(body, DELETE, lv, random.int(4), c);
        lv += c;
      } else if (t < 6) {
        const c = random.between(1, 3);
        ops.sequenceOp(body, BACKSPACE, lv, c - 1 + random.int(3), c);
        lv += c;
      } else if (t < 7) {
        ops.plain(ops.meet({ at: 'root', type: 'map', name: '' }), lv++, {
          kind: 0,
          key: 'title',
          value: random.pick(['q', 'r']),
        });
      } else if (t < 8) {
        ops.plain(ops.meet({ at: 'root', type: 'counter', name: 'votes' }), lv++, {
          kind: random.int(2),
          value: random.between(-3, 9),
        });
      } else if (t < 9) {
        ops.plain(ops.meet({ at: 'root', type: 'set', name: 'tags' }), lv++, {
          kind: random.int(2),
          value: random.pick(['u', 'v']),
        });
      } else {
        const o = ops.meet({ at: 'root', type: 'tree', name: 'outline' });
        const kind = random.pick([0, 0, 1, 2]);
        ops.plain(
          o,
          lv++,
          kind === 0
            ? { kind, ...(random.chance(0.5) ? {} : { parent: anyDot() }), value: 'a' }
            : kind === 1
              ? {
                  kind,
                  target: anyDot(),
                  ...(random.chance(0.3) ? {} : { parent: anyDot() }),
                  value: random.pick(['a', 'b']),
                }
              : { kind, target: anyDot() },
        );
      }
    }
    const listed = [
      ...new Map(
        [
          ...(random.chance(0.5) ? ends.slice(-3) : []),
          ...Array.from({ length: random.int(3) }, () =>
            random.chance(0.8) && ends.length > 0 ? random.pick(ends) : anyDot(),
          ),
          ...(random.chance(0.8) && seq > 1 ? [{ replica: parseReplicaId(replica), seq: seq - 1 }] : []),
        ].map((d) => [d.replica, d]),
      ).values(),
    ].sort((a, b) => a.replica - b.replica);
    const run = (parents: readonly Dot[] | undefined): EventRun => ({
      replica: parseReplicaId(replica),
      seq,
      count: lv,
      parents,
      lengths: [{ seq, length: lv }],
      times: random.chance(0.8)
        ? [{ seq: seq + (random.chance(0.1) ? random.int(lv) : 0), wallMs: 1000 + random.int(5), counter: 0 }]
        : [],
      position: 0,
    });
    let update: Uint8Array;
    try {
      update = encodeUpdate({ runs: [run(random.chance(0.3) ? undefined : listed)], ops, length: lv });
      decodeUpdate(update);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      update = encodeUpdate({ runs: [run(undefined)], ops, length: lv });
      decodeUpdate(update);
    }
    lasts[replica] = seq + lv - 1;
    ends.push({ replica: parseReplicaId(replica), seq: seq + lv - 1 });
    made.push({ replica, seq, count: lv, update });
  }
  return made;
}
const blank = (replica = 9): NativeDocument =>
  new NativeDocument({ replica: parseReplicaId(replica), now: () => 5000 });
const json = (d: NativeDocument): string => JSON.stringify(recordView(d, fields, undefined).toJSON());

function play(random: Seeded): number {
  const events = forge(random);
  const updates = events.map(({ update }) => update);
  const a = blank();
  for (const update of updates) a.apply(update);
  const others = [
    updates,
    random.shuffle(updates),
    [nativeFormat.merge(updates)],
    [nativeFormat.merge(random.shuffle(updates))],
  ];
  const cut = random.int(updates.length);
  others.push([nativeFormat.merge(updates.slice(cut)), nativeFormat.merge(updates.slice(0, cut))]);
  for (const [i, list] of others.entries()) {
    const d = blank();
    for (const update of list) d.apply(update);
    expect(json(d), `way ${i}`).toBe(json(a));
    expect(d.version, `way ${i}`).toEqual(a.version);
    expect(d.waiting > 0, `way ${i} waiting`).toBe(a.waiting > 0);
    const again = blank();
    again.apply(d.save());
    expect(json(again), `way ${i} saved`).toBe(json(a));
    const loaded = NativeDocument.load(d.save(), { replica: parseReplicaId(10), now: () => 5000 });
    expect(json(loaded), `way ${i} loaded`).toBe(json(a));
    loaded.text('body').insert(0, 'Z');
    const c = blank();
    c.apply(d.updateSince(new Map() as never));
    expect(json(c), `way ${i} since`).toBe(json(a));
    c.apply(loaded.save());
    expect(json(c)).toBe(json(loaded));
  }
  return [...a.version.values()].reduce((s, x) => s + x, 0);
}
const runs = Number(process.env['RUNS'] ?? 300);
test('forged', () => {
  let total = 0,
    bad = 0;
  const base = Number(process.env['SEED'] ?? 1);
  for (let seed = base; seed < base + runs; seed++) {
    try {
      total += play(new Seeded(seed));
    } catch (cause) {
      if (bad++ < 4) console.log('seed', seed, (cause as Error).stack?.slice(0, 900));
    }
  }
  console.log({ runs, total, bad });
  expect(bad).toBe(0);
}, 600_000);
