/**
 * The presence of a room as y-websocket clients see it: one awareness state for each session, encoded once for all of them.
 *
 *   native session     ──presence──▶ room ──changes──▶ awareness message ──▶ y-websocket sessions
 *   y-websocket session ──claim──▶ presence ─┘
 *
 * A session shows one Yjs client, the first it names that nobody else shows, for as long as it is there. What it says of
 * others, or of more, is passed over: providers repeat what they hear, and nobody may take another's state away. Clocks as
 * they are shown only grow, and go by the time, so that a client which went and came back is seen at once, also when it was
 * the relay that did; a session is never told of itself, as the clock is not its own.
 *
 * y-websocket clients forget a state that is not repeated for 30 s. Providers repeat theirs; native sessions do not, so theirs is
 * repeated here (`renewal`).
 */
import { CausewayError } from '@causeway/core';
import {
  type AwarenessEntry,
  encodeAwarenessUpdate,
  findAwarenessEntry,
  MAX_AWARENESS_CLOCK,
} from '@causeway/core/yjs';
import type { PresenceChanges } from '../presence-changes.ts';
import { frameOf } from '../websocket-frame.ts';
import { awarenessMessage } from './message.ts';

interface Shown {
  readonly session: number;
  readonly entry: AwarenessEntry;
}

/** Fine enough that clocks never overtake the time, coarse enough for MAX_AWARENESS_CLOCK to last for a century. */
export const CLOCK_UNIT_MS = 4;
const RENEWED_EVERY_MS = 1_000;
/** Clients whose last clock is remembered after they went, for when they come back. */
const MAX_REMEMBERED_CLOCKS = 1_000;
/** A state of a client that has gone. */
const GONE = 'null';

export class RoomAwareness {
  /** By session, as it was shown last. */
  readonly #shown = new Map<number, AwarenessEntry>();
  /** The sessions that speak y-websocket, with the client that each of them shows. */
  readonly #speakers = new Map<number, number | undefined>();
  /** Who shows a client. */
  readonly #owners = new Map<number, number>();
  /** The highest clock that a client was shown with, in the order of showing. */
  readonly #clocks = new Map<number, number>();
  #changes: PresenceChanges | undefined;
  /** What became of these changes: entries, and all of them as one frame. */
  #news: readonly Shown[] = [];
  #frame: Uint8Array | undefined;
  #renewal: Uint8Array | undefined;
  #renewedAt = 0;
  readonly #now: () => number;

  /** `now` is the time of the wall clock in units of `CLOCK_UNIT_MS`. */
  constructor(presence: PresenceChanges, now: () => number) {
    this.#now = now;
    this.#take(presence);
  }

  /** Sessions that speak y-websocket. */
  get size(): number {
    return this.#speakers.size;
  }

  join(session: number): void {
    this.#speakers.set(session, undefined);
  }

