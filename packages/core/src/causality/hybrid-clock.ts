/**
 * Hybrid logical clock (Kulkarni, Demirbas et al. 2014, "Logical Physical Clocks"): times close to the wall clock that also
 * respect happened-before, whatever the wall clocks do.
 *
 *   wall clock of this replica     100    101     99 (set back)    99
 *   tick                          100.0  101.0   101.1            101.2     never back
 *   receive 250.7, drift bound 60_000                 then tick → 250.8     after what was seen
 *   receive 900_000.0, same bound                     then tick → 250.9     refused: the peer's clock is wrong
 *
 * A clock is the greatest time it has given or accepted, so it is itself a HybridTime. Accepting gives no time of its
 * own: the next tick is above it. A time that is refused changes only the clock's answer, not the edit that came with it:
 * whoever receives keeps the edit and reports the skew.
 */
import type { Codec } from '../bytes/index.ts';
import { type ReplicaId, replicaIdCodec } from '../id/index.ts';

/** When an operation was made. Totally ordered by wallMs, counter, replica; no two operations have equal times. */
export interface HybridTime {
  /** Milliseconds since 1970, as far as the replica knew. */
  readonly wallMs: number;
  /** Operations in the same millisecond, or made while the wall clock was behind. */
  readonly counter: number;
  readonly replica: ReplicaId;
}

/** What receiving a time did to the clock. */
export interface Received {
  readonly clock: HybridTime;
  /** How far the peer's time is ahead of this wall clock when that is more than allowed and so was refused; else 0. */
  readonly skewMs: number;
}

/** The last instant that a JavaScript Date can name. */
export const MAX_WALL_MS = 8_640_000_000_000_000;
/** 32 bits; a millisecond in which more happens borrows from the next. */
export const MAX_HYBRID_COUNTER = 0xffff_ffff;

/** A clock that has seen nothing. */
export function hybridClock(replica: ReplicaId): HybridTime {
  return { wallMs: 0, counter: 0, replica };
}

/** The time of a new operation, above every time this clock has given or accepted; it is also the clock from now on. */
export function tick(clock: HybridTime, wallMs: number): HybridTime {
  const wall = clampWall(wallMs);
  if (wall > clock.wallMs) return { wallMs: wall, counter: 0, replica: clock.replica };
  if (clock.counter < MAX_HYBRID_COUNTER) return { ...clock, counter: clock.counter + 1 };
  return { wallMs: clock.wallMs + 1, counter: 0, replica: clock.replica };
}

/** The clock after it has seen a peer's time, unless that is more than `maxDriftMs` ahead of this wall clock. */
export function receive(clock: HybridTime, remote: HybridTime, wallMs: number, maxDriftMs: number): Received {
  const aheadMs = remote.wallMs - clampWall(wallMs);
  if (aheadMs > maxDriftMs) return { clock, skewMs: aheadMs };
  const later = remote.wallMs - clock.wallMs || remote.counter - clock.counter;
  if (later <= 0) return { clock, skewMs: 0 };
  return { clock: { ...remote, replica: clock.replica }, skewMs: 0 };
}

export function compareTimes(a: HybridTime, b: HybridTime): number {
  return a.wallMs - b.wallMs || a.counter - b.counter || a.replica - b.replica;
}

export const hybridTimeCodec: Codec<HybridTime> = {
  write: (writer, time) => {
    writer.varint(time.wallMs).varint(time.counter);
    replicaIdCodec.write(writer, time.replica);
  },
  read: (reader) => ({
    wallMs: reader.varintUpTo(MAX_WALL_MS, 'hybrid time in ms'),
    counter: reader.varintUpTo(MAX_HYBRID_COUNTER, 'hybrid counter'),
    replica: replicaIdCodec.read(reader),
  }),
};

/** A wall clock as whole milliseconds in range; one that is broken altogether counts as 1970, and the counter carries on. */
function clampWall(wallMs: number): number {
  return Number.isFinite(wallMs) ? Math.min(Math.max(Math.floor(wallMs), 0), MAX_WALL_MS) : 0;
}
