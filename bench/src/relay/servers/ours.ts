// Our relay as the command starts it: LMDB, every acknowledgement durable.

import { createRelay, LmdbDocumentLog, STANDARD_FORMATS, standardFolding } from '@causeway/relay';
import type { StartServer } from './server.ts';

export const start: StartServer = async ({ folder }) => {
  const random = (): number => Math.floor(Math.random() * 2 ** 32);
  const log = await LmdbDocumentLog.open({ folder, random });
  // A room that nobody uses is closed after half a minute; here after two seconds, so that the bench need not wait.
  return createRelay({
    log,
    formats: STANDARD_FORMATS,
    folding: standardFolding(),
    port: 0,
    limits: { roomIdleMs: 2_000 },
  });
};
