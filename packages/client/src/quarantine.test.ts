import { map, register, schema, text } from '@causeway/core/doc';
import { nativeDocument } from '@causeway/core/native';
import { expect, test } from 'vitest';
import { createClient, MemoryStore, type QuarantinedBatch } from './index.ts';
import { changesIn } from './quarantine.ts';

const Note = schema({ title: register<string>(), body: text(), tags: map<boolean>() });

test('a batch is shown with what it changed, and with nothing of what was there before or came after', async () => {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', store: new MemoryStore(), connect: false });
  const handle = await client.open('note', nativeDocument(Note));
  const { content, document } = handle.document;
  content.body.insert(0, 'Hello');
  const updates: Uint8Array[] = [];
  const stop = document.onUpdate((update) => updates.push(update));
  document.transact(() => {
    content.body.insert(5, ', world');
    content.title.set('Greeting');
  });
  stop();
  content.body.insert(0, '> ');
  const [update = new Uint8Array()] = updates;
  const batch: Pick<QuarantinedBatch, 'update'> = { update };
  expect(changesIn(document, batch)).toMatchObject([
    { type: 'text', path: ['body'], edits: [{ index: 5, removed: 0, inserted: ', world' }] },
    { type: 'map', path: [], edits: [{ key: 'title' }] },
  ]);
  await client.close();
});
