/** Which client the components below use. */
import type { Client } from '@causeway/client';
import { createContext, createElement, type ReactNode, useContext, useMemo } from 'react';
import { OpenDocuments } from './open-documents.ts';

interface ClientContext {
  readonly client: Client;
  readonly documents: OpenDocuments;
}

const Context = createContext<ClientContext | undefined>(undefined);

export interface CausewayProviderProps {
  /** Made by the app, and closed by it. */
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Gives the client to all hooks below. */
export function CausewayProvider({ client, children }: CausewayProviderProps): ReactNode {
  const value = useMemo(() => ({ client, documents: new OpenDocuments(client) }), [client]);
  return createElement(Context, { value }, children);
}

/** The client of the nearest CausewayProvider. Throws where there is none. */
export function useClient(): Client {
  return useClientContext().client;
}

export function useClientContext(): ClientContext {
  const context = useContext(Context);
  if (context === undefined)
    throw new Error('no client here: put a <CausewayProvider client={…}> around what uses documents');
  return context;
}
