/**
 * Who is present in one document, as both sides keep it: the last state of each session. The relay shows it to whoever
 * joins; the client shows it to the app as `peers`. Leaves out: sending, and who may see it.
 */
import { equalBytes } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';

export interface PresenceLimits {
  /** Largest state of one session, in bytes. */
  readonly maxStateBytes: number;
  /** Sessions with a state at once. */
  readonly maxSessions: number;
}

/** A cursor with a name and a colour takes some 300 bytes; a thousand of the largest fit into 16 MB. */
export const DEFAULT_PRESENCE_LIMITS: PresenceLimits = { maxStateBytes: 16_384, maxSessions: 1_000 };

export class PresenceTable {
  readonly #limits: PresenceLimits;
  readonly #states = new Map<number, Uint8Array>();
  /** A copy of the states as they are; undefined when nobody has asked since the last change. */
  #peers: ReadonlyMap<number, Uint8Array> | undefined;

  constructor(limits: PresenceLimits = DEFAULT_PRESENCE_LIMITS) {
    this.#limits = limits;
  }

  /** States by session; the same map until something changes, then a new one. */
  get peers(): ReadonlyMap<number, Uint8Array> {
    this.#peers ??= new Map(this.#states);
    return this.#peers;
  }

  /** Takes a session's state; empty bytes say that it is gone. Returns whether anything changed; `protocol/limit` changes nothing. */
  set(session: number, state: Uint8Array): boolean {
    if (state.length === 0) return this.remove(session);
    const { maxStateBytes, maxSessions } = this.#limits;
    if (state.length > maxStateBytes) throw overLimit('presence state in bytes', state.length, maxStateBytes);
    const known = this.#states.get(session);
    if (known === undefined && this.#states.size >= maxSessions) {
      throw overLimit('sessions with a presence state', maxSessions + 1, maxSessions);
    }
    if (known !== undefined && equalBytes(known, state)) return false;
    this.#states.set(session, state);
    this.#peers = undefined;
    return true;
  }

  remove(session: number): boolean {
    const changed = this.#states.delete(session);
    if (changed) this.#peers = undefined;
    return changed;
  }

  /** Forgets everyone, as when the connection is lost: nobody knows who is still there. */
  clear(): boolean {
    const changed = this.#states.size > 0;
    this.#states.clear();
    if (changed) this.#peers = undefined;
    return changed;
  }
}

function overLimit(what: string, value: number, limit: number): CausewayError<'protocol/limit'> {
  return new CausewayError(
    'protocol/limit',
    { what, value, limit },
    `${what}: ${value} is above the limit of ${limit}`,
  );
}
