/**
 * The border between presence and y-protocols awareness, which every Yjs editor binding speaks: cursors of other people.
 *
 *   awareness of this page ──its own state──▶ presence.set      one client, as an awareness update
 *   awareness of this page ◀──peers' states── presence.peers    one client from each session
 *
 * A peer's state lives as long as its session: the relay says when that has gone, so the state is taken away at once
 * and never by awareness's own timer, which would need every peer to repeat itself every 15 seconds. Bytes that are no
 * state are not shown. No peer can change this page's own state. When two sessions claim one Yjs client (a page that
 * has reconnected, and its old session not yet missed), the later session counts.
 */
import { type Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import { CausewayError } from '../error.ts';
import type { PresenceChannel } from '../presence/index.ts';
import {
  type AwarenessEntry,
  decodeAwarenessUpdate,
  encodeAwarenessUpdate,
  MAX_AWARENESS_CLOCK,
} from './awareness-update.ts';

/** Ties `awareness` to `presence` until the returned function is called or the awareness is destroyed. */
export function bindAwareness(awareness: Awareness, presence: PresenceChannel): () => void {
  const peers = new AwarenessPeers(awareness, presence);
  let published: string | undefined;

  const publish = (): void => {
    const state = awareness.getLocalState();
    const json = state === null ? undefined : JSON.stringify(state);
    if (json === published) return;
    published = json;
    const clock = Math.min(awareness.meta.get(awareness.clientID)?.clock ?? 0, MAX_AWARENESS_CLOCK);
    presence.set(
      json === undefined ? undefined : encodeAwarenessUpdate([{ client: awareness.clientID, clock, json }]),
    );
  };
  const onUpdate = ({ added, updated, removed }: AwarenessChange): void => {
    if ([...added, ...updated, ...removed].includes(awareness.clientID)) publish();
  };
  let isBound = true;
  const stop = (): void => {
    if (!isBound) return;
    isBound = false;
    awareness.off('update', onUpdate);
    awareness.off('destroy', stop);
    stopPeers();
    peers.show(new Map());
    presence.set(undefined);
  };

  awareness.on('update', onUpdate);
  awareness.on('destroy', stop);
  const stopPeers = presence.subscribe(() => peers.show(presence.peers));
  publish();
  peers.show(presence.peers);
  return stop;
}

/** What awareness says has changed: Yjs client ids. */
interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** The peers' states in an awareness, and nothing else that is in it: another provider may share it. */
class AwarenessPeers {
  readonly #awareness: Awareness;
  readonly #origin: unknown;
  /** What was put into the awareness, by Yjs client. */
  #shown: ReadonlyMap<number, AwarenessEntry> = new Map();
  /** States as they were decoded: most peers have not changed when one has. */
  #decoded: ReadonlyMap<Uint8Array, AwarenessEntry | undefined> = new Map();

  constructor(awareness: Awareness, origin: unknown) {
    this.#awareness = awareness;
    this.#origin = origin;
  }

  show(peers: ReadonlyMap<number, Uint8Array>): void {
    const wanted = this.#decode(peers);
    const gone = [...this.#shown.keys()].filter((client) => !wanted.has(client));
    const changed = [...wanted.values()].filter(
      (entry) => this.#shown.get(entry.client)?.json !== entry.json,
    );
    this.#shown = wanted;
    removeAwarenessStates(this.#awareness, gone, this.#origin);
    this.#apply(changed);
  }

  #apply(entries: readonly AwarenessEntry[]): void {
    const { meta } = this.#awareness;
    const newer = entries.map((entry) => ({
      ...entry,
      clock: Math.max(entry.clock, (meta.get(entry.client)?.clock ?? 0) + 1),
    }));
    if (newer.length === 0) return;
    applyAwarenessUpdate(this.#awareness, encodeAwarenessUpdate(newer), this.#origin);
    for (const { client, clock } of newer) meta.set(client, { clock, lastUpdated: Number.POSITIVE_INFINITY });
  }

  #decode(peers: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, AwarenessEntry> {
    const decoded = new Map<Uint8Array, AwarenessEntry | undefined>();
    const entries = new Map<number, AwarenessEntry>();
    for (const session of [...peers.keys()].sort((a, b) => a - b)) {
      const bytes = peers.get(session) ?? new Uint8Array();
      const entry = this.#decoded.has(bytes) ? this.#decoded.get(bytes) : stateOf(bytes);
      decoded.set(bytes, entry);
      if (entry !== undefined && entry.client !== this.#awareness.clientID) entries.set(entry.client, entry);
    }
    this.#decoded = decoded;
    return entries;
  }
}

/** The one state in a session's bytes; undefined for what a session of ours would not have sent. */
function stateOf(bytes: Uint8Array): AwarenessEntry | undefined {
  try {
    const [entry, ...others] = decodeAwarenessUpdate(bytes);
    return others.length === 0 && entry?.json !== 'null' ? entry : undefined;
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) return undefined;
    throw error;
  }
}
