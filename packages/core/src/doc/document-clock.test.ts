import { describe, expect, test } from 'vitest';
import { MAX_HYBRID_COUNTER, MAX_WALL_MS } from '../causality/index.ts';
import { DocumentClock } from './document-clock.ts';

describe('the clock of a document', () => {
  test('goes up when the device goes back, and where its counter is full', () => {
    let now = 5000;
    const clock = new DocumentClock(() => now);
    expect(clock.tick()).toEqual({ wallMs: 5000, counter: 0 });
    now = 4000;
    expect(clock.tick()).toEqual({ wallMs: 5000, counter: 1 });
    clock.see(5000, MAX_HYBRID_COUNTER, false);
    expect(clock.tick()).toEqual({ wallMs: 5001, counter: 0 });
    now = Number.NaN;
    expect(clock.tick()).toEqual({ wallMs: 5001, counter: 1 });
    now = Number.MAX_VALUE;
    expect(clock.tick()).toEqual({ wallMs: MAX_WALL_MS, counter: 0 });
  });

  test('follows others, but none from far in the future, and says so', () => {
    const clock = new DocumentClock(() => 1_000_000);
    clock.see(1_200_000, 3, false);
    expect([clock.tick(), clock.skewMs]).toEqual([{ wallMs: 1_200_000, counter: 4 }, 0]);
    clock.see(2_000_000, 0, false);
    expect([clock.tick(), clock.skewMs]).toEqual([{ wallMs: 1_200_000, counter: 5 }, 1_000_000]);
    clock.see(2_000_000, 0, true);
    expect(clock.tick()).toEqual({ wallMs: 2_000_000, counter: 1 });
  });

  test('keeps a time for a second, and looks once in a turn', async () => {
    let now = 5000;
    const clock = new DocumentClock(() => now);
    const first = clock.look(undefined);
    expect([first, clock.hasLooked]).toEqual([{ wallMs: 5000, counter: 0 }, true]);
    await Promise.resolve();
    expect(clock.hasLooked).toBe(false);
    now = 5999;
    expect(clock.look(first)).toBe(undefined);
    now = 6000;
    expect(clock.look(first)).toEqual({ wallMs: 6000, counter: 0 });
  });
});
