// Clients against a real relay on a real port with real WebSockets: what people who edit together see.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import type { EngineFactory } from '@causeway/core/format';
import type { DocumentKind, DocumentName, ReplicaId } from '@causeway/core/id';
import { awSet, type GSetState, gSet, stringLeaf } from '@causeway/core/lattice';
import { type LatticeDocument, latticeDocument, latticeFormats } from '@causeway/core/lattice-doc';
import { DEFAULT_SESSION_LIMITS } from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { type YjsDocument, yjsDocument, yjsFormats } from '@causeway/core/yjs';
import {
  type Authenticator,
  createRelay,
  type DocumentLog,
  GRANT_POLICY,
  LmdbDocumentLog,
  MemoryDocumentLog,
  type Policy,
  type Relay,
  type RelayOptions,
  signToken,
  tokenAuthenticator,
} from '@causeway/relay';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import {
  type Client,
  type ClientOptions,
  createClient,
  type DocumentChange,
  type DocumentHandle,
  MemoryStore,
  type StoredDocument,
} from './index.ts';

const random = new Seeded(7);
const STRINGS = gSet(stringLeaf);
const SMALL_SESSION = { ...DEFAULT_SESSION_LIMITS, maxUpdateBytes: 1000 };
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('two clients', () => {
  test('see each other type in one Yjs document', async () => {
    const relay = await startRelay();
    const [ann, ben] = [connect(relay), connect(relay)];
    const [here, there] = [await ann.open('note', text()), await ben.open('note', text())];
    type(here, 'Hello');
    await here.saved('relay');
    await until(there, () => textOf(there) === 'Hello');
    type(there, ', world', 5);
    await until(here, () => textOf(here) === 'Hello, world');
  });

  test('hold the same set after both edited offline', async () => {
    const relay = await startRelay();
    const [ann, ben] = [connect(relay), connect(relay)];
    const set = awSet(stringLeaf);
    const tags = latticeDocument(set);
    const [here, there] = [await ann.open('tags', tags), await ben.open('tags', tags)];
    here.document.mutate((state, source) => set.add(state, source.next(), 'old'));
    await until(there, () => there.document.value.includes('old'));
    await here.saved('relay');
    ann.disconnect();
    ben.disconnect();
    here.document.mutate((state) => set.remove(state, 'old'));
    here.document.mutate((state, source) => set.add(state, source.next(), 'ann'));
    there.document.mutate((state, source) => set.add(state, source.next(), 'ben'));
    await here.saved('disk');
    expect(here.status).toMatchObject({ saved: 'disk', synced: false, pending: { memory: 0, disk: 2 } });
    ann.connect();
    ben.connect();
    for (const handle of [here, there]) {
      await until(
        handle,
        () => handle.document.value.includes('ann') && handle.document.value.includes('ben'),
      );
      await handle.saved('relay');
      expect([...handle.document.value].sort()).toEqual(['ann', 'ben']);
    }
  });

  test('share a hundred documents over one socket each', async () => {
    const relay = await startRelay();
    const [ann, ben] = [connect(relay), connect(relay)];
    const names = Array.from({ length: 100 }, (_, index) => `notes/${index}`);
    const here = await Promise.all(names.map((name) => ann.open(name, words())));
    const there = await Promise.all(names.map((name) => ben.open(name, words())));
    for (const handle of here) add(handle, handle.name);
    await Promise.all(here.map((handle) => handle.saved('relay')));
    await Promise.all(there.map((handle) => until(handle, () => wordsOf(handle).includes(handle.name))));
  });

  test('see who is there, and who has left', async () => {
    const relay = await startRelay();
    const [ann, ben] = [connect(relay), connect(relay)];
    const [here, there] = [await ann.open('note', text()), await ben.open('note', text())];
    here.presence.set(Uint8Array.of(1));
    await untilPresence(there, () => there.presence.peers.size === 1);
    expect([...there.presence.peers.values()]).toEqual([Uint8Array.of(1)]);
    ann.disconnect();
    await untilPresence(there, () => there.presence.peers.size === 0);
    ann.connect();
    await untilPresence(there, () => there.presence.peers.size === 1);
    await here.close();
    await untilPresence(there, () => there.presence.peers.size === 0);
  });
});

