/**
 * A document of the client for as long as a component shows it. The client hands out one handle for one name and counts
 * who holds it, so that two components, or one that React mounts twice, share it.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import type { Engine, EngineFactory } from '@causeway/core/format';
import { useEffect, useState } from 'react';

export type Opening<E extends Engine> =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly handle: DocumentHandle<E> }
  | { readonly state: 'failed'; readonly error: unknown };

const OPENING = { state: 'opening' } as const;

/** `factory` must be the same function from render to render. */
export function useDocument<E extends Engine>(
  client: Client,
  name: string,
  factory: EngineFactory<E>,
): Opening<E> {
  const [opened, setOpened] = useState<{ readonly name: string; readonly opening: Opening<E> }>();

  useEffect(() => {
    let gone = false;
    let handle: DocumentHandle<E> | undefined;
    client.open(name, factory).then(
      (open) => {
        handle = open;
        if (gone) close(open);
        else setOpened({ name, opening: { state: 'open', handle: open } });
      },
      (error: unknown) => {
        if (!gone) setOpened({ name, opening: { state: 'failed', error } });
      },
    );
    return () => {
      gone = true;
      setOpened(undefined);
      if (handle !== undefined) close(handle);
    };
  }, [client, name, factory]);

  // Right after the name has changed the state is still that of the document before.
  return opened?.name === name ? opened.opening : OPENING;
}

function close(handle: DocumentHandle<Engine>): void {
  handle.close().catch((error: unknown) => console.error('a document did not close', error));
}
