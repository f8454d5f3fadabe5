// The y-websocket machine: bytes in, effects out.

import { DEFAULT_SESSION_LIMITS, GREETING_TIMEOUT_MS, parseBatchId } from '@causeway/core/sync';
import { freshSeed, Seeded } from '@causeway/core/testing';
import { expect, test } from 'vitest';
import { CommittedEntries } from '../committed-entries.ts';
import { LogPiece } from '../log-piece.ts';
import { step1Message, step2Message, updateMessage } from './message.ts';
import {
  followsFresh,
  SIGN_OF_LIFE_MS,
  stepYjsSession,
  type YjsSessionEffect,
  type YjsSessionInput,
  type YjsSessionState,
  yjsSession,
} from './session.ts';

const NOTHING = Uint8Array.of(0);
const UPDATE = Uint8Array.of(9, 9, 9);
const STEP_1: YjsSessionInput = { type: 'message', bytes: step1Message(NOTHING) };
const { idleMs } = DEFAULT_SESSION_LIMITS;

test('step 2 answers step 1 also when there is nothing, and then the client is asked', () => {
  const session = new Session({ head: 0 });
  expect(session.gets(STEP_1)).toEqual(['send 0 1 2 0 0', 'follow', 'read-version']);
  expect(session.gets({ type: 'version', version: NOTHING })).toEqual(['send 0 0 1 0']);
  expect(session.gets(STEP_1)).toEqual(['send 0 1 2 0 0', 'follow']);
});

test('a document is read to its end before step 2 says so, whatever is committed meanwhile', () => {
  const session = new Session({ head: 3 });
  expect(session.gets(STEP_1)).toEqual(['read after 0']);
  expect(session.gets(committed(4))).toEqual([]);
  expect(session.gets(entries(3))).toEqual(['send up to 3', 'read after 3']);
  expect(session.gets(entries(4))).toEqual(['send up to 4 as the answer', 'follow', 'read-version']);
  expect(session.gets(committed(5))).toEqual(['settle 5']);
});

test('an entry that a read ran ahead to is sent once', () => {
  const session = new Session({ head: 1 });
  session.gets(STEP_1);
  session.gets(entries(2));
  expect(session.gets(committed(2))).toEqual([]);
  expect(session.gets(committed(3))).toEqual(['settle 3']);
});

test('whoever asks again while being answered is answered anew', () => {
  const session = new Session({ head: 2 });
  session.gets(STEP_1);
  expect(session.gets({ type: 'message', bytes: step1Message(Uint8Array.of(1, 7, 1)) })).toEqual([]);
  expect(session.gets(entries(2))).toEqual(['read after 0 since 1 7 1']);
  expect(session.gets(entries(2))[0]).toBe('send up to 2 as the answer');
});

test('a session that does not read gets nothing more, and the rest from the log when it does', () => {
  const session = new Session({ head: 0 });
  session.gets(STEP_1);
  expect(session.gets({ type: 'congested' })).toEqual([]);
  expect(session.gets(committed(1))).toEqual([]);
  expect(session.gets(committed(2))).toEqual([]);
  expect(session.gets({ type: 'drained' })).toEqual(['read-presence', 'read after 0']);
  expect(session.gets(entries(2))).toEqual(['send up to 2', 'follow']);
  expect(session.gets(committed(3))).toEqual(['settle 3']);
});

test('what comes in is passed on at once to those who are live', () => {
  const session = new Session({ head: 1 });
  expect(session.followsFresh).toBe(false);
  session.gets(STEP_1);
  expect(session.followsFresh).toBe(false);
  session.gets(entries(1));
  expect(session.followsFresh).toBe(true);
  session.gets({ type: 'congested' });
  expect(session.followsFresh).toBe(false);
});

test('nothing of a document goes to a client that has not asked for it', () => {
  const session = new Session({ head: 1 });
  expect(session.gets(committed(2))).toEqual([]);
  expect(session.gets({ type: 'message', bytes: updateMessage(UPDATE) })).toEqual(['append 9 9 9']);
});

test('an update is stored, an empty one is not, and a reader is told once', () => {
  const writer = new Session({ head: 0 });
  expect(writer.gets({ type: 'message', bytes: step2Message(UPDATE) })).toEqual([
    'append 9 9 9 as an answer',
  ]);
  expect(writer.gets({ type: 'message', bytes: step2Message(Uint8Array.of(0, 0)) })).toEqual([]);
  const reader = new Session({ head: 0, access: 'read' });
  expect(reader.gets(STEP_1)).toEqual(['send 0 1 2 0 0', 'follow']);
  expect(reader.gets({ type: 'message', bytes: updateMessage(UPDATE) })[0]).toMatch(/^send 2 0 /);
  expect(reader.gets({ type: 'message', bytes: updateMessage(UPDATE) })).toEqual([]);
});