describe('saved', () => {
  test('goes from memory to disk to relay', async () => {
    const relay = await startRelay();
    const client = connect(relay, { connect: false });
    const handle = await client.open('note', words());
    expect(handle.status.saved).toBe('relay');
    add(handle, 'a');
    expect(handle.status).toMatchObject({ saved: 'memory', pending: { memory: 1, disk: 1 } });
    await handle.saved('disk');
    expect(handle.status).toMatchObject({ saved: 'disk', pending: { memory: 0, disk: 1 } });
    client.connect();
    await handle.saved('relay');
    expect(handle.status).toMatchObject({ saved: 'relay', pending: { memory: 0, disk: 0 } });
  });

  test('is told of by the same object while nothing changes', async () => {
    const client = connect(await startRelay(), { connect: false });
    const handle = await client.open('note', words());
    const { status } = handle;
    expect(handle.status).toBe(status);
    add(handle, 'a');
    expect(handle.status).not.toBe(status);
  });

  test('is true across reloads: what was not sent is sent by the next page', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const first = connect(relay, { store, connect: false });
    add(await first.open('note', words()), 'offline');
    await first.close();
    const second = connect(relay, { store, connect: false });
    const handle = await second.open('note', words());
    expect(wordsOf(handle)).toEqual(['offline']);
    expect(handle.status).toMatchObject({ saved: 'disk', pending: { memory: 0, disk: 1 } });
    second.connect();
    await handle.saved('relay');
    const other = await connect(relay).open('note', words());
    await until(other, () => wordsOf(other).includes('offline'));
  });

  test('waits until the signal says otherwise', async () => {
    const handle = await connect(await startRelay(), { connect: false }).open('note', words());
    add(handle, 'a');
    const abort = new AbortController();
    const saved = handle.saved('relay', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(saved).rejects.toThrow('enough');
  });

  test('ends when the document is closed', async () => {
    const handle = await connect(await startRelay(), { connect: false }).open('note', words());
    add(handle, 'a');
    const saved = handle.saved('relay');
    await Promise.all([handle.close(), expect(saved).rejects.toMatchObject({ code: 'storage/closed' })]);
    await expect(handle.saved('disk')).rejects.toMatchObject({ code: 'storage/closed' });
  });

  test('says since when something is pending, over reloads', async () => {
    const relay = await startRelay();
    let now = 1_000;
    const store = new KeptStore(() => now);
    const platform = { WebSocket, now: () => now };
    const first = connect(relay, { store, platform, connect: false });
    const handle = await first.open('note', words());
    expect(handle.status.pendingSince).toBeUndefined();
    add(handle, 'a');
    await handle.saved('disk');
    expect(handle.status.pendingSince).toBe(1_000);
    now = 9_000;
    add(handle, 'b');
    await first.close();
    const second = connect(relay, { store, platform, connect: false });
    const again = await second.open('note', words());
    expect(again.status).toMatchObject({ pendingSince: 1_000, pending: { disk: 2 } });
    second.connect();
    await again.saved('relay');
    expect(again.status.pendingSince).toBeUndefined();
  });

  test('skips the disk where there is none', async () => {
    const handle = await connect(await startRelay(), { store: new MemoryStore() }).open('note', words());
    add(handle, 'a');
    expect(handle.status.saved).toBe('memory');
    await expect(handle.saved('disk')).rejects.toMatchObject({ code: 'storage/failed' });
    await handle.saved('relay');
    expect(handle.status.saved).toBe('relay');
  });
});

