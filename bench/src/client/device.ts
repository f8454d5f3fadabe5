// What is compared in the page: a device that keeps text documents in IndexedDB and syncs them, ours and the peers'. Runs in
// the browser. Leaves out: measuring (page.ts).

import { type Client, createClient } from '@causeway/client';
import { schema, text } from '@causeway/core/doc';
import { nativeDocument } from '@causeway/core/native';
import { yjsDocument } from '@causeway/core/yjs';
import { HocuspocusProvider } from '@hocuspocus/provider';
import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

export interface TextDocument {
  read(): string;
  insert(at: number, inserted: string): void;
  remove(at: number, count: number): void;
  /** Calls `listener` after every change. */
  onChange(listener: () => void): void;
  /** Resolves when nothing waits to be stored or sent; for peers that do not say, when they have had their time. */
  settled(): Promise<void>;
}

export interface Device {
  /** Resolves when what this device has of it can be read. */
  open(name: string): Promise<TextDocument>;
  close(): Promise<void>;
}

export interface DeviceOptions {
  /** Devices of different names share nothing. */
  readonly name: string;
  /** `ws://host:port`; undefined: offline. */
  readonly server: string | undefined;
}

export const deviceNames = ['native', 'yjs', 'y-websocket', 'hocuspocus'] as const;
export type DeviceName = (typeof deviceNames)[number];

export const newDevice = (kind: DeviceName, options: DeviceOptions): Device => {
  switch (kind) {
    case 'native':
      return ours(options, openNative);
    case 'yjs':
      return ours(options, openYjs);
    case 'y-websocket':
      return yDevice(
        options,
        (server, name, doc) => new WebsocketProvider(server, name, doc, { disableBc: true }),
      );
    case 'hocuspocus':
      return yDevice(options, (url, name, document) => new HocuspocusProvider({ url, name, document }));
  }
};

export const Note = schema({ body: text() });

const ours = (
  { name: namespace, server }: DeviceOptions,
  open: (client: Client, name: string) => Promise<TextDocument>,
): Device => {
  const url = `${server ?? 'ws://127.0.0.1:9'}/sync`;
  const client = createClient({ url, namespace, connect: server !== undefined });
  return { open: (name) => open(client, name), close: () => client.close() };
};

const openNative = async (client: Client, name: string): Promise<TextDocument> => {
  const handle = await client.open(name, nativeDocument(Note));
  const { body } = handle.document.content;
  return {
    read: () => body.toString(),
    insert: (at, inserted) => body.insert(at, inserted),
    remove: (at, count) => body.delete(at, count),
    onChange: (listener) => void handle.document.onChange(listener),
    settled: () => handle.saved(client.connection.state === 'offline' ? 'disk' : 'relay'),
  };
};

const openYjs = async (client: Client, name: string): Promise<TextDocument> => {
  const doc = new Y.Doc();
  const handle = await client.open(name, yjsDocument(doc));
  return {
    ...yText(doc),
    settled: () => handle.saved(client.connection.state === 'offline' ? 'disk' : 'relay'),
  };
};

const yDevice = (
  { name: device, server }: DeviceOptions,
  connect: (server: string, name: string, doc: Y.Doc) => { destroy(): void },
): Device => {
  const ends: (() => Promise<void> | void)[] = [];
  return {
    open: async (name) => {
      const doc = new Y.Doc();
      const kept = new IndexeddbPersistence(`${device}/${name}`, doc);
      await kept.whenSynced;
      const provider = server === undefined ? undefined : connect(server, name, doc);
      ends.push(async () => {
        provider?.destroy();
        await kept.destroy();
      });
      return {
        ...yText(doc),
        settled: () => new Promise((resolve) => setTimeout(resolve, Y_INDEXEDDB_TRIMS_MS)),
      };
    },
    close: async () => {
      for (const end of ends.splice(0)) await end();
    },
  };
};

/** It merges what it has stored a second after the last of 500 updates. */
const Y_INDEXEDDB_TRIMS_MS = 3_000;

const yText = (doc: Y.Doc): Omit<TextDocument, 'settled'> => {
  const body = doc.getText('body');
  return {
    read: () => body.toString(),
    insert: (at, inserted) => body.insert(at, inserted),
    remove: (at, count) => body.delete(at, count),
    onChange: (listener) => body.observe(listener),
  };
};
