/** What was typed and deleted does not stay: a relay in a process of its own, with real y-websocket clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocumentName } from '@causeway/core/id';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { LmdbDocumentLog } from './storage/lmdb-document-log.ts';
import { RelayProcess } from './testing/relay-process.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Page {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly provider: WebsocketProvider;
}

function page(url: string): Page {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(url.replace('http', 'ws'), 'note', doc, {
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  cleanups.push(() => provider.destroy());
  return { doc, text: doc.getText('t'), provider };
}

test('10,000 characters typed and deleted end under 100 bytes, and who was offline meanwhile loses nothing', async () => {
  const data = mkdtempSync(join(tmpdir(), 'causeway-collected-'));
  cleanups.push(() => rmSync(data, { recursive: true, force: true }));
  const relay = await RelayProcess.start({ data });
  const [writer, offline] = [page(relay.url), page(relay.url)];
  await expect.poll(() => writer.provider.synced && offline.provider.synced).toBe(true);
  writer.text.insert(0, 'keep');
  await expect.poll(() => offline.text.toString()).toBe('keep');
  offline.provider.disconnect();
  offline.text.insert(4, ' mine');
  for (let i = 0; i < 10_000; i++) writer.text.insert(2 + i, 'x');
  writer.text.delete(2, 10_000);
  // Everything is on the relay before the page goes.
  const reader = page(relay.url);
  await expect.poll(() => reader.text.toString(), { timeout: 20_000 }).toBe('keep');
  for (const { provider } of [writer, reader]) provider.destroy();
  // The room is folded within two ticks of its last session leaving.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await relay.kill('SIGTERM');
  const log = await LmdbDocumentLog.open({ folder: data, random: () => 1 });
  const head = await log.find(parseDocumentName('note'));
  await log.close();
  expect(head?.snapshotBytes).toBeLessThan(100);
  expect(head?.tailBytes).toBe(0);

  const again = await RelayProcess.start({ data });
  cleanups.push(() => again.kill('SIGKILL'));
  const late = page(again.url);
  await expect.poll(() => late.text.toString()).toBe('keep');
  const back = page(again.url);
  Y.applyUpdate(back.doc, Y.encodeStateAsUpdate(offline.doc));
  await expect.poll(() => late.text.toString()).toBe('keep mine');
  expect(back.text.toString()).toBe('keep mine');
}, 60_000);