describe('a document that was changed offline and closed', () => {
  test('is sent all the same, when the network is back', async () => {
    const relay = await startRelay();
    const client = connect(relay, { connect: false });
    const handle = await client.open('note', words());
    add(handle, 'offline');
    await handle.close();
    client.connect();
    const other = await connect(relay).open('note', words());
    await until(other, () => wordsOf(other).includes('offline'));
  });

  test('is sent by a later page that knows its kind', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const first = connect(relay, { store, connect: false });
    const names = Array.from({ length: 10 }, (_, index) => `note ${index}`);
    for (const name of names) add(await first.open(name, words()), name);
    await first.close();
    connect(relay, { store, formats: [latticeFormats()] });
    const reader = connect(relay);
    for (const name of names) {
      const other = await reader.open(name, words());
      await until(other, () => wordsOf(other).includes(name));
    }
  });

  test('is opened anew while it is being sent', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const first = connect(relay, { store, connect: false });
    add(await first.open('note', words()), 'offline');
    await first.close();
    const second = connect(relay, { store, formats: [latticeFormats()] });
    await untilConnection(second, 'online');
    const handle = await second.open('note', words());
    expect(wordsOf(handle)).toEqual(['offline']);
    add(handle, 'more');
    await handle.saved('relay');
    const other = await connect(relay).open('note', words());
    await until(other, () => wordsOf(other).length === 2);
  });
});

describe('a document that is changed often', () => {
  test('offline leaves few batches to send, which say all of it', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const client = connect(relay, { store, connect: false });
    const handle = await client.open('note', text());
    for (let index = 0; index < 1000; index++) {
      type(handle, 'x');
      await handle.saved('disk');
    }
    expect(handle.status.pending).toEqual({ memory: 0, disk: 1000 });
    expect((await client.list())[0]?.pending).toBeLessThan(100);
    const saved = handle.saved('relay');
    client.connect();
    await saved;
    expect(handle.status.pending).toEqual({ memory: 0, disk: 0 });
    await client.close();
    const [again, other] = [connect(relay, { store, connect: false }), connect(relay)];
    expect((await again.list())[0]?.pending).toBe(0);
    expect(textOf(await again.open('note', text()))).toHaveLength(1000);
    const there = await other.open('note', text());
    await until(there, () => textOf(there).length === 1000);
  });

  test('stays small on disk, in chunks and in bytes', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const client = connect(relay, { store });
    const doc = new Y.Doc();
    const handle = await client.open('note', yjsDocument(doc));
    for (let index = 0; index < 500; index++) {
      doc.getMap('map').set(`key ${index % 5}`, 'x'.repeat(100));
      await handle.saved('relay');
    }
    await client.close();
    const size = await store.size(handle.name);
    expect(size.chunks).toBeLessThan(100);
    expect(size.bytes).toBeLessThan(25_000);
    const again = await connect(relay, { store, connect: false }).open('note', text());
    expect(again.document.doc.getMap('map').toJSON()).toEqual(doc.getMap('map').toJSON());
  });
});

describe('a filled document', () => {
  test('is pushed when it is opened', async () => {
    const relay = await startRelay();
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'written before');
    const handle = await connect(relay).open('note', yjsDocument(doc));
    expect(handle.status.pending.disk).toBe(1);
    await handle.saved('relay');
    const other = await connect(relay).open('note', text());
    await until(other, () => textOf(other) === 'written before');
  });
});

