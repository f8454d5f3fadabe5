import { describe, expect, test } from 'vitest';
import { InvariantError } from '../error.ts';
import type { Access, BatchId, FrameOf, Position } from './frame.ts';
import { encodeShared, shareFrame } from './frame-codec.ts';
import { DEFAULT_SESSION_LIMITS, MAX_BATCHES_IN_FLIGHT, MAX_IN_FLIGHT_BYTES } from './limits.ts';
import {
  type RelayChannelEffect,
  type RelayChannelInput,
  type RelayChannelState,
  relayChannel,
  stepRelayChannel,
} from './relay-channel.ts';

const NO_BYTES = new Uint8Array(0);
const VERSION = Uint8Array.of(9);
const UPDATE = Uint8Array.of(1, 2);

const OPEN: FrameOf<'open'> = {
  type: 'open',
  channel: 1,
  name: 'a',
  kind: 'yjs',
  access: 'write',
  position: undefined,
  version: NO_BYTES,
};

const entry = (offset: number): RelayChannelInput => ({
  type: 'committed',
  offset,
  shared: shareFrame({ type: 'updates', channel: 1, after: offset - 1, upTo: offset, update: UPDATE }),
});

/** Runs a channel; `effects` are those of the last step. */
class Run {
  state: RelayChannelState;
  effects: readonly RelayChannelEffect[];

  constructor(open: Partial<FrameOf<'open'>> = {}) {
    const { state, effects } = relayChannel({ ...OPEN, ...open }, DEFAULT_SESSION_LIMITS);
    this.state = state;
    this.effects = effects;
  }

  step(input: RelayChannelInput): this {
    const { state, effects } = stepRelayChannel(this.state, input);
    this.state = state;
    this.effects = effects;
    return this;
  }

  granted(epoch: number, head: number, access: Access = 'write'): this {
    return this.step({ type: 'granted', access, presence: true, epoch, head });
  }

  push(id: number, update: Uint8Array = UPDATE): this {
    return this.step({ type: 'frame', frame: { type: 'push', channel: 1, batch: id as BatchId, update } });
  }

  entries(upTo: number): this {
    return this.step({ type: 'entries', upTo, update: UPDATE });
  }

  durable(id: number, offset: number): this {
    return this.step({ type: 'durable', batch: id as BatchId, offset });
  }

  get phase(): string {
    return this.state.phase.type;
  }

  /** The types of the last step's effects; for a frame that is sent, its type, and the offsets in it. */
  get did(): readonly string[] {
    return this.effects.map((effect) => {
      if (effect.type === 'read') return `read ${effect.after}`;
      if (effect.type !== 'send') return effect.type;
      const { frame } = effect;
      return frame.type === 'updates' ? `updates ${frame.after}-${frame.upTo}` : frame.type;
    });
  }
}

const at = (epoch: number, offset: number): { position: Position } => ({ position: { epoch, offset } });
const live = (access: Access = 'write'): Run => new Run(at(7, 4)).granted(7, 4, access);
const behind = (): Run => new Run(at(7, 4)).granted(7, 9);

describe('a relay channel: opening', () => {
  test('asks for the rights and the room, with what was asked for', () => {
    expect(new Run().effects).toEqual([{ type: 'open', name: 'a', kind: 'yjs', access: 'write' }]);
  });

  test.each([
    ['name', { name: '' }],
    ['name', { name: 'line\nbreak' }],
    ['name', { name: 'n'.repeat(513) }],
    ['unknown-kind', { kind: 'Yjs' }],
    ['unknown-kind', { kind: '' }],
  ])('closes with %s at %j, and says why', (code, open) => {
    const run = new Run(open);
    expect(run.effects).toMatchObject([{ frame: { type: 'close', channel: 1, code } }, { type: 'leave' }]);
    expect(run.effects[0]).toHaveProperty('frame.message', expect.stringMatching(/./));
    expect(run.phase).toBe('closed');
  });

  test('D2: resumes a position in this epoch that is not past the head', () => {
    expect(live().effects).toMatchObject([
      { frame: { type: 'opened', resumed: true, epoch: 7, head: 4, access: 'write' } },
      { type: 'read-presence' },
    ]);
    expect(live().phase).toBe('live');
    expect(behind().did).toEqual(['opened', 'read-presence', 'read 4']);
  });

  test('D3: begins with the log at first contact, leaving out what the client has', () => {
    const run = new Run({ version: VERSION }).granted(7, 9);
    expect(run.did).toEqual(['opened', 'read-presence', 'read 0']);
    expect(run.effects[2]).toMatchObject({ since: VERSION });
    expect(new Run().granted(7, 9).effects[2]).toMatchObject({ since: undefined });
    expect(new Run().granted(7, 0).phase).toBe('live');
  });

  test.each([
    ['of another epoch', at(6, 4)],
    ['past the head', at(7, 10)],
  ])('D7: at a position %s begins anew and says have', (_, open) => {
    const run = new Run(open).granted(7, 9);
    expect(run.did).toEqual(['opened', 'read-version', 'read-presence', 'read 0']);
    expect(run.effects[0]).toMatchObject({ frame: { resumed: false } });
    expect(run.step({ type: 'version', version: VERSION }).effects).toEqual([
      { type: 'send', frame: { type: 'have', channel: 1, version: VERSION } },
    ]);
  });

  test('closes when it is refused, then and later', () => {
    const refusal = { type: 'refused', code: 'forbidden', message: 'no' } as const;
    for (const run of [new Run(), live(), behind()]) {
      expect(run.step(refusal).effects).toEqual([
        { type: 'send', frame: { type: 'close', channel: 1, code: 'forbidden', message: 'no' } },
        { type: 'leave' },
      ]);
      expect(run.granted(7, 4).did).toEqual([]);
    }
  });

  test('D1: takes only close before it is open', () => {
    expect(new Run().push(1).did).toEqual(['fail']);
    const close = { type: 'close', channel: 1, code: 'done', message: '' } as const;
    expect(new Run().step({ type: 'frame', frame: close }).did).toEqual(['close', 'leave']);
  });

  test('leaves once when the connection is lost', () => {
    const run = live().step({ type: 'lost' });
    expect(run.did).toEqual(['leave']);
    expect(run.step({ type: 'lost' }).did).toEqual([]);
    expect(run.step(entry(5)).did).toEqual([]);
  });
});

