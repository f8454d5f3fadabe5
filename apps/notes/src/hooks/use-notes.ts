/** The notes of the list, as state: what has not changed is the same object from one drawing to the next. */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Note } from '../model/note-list.ts';
import { type NotesDocument, NotesReader } from '../model/notes.ts';

export function useNotes(document: NotesDocument): readonly Note[] {
  const reader = useMemo(() => new NotesReader(document.content), [document]);
  const subscribe = useCallback((listener: () => void) => document.onChange(listener), [document]);
  return useSyncExternalStore(subscribe, () => reader.notes);
}
