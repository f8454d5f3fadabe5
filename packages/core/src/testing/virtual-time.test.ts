import { expect, it } from 'vitest';
import { VirtualTime } from './virtual-time.ts';

it('runs timers in order of their time, then of their setting, each at its own time', () => {
  const time = new VirtualTime(1000);
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name} at ${time.now()}`);
  time.setTimer(20, note('b'));
  time.setTimer(10, note('a'));
  time.setTimer(20, note('c'));
  time.advance(19);
  expect(ran).toEqual(['a at 1010']);
  time.advance(1);
  expect(ran).toEqual(['a at 1010', 'b at 1020', 'c at 1020']);
  expect(time.now()).toBe(1020);
});

it('runs timers that are set meanwhile when they fall due within the same advance', () => {
  const time = new VirtualTime();
  const ran: number[] = [];
  time.setTimer(10, () => {
    time.setTimer(5, () => void ran.push(time.now()));
    time.setTimer(50, () => void ran.push(time.now()));
  });
  time.advance(20);
  expect(ran).toEqual([15]);
  expect(time.pending).toBe(1);
});

it('does not run what was cancelled, even by a timer of the same time', () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  let cancel = () => {};
  time.setTimer(10, () => cancel());
  cancel = time.setTimer(10, () => void ran.push('cancelled'));
  const cancelTwice = time.setTimer(5, () => void ran.push('cancelled'));
  cancelTwice();
  cancelTwice();
  time.advance(100);
  expect(ran).toEqual([]);
  expect(time.pending).toBe(0);
});

it('runs until nothing is set, and throws when timers set each other for ever', () => {
  const time = new VirtualTime();
  let left = 3;
  const again = () => {
    if (--left > 0) time.setTimer(1000, again);
  };
  time.setTimer(1000, again);
  time.runUntilIdle();
  expect([left, time.now()]).toEqual([0, 3000]);
  const forEver = () => void time.setTimer(1, forEver);
  forEver();
  expect(() => time.runUntilIdle(100)).toThrow('testing/idle');
});

it('runs timers one by one, up to a time', () => {
  const time = new VirtualTime();
  const ran: number[] = [];
  for (const ms of [20, 10, 10, 30]) time.setTimer(ms, () => ran.push(time.now()));
  expect(time.runNext(25)).toBe(true);
  expect(ran).toEqual([10]);
  while (time.runNext(25));
  expect(ran).toEqual([10, 10, 20]);
  expect([time.now(), time.pending]).toEqual([20, 1]);
});