describe('a relay', () => {
  test('that restarts has all it acknowledged, and gets the rest', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-client-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const relay = await startRelay({ log: await openLog(folder) });
    const client = connect(relay);
    const handle = await client.open('note', words());
    add(handle, 'before');
    await handle.saved('relay');
    await relay.close();
    add(handle, 'meanwhile');
    await startRelay({ log: await openLog(folder), port: relay.port });
    await handle.saved('relay');
    const other = await connect(relay).open('note', words());
    await until(other, () => wordsOf(other).length === 2);
    expect(wordsOf(other)).toEqual(['before', 'meanwhile']);
  });

  test('that lost its disk gets everything again from those who have it', async () => {
    const relay = await startRelay();
    const client = connect(relay);
    const [note, list] = [await client.open('note', text()), await client.open('list', words())];
    type(note, 'kept');
    add(list, 'kept');
    await Promise.all([note.saved('relay'), list.saved('relay')]);
    await relay.close();
    await startRelay({ port: relay.port });
    const other = connect(relay);
    const [otherNote, otherList] = [await other.open('note', text()), await other.open('list', words())];
    await until(otherNote, () => textOf(otherNote) === 'kept');
    await until(otherList, () => wordsOf(otherList).includes('kept'));
    await Promise.all([note.saved('relay'), list.saved('relay')]);
    expect(note.status).toMatchObject({ saved: 'relay', synced: true });
  });

  test('that refuses a change has it put into quarantine, and gets it when it is offered again', async () => {
    const relay = await startRelay({ limits: { session: SMALL_SESSION } });
    const client = connect(relay);
    const handle = await client.open('note', words());
    add(handle, 'x'.repeat(SMALL_SESSION.maxUpdateBytes));
    await expect(handle.saved('relay')).rejects.toMatchObject({
      code: 'protocol/refused',
      data: { what: 'batch', name: 'note', code: 'too-large' },
    });
    expect(handle.status).toMatchObject({ saved: 'disk', quarantined: 1, pending: { disk: 0 } });
    add(handle, 'small');
    await until(handle, () => handle.status.pending.disk === 0);
    await relay.close();
    await startRelay({ port: relay.port });
    await until(handle, () => handle.status.synced);
    handle.retry();
    await handle.saved('relay');
    expect(handle.quarantined).toEqual([]);
  });

  test('that refuses a change is not offered it again once it is discarded', async () => {
    const relay = await startRelay({ limits: { session: SMALL_SESSION } });
    const store = new KeptStore();
    const client = connect(relay, { store });
    const handle = await client.open('note', words());
    const large = 'x'.repeat(SMALL_SESSION.maxUpdateBytes);
    add(handle, large);
    await until(handle, () => handle.status.quarantined === 1);
    await client.close();
    const again = await connect(relay, { store }).open('note', words());
    expect(again.status.quarantined).toBe(1);
    again.discard();
    expect(again.status).toMatchObject({ saved: 'relay', quarantined: 0 });
    expect(wordsOf(again)).toEqual([large]);
  });

  test('that refuses a change of a document that is closed: it is listed with its content, and offered again', async () => {
    const relay = await startRelay({ limits: { session: SMALL_SESSION } });
    const store = new KeptStore(() => 4_000);
    const client = connect(relay, { store, platform: { WebSocket, now: () => 4_000 } });
    const handle = await client.open('note', words());
    const large = 'x'.repeat(SMALL_SESSION.maxUpdateBytes);
    add(handle, large);
    await until(handle, () => handle.status.quarantined === 1);
    const [refused] = handle.quarantined;
    expect(refused).toMatchObject({ code: 'too-large', madeAt: 4_000 });
    expect(await client.quarantine()).toMatchObject([{ name: 'note', batches: [{ id: refused?.id }] }]);
    await client.close();
    const later = connect(relay, { store, formats: [latticeFormats()] });
    const [listed] = await later.quarantine();
    const [batch] = listed?.batches ?? [];
    expect(batch).toEqual(refused);
    const copy = await connect(relay, { connect: false }).open('copy', words());
    copy.document.apply(batch?.update ?? new Uint8Array());
    expect(wordsOf(copy)).toEqual([large]);
    await relay.close();
    const wide = await startRelay({ port: relay.port });
    await later.retry('note', batch?.id);
    const other = await connect(wide).open('note', words());
    await until(other, () => wordsOf(other).includes(large));
    expect(await later.quarantine()).toEqual([]);
    await later.discard('note');
  });

  test('that takes few documents at once gets the next when one is closed', async () => {
    const session = { ...DEFAULT_SESSION_LIMITS, maxChannels: 2 };
    const client = connect(await startRelay({ limits: { session } }));
    const [one, two, three] = await Promise.all(['1', '2', '3'].map((name) => client.open(name, words())));
    if (one === undefined || two === undefined || three === undefined) throw new Error('not open');
    await Promise.all([until(one, () => one.status.synced), until(two, () => two.status.synced)]);
    add(three, 'waits');
    await three.saved('disk');
    expect(three.status).toMatchObject({ synced: false, error: undefined, pending: { disk: 1 } });
    await one.close();
    await three.saved('relay');
  });

  test('that grants only reading leaves changes pending', async () => {
    const authenticator: Authenticator = {
      authenticate: async (token = 'guest') => ({ principal: token }),
    };
    const policy: Policy = {
      authorize: async ({ identity }) => ({
        access: identity.principal === 'guest' ? 'read' : 'write',
        presence: true,
      }),
    };
    const relay = await startRelay({ authenticator, policy });
    const owner = connect(relay, { token: async () => 'owner' });
    const own = await owner.open('note', words());
    add(own, 'public');
    await own.saved('relay');
    const client = connect(relay);
    const handle = await client.open('note', words());
    await until(handle, () => wordsOf(handle).includes('public'));
    expect(handle.status.access).toBe('read');
    add(handle, 'a');
    await handle.saved('disk');
    expect(handle.status).toMatchObject({ saved: 'disk', pending: { disk: 1 }, quarantined: 0 });
  });

  test('that has the document as another kind refuses that document alone', async () => {
    const relay = await startRelay();
    const note = await connect(relay).open('note', words());
    add(note, 'a');
    await note.saved('relay');
    const client = connect(relay);
    const [wrong, right] = [await client.open('note', text()), await client.open('other', text())];
    type(right, 'fine');
    await right.saved('relay');
    await until(wrong, () => wrong.status.error !== undefined);
    expect(wrong.status.error).toMatchObject({ code: 'protocol/refused', data: { code: 'kind-mismatch' } });
    expect(right.status.error).toBeUndefined();
  });

  test('that denies the credentials is asked once with fresh ones, then left in peace', async () => {
    const tokens = ['old', 'older'];
    const asked: (string | undefined)[] = [];
    const authenticator: Authenticator = {
      authenticate: async (token) => {
        asked.push(token);
        if (token === 'good') return { principal: 'ann' };
        throw new CausewayError('auth/denied', { reason: 'unknown token' }, 'unknown token');
      },
    };
    const client = connect(await startRelay({ authenticator }), {
      token: async () => tokens.shift() ?? 'good',
    });
    await untilConnection(client, 'needs-auth');
    expect(client.connection).toMatchObject({ reason: 'denied', error: { code: 'auth/denied' } });
    expect(asked).toEqual(['old', 'older']);
    client.authenticate();
    await untilConnection(client, 'online');
  });
});

