/** The awareness border, with the real Awareness on both sides and presence tables between them. */
import { afterEach, describe, expect, test } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate as encodeByYjs } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { CausewayError } from '../error.ts';
import { Listeners } from '../listeners.ts';
import { type PresenceChannel, PresenceTable } from '../presence/index.ts';
import { hostileBytes, Seeded, seedsOfRuns } from '../testing/index.ts';
import { bindAwareness } from './awareness.ts';
import {
  decodeAwarenessUpdate,
  encodeAwarenessUpdate,
  MAX_AWARENESS_JSON_BYTES,
} from './awareness-update.ts';

/** What a relay does for presence, with nothing in between. */
class Room {
  readonly #channels = new Map<number, RoomChannel>();

  join(session: number): RoomChannel {
    const channel = new RoomChannel((state) => this.say(session, state));
    for (const [other, { own }] of this.#channels) if (own !== undefined) channel.hear(other, own);
    this.#channels.set(session, channel);
    return channel;
  }

  leave(session: number): void {
    this.#channels.delete(session);
    this.say(session, new Uint8Array());
  }

  say(session: number, state: Uint8Array): void {
    for (const [other, channel] of this.#channels) if (other !== session) channel.hear(session, state);
  }
}

class RoomChannel implements PresenceChannel {
  own: Uint8Array | undefined;
  /** How often something was sent. */
  sent = 0;
  readonly #say: (state: Uint8Array) => void;
  readonly #table = new PresenceTable();
  readonly #listeners = new Listeners<[]>();

  constructor(say: (state: Uint8Array) => void) {
    this.#say = say;
  }

  get peers(): ReadonlyMap<number, Uint8Array> {
    return this.#table.peers;
  }

  set(state: Uint8Array | undefined): void {
    this.own = state;
    this.sent++;
    this.#say(state ?? new Uint8Array());
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  hear(session: number, state: Uint8Array): void {
    if (this.#table.set(session, state)) this.#listeners.tell();
  }
}

const awarenesses: Awareness[] = [];

function awarenessOf(clientId: number): Awareness {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const awareness = new Awareness(doc);
  awarenesses.push(awareness);
  return awareness;
}

/** Two pages in one room: sessions 1 and 2, Yjs clients 11 and 22. */
function twoPages() {
  const room = new Room();
  const [a, b] = [awarenessOf(11), awarenessOf(22)];
  const [channelA, channelB] = [room.join(1), room.join(2)];
  const stopA = bindAwareness(a, channelA);
  const stopB = bindAwareness(b, channelB);
  return { room, a, b, channelA, channelB, stopA, stopB };
}

afterEach(() => {
  // An Awareness keeps a timer going until it is destroyed.
  for (const awareness of awarenesses.splice(0)) awareness.destroy();
});

describe('awareness border', () => {
  test('shows a peer, its changes, and its going', () => {
    const { room, a, b } = twoPages();
    const changes: unknown[] = [];
    b.on('change', (change: unknown) => changes.push(change));
    a.setLocalStateField('cursor', { anchor: 3 });
    expect(b.getStates().get(11)).toEqual({ cursor: { anchor: 3 } });
    room.leave(1);
    expect(b.getStates().has(11)).toBe(false);
    expect(changes).toEqual([
      { added: [], updated: [11], removed: [] },
      { added: [], updated: [], removed: [11] },
    ]);
  });

  test('shows whoever was there before, and who comes back', () => {
    const { room, a } = twoPages();
    a.setLocalState({ name: 'a' });
    const late = awarenessOf(33);
    bindAwareness(late, room.join(3));
    expect(late.getStates().get(11)).toEqual({ name: 'a' });
    room.leave(1);
    expect(late.getStates().has(11)).toBe(false);
    bindAwareness(a, room.join(4));
    expect(late.getStates().get(11)).toEqual({ name: 'a' });
  });

  test('sends a state once, and takes it back with the local state', () => {
    const { a, b, channelA } = twoPages();
    const before = channelA.sent;
    a.setLocalState({ name: 'a' });
    a.setLocalState({ name: 'a' });
    expect(channelA.sent).toBe(before + 1);
    a.setLocalState(null);
    expect(channelA.own).toBeUndefined();
    expect(b.getStates().has(11)).toBe(false);
  });

  test('does not let peers time out: their session says when they are gone', () => {
    const { b } = twoPages();
    expect(b.meta.get(11)?.lastUpdated).toBe(Number.POSITIVE_INFINITY);
  });

  test('lets nobody change the own state of a page', () => {
    const { room, a } = twoPages();
    a.setLocalState({ name: 'a' });
    room.say(9, encodeAwarenessUpdate([{ client: 11, clock: 1_000, json: '{"name":"forged"}' }]));
    room.say(9, new Uint8Array());
    expect(a.getLocalState()).toEqual({ name: 'a' });
  });

  test('takes the later of two sessions that claim one client', () => {
    const { room, b } = twoPages();
    room.say(7, encodeAwarenessUpdate([{ client: 55, clock: 9, json: '{"from":7}' }]));
    room.say(8, encodeAwarenessUpdate([{ client: 55, clock: 2, json: '{"from":8}' }]));
    expect(b.getStates().get(55)).toEqual({ from: 8 });
    room.say(8, new Uint8Array());
    expect(b.getStates().get(55)).toEqual({ from: 7 });
  });

  test('is over when it is stopped, or the awareness destroyed', () => {
    const { a, b, channelA, channelB, stopA } = twoPages();
    stopA();
    expect(channelA.own).toBeUndefined();
    expect([...a.getStates().keys()]).toEqual([11]);
    const { sent } = channelA;
    a.setLocalState({ name: 'a' });
    stopA();
    expect(channelA.sent).toBe(sent);
    b.destroy();
    expect(channelB.own).toBeUndefined();
  });

  test.each([
    ['noise', Uint8Array.of(1, 2, 3)],
    ['no client', encodeAwarenessUpdate([])],
    [
      'two clients',
      encodeAwarenessUpdate([
        { client: 5, clock: 1, json: '{}' },
        { client: 6, clock: 1, json: '{}' },
      ]),
    ],
    ['a client that is gone', encodeAwarenessUpdate([{ client: 5, clock: 1, json: 'null' }])],
    ['a state that is no object', encodeAwarenessUpdate([{ client: 5, clock: 1, json: '[1]' }])],
    ['a state that is no JSON', encodeAwarenessUpdate([{ client: 5, clock: 1, json: '{' }])],
    [
      'a clock beyond reach',
      encodeAwarenessUpdate([{ client: 5, clock: Number.MAX_SAFE_INTEGER, json: '{}' }]),
    ],
    [
      'a state nested deep',
      encodeAwarenessUpdate([
        { client: 5, clock: 1, json: `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}` },
      ]),
    ],
  ])('does not show %s', (_what, bytes) => {
    const { room, b } = twoPages();
    room.say(9, bytes);
    expect([...b.getStates().keys()].sort()).toEqual([11, 22]);
  });
});

describe('awareness updates', () => {
  test('are those of y-protocols, both ways', () => {
    const a = awarenessOf(11);
    a.setLocalState({ user: { name: 'Ada', color: '#fff' }, cursor: null });
    const clock = a.meta.get(11)?.clock ?? -1;
    const [entry] = decodeAwarenessUpdate(encodeByYjs(a, [11]));
    expect(entry).toEqual({
      client: 11,
      clock,
      json: '{"user":{"name":"Ada","color":"#fff"},"cursor":null}',
    });
    const b = awarenessOf(22);
    applyAwarenessUpdate(b, encodeAwarenessUpdate([{ client: 11, clock: 1, json: '{"x":[1]}' }]), null);
    expect(b.getStates().get(11)).toEqual({ x: [1] });
  });

  test('of more than the limit are refused', () => {
    const json = JSON.stringify({ text: 'x'.repeat(MAX_AWARENESS_JSON_BYTES) });
    expect(() => decodeAwarenessUpdate(encodeAwarenessUpdate([{ client: 1, clock: 1, json }]))).toThrow(
      'decode/limit',
    );
  });

  test('that are hostile give decode/* or what y-protocols reads', () => {
    const sound = [
      encodeAwarenessUpdate([{ client: 11, clock: 3, json: '{"a":1}' }]),
      encodeAwarenessUpdate([
        { client: 2 ** 32, clock: 0, json: 'null' },
        { client: 7, clock: 1, json: '{"b":"é"}' },
      ]),
    ];
    for (const seed of seedsOfRuns({}, 2_000)) {
      const bytes = hostileBytes(new Seeded(seed), sound);
      const fault = faultOf(() => {
        decodeAwarenessUpdate(bytes);
        applyAwarenessUpdate(awarenessOf(1), bytes, null);
      });
      expect(
        fault === undefined || CausewayError.inFamily(fault, 'decode'),
        `seed ${seed}: ${String(fault)}`,
      ).toBe(true);
    }
  });
});

function faultOf(call: () => void): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
