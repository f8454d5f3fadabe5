/** The chips of the open note and of all notes, tied to what the client says. */
import type { Client, DocumentHandle } from '@causeway/client';
import type { Engine } from '@causeway/core/format';
import { type ReactElement, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useCalm, useLasting } from '../hooks/use-calm.ts';
import { useConnection, useStatus, useStorage } from '../hooks/use-status.ts';
import { connectionWords, type SaveFacts, saveWords, togetherFacts } from '../model/save-words.ts';
import { factsOf, lineOf, storageTroubleOf } from '../sync/save-facts.ts';
import type { Shelf } from '../sync/shelf.ts';
import { StatusChip } from './status-chip.tsx';

interface NoteStatusProps {
  readonly client: Client;
  readonly list: DocumentHandle<Engine>;
  /** Undefined while it opens, or when it cannot be opened. */
  readonly body: DocumentHandle<Engine> | undefined;
}

/** Of the note's text, and of its title, tags and votes, which are in the list. */
export function NoteStatus({ client, list, body }: NoteStatusProps): ReactElement {
  const listStatus = useStatus(list);
  const bodyStatus = useStatus(body);
  const facts = useMemo(
    () => togetherFacts([listStatus, bodyStatus].flatMap((status) => status ?? []).map(factsOf)),
    [listStatus, bodyStatus],
  );
  const handles = body === undefined ? [list] : [list, body];
  return <Chip of="This note" side="below" client={client} facts={facts} handles={handles} />;
}

interface OverallStatusProps {
  readonly client: Client;
  readonly list: DocumentHandle<Engine>;
  readonly shelf: Shelf;
}

export function OverallStatus({ client, list, shelf }: OverallStatusProps): ReactElement {
  const listStatus = useStatus(list);
  const bodies = useSyncExternalStore(shelf.subscribe, () => shelf.facts);
  const facts = useMemo(
    () => togetherFacts([...(listStatus === undefined ? [] : [factsOf(listStatus)]), bodies]),
    [listStatus, bodies],
  );
  useLeaveGuard(facts.saved === 'memory');
  return (
    <>
      <Chip of="All notes" side="above" client={client} facts={facts} handles={[list, ...shelf.handles]} />
      <Announcer client={client} />
    </>
  );
}

/** What has not reached the disk after this long is more than under way. */
const UNDER_WAY_MS = 1500;

interface ChipProps {
  readonly of: string;
  readonly side: 'above' | 'below';
  readonly client: Client;
  readonly facts: SaveFacts;
  readonly handles: readonly DocumentHandle<Engine>[];
}

function Chip({ of, side, client, facts, handles }: ChipProps): ReactElement {
  const line = lineOf(useConnection(client));
  const storage = storageTroubleOf(useStorage(client));
  const calm = useCalm(facts);
  const stuck = useLasting(calm.saved === 'memory', UNDER_WAY_MS);
  const words = saveWords(calm, { line, storage, stuck });
  return <StatusChip of={of} side={side} words={words} facts={calm} handles={handles} />;
}

/** Tells those who cannot see the chip when the connection comes and goes. Not each save: that would never be still. */
function Announcer({ client }: { readonly client: Client }): ReactElement {
  const line = lineOf(useConnection(client));
  return (
    <p className="hidden" role="status">
      {line.state === 'connecting' ? '' : connectionWords(line)}
    </p>
  );
}

/** Asks before a page is closed that holds what is nowhere else. */
function useLeaveGuard(needed: boolean): void {
  useEffect(() => {
    if (!needed) return undefined;
    const onLeave = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', onLeave);
    return () => removeEventListener('beforeunload', onLeave);
  }, [needed]);
}
