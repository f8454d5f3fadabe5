import { describe, expect, test } from 'vitest';
import { InvariantError } from '../error.ts';
import { parseDocumentKind, parseDocumentName } from '../id/index.ts';
import { batchesIn } from './batch-queue.ts';
import {
  type ClientChannelEffect,
  type ClientChannelInput,
  type ClientChannelState,
  clientChannel,
  type PendingBatch,
  stepClientChannel,
  unsettledBatches,
} from './client-channel.ts';
import type { Access, BatchId, Position, RelayChannelFrame, SessionLimits } from './frame.ts';
import { DEFAULT_SESSION_LIMITS, MAX_BATCHES_IN_FLIGHT, MAX_IN_FLIGHT_BYTES } from './limits.ts';

const NO_BYTES = new Uint8Array(0);
const VERSION = Uint8Array.of(9);
const UPDATE = Uint8Array.of(1, 2);

const batch = (id: number, bytes = 1): PendingBatch => ({ id: id as BatchId, update: new Uint8Array(bytes) });
const batches = (from: number, to: number): PendingBatch[] =>
  Array.from({ length: to - from + 1 }, (_, i) => batch(from + i));

/** Runs a channel; `effects` are those of the last step. */
class Run {
  state: ClientChannelState;
  effects: readonly ClientChannelEffect[] = [];
  #channel = 0;

  constructor(options: { position?: Position; outbox?: readonly PendingBatch[] } = {}) {
    this.state = clientChannel({
      name: parseDocumentName('a'),
      kind: parseDocumentKind('yjs'),
      wanted: 'write',
      position: options.position,
      outbox: options.outbox ?? [],
    });
  }

  step(input: ClientChannelInput): this {
    const { state, effects } = stepClientChannel(this.state, input);
    this.state = state;
    this.effects = effects;
    return this;
  }

