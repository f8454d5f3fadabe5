import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import { parseReplicaId } from '../id/index.ts';
import {
  compareTimes,
  type HybridTime,
  hybridClock,
  hybridTimeCodec,
  MAX_HYBRID_COUNTER,
  MAX_WALL_MS,
  receive,
  tick,
} from './hybrid-clock.ts';

const me = parseReplicaId(1);
const peer = parseReplicaId(2);

it('follows the wall clock, and counts on when that stands still or is set back', () => {
  const first = tick(hybridClock(me), 100);
  const second = tick(first, 101);
  const third = tick(second, 101);
  const fourth = tick(third, 99);
  expect([first, second, third, fourth].map(({ wallMs, counter }) => [wallMs, counter])).toEqual([
    [100, 0],
    [101, 0],
    [101, 1],
    [101, 2],
  ]);
});

it('gives a time after every time it has accepted', () => {
  const remote: HybridTime = { wallMs: 250, counter: 7, replica: peer };
  const { clock, skewMs } = receive(tick(hybridClock(me), 100), remote, 101, 60_000);
  expect(skewMs).toBe(0);
  expect(tick(clock, 102)).toEqual({ wallMs: 250, counter: 8, replica: me });
});

it('is not moved by a time more than the drift ahead, and says by how much it is', () => {
  const clock = tick(hybridClock(me), 100);
  expect(receive(clock, { wallMs: 60_101, counter: 0, replica: peer }, 100, 60_000)).toEqual({
    clock,
    skewMs: 60_001,
  });
  expect(receive(clock, { wallMs: 60_100, counter: 0, replica: peer }, 100, 60_000).skewMs).toBe(0);
});

it('borrows from the next millisecond when the counter is full', () => {
  const full: HybridTime = { wallMs: 100, counter: MAX_HYBRID_COUNTER, replica: me };
  expect(tick(full, 100)).toEqual({ wallMs: 101, counter: 0, replica: me });
});

it('takes a wall clock that is broken altogether for 1970', () => {
  for (const broken of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -5]) {
    expect(tick(hybridClock(me), broken)).toEqual({ wallMs: 0, counter: 1, replica: me });
  }
  expect(tick(hybridClock(me), 12.9).wallMs).toBe(12);
});

it('orders by millisecond, counter, replica', () => {
  const times: HybridTime[] = [
    { wallMs: 1, counter: 9, replica: peer },
    { wallMs: 2, counter: 0, replica: me },
    { wallMs: 2, counter: 0, replica: peer },
    { wallMs: 2, counter: 1, replica: me },
  ];
  expect([...times].reverse().sort(compareTimes)).toEqual(times);
});

it('has no bytes for times that no clock gives', () => {
  const last: HybridTime = { wallMs: MAX_WALL_MS, counter: MAX_HYBRID_COUNTER, replica: me };
  expect(decode(hybridTimeCodec, encode(hybridTimeCodec, last), 'time')).toEqual(last);
  for (const wrong of [
    { ...last, wallMs: MAX_WALL_MS + 1 },
    { ...last, counter: MAX_HYBRID_COUNTER + 1 },
  ]) {
    expect(() => decode(hybridTimeCodec, encode(hybridTimeCodec, wrong), 'time')).toThrow(CausewayError);
  }
});