test('for whom the document has no room, it is told so once, and goes on as a reader', () => {
  const session = new Session({ head: 0 });
  session.gets(STEP_1);
  expect(session.gets({ type: 'read-only', why: 'full' })).toEqual(['send 2 0 4 102 117 108 108']);
  expect(session.gets({ type: 'read-only', why: 'full' })).toEqual([]);
  expect(session.gets({ type: 'message', bytes: updateMessage(UPDATE) })).toEqual([]);
  expect(session.gets(committed(1))).toEqual(['settle 1']);
});

test('says something at least every 15 s, asks whether the client is there, and gives up on one that is not', () => {
  const session = new Session({ head: 0 });
  session.gets(STEP_1);
  const at = (now: number, heardAt: number): readonly string[] =>
    session.gets({ type: 'tick', now, heardAt });
  expect(at(SIGN_OF_LIFE_MS - 1, 0)).toEqual([]);
  expect(at(SIGN_OF_LIFE_MS, 0)).toEqual(['renew-presence']);
  expect(at(SIGN_OF_LIFE_MS + 1000, 0)).toEqual([]);
  expect(at(idleMs, 0)).toEqual(['renew-presence', 'ping']);
  expect(at(idleMs + 1000, 0)).toEqual([]);
  expect(at(2 * idleMs - 1, 0)).toEqual(['renew-presence']);
  expect(at(2 * idleMs, 0)).toEqual(['destroy', 'leave']);
  expect(at(3 * idleMs, 0)).toEqual([]);
});

test('whoever never asks for the document is not kept', () => {
  const session = new Session({ head: 0 });
  expect(session.gets({ type: 'tick', now: GREETING_TIMEOUT_MS - 1, heardAt: 0 })).toEqual([]);
  expect(session.gets({ type: 'tick', now: GREETING_TIMEOUT_MS, heardAt: 0 })).toEqual([
    'close silence',
    'leave',
  ]);
});

test('any bytes give effects, and only those that are no message close the session', () => {
  const seed = freshSeed();
  const random = new Seeded(seed);
  for (let round = 0; round < 2000; round++) {
    const session = new Session({ head: 0 });
    const bytes = random.bytes(1 + random.int(20));
    bytes[0] = random.int(5);
    const effects = session.gets({ type: 'message', bytes });
    const closes = effects.filter((effect) => effect.startsWith('close'));
    expect(closes.length, `seed ${seed}`).toBeLessThanOrEqual(1);
    for (const close of closes) expect(close, `seed ${seed}`).toMatch(/^close (bad-frame|too-large)$/);
  }
  expect(new Session({ head: 0 }).gets({ type: 'message', bytes: Uint8Array.of(0, 2, 9, 1) })).toEqual([
    'close bad-frame',
    'leave',
  ]);
  expect(new Session({ head: 0 }).gets({ type: 'message', bytes: Uint8Array.of(77, 1) })).toEqual([]);
});

class Session {
  #state: YjsSessionState = yjsSession(DEFAULT_SESSION_LIMITS, 0);

  constructor({ head, access = 'write' }: { head: number; access?: 'read' | 'write' }) {
    this.gets({ type: 'granted', access, presence: true, head });
  }

  get followsFresh(): boolean {
    return followsFresh(this.#state);
  }

  gets(input: YjsSessionInput): readonly string[] {
    const step = stepYjsSession(this.#state, input);
    this.#state = step.state;
    return step.effects.map(shown);
  }
}

function shown(effect: YjsSessionEffect): string {
  switch (effect.type) {
    case 'send':
      return `send ${effect.message.join(' ')}`;
    case 'append':
      return `append ${effect.update.join(' ')}${effect.answer ? ' as an answer' : ''}`;
    case 'read':
      return `read after ${effect.after}${(effect.since ?? NOTHING).length > 1 ? ` since ${effect.since?.join(' ')}` : ''}`;
    case 'send-piece':
      return `send up to ${effect.piece.upTo}${effect.answer ? ' as the answer' : ''}`;
    case 'settle':
      return `settle ${effect.committed.upTo}`;
    case 'close-socket':
      return `close ${effect.reason}`;
    default:
      return effect.type;
  }
}

function entries(upTo: number): YjsSessionInput {
  return { type: 'entries', piece: new LogPiece(upTo, UPDATE) };
}

function committed(offset: number): YjsSessionInput {
  const entry = { offset, batch: parseBatchId(offset), update: UPDATE, authors: [], ticket: 0 };
  return { type: 'committed', committed: new CommittedEntries([entry]) };
}
