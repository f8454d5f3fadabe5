import { type YjsDocument, yjsDocument, yjsFormats } from '@causeway/core/yjs';
import { createRelay, MemoryDocumentLog } from '@causeway/relay';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type Client, createClient, type DocumentHandle, MemoryStore } from './index.ts';
import { openSubdocuments } from './yjs-subdocuments.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('a subdocument and one within it are shared over the parent’s one socket, and closed when they are removed', async () => {
  const relay = await createRelay({ log: new MemoryDocumentLog(() => 7), formats: [yjsFormats()], port: 0 });
  cleanups.push(() => relay.close());
  let sockets = 0;
  const [ann, ben] = [device(), device()];
  const [here, there] = [await openBook(ann), await openBook(ben)];
  const mine = openSubdocuments(ann, here);
  const theirs = openSubdocuments(ben, there);

  const chapter = new Y.Doc();
  here.document.doc.getMap<Y.Doc>('chapters').set('one', chapter);
  chapter.load();
  chapter.getText('body').insert(0, 'It began');
  const section = new Y.Doc();
  chapter.getMap<Y.Doc>('sections').set('first', section);
  section.load();
  section.getText('body').insert(0, 'in Ghent');

  await until(there.document.doc, () => there.document.doc.getMap<Y.Doc>('chapters').has('one'));
  const copy = there.document.doc.getMap<Y.Doc>('chapters').get('one');
  if (copy === undefined) throw new Error('no chapter');
  expect(await theirs.handle(copy.guid)).toBeUndefined();
  copy.load();
  await until(
    copy,
    () => copy.getText('body').toString() === 'It began' && copy.getMap('sections').has('first'),
  );
  const inner = copy.getMap<Y.Doc>('sections').get('first');
  if (inner === undefined) throw new Error('no section');
  inner.load();
  await until(inner, () => inner.getText('body').toString() === 'in Ghent');
  expect(sockets).toBe(2);

  const handle = await theirs.handle(copy.guid);
  expect(handle?.name).toBe(`book/${chapter.guid}`);
  await handle?.saved('relay');
  here.document.doc.getMap('chapters').delete('one');
  await until(there.document.doc, () => !there.document.doc.getMap('chapters').has('one'));
  expect(await theirs.handle(copy.guid)).toBeUndefined();
  await Promise.all([mine.close(), theirs.close()]);
  await expect(handle?.saved('relay')).rejects.toMatchObject({ code: 'storage/closed' });

  function device(): Client {
    const client = createClient({
      url: relay.syncUrl,
      store: new MemoryStore(),
      platform: {
        WebSocket: class extends WebSocket {
          constructor(url: string) {
            super(url);
            sockets += 1;
          }
        },
      },
    });
    cleanups.push(() => client.close());
    return client;
  }
});

test('one that cannot be opened is told of, and the others go on', async () => {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', store: new MemoryStore(), connect: false });
  cleanups.push(() => client.close());
  const parent = await openBook(client);
  const failures: unknown[] = [];
  const subdocuments = openSubdocuments(client, parent, {
    nameOf: (guid) => (guid === 'bad' ? '' : guid),
    onError: (error, guid) => failures.push([guid, error]),
  });
  for (const guid of ['bad', 'good'])
    parent.document.doc.getMap('parts').set(guid, new Y.Doc({ guid, autoLoad: true }));
  expect(await subdocuments.handle('bad')).toBeUndefined();
  expect((await subdocuments.handle('good'))?.name).toBe('good');
  expect(failures).toMatchObject([['bad', { code: 'protocol/document-name' }]]);
  await subdocuments.close();
});

function openBook(client: Client): Promise<DocumentHandle<YjsDocument>> {
  return client.open('book', yjsDocument(new Y.Doc()));
}

function until(doc: Y.Doc, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      doc.off('update', look);
      resolve();
    };
    doc.on('update', look);
    look();
  });
}