  connects(limits: SessionLimits = DEFAULT_SESSION_LIMITS): this {
    return this.step({ type: 'connected', channel: ++this.#channel, limits, version: VERSION });
  }

  hears(frame: RelayChannelFrame): this {
    return this.step({ type: 'frame', frame });
  }

  opened(epoch: number, head: number, resumed: boolean, access: Access = 'write'): this {
    return this.hears({ type: 'opened', channel: this.#channel, resumed, epoch, head, access });
  }

  updates(after: number, upTo: number): this {
    return this.hears({ type: 'updates', channel: this.#channel, after, upTo, update: UPDATE });
  }

  ack(id: number, offset: number): this {
    return this.hears({ type: 'ack', channel: this.#channel, batch: id as BatchId, offset });
  }

  /** The types of the last step's effects; for a frame that is sent, its type and what names it. */
  get did(): readonly string[] {
    return this.effects.map((effect) => {
      if (effect.type !== 'send') return effect.type;
      return effect.frame.type === 'push' ? `push ${effect.frame.batch}` : `send ${effect.frame.type}`;
    });
  }
}

/** Caught up at offset 4 of epoch 7. */
const live = (outbox: readonly PendingBatch[] = []): Run =>
  new Run({ position: { epoch: 7, offset: 4 }, outbox }).connects().opened(7, 4, true);

describe('a client channel: opening', () => {
  test('D3: sends a version at first contact, a position afterwards', () => {
    expect(new Run().connects().effects).toMatchObject([
      { frame: { type: 'open', position: undefined, version: VERSION } },
    ]);
    const position = { epoch: 7, offset: 4 };
    expect(new Run({ position }).connects().effects).toMatchObject([
      { frame: { type: 'open', position, version: NO_BYTES } },
    ]);
  });

  test('D2: is caught up at once when it resumes at the head', () => {
    expect(live().did).toEqual(['opened', 'caught-up']);
    expect(live().state.link.type).toBe('live');
  });

  test('D4: is caught up when the head is reached, and says so once', () => {
    const run = new Run({ position: { epoch: 7, offset: 4 } }).connects().opened(7, 9, true);
    expect(run.did).toEqual(['opened']);
    expect(run.updates(4, 8).did).toEqual(['apply']);
    expect(run.updates(8, 9).did).toEqual(['apply', 'caught-up']);
    expect(run.updates(9, 10).did).toEqual(['apply']);
  });

  test('P1: pushes at opened, before it is caught up', () => {
    const run = new Run({ outbox: batches(1, 2) }).connects().opened(7, 9, false);
    expect(run.did).toEqual(['opened', 'push 1', 'push 2']);
  });

  test('P1: pushes nothing with read access', () => {
    const run = new Run({ outbox: batches(1, 2) }).connects().opened(7, 0, false, 'read');
    expect(run.effects).toEqual([{ type: 'opened', access: 'read' }, { type: 'caught-up' }]);
    expect(run.step({ type: 'enqueue', batch: batch(3) }).did).toEqual([]);
    expect(unsettledBatches(run.state)).toBe(3);
  });

  test('D1: takes nothing but opened or close', () => {
    expect(new Run().connects().updates(0, 1).did).toEqual(['fail']);
    expect(live().opened(7, 4, true).did).toEqual(['fail']);
  });

  test.each<[string, Position | undefined, number, number]>([
    ['no position', undefined, 7, 4],
    ['another epoch', { epoch: 6, offset: 4 }, 7, 4],
    ['a head before the position', { epoch: 7, offset: 5 }, 7, 4],
  ])('D2: does not believe a relay that resumes at %s', (_, position, epoch, head) => {
    const run = position === undefined ? new Run() : new Run({ position });
    expect(run.connects().opened(epoch, head, true).did).toEqual(['fail']);
  });

  test('D11: is refused until it is connected again, and keeps its batches', () => {
    const run = new Run({ outbox: batches(1, 3) }).connects().opened(7, 0, false);
    run.hears({ type: 'close', channel: 1, code: 'storage', message: 'unreadable' });
    expect(run.effects).toEqual([
      { type: 'peers-lost' },
      { type: 'closed', code: 'storage', message: 'unreadable' },
    ]);
    expect(run.ack(1, 1).did).toEqual([]);
    expect(unsettledBatches(run.state)).toBe(3);
    expect(run.connects().opened(7, 0, true).did).toEqual([
      'opened',
      'caught-up',
      'push 1',
      'push 2',
      'push 3',
    ]);
  });

  test('is not connected twice', () => {
    expect(() => live().connects()).toThrow(InvariantError);
  });
});

describe('a client channel: positions', () => {
  test('D5: move with updates that leave no gap', () => {
    expect(live().updates(4, 6).effects).toEqual([
      { type: 'apply', update: UPDATE, position: { epoch: 7, offset: 6 } },
    ]);
    expect(live().updates(0, 6).effects).toMatchObject([{ position: { epoch: 7, offset: 6 } }]);
  });

  test('D5: stay at a gap, and at what is known already', () => {
    for (const run of [live().updates(5, 6), live().updates(2, 4)]) {
      expect(run.effects).toEqual([{ type: 'apply', update: UPDATE, position: undefined }]);
      expect(run.state.position).toEqual({ epoch: 7, offset: 4 });
    }
  });

  test('D6: move by an ack that is next, and by no other', () => {
    expect(live([batch(1)]).ack(1, 5).effects).toEqual([
      { type: 'settled', batch: 1, position: { epoch: 7, offset: 5 } },
    ]);
    for (const offset of [3, 6]) {
      expect(live([batch(1)]).ack(1, offset).effects).toMatchObject([{ position: { epoch: 7, offset: 4 } }]);
    }
  });

  test('D8: begin at 0 of the epoch, and are stored with the first ack', () => {
    const run = new Run({ outbox: [batch(1)] }).connects().opened(7, 3, false);
    expect(run.ack(1, 4).effects).toEqual([{ type: 'settled', batch: 1, position: { epoch: 7, offset: 0 } }]);
    expect(run.updates(0, 2).effects).toMatchObject([{ position: { epoch: 7, offset: 2 } }]);
    expect(run.updates(2, 4).did).toEqual(['apply', 'caught-up']);
  });
});

describe('a client channel: a relay with another log', () => {
  const moved = (access: Access = 'write'): Run =>
    new Run({ position: { epoch: 7, offset: 4 }, outbox: [batch(1)] }).connects().opened(8, 2, false, access);

  test('D7: keeps its old position until it knows what to send again', () => {
    const run = moved();
    expect(run.did).toEqual(['opened', 'push 1']);
    expect(run.updates(0, 2).effects).toEqual([{ type: 'apply', update: UPDATE, position: undefined }]);
    expect(run.ack(1, 3).effects).toEqual([{ type: 'settled', batch: 1, position: undefined }]);
    expect(run.state.position).toEqual({ epoch: 7, offset: 4 });
    expect(run.hears({ type: 'have', channel: 1, version: VERSION }).effects).toEqual([
      { type: 'new-epoch', version: VERSION, position: { epoch: 8, offset: 3 } },
      { type: 'caught-up' },
    ]);
    expect(run.state.position).toEqual({ epoch: 8, offset: 3 });
    expect(run.step({ type: 'enqueue', batch: batch(2) }).did).toEqual(['push 2']);
    expect(run.ack(2, 4).effects).toMatchObject([{ position: { epoch: 8, offset: 4 } }]);
  });

  test('D7: asks with its old position again when it was cut off before', () => {
    const run = moved().updates(0, 2).step({ type: 'disconnected' }).connects();
    expect(run.effects).toMatchObject([{ frame: { type: 'open', position: { epoch: 7, offset: 4 } } }]);
  });

  test('D7: does the same when the log of its own epoch is shorter than it was', () => {
    const run = new Run({ position: { epoch: 7, offset: 4 } }).connects().opened(7, 2, false).updates(0, 2);
    expect(run.effects).toMatchObject([{ type: 'apply', position: undefined }]);
    run.hears({ type: 'have', channel: 1, version: VERSION });
    expect(run.effects).toMatchObject([
      { type: 'new-epoch', position: { epoch: 7, offset: 2 } },
      { type: 'caught-up' },
    ]);
  });

  test('D7: only takes the new position when it may not write', () => {
    const run = moved('read').hears({ type: 'have', channel: 1, version: VERSION });
    expect(run.effects).toEqual([
      { type: 'new-epoch', version: undefined, position: { epoch: 8, offset: 0 } },
    ]);
  });

  test('D7: finds a have out of place that it did not ask for', () => {
    expect(live().hears({ type: 'have', channel: 1, version: VERSION }).did).toEqual(['fail']);
  });
});

describe('a client channel: pushes', () => {
  test('P2: keeps to the window by number, and goes on with each answer', () => {
    const run = live(batches(1, MAX_BATCHES_IN_FLIGHT + 2));
    expect(run.did.length).toBe(2 + MAX_BATCHES_IN_FLIGHT);
    expect(run.ack(2, 5).did).toEqual(['settled', `push ${MAX_BATCHES_IN_FLIGHT + 1}`]);
    run.hears({ type: 'nack', channel: 1, batch: 1 as BatchId, code: 'quota', message: 'full' });
    expect(run.did).toEqual(['refused', `push ${MAX_BATCHES_IN_FLIGHT + 2}`]);
    expect(run.ack(3, 6).did).toEqual(['settled']);
  });

  test('P2: keeps to the window by bytes, and lets a batch alone be larger', () => {
    const run = live([
      batch(1, MAX_IN_FLIGHT_BYTES - 1),
      batch(2, 1),
      batch(3, 1),
      batch(4, MAX_IN_FLIGHT_BYTES + 1),
    ]);
    expect(run.did).toEqual(['opened', 'caught-up', 'push 1', 'push 2']);
    expect(run.ack(1, 5).did).toEqual(['settled', 'push 3']);
    expect(run.ack(2, 6).did).toEqual(['settled']);
    expect(run.ack(3, 7).did).toEqual(['settled', 'push 4']);
    expect(run.step({ type: 'enqueue', batch: batch(5) }).did).toEqual([]);
  });

  test('P2: refuses unsent what the relay would not take', () => {
    const limits = { ...DEFAULT_SESSION_LIMITS, maxUpdateBytes: 10 };
    const run = new Run({ outbox: [batch(1, 11), batch(2, 10)] }).connects(limits).opened(7, 0, false);
    expect(run.did).toEqual(['opened', 'caught-up', 'refused', 'push 2']);
    expect(run.effects[2]).toMatchObject({ batch: 1, code: 'too-large' });
  });

  test('P4: quarantines what is refused, whatever is before it, and goes on', () => {
    const run = live(batches(1, 3));
    run.hears({ type: 'nack', channel: 1, batch: 2 as BatchId, code: 'invalid', message: 'no' });
    expect(run.effects).toEqual([{ type: 'refused', batch: 2, code: 'invalid', message: 'no' }]);
    expect(run.ack(1, 5).ack(3, 6).did).toEqual(['settled']);
    expect(unsettledBatches(run.state)).toBe(0);
  });

  test('P5: pushes again what was not answered, first and in order', () => {
    const run = live(batches(1, 4))
      .ack(2, 5)
      .step({ type: 'enqueue', batch: batch(5) });
    run.step({ type: 'disconnected' }).step({ type: 'enqueue', batch: batch(6) });
    expect([...batchesIn(run.state.queue)].map(({ id }) => id)).toEqual([1, 3, 4, 5, 6]);
    expect(run.connects().opened(7, 5, true).did).toEqual([
      ...['opened', 'caught-up'],
      ...['push 1', 'push 3', 'push 4', 'push 5', 'push 6'],
    ]);
  });

  test('P4: finds an answer out of place to a batch that is not in flight', () => {
    expect(live().ack(1, 5).did).toEqual(['fail']);
    const nack = { type: 'nack', channel: 1, batch: 1 as BatchId, code: 'rate', message: '' } as const;
    expect(live().hears(nack).did).toEqual(['fail']);
    expect(
      live([batch(1)])
        .ack(1, 5)
        .ack(1, 5).did,
    ).toEqual(['fail']);
  });

  test('takes no longer for each of very many that wait', () => {
    const run = live();
    for (let id = 1; id <= 200_000; id++) run.step({ type: 'enqueue', batch: batch(id) });
    for (let id = 1; id <= 200_000; id++) run.ack(id, 4 + id);
    expect(run.state.position).toEqual({ epoch: 7, offset: 200_004 });
    expect(unsettledBatches(run.state)).toBe(0);
  });
});

describe('a client channel: presence', () => {
  test('E4: is sent at opened and when it changes, and gone when it is undefined', () => {
    const state = Uint8Array.of(5);
    const run = new Run().step({ type: 'presence', state });
    expect(run.did).toEqual([]);
    expect(run.connects().opened(7, 0, false).effects).toContainEqual({
      type: 'send',
      frame: { type: 'presence', channel: 1, session: 0, state },
    });
    expect(run.step({ type: 'presence', state: undefined }).effects).toMatchObject([
      { frame: { state: NO_BYTES } },
    ]);
    run.step({ type: 'disconnected' });
    expect(run.connects().opened(7, 0, true).did).toEqual(['opened', 'caught-up']);
  });

  test('E2: is told of peers by session, and loses them with the connection', () => {
    const run = live().hears({ type: 'presence', channel: 1, session: 3, state: UPDATE });
    expect(run.effects).toEqual([{ type: 'peer-presence', session: 3, state: UPDATE }]);
    expect(run.step({ type: 'disconnected' }).did).toEqual(['peers-lost']);
  });

  test('E3: forgets everyone when it is told to', () => {
    expect(live().hears({ type: 'presence', channel: 1, session: 0, state: NO_BYTES }).did).toEqual([
      'peers-lost',
    ]);
    expect(live().hears({ type: 'presence', channel: 1, session: 0, state: UPDATE }).did).toEqual(['fail']);
  });

  test('is not sent above the limit', () => {
    const state = new Uint8Array(DEFAULT_SESSION_LIMITS.maxPresenceBytes + 1);
    expect(live().step({ type: 'presence', state }).did).toEqual([]);
  });
});

describe('a client channel: closing', () => {
  test('D11: says so, and ignores what was on its way', () => {
    const run = live(batches(1, 2)).step({ type: 'close' });
    expect(run.effects).toMatchObject([{ frame: { type: 'close', channel: 1, code: 'done' } }]);
    expect(run.ack(1, 5).did).toEqual([]);
    expect(run.step({ type: 'disconnected' }).did).toEqual([]);
    expect(run.connects().did).toEqual([]);
  });

  test('says nothing when it is offline', () => {
    expect(new Run().step({ type: 'close' }).did).toEqual([]);
  });
});
