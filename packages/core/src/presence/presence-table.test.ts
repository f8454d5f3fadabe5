import { describe, expect, test } from 'vitest';
import { PresenceTable } from './presence-table.ts';

const state = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe('presence table', () => {
  test('keeps the last state of each session until it has gone', () => {
    const table = new PresenceTable();
    expect(table.set(1, state(1))).toBe(true);
    expect(table.set(2, state(2))).toBe(true);
    expect(table.set(1, state(3))).toBe(true);
    expect(table.peers).toEqual(
      new Map([
        [1, state(3)],
        [2, state(2)],
      ]),
    );
    expect(table.set(1, state())).toBe(true);
    expect(table.remove(2)).toBe(true);
    expect(table.peers.size).toBe(0);
  });

  test('says when nothing has changed, and gives the same map then', () => {
    const table = new PresenceTable();
    table.set(1, state(1));
    const { peers } = table;
    expect([table.set(1, state(1)), table.remove(2), table.set(2, state())]).toEqual([false, false, false]);
    expect(table.peers).toBe(peers);
  });

  test('gives a new map at every change and never changes an old one', () => {
    const table = new PresenceTable();
    table.set(1, state(1));
    const { peers } = table;
    table.set(2, state(2));
    expect(table.clear()).toBe(true);
    expect(table.clear()).toBe(false);
    expect([...peers.keys()]).toEqual([1]);
  });

  test('refuses states that are too large and sessions that are too many, and stays as it was', () => {
    const table = new PresenceTable({ maxStateBytes: 2, maxSessions: 1 });
    table.set(1, state(1));
    expect(() => table.set(1, state(1, 2, 3))).toThrow('protocol/limit');
    expect(() => table.set(2, state(1))).toThrow('protocol/limit');
    expect(table.peers).toEqual(new Map([[1, state(1)]]));
    expect(table.set(1, state(1, 2))).toBe(true);
  });
});
