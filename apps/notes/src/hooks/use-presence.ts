/**
 * Who is in a document, by the Yjs awareness that its editor binding wants: bound to the document's presence for as long
 * as a component is mounted.
 */
import type { DocumentHandle } from '@causeway/client';
import { bindAwareness, type YjsDocument } from '@causeway/core/yjs';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { Awareness } from 'y-protocols/awareness';
import { type Profile, parseProfile } from '../model/profile.ts';

export interface Person extends Profile {
  readonly clientId: number;
}

/** Undefined while there is no document, and until the first effect has run. */
export function useAwareness(handle: DocumentHandle<YjsDocument> | undefined): Awareness | undefined {
  const [awareness, setAwareness] = useState<Awareness>();

  useEffect(() => {
    if (handle === undefined) return undefined;
    const made = new Awareness(handle.document.doc);
    bindAwareness(made, handle.presence);
    setAwareness(made);
    return () => {
      // This unbinds it, too, and takes back what others see of it.
      made.destroy();
      setAwareness(undefined);
    };
  }, [handle]);

  return awareness;
}

/** More than anyone looks at, and a bound on what peers can make us draw. */
const MAX_PEOPLE = 50;

/** The others in the document, each once, in a steady order. */
export function usePeople(awareness: Awareness | undefined): readonly Person[] {
  const people = useMemo(() => peopleCache(awareness), [awareness]);
  const subscribe = useCallback(
    (listener: () => void) => {
      awareness?.on('change', listener);
      return () => awareness?.off('change', listener);
    },
    [awareness],
  );
  return useSyncExternalStore(subscribe, people);
}

/** Gives the same array while the people are the same, as a snapshot must. */
function peopleCache(awareness: Awareness | undefined): () => readonly Person[] {
  let last: readonly Person[] = [];
  return () => {
    const now = awareness === undefined ? [] : peopleIn(awareness);
    if (JSON.stringify(now) !== JSON.stringify(last)) last = now;
    return last;
  };
}

function peopleIn(awareness: Awareness): readonly Person[] {
  return [...awareness.getStates()]
    .filter(([clientId]) => clientId !== awareness.clientID)
    .sort(([a], [b]) => a - b)
    .slice(0, MAX_PEOPLE)
    .flatMap(([clientId, state]) => {
      const profile = parseProfile(state['user']);
      return profile === undefined ? [] : [{ clientId, ...profile }];
    });
}