describe('a relay channel: the log', () => {
  test('D4: is read piece by piece up to the head, then followed', () => {
    const run = behind().entries(6);
    expect(run.did).toEqual(['updates 4-6', 'read 6']);
    expect(run.phase).toBe('catching-up');
    expect(run.entries(9).did).toEqual(['updates 6-9']);
    expect(run.phase).toBe('live');
    expect(run.step(entry(10)).did).toEqual(['send-shared']);
  });

  test('D4: is read on when entries came during the read, and none is sent twice', () => {
    const run = behind().step(entry(10));
    expect(run.did).toEqual([]);
    expect(run.entries(9).did).toEqual(['updates 4-9', 'read 9']);
    run.step(entry(11));
    expect(run.entries(12).did).toEqual(['updates 9-12']);
    expect(run.step(entry(12)).did).toEqual([]);
    expect(run.step(entry(13)).did).toEqual(['send-shared']);
  });

  test('D4: leaves out what the client had only until it is caught up', () => {
    const run = new Run({ version: VERSION }).granted(7, 2).entries(2);
    run.step({ type: 'congested' }).step(entry(3)).step({ type: 'drained' });
    expect(run.effects).toMatchObject([{ type: 'read', after: 2, since: undefined }]);
  });

  test('sends an entry to everyone in the same bytes but for the channel', () => {
    const run = live().step(entry(5));
    const [effect] = run.effects;
    if (effect?.type !== 'send-shared') throw new Error('nothing was shared');
    expect(encodeShared(effect.shared, 300)).toEqual(Uint8Array.of(0x12, 0xac, 0x02, 4, 1, 1, 2));
  });

  test('has no gaps: an entry out of order is a bug of whoever runs it', () => {
    expect(() => live().step(entry(6))).toThrow(InvariantError);
    expect(() => live().push(1).durable(1, 6)).toThrow(InvariantError);
    expect(() => live().durable(1, 5)).toThrow(InvariantError);
    expect(() => behind().entries(4)).toThrow(InvariantError);
    expect(() => new Run().step(entry(1))).toThrow(InvariantError);
    expect(() => live().granted(7, 4)).toThrow(InvariantError);
  });
});

describe('a relay channel: a slow reader', () => {
  test('D10: is sent no entries, only answers, and is read to from where it was', () => {
    const run = live().step({ type: 'congested' });
    expect(run.step(entry(5)).did).toEqual([]);
    expect(run.push(1).durable(1, 6).did).toEqual(['ack']);
    expect(run.step(entry(7)).did).toEqual([]);
    expect(run.phase).toBe('lagging');
    expect(run.step({ type: 'drained' }).did).toEqual(['read 4']);
    expect(run.entries(7).did).toEqual(['updates 4-7']);
    expect(run.phase).toBe('live');
  });

  test('D10: that missed nothing is live again', () => {
    const run = live().step({ type: 'congested' }).push(1).durable(1, 5).step({ type: 'drained' });
    expect(run.did).toEqual([]);
    expect(run.phase).toBe('live');
    expect(run.step(entry(6)).did).toEqual(['send-shared']);
  });

  test('D10: is sent the piece that was being read, and no other until it drains', () => {
    const run = behind().step({ type: 'congested' }).entries(6);
    expect(run.did).toEqual(['updates 4-6']);
    expect(run.phase).toBe('lagging');
    expect(run.step({ type: 'drained' }).did).toEqual(['read 6']);
  });

  test('D10: that drains during a read goes on with it', () => {
    const run = behind().step({ type: 'congested' }).step({ type: 'drained' });
    expect(run.did).toEqual([]);
    expect(run.entries(9).did).toEqual(['updates 4-9']);
    expect(run.phase).toBe('live');
  });

  test('D10: that opens when it is congested reads when it has drained', () => {
    const run = new Run(at(7, 4)).step({ type: 'congested' }).granted(7, 9);
    expect(run.did).toEqual(['opened']);
    expect(run.step({ type: 'drained' }).did).toEqual(['presence', 'read-presence', 'read 4']);
  });

  test('E3: that missed presence forgets all and hears of those who are here', () => {
    const shared = shareFrame({ type: 'presence', channel: 1, session: 3, state: UPDATE });
    const run = live().step({ type: 'congested' }).step({ type: 'peer-presence', shared });
    expect(run.did).toEqual([]);
    expect(run.step({ type: 'drained' }).effects).toEqual([
      { type: 'send', frame: { type: 'presence', channel: 1, session: 0, state: NO_BYTES } },
      { type: 'read-presence' },
    ]);
    expect(run.step({ type: 'peer-presence', shared }).did).toEqual(['send-shared']);
  });
});

