// The relays that are compared, by name.

import type { StartServer } from './servers/server.ts';

export const OURS = 'ours';
export const BARE = 'bare';
export const engineNames = [OURS, 'hocuspocus', 'y-websocket', 'y-leveldb', BARE] as const;
export type EngineName = (typeof engineNames)[number];

export const isEngineName = (name: string): name is EngineName => engineNames.some((known) => known === name);

/** Loaded one at a time: a process has what it needs for one of them and no more. */
const servers: Readonly<Record<EngineName, () => Promise<{ readonly start: StartServer }>>> = {
  ours: () => import('./servers/ours.ts'),
  hocuspocus: () => import('./servers/hocuspocus.ts'),
  'y-websocket': () => import('./servers/y-websocket.ts'),
  'y-leveldb': () => import('./servers/y-leveldb.ts'),
  bare: () => import('./servers/bare.ts'),
};

export const loadServer = async (name: EngineName): Promise<StartServer> => (await servers[name]()).start;
