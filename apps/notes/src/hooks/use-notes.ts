/** What the list holds, as state: what has not changed is the same object from one drawing to the next. */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type NotesDocument, NotesReader, type NotesState } from '../model/notes.ts';

export function useNotes(document: NotesDocument): NotesState {
  const reader = useMemo(() => new NotesReader(document.content), [document]);
  const subscribe = useCallback((listener: () => void) => document.onChange(listener), [document]);
  return useSyncExternalStore(subscribe, () => reader.state);
}