describe('a relay that takes signed tokens', () => {
  const secret = new TextEncoder().encode('a secret that is long enough for tests of it');
  const sign = (principal: string, expiresInSeconds: number): Promise<string> =>
    signToken({ principal, documents: [{ pattern: '*', rights: ['write'] }], expiresInSeconds }, secret);
  const signed = {
    authenticator: tokenAuthenticator({ key: { type: 'secret', secret } }),
    policy: GRANT_POLICY,
  };

  test('is shown a new one before the old expires: the connection stays', async () => {
    let asked = 0;
    const states: string[] = [];
    const client = connect(await startRelay(signed), {
      token: () => sign('ann', asked++ === 0 ? 3 : 600),
    });
    const handle = await client.open('note', words());
    await untilConnection(client, 'online');
    client.onConnection(() => states.push(client.connection.state));
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    add(handle, 'after');
    await handle.saved('relay');
    expect([asked, states]).toEqual([2, []]);
  });

  test('and revokes them: the client says that it is refused, and keeps what was edited until it may come again', async () => {
    const relay = await startRelay(signed);
    let shown = await sign('ann', 600);
    const client = connect(relay, { token: async () => shown });
    const handle = await client.open('note', words());
    add(handle, 'before');
    await handle.saved('relay');
    await relay.revoke({ of: 'principal', principal: 'ann' });
    await untilConnection(client, 'needs-auth');
    add(handle, 'meanwhile');
    await handle.saved('disk');
    expect(handle.status).toMatchObject({ saved: 'disk', pending: { disk: 1 } });
    shown = await sign('ben', 600);
    client.connect();
    await handle.saved('relay');
  });
});