describe('a relay channel: pushes', () => {
  test('D6: are answered with ack when they are durable, and move the session on', () => {
    const run = live().push(1);
    expect(run.effects).toEqual([{ type: 'append', batch: 1, update: UPDATE }]);
    expect(run.step(entry(5)).did).toEqual(['send-shared']);
    expect(run.durable(1, 6).effects).toEqual([
      { type: 'send', frame: { type: 'ack', channel: 1, batch: 1, offset: 6 } },
    ]);
    expect(run.step(entry(7)).did).toEqual(['send-shared']);
  });

  test('P3: that were logged before are acknowledged at their old offset', () => {
    const run = live().push(1).durable(1, 2);
    expect(run.effects).toMatchObject([{ frame: { type: 'ack', offset: 2 } }]);
    expect(run.step(entry(5)).did).toEqual(['send-shared']);
  });

  test('P3: and that is no step forward while a read is under way, which brings the entry too', () => {
    const run = behind().push(1).durable(1, 5).entries(5);
    expect(run.did).toEqual(['updates 4-5', 'read 5']);
  });

  test('P1: do not wait for the catch-up', () => {
    expect(behind().push(1).did).toEqual(['append']);
    expect(behind().push(1).durable(1, 10).did).toEqual(['ack']);
  });

  test('P1: are refused with read access', () => {
    expect(live('read').push(1).effects).toMatchObject([
      { frame: { type: 'nack', batch: 1, code: 'permission' } },
    ]);
  });

  test('P2: above the limit are refused', () => {
    const large = new Uint8Array(DEFAULT_SESSION_LIMITS.maxUpdateBytes + 1);
    expect(live().push(1, large).effects).toMatchObject([{ frame: { type: 'nack', code: 'too-large' } }]);
  });

  test('P2: beyond the window break the protocol', () => {
    const run = live();
    for (let id = 1; id <= MAX_BATCHES_IN_FLIGHT; id++) expect(run.push(id).did).toEqual(['append']);
    expect(run.push(99).effects).toMatchObject([{ type: 'fail', error: { code: 'protocol/limit' } }]);
    const heavy = live().push(1, new Uint8Array(MAX_IN_FLIGHT_BYTES + 1));
    expect(heavy.did).toEqual(['append']);
    expect(heavy.push(2).did).toEqual(['fail']);
    expect(heavy.durable(1, 5).push(3).did).toEqual(['append']);
  });

  test('P4: that are not stored get nack, and leave room for others', () => {
    const run = live()
      .push(1)
      .step({ type: 'rejected', batch: 1 as BatchId, code: 'invalid', message: 'bad bytes' });
    expect(run.effects).toEqual([
      { type: 'send', frame: { type: 'nack', channel: 1, batch: 1, code: 'invalid', message: 'bad bytes' } },
    ]);
    expect(run.push(2).durable(2, 5).did).toEqual(['ack']);
  });
});

describe('a relay channel: presence', () => {
  const shows = (state: Uint8Array): RelayChannelInput => ({
    type: 'frame',
    frame: { type: 'presence', channel: 1, session: 0, state },
  });
  const shared = shareFrame({ type: 'presence', channel: 1, session: 3, state: UPDATE });

  test('E2: is shown to others, and theirs is sent', () => {
    expect(live().step(shows(UPDATE)).effects).toEqual([{ type: 'publish-presence', state: UPDATE }]);
    expect(live().step({ type: 'peer-presence', shared }).effects).toEqual([{ type: 'send-shared', shared }]);
  });

  test('E2: without the right is dropped, both ways', () => {
    const run = new Run().step({ type: 'granted', access: 'write', presence: false, epoch: 7, head: 0 });
    expect(run.did).toEqual(['opened']);
    expect(run.step(shows(UPDATE)).did).toEqual([]);
    expect(run.step({ type: 'peer-presence', shared }).did).toEqual([]);
  });

  test('above the limit breaks the protocol', () => {
    const run = live().step(shows(new Uint8Array(DEFAULT_SESSION_LIMITS.maxPresenceBytes + 1)));
    expect(run.effects).toMatchObject([{ type: 'fail', error: { code: 'decode/limit' } }]);
  });
});
