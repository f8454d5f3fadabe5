/** Who else has a document open, and what they say of themselves: cursors, names, colours. */
import type { DocumentHandle } from '@causeway/client';
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';

/** The states of others by their session, and the way to say one's own. */
export interface Presence<T> {
  /** The same map until somebody's state changes. */
  readonly peers: ReadonlyMap<number, T>;
  /** This component's state from now on; undefined takes it back, and so does unmounting. */
  readonly set: (state: T | undefined) => void;
}

/**
 * Presence as JSON. `parse` says whether what a peer sent is a state of this app's, since a peer may send anything: give what
 * it is, or undefined to leave that peer out. It must be the same function from render to render. One component of a document
 * says the state, since a session has one; any number may read.
 */
export function usePresence<T>(handle: DocumentHandle, parse: (json: unknown) => T | undefined): Presence<T> {
  const { presence } = handle;
  const subscribe = useCallback((listener: () => void) => presence.subscribe(listener), [presence]);
  const bytes = useSyncExternalStore(subscribe, () => presence.peers);
  const peers = useMemo(() => statesOf(bytes, parse), [bytes, parse]);
  const says = useRef(false);
  const set = useCallback(
    (state: T | undefined) => {
      says.current = state !== undefined;
      presence.set(state === undefined ? undefined : encoder.encode(JSON.stringify(state)));
    },
    [presence],
  );
  useEffect(
    () => () => {
      // One that only reads takes back nothing of what another says.
      if (says.current) presence.set(undefined);
      says.current = false;
    },
    [presence],
  );
  return useMemo(() => ({ peers, set }), [peers, set]);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function statesOf<T>(
  peers: ReadonlyMap<number, Uint8Array>,
  parse: (json: unknown) => T | undefined,
): ReadonlyMap<number, T> {
  const states = new Map<number, T>();
  for (const [session, bytes] of peers) {
    const state = parse(jsonOf(bytes));
    if (state !== undefined) states.set(session, state);
  }
  return states;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
