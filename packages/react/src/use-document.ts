/** A document of the client for as long as a component shows it. */
import type { DocumentHandle } from '@causeway/client';
import type { Engine, EngineFactory } from '@causeway/core/format';
import { use, useEffect, useReducer } from 'react';
import { useClientContext } from './client-context.ts';

/**
 * Opens a document and waits for it: the nearest `Suspense` shows its fallback until the store has answered, and the nearest
 * error boundary gets what went wrong. All components that ask for one name share one handle; it is closed a while after
 * the last of them is gone. Never waits for the network.
 *
 *     const note = useDocument('notes/7', openNote)      // const openNote = nativeDocument(Note), outside the component
 */
export function useDocument<E extends Engine>(name: string, factory: EngineFactory<E>): DocumentHandle<E> {
  const { documents } = useClientContext();
  const wanted = documents.want(name, factory);
  const handle = use(wanted.opened);
  const [, drawAgain] = useReducer(next, 0);
  useEffect(() => {
    if (documents.want(name, factory) === wanted) return wanted.hold();
    // It was hidden for so long that its document was closed.
    drawAgain();
    return undefined;
  }, [documents, name, factory, wanted]);
  return handle;
}

function next(count: number): number {
  return count + 1;
}
