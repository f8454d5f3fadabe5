/** One's own changes of the list, to take back, for as long as the page lives. */
import { type NativeDocument, UndoManager } from '@causeway/core/doc';
import { useEffect, useRef } from 'react';

export interface Undo {
  undo(): void;
  redo(): void;
}

export function useUndo(document: NativeDocument): Undo {
  const manager = useRef<UndoManager>(undefined);
  useEffect(() => {
    const made = new UndoManager(document);
    manager.current = made;
    return () => made.close();
  }, [document]);
  return { undo: () => void manager.current?.undo(), redo: () => void manager.current?.redo() };
}