describe('a store that cannot be written', () => {
  test('loses nothing: changes stay in the page, reach the relay, and are stored when it can be again', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const client = connect(relay, { store });
    const handle = await client.open('note', words());
    const other = await connect(relay).open('note', words());
    store.failure = FULL;
    add(handle, 'here');
    await until(other, () => wordsOf(other).includes('here'));
    add(other, 'there');
    await until(handle, () => wordsOf(handle).includes('there'));
    await until(handle, () => handle.status.pending.disk === 0);
    expect(handle.status).toMatchObject({ pending: { memory: 1 }, error: { code: 'storage/full' } });
    store.failure = undefined;
    add(other, 'later');
    await until(handle, () => handle.status.pending.memory === 0 && wordsOf(handle).includes('later'));
    await handle.saved('disk');
    expect(handle.status).toMatchObject({ saved: 'relay', error: undefined });
    await client.close();
    const again = await connect(relay, { store, connect: false }).open('note', words());
    expect(wordsOf(again)).toEqual(['here', 'later', 'there']);
  });

  test('ends the use of its replica id before anything is sent under it', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const replicas: number[] = [];
    const watched: EngineFactory<LatticeDocument<GSetState<string>, readonly string[]>> = (site) => {
      replicas.push(site.replica);
      return words()(site);
    };
    const client = connect(relay, { store });
    const handle = await client.open('note', watched);
    store.failure = FULL;
    add(handle, 'a');
    await until(handle, () => handle.status.pending.disk === 0);
    expect(store.retired).toEqual(replicas);
    await client.open('other', watched);
    expect(new Set(replicas).size).toBe(2);
    store.failure = undefined;
  });

  test('keeps changes from the relay while the id may be used again', async () => {
    const relay = await startRelay();
    const store = new KeptStore();
    const handle = await connect(relay, { store }).open('note', words());
    await until(handle, () => handle.status.synced);
    store.failure = FULL;
    store.canRetire = false;
    add(handle, 'a');
    await until(handle, () => handle.status.error !== undefined);
    expect(handle.status).toMatchObject({ saved: 'memory', pending: { memory: 1, disk: 1 } });
    const other = await connect(relay).open('note', words());
    await until(other, () => other.status.synced);
    expect(wordsOf(other)).toEqual([]);
    store.failure = undefined;
    await handle.saved('relay');
    await until(other, () => wordsOf(other).includes('a'));
  });

  test('is an error of closing, and what was changed is still tried', async () => {
    const store = new KeptStore();
    const client = connect(await startRelay(), { store, connect: false });
    const handle = await client.open('note', words());
    store.failure = FULL;
    add(handle, 'a');
    await expect(handle.close()).rejects.toMatchObject({ code: 'storage/full' });
    store.failure = undefined;
    await until(handle, () => handle.status.pending.memory === 0);
    const again = await client.open('note', words());
    expect(wordsOf(again)).toEqual(['a']);
  });

  test('or read, opens documents all the same, and has their content later', async () => {
    const store = new KeptStore();
    const relay = await startRelay();
    const first = connect(relay, { store, connect: false });
    add(await first.open('note', words()), 'stored');
    await first.close();
    store.failure = FULL;
    const handle = await connect(relay, { store }).open('note', words());
    expect(handle.status.error).toMatchObject({ code: 'storage/full' });
    expect(wordsOf(handle)).toEqual([]);
    add(handle, 'new');
    store.failure = undefined;
    await until(handle, () => wordsOf(handle).includes('stored'));
    await handle.saved('relay');
    const other = await connect(relay).open('note', words());
    await until(other, () => wordsOf(other).length === 2);
  });
});

