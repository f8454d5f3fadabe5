/**
 * What changed in the presence of a room since its sessions were last told: the latest state of each session that changed
 * it. Encoded once for all who are told. An empty state says that it is gone.
 */
import { type SharedFrame, shareFrame } from '@causeway/core/sync';

export class PresenceChanges {
  /** States by session. */
  readonly states: ReadonlyMap<number, Uint8Array>;
  readonly #shared = new Map<number, SharedFrame>();

  constructor(states: ReadonlyMap<number, Uint8Array>) {
    this.states = states;
  }

  /** The `presence` frames of all sessions but one: nobody is told of their own. */
  *sharedWith(session: number): Iterable<SharedFrame> {
    for (const [of, state] of this.states) {
      if (of === session) continue;
      const known = this.#shared.get(of);
      const shared = known ?? shareFrame({ type: 'presence', channel: 0, session: of, state });
      if (known === undefined) this.#shared.set(of, shared);
      yield shared;
    }
  }
}