  leave(session: number): void {
    const client = this.#speakers.get(session);
    this.#speakers.delete(session);
    if (client !== undefined && this.#owners.get(client) === session) this.#owners.delete(client);
  }

  /**
   * What a session's awareness update says of the client it shows, as its presence: empty when that has gone, undefined when
   * there is nothing to show. `decode/*` for bytes that are no such update.
   */
  claim(session: number, update: Uint8Array): Uint8Array | undefined {
    const own = this.#speakers.get(session);
    const entry = findAwarenessEntry(update, (client) =>
      own === undefined ? !this.#owners.has(client) : client === own,
    );
    if (entry === undefined || !this.#speakers.has(session)) return undefined;
    if (entry.json === GONE) return own === undefined ? undefined : new Uint8Array();
    this.#speakers.set(session, entry.client);
    this.#owners.set(entry.client, session);
    return encodeAwarenessUpdate([entry]);
  }

  /** The changes as WebSocket frames for this session: the same bytes for all that have no part in them. */
  framesOf(changes: PresenceChanges, session: number): Uint8Array | undefined {
    if (this.#changes !== changes) {
      this.#changes = changes;
      this.#news = this.#take(changes);
      this.#frame = framed(this.#news.map(({ entry }) => entry));
    }
    if (!changes.states.has(session)) return this.#frame;
    return framed(this.#news.flatMap((shown) => (shown.session === session ? [] : [shown.entry])));
  }

  /** Everyone but this session, with new clocks: a client that was here before passes over those it knows. */
  everyoneBut(session: number): Uint8Array | undefined {
    const others = [...this.#shown].filter(([of]) => of !== session);
    return framed(others.map(([of, entry]) => this.#show(of, entry)));
  }

  /** The states that nobody repeats, with new clocks; without any a message that says nothing, as a sign of life. Made once a second for all. */
  renewal(): Uint8Array {
    const now = this.#now();
    if (this.#renewal !== undefined && (now - this.#renewedAt) * CLOCK_UNIT_MS < RENEWED_EVERY_MS)
      return this.#renewal;
    this.#renewedAt = now;
    const silent = [...this.#shown].filter(([session]) => !this.#speakers.has(session));
    const entries = silent.map(([session, entry]) => this.#show(session, entry));
    this.#renewal = framed(entries) ?? SIGN_OF_LIFE;
    return this.#renewal;
  }

  #take(changes: PresenceChanges): readonly Shown[] {
    const news: Shown[] = [];
    for (const [session, state] of changes.states) {
      const before = this.#shown.get(session);
      const entry = state.length === 0 ? undefined : stateOf(state);
      if (before !== undefined && before.client !== entry?.client)
        news.push({ session, entry: this.#remove(session, before) });
      if (entry !== undefined && this.#mayShow(session, entry.client))
        news.push({ session, entry: this.#show(session, entry) });
    }
    return news;
  }

  /** A native session's client is its own unless another session shows it; the earlier one stays. */
  #mayShow(session: number, client: number): boolean {
    const owner = this.#owners.get(client);
    return owner === undefined || owner === session;
  }

  #show(session: number, { client, clock, json }: AwarenessEntry): AwarenessEntry {
    const least = (this.#clocks.get(client) ?? -1) + 1;
    const next = Math.max(clock, least, this.#now());
    const entry = { client, clock: Math.min(next, MAX_AWARENESS_CLOCK), json };
    this.#shown.set(session, entry);
    this.#owners.set(client, session);
    this.#rememberClock(entry);
    return entry;
  }

  #remove(session: number, { client, clock }: AwarenessEntry): AwarenessEntry {
    this.#shown.delete(session);
    if (this.#owners.get(client) === session) this.#owners.delete(client);
    const entry = { client, clock: Math.min(clock + 1, MAX_AWARENESS_CLOCK), json: GONE };
    this.#rememberClock(entry);
    return entry;
  }

  #rememberClock({ client, clock }: AwarenessEntry): void {
    this.#clocks.delete(client);
    this.#clocks.set(client, clock);
    if (this.#clocks.size <= this.#shown.size + MAX_REMEMBERED_CLOCKS) return;
    const [oldest] = this.#clocks.keys();
    if (oldest !== undefined) this.#clocks.delete(oldest);
  }
}

/** The one state in a session's presence; undefined for what no client would send. */
function stateOf(bytes: Uint8Array): AwarenessEntry | undefined {
  try {
    const entry = findAwarenessEntry(bytes, () => true);
    return entry?.json === GONE ? undefined : entry;
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) return undefined;
    throw error;
  }
}

function framed(entries: readonly AwarenessEntry[]): Uint8Array | undefined {
  return entries.length === 0 ? undefined : frameOf(awarenessMessage(encodeAwarenessUpdate(entries)));
}

const SIGN_OF_LIFE: Uint8Array = frameOf(awarenessMessage(encodeAwarenessUpdate([])));
