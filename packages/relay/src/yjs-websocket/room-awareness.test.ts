// What y-websocket sessions of a room see of each other and of native sessions.
import { type AwarenessEntry, decodeAwarenessUpdate, encodeAwarenessUpdate } from '@causeway/core/yjs';
import { expect, test } from 'vitest';
import { PresenceChanges } from '../presence-changes.ts';
import { decodeYjsMessage } from './message.ts';
import { CLOCK_UNIT_MS, RoomAwareness } from './room-awareness.ts';

const ADA = state(10, 1, { name: 'Ada' });
const BEN = state(20, 5, { name: 'Ben' });

test('a session shows the first client that it names, and says nothing of others', () => {
  const { awareness } = room();
  awareness.join(1);
  awareness.join(2);
  expect(awareness.claim(1, ADA)).toEqual(ADA);
  expect(awareness.claim(2, ADA)).toBe(undefined);
  expect(awareness.claim(2, BEN)).toEqual(BEN);
  expect(awareness.claim(2, state(10, 9, null))).toBe(undefined);
  expect(awareness.claim(1, state(20, 9, null))).toBe(undefined);
  expect(awareness.claim(1, state(10, 2, null))).toEqual(new Uint8Array());
  awareness.leave(1);
  expect(awareness.claim(2, ADA)).toBe(undefined); // it has one already
  awareness.join(3);
  expect(awareness.claim(3, ADA)).toEqual(ADA);
});

test('changes are encoded once for those who have no part in them, and without their own for the others', () => {
  const { awareness } = room();
  for (const session of [1, 2, 3]) awareness.join(session);
  awareness.claim(1, ADA);
  awareness.claim(2, BEN);
  const changes = new PresenceChanges(
    new Map([
      [1, ADA],
      [2, BEN],
    ]),
  );
  expect(namesIn(awareness.framesOf(changes, 3))).toEqual(['Ada', 'Ben']);
  expect(awareness.framesOf(changes, 3)).toBe(awareness.framesOf(changes, 4));
  expect(namesIn(awareness.framesOf(changes, 1))).toEqual(['Ben']);
  expect(namesIn(awareness.everyoneBut(2))).toEqual(['Ada']);
});

test('who goes is taken away, and who comes again is newer than that', () => {
  const { awareness } = room();
  awareness.join(1);
  awareness.join(2);
  awareness.claim(1, ADA);
  const first = entriesIn(awareness.framesOf(new PresenceChanges(new Map([[1, ADA]])), 2));
  const gone = entriesIn(awareness.framesOf(new PresenceChanges(new Map([[1, new Uint8Array()]])), 2));
  expect(gone.map(({ client, json }) => [client, json])).toEqual([[10, 'null']]);
  awareness.leave(1);
  awareness.join(3);
  awareness.claim(3, ADA);
  const again = entriesIn(awareness.framesOf(new PresenceChanges(new Map([[3, ADA]])), 2));
  const clocks = [first, gone, again].map(([entry]) => entry?.clock ?? 0);
  expect(clocks).toEqual([...clocks].sort((a, b) => a - b));
  expect(new Set(clocks).size).toBe(3);
});

test('the state of a native session is repeated with newer clocks, made once a second for all', () => {
  const { awareness, pass } = room(new Map([[7, ADA]]));
  awareness.join(1);
  const [first] = entriesIn(awareness.renewal());
  expect(awareness.renewal()).toBe(awareness.renewal());
  pass(1000);
  const [second] = entriesIn(awareness.renewal());
  expect(second?.json).toBe(first?.json);
  expect(second?.clock).toBeGreaterThan(first?.clock ?? 0);
});

test('without anything to repeat it is a message all the same', () => {
  const { awareness } = room();
  awareness.join(1);
  expect(entriesIn(awareness.renewal())).toEqual([]);
});

test('what no client would show is not shown', () => {
  const { awareness } = room(new Map([[7, Uint8Array.of(1, 2, 3)]]));
  expect(awareness.everyoneBut(1)).toBe(undefined);
});

function room(presence: ReadonlyMap<number, Uint8Array> = new Map()): {
  readonly awareness: RoomAwareness;
  pass(ms: number): void;
} {
  let now = 1_000_000;
  const awareness = new RoomAwareness(new PresenceChanges(presence), () => Math.floor(now / CLOCK_UNIT_MS));
  return {
    awareness,
    pass: (ms) => {
      now += ms;
    },
  };
}

function state(client: number, clock: number, value: object | null): Uint8Array {
  return encodeAwarenessUpdate([{ client, clock, json: JSON.stringify(value) }]);
}

/** Entries in a WebSocket frame of up to 125 bytes. */
function entriesIn(frame: Uint8Array | undefined): readonly AwarenessEntry[] {
  if (frame === undefined) return [];
  const message = decodeYjsMessage(new Uint8Array(frame.subarray(2)));
  return message.type === 'awareness' ? decodeAwarenessUpdate(message.update) : [];
}

function namesIn(frame: Uint8Array | undefined): readonly unknown[] {
  return entriesIn(frame).map(({ json }) => (JSON.parse(json) as { readonly name?: string }).name);
}
