// Hocuspocus 3.4.4 with documents in SQLite: its database extension on a SQLite that comes built, with the statements of its
// SQLite extension.

import { join } from 'node:path';
import { Database } from '@hocuspocus/extension-database';
import { Hocuspocus } from '@hocuspocus/server';
import SQLite from 'libsql';
import type { StartServer } from './server.ts';
import { webSocketServer } from './web-socket-server.ts';

const SCHEMA =
  'CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))';
const SELECT = 'SELECT data FROM "documents" WHERE name = ?';
const UPSERT =
  'INSERT INTO "documents" ("name", "data") VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data';

export const start: StartServer = async ({ folder }) => {
  const file = new SQLite(join(folder, 'documents.sqlite'));
  file.exec(SCHEMA);
  const select = file.prepare(SELECT);
  const upsert = file.prepare(UPSERT);
  const database = new Database({
    fetch: async ({ documentName }) => {
      const row = select.get(documentName) as { readonly data: Buffer } | undefined;
      return row === undefined ? null : new Uint8Array(row.data);
    },
    store: async ({ documentName, state }) => {
      upsert.run(documentName, state);
    },
  });
  const hocuspocus = new Hocuspocus({ quiet: true, extensions: [database] });
  return webSocketServer(
    (socket, request) => {
      socket.on('error', () => undefined);
      socket.setMaxListeners(Number.POSITIVE_INFINITY);
      hocuspocus.handleConnection(socket, request);
    },
    () => void file.close(),
  );
};
