/**
 * Presence: short-lived state of the sessions that have a document open (cursors, names, who is typing). Never stored,
 * gone with its session. A state is bytes that only the app, or the border of an editor, understands.
 */
export interface PresenceChannel {
  /** This session's own state from now on; undefined takes it back. Sent again by itself after a reconnect. */
  set(state: Uint8Array | undefined): void;

  /** States of the other sessions, by session number. A new map at every change, never changed in place. */
  readonly peers: ReadonlyMap<number, Uint8Array>;

  /** Calls `listener` after every change of `peers`. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}