describe('a client', () => {
  test('gives one handle for one name, closed when everyone has closed it', async () => {
    const client = connect(await startRelay());
    const [one, two] = await Promise.all([client.open('note', words()), client.open('note', words())]);
    const three = await client.open('note', words());
    expect(two).toBe(one);
    expect(three).toBe(one);
    await one.close();
    await two.close();
    add(three, 'still open');
    await three.saved('relay');
    await three.close();
    expect(await client.open('note', words())).not.toBe(one);
  });

  test('refuses a name that is none, and a document stored as another kind', async () => {
    const client = connect(await startRelay(), { connect: false });
    await expect(client.open('', words())).rejects.toMatchObject({ code: 'protocol/document-name' });
    const note = await client.open('note', words());
    add(note, 'a');
    await note.close();
    await expect(client.open('note', text())).rejects.toMatchObject({ code: 'protocol/kind-mismatch' });
  });

  test('lists what is stored, and forgets what is deleted', async () => {
    const client = connect(await startRelay(), { connect: false });
    const note = await client.open('note', words());
    add(note, 'a');
    await note.saved('disk');
    expect(await client.list()).toMatchObject([{ name: 'note', pending: 1 }]);
    await client.delete('note');
    expect(await client.list()).toEqual([]);
    expect(wordsOf(await client.open('note', words()))).toEqual([]);
  });

  test('that is wiped is closed and leaves nothing behind', async () => {
    const store = new KeptStore();
    const relay = await startRelay();
    const client = connect(relay, { store, connect: false });
    add(await client.open('note', words()), 'private');
    await client.wipe();
    await expect(client.open('note', words())).rejects.toMatchObject({ code: 'storage/closed' });
    const next = connect(relay, { store, connect: false });
    expect(await next.list()).toEqual([]);
  });
});

type Text = DocumentHandle<YjsDocument>;
type Words = DocumentHandle<LatticeDocument<GSetState<string>, readonly string[]>>;

const FULL = new CausewayError('storage/full', { what: 'write' }, 'the disk is full');

/** A store that outlives its clients, as a disk does, and that can fail. */
class KeptStore extends MemoryStore {
  override readonly durable: boolean = true;
  readonly retired: number[] = [];
  canRetire = true;
  failure: CausewayError | undefined;

  override async load(name: DocumentName): Promise<StoredDocument | undefined> {
    if (this.failure !== undefined) throw this.failure;
    return super.load(name);
  }

  override async write(
    name: DocumentName,
    kind: DocumentKind,
    ...changes: readonly DocumentChange[]
  ): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    return super.write(name, kind, ...changes);
  }

  override async retireReplica(id: ReplicaId): Promise<void> {
    if (!this.canRetire) throw this.failure;
    this.retired.push(id);
  }

  override async close(): Promise<void> {
    // The next client uses it on.
  }
}

/** Without options: everyone may do everything, and what it knows goes with it. */
async function startRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const log: DocumentLog = new MemoryDocumentLog(() => random.u32());
  const formats = [yjsFormats(), latticeFormats()];
  const relay = await createRelay({ log, formats, port: 0, ...options });
  cleanups.push(() => relay.close());
  return relay;
}

function openLog(folder: string): Promise<DocumentLog> {
  return LmdbDocumentLog.open({ folder, random: () => random.u32() });
}

/** A client on a device of its own. */
function connect(relay: Relay, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    url: relay.syncUrl,
    store: new KeptStore(),
    platform: { WebSocket },
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
}

function text(): EngineFactory<YjsDocument> {
  return yjsDocument(new Y.Doc());
}

function textOf({ document }: Text): string {
  return document.doc.getText('body').toString();
}

function type({ document }: Text, words: string, at = 0): void {
  document.doc.getText('body').insert(at, words);
}

function words(): EngineFactory<LatticeDocument<GSetState<string>, readonly string[]>> {
  return latticeDocument(STRINGS);
}

function wordsOf({ document }: Words): readonly string[] {
  return document.value;
}

function add({ document }: Words, word: string): void {
  document.mutate((state) => STRINGS.add(state, word));
}

/** Resolves as soon as `holds`, which is looked at after every change of the document or its status. */
function until(handle: DocumentHandle, holds: () => boolean): Promise<void> {
  return when(holds, (listener) => {
    const stops = [handle.onStatus(listener), handle.document.onChange(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  });
}

function untilPresence({ presence }: DocumentHandle, holds: () => boolean): Promise<void> {
  return when(holds, (listener) => presence.subscribe(listener));
}

function untilConnection(client: Client, state: Client['connection']['state']): Promise<void> {
  return when(
    () => client.connection.state === state,
    (listener) => client.onConnection(listener),
  );
}

function when(holds: () => boolean, listen: (listener: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) return resolve();
    const stop = listen(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}
