/** Presence in one document, the client's side: the peers' last states, and this session's own. */
import { CausewayError, Listeners } from '@causeway/core';
import { DEFAULT_PRESENCE_LIMITS, type PresenceChannel, PresenceTable } from '@causeway/core/presence';

export class DocumentPresence implements PresenceChannel {
  readonly #peers = new PresenceTable();
  readonly #listeners = new Listeners<[]>();
  readonly #send: (state: Uint8Array | undefined) => void;

  /** `send` is called with each own state. */
  constructor(send: (state: Uint8Array | undefined) => void) {
    this.#send = send;
  }

  get peers(): ReadonlyMap<number, Uint8Array> {
    return this.#peers.peers;
  }

  /** Throws `protocol/limit` when the state is larger than a relay takes. */
  set(state: Uint8Array | undefined): void {
    const limit = DEFAULT_PRESENCE_LIMITS.maxStateBytes;
    const value = state?.length ?? 0;
    if (value > limit) {
      const message = `a presence state of ${value} bytes is above ${limit}: show less`;
      throw new CausewayError('protocol/limit', { what: 'presence state in bytes', value, limit }, message);
    }
    this.#send(state);
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** A peer's state from the relay; empty: gone. More peers than the table takes are not shown. */
  receive(session: number, state: Uint8Array): void {
    try {
      if (this.#peers.set(session, state)) this.#listeners.tell();
    } catch (error) {
      if (!CausewayError.is(error, 'protocol/limit')) throw error;
    }
  }

  /** Nobody knows who is still there. */
  forget(): void {
    if (this.#peers.clear()) this.#listeners.tell();
  }

  close(): void {
    this.forget();
    this.#listeners.clear();
  }
}
