/** The event log and what it is made of, against the simplest model: every event on its own, with the set of all it has seen. */
import { describe, expect, test } from 'vitest';
import { parseReplicaId, type ReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { CausalBuffer } from './causal-buffer.ts';
import { EventLog } from './event-log.ts';

interface ModelEvent {
  readonly replica: ReplicaId;
  readonly firstSeq: number;
  readonly lvs: readonly number[];
  readonly parents: readonly number[];
  readonly wallMs: number;
  /** All LVs that it has seen, its own too. */
  readonly seen: ReadonlySet<number>;
}

interface Model {
  readonly log: EventLog;
  readonly events: ModelEvent[];
}

function randomModel(random: Seeded): Model {
  const log = new EventLog();
  const events: ModelEvent[] = [];
  const replicas = Array.from({ length: random.between(1, 5) }, (_, i) => parseReplicaId(7 * i + 3));
  const steps = random.between(1, 60);
  for (let step = 0; step < steps; step++) appendRandom(random, log, events, random.pick(replicas), 1 + step);
  return { log, events };
}

function appendRandom(
  random: Seeded,
  log: EventLog,
  events: ModelEvent[],
  id: ReplicaId,
  wallMs: number,
): void {
  const replica = log.replicas.meet(id);
  const own = events.filter((event) => event.replica === id).at(-1);
  const others = events.filter(() => random.chance(0.15));
  const sees = random.chance(0.4) ? events : own === undefined ? others : [...others, own];
  const parents = log.graph.headsOf(sees.map((event) => event.lvs.at(-1) as number));
  const length = random.pick([1, 1, 1, 2, 3]);
  const firstSeq = log.replicas.lastSeq(replica) + 1;
  const isNext = parents.join() === log.graph.frontier.join();
  const wall = random.chance(0.5) ? wallMs : (own?.wallMs ?? wallMs);
  log.markTime(replica, firstSeq, wall, 0);
  const lv =
    isNext && random.chance(0.5) ? log.appendNext(replica, length) : log.append(replica, 1, length, parents);
  const lvs = Array.from({ length }, (_, i) => lv + i);
  const seen = new Set([...lvs, ...sees.flatMap((event) => [...event.seen])]);
  events.push({ replica: id, firstSeq, lvs, parents, wallMs: wall, seen });
}

function check({ log, events }: Model): void {
  const all = new Set(events.flatMap((event) => event.lvs));
  expect(log.length).toBe(all.size);
  for (const event of events) {
    const replica = log.replicas.find(event.replica);
    const first = event.lvs[0] as number;
    const last = event.lvs.at(-1) as number;
    expect(log.graph.parentsOf(first)).toEqual(event.parents);
    for (const [i, lv] of event.lvs.entries()) {
      const seq = event.firstSeq + i;
      expect(log.replicas.dotOf(lv)).toEqual({ replica: event.replica, seq });
      expect(log.replicas.lvOf(replica, seq)).toBe(lv);
      expect(log.eventAt(replica, seq)).toEqual({
        first: event.firstSeq,
        last: event.firstSeq + event.lvs.length - 1,
      });
      expect(log.endsEvent(lv)).toBe(lv === last);
      expect(log.timeOf(replica, seq).wallMs).toBe(event.wallMs);
    }
    for (const lv of all) expect(log.graph.includes([last], lv)).toBe(event.seen.has(lv));
  }
  const heads = events.filter(
    (event) => !events.some((other) => other !== event && other.seen.has(event.lvs[0] as number)),
  );
  expect(log.graph.frontier).toEqual(
    heads.map((event) => event.lvs.at(-1)).sort((a, b) => Number(a) - Number(b)),
  );
  const criticals = events.filter((event) =>
    events.every((other) => other.seen.has(event.lvs[0] as number) || event.seen.has(other.lvs[0] as number)),
  );
  expect(log.graph.lastCritical).toBe(criticals.at(-1)?.lvs.at(-1) ?? -1);
}

describe('the event log', () => {
  test('says of random histories what a list of events says', () => {
    for (const seed of seedsOfRuns({}, 60)) {
      const random = new Seeded(seed);
      const model = randomModel(random);
      expect(() => check(model), `seed ${seed}`).not.toThrow();
    }
  });

  test('is as it was before what is taken back, and goes on from there', () => {
    for (const seed of seedsOfRuns({}, 60)) {
      const random = new Seeded(seed);
      const { log, events } = randomModel(random);
      events.splice(random.int(events.length + 1));
      log.truncate(events.reduce((sum, event) => sum + event.lvs.length, 0));
      expect(() => check({ log, events }), `seed ${seed}`).not.toThrow();
      for (let step = 0; step < 10; step++)
        appendRandom(random, log, events, parseReplicaId(3 + 7 * random.int(4)), 100 + step);
      expect(() => check({ log, events }), `seed ${seed}, gone on`).not.toThrow();
    }
  });

  test('knows what a holder of any version lacks, in whole events', () => {
    for (const seed of seedsOfRuns({}, 100)) {
      const random = new Seeded(seed);
      const { log, events } = randomModel(random);
      const some = events.filter(() => random.chance(0.2));
      const seen = new Set(some.flatMap((event) => [...event.seen]));
      const version = log.graph.headsOf([...seen]);
      const pairs = log.lacking(log.vectorAt(version));
      const lacking: number[] = [];
      for (let i = 0; i < pairs.length; i += 2)
        for (let lv = pairs[i] as number; lv < (pairs[i + 1] as number); lv++) lacking.push(lv);
      const all = events.flatMap((event) => event.lvs).sort((a, b) => a - b);
      expect(lacking, `seed ${seed}`).toEqual(all.filter((lv) => !seen.has(lv)));
      const [cut] = events.filter((event) => event.lvs.length > 1);
      if (cut === undefined) continue;
      const through = new Map(log.vector()).set(cut.replica, cut.firstSeq);
      expect(log.lacking(through)[0], `seed ${seed}`).toBeLessThanOrEqual(cut.lvs[0] as number);
    }
  });
});

describe('the causal buffer', () => {
  test('wakes what a random order of adding and waking makes due, lowest first', () => {
    for (const seed of seedsOfRuns({}, 50)) {
      const random = new Seeded(seed);
      const buffer = new CausalBuffer<number>(Number.POSITIVE_INFINITY);
      const model = new Map<ReplicaId, number[]>();
      for (let step = 0; step < 60; step++) {
        const replica = parseReplicaId(random.between(1, 3));
        const seqs = model.get(replica) ?? [];
        const seq = random.between(1, 20);
        if (random.chance(0.7)) {
          buffer.add(replica, seq, seq, 1);
          model.set(replica, [...seqs, seq]);
        } else {
          const due = seqs.filter((each) => each <= seq).sort((a, b) => a - b);
          expect(buffer.wake(replica, seq), `seed ${seed}`).toEqual(due);
          model.set(
            replica,
            seqs.filter((each) => each > seq),
          );
        }
        expect(buffer.size).toBe([...model.values()].flat().length);
      }
    }
  });

  test('takes no more than its limit, and again when something has left', () => {
    const buffer = new CausalBuffer<string>(10);
    const replica = parseReplicaId(1);
    expect(buffer.add(replica, 5, 'x', 8)).toBe(true);
    expect(buffer.add(replica, 6, 'y', 3)).toBe(false);
    expect(buffer.items()).toEqual(['x']);
    expect(buffer.wake(replica, 4)).toEqual([]);
    expect(buffer.wake(replica, 5)).toEqual(['x']);
    expect(buffer.add(replica, 6, 'y', 10)).toBe(true);
    expect(buffer.room).toBe(0);
  });
});
