/**
 * Random events of replicas with wrong wall clocks, against what Kulkarni et al. promise: happened-before implies a smaller
 * time, times of a replica rise, no two are equal, and no clock is further ahead of its own wall clock than the drift
 * it accepts, or the furthest its own wall clock has ever been.
 */
import { expect, it } from 'vitest';
import { parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import {
  compareTimes,
  type HybridTime,
  hybridClock,
  MAX_HYBRID_COUNTER,
  receive,
  tick,
} from './hybrid-clock.ts';

interface Event {
  readonly time: HybridTime;
  /** Every event that happened before, where no time on the way was refused. */
  readonly past: ReadonlySet<Event>;
}

const MAX_DRIFT_MS = 1000;

it.each(seedsOfRuns({}, 60))('times agree with happened-before (seed %i)', (seed) => {
  const random = new Seeded(seed);
  const replicas = [1, 2, 3].map((id) => ({
    clock: hybridClock(parseReplicaId(id)),
    past: new Set<Event>(),
    skewMs: random.pick([0, -500, 900, 5000]),
    furthestMs: 0,
  }));
  const events: Event[] = [];
  let trueMs = 1_000_000;
  for (let step = 0; step < 80; step++) {
    trueMs += random.pick([0, 0, 1, 300]);
    const at = random.pick(replicas);
    if (random.chance(0.05)) at.skewMs = random.between(-2000, 6000);
    const wallMs = trueMs + at.skewMs;
    at.furthestMs = Math.max(at.furthestMs, wallMs);
    if (events.length > 0 && random.chance(0.5)) {
      const { time, past } = random.pick(events);
      const received = receive(at.clock, time, wallMs, MAX_DRIFT_MS);
      expect(received.skewMs).toBe(time.wallMs - wallMs > MAX_DRIFT_MS ? time.wallMs - wallMs : 0);
      expect(compareTimes(received.clock, at.clock)).toBeGreaterThanOrEqual(0);
      at.clock = received.clock;
      if (received.skewMs === 0)
        for (const each of [...past, ...events.filter((event) => event.time === time)]) at.past.add(each);
    } else {
      const time = tick(at.clock, wallMs);
      for (const before of at.past) expect(compareTimes(before.time, time)).toBeLessThan(0);
      for (const other of events) expect(compareTimes(other.time, time)).not.toBe(0);
      const event = { time, past: new Set(at.past) };
      at.clock = time;
      at.past.add(event);
      events.push(event);
    }
    expect(at.clock.wallMs).toBeLessThanOrEqual(at.furthestMs + MAX_DRIFT_MS);
  }
});

it.each(seedsOfRuns({}, 20))(
  'a peer that sends what it likes moves a clock no further than the drift (seed %i)',
  (seed) => {
    const random = new Seeded(seed);
    let clock = hybridClock(parseReplicaId(1));
    for (let step = 0; step < 50; step++) {
      const remote: HybridTime = {
        wallMs: random.between(0, 10_000),
        counter: random.pick([0, 5, MAX_HYBRID_COUNTER]),
        replica: parseReplicaId(2),
      };
      clock = receive(clock, remote, 5000, MAX_DRIFT_MS).clock;
      clock = tick(clock, 5000);
      expect(clock.wallMs).toBeLessThanOrEqual(5000 + MAX_DRIFT_MS + step + 1);
    }
  },
);
