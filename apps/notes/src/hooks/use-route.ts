/** Which note is open, by the address: `#/note/<id>`, so that links, the back button and a reload do what one expects. */
import { useSyncExternalStore } from 'react';

/** The id of the open note; undefined for the list alone. */
export function useRoute(): string | undefined {
  return useSyncExternalStore(subscribe, () => idIn(location.hash));
}

export function hrefOf(id: string): string {
  return `#/note/${encodeURIComponent(id)}`;
}

export function idIn(hash: string): string | undefined {
  const encoded = /^#\/note\/([^/]+)$/.exec(hash)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

export function openNote(id: string): void {
  location.hash = hrefOf(id);
}

/** To the list, without an entry in the history for a note that is gone. */
export function leaveNote(): void {
  history.replaceState(null, '', '#/');
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
