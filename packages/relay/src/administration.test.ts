/** Documents listed, taken out, brought in and deleted over HTTP, while people have them open. */
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { yjsFormats } from '@causeway/core/yjs';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { GRANT_POLICY } from './auth/policy.ts';
import { signToken } from './auth/signed-token.ts';
import { tokenAuthenticator } from './auth/token-authenticator.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const random = new Seeded(5);
const SECRET = new TextEncoder().encode('a secret that is long enough for tests of it');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const log = new MemoryDocumentLog(() => random.u32());
  const relay = await createRelay({ log, formats: [latticeFormats(), yjsFormats()], port: 0, ...options });
  cleanups.push(() => relay.close());
  return relay;
}

async function connect(relay: Relay, token?: string): Promise<ProtocolClient> {
  const shown = token === undefined ? {} : { token };
  const client = new ProtocolClient({ url: relay.syncUrl, WebSocket, random: () => random.u32(), ...shown });
  await client.connect();
  cleanups.push(() => client.disconnect());
  return client;
}

const at = (relay: Relay, name: string): string => `${relay.url}/admin/documents/${encodeURIComponent(name)}`;

test('pages of documents, in the order of their names', async () => {
  const relay = await start();
  const client = await connect(relay);
  for (const name of ['c', 'a/1', 'b ö']) await client.open(name, STRING_SET).edit(adding('x'));
  const page = async (query: string) => (await fetch(`${relay.url}/admin/documents${query}`)).json();
  const all = await page('');
  expect(all.documents.map(({ name }: { name: string }) => name)).toEqual(['a/1', 'b ö', 'c']);
  expect(all.documents[0]).toEqual({
    name: 'a/1',
    kind: STRING_SET.kind,
    updates: 1,
    bytes: expect.any(Number),
  });
  const first = await page('?limit=2');
  const rest = await page(`?after=${encodeURIComponent(first.documents[1].name)}`);
  expect(rest.documents.map(({ name }: { name: string }) => name)).toEqual(['c']);
  expect((await fetch(`${relay.url}/admin/documents?limit=x`)).status).toBe(400);
});

test('a document taken out of one relay and brought into another, where somebody has it open', async () => {
  const [from, to] = [await start(), await start()];
  const there = (await connect(from)).open('note', STRING_SET);
  for (const element of ['a', 'b']) await there.edit(adding(element));
  const here = (await connect(to)).open('note', STRING_SET);
  await here.edit(adding('c'));
  const taken = await fetch(at(from, 'note'));
  expect([taken.status, taken.headers.get('causeway-kind')]).toEqual([200, STRING_SET.kind]);
  const body = new Uint8Array(await taken.arrayBuffer());
  const bring = (init: RequestInit) => fetch(at(to, 'note'), { method: 'PUT', body, ...init });
  const brought = await bring({ headers: { 'Causeway-Kind': STRING_SET.kind } });
  expect(brought.status).toBe(204);
  await expect.poll(() => elementsOf(here.content)).toEqual(['a', 'b', 'c']);
  // Again, it changes nothing; and what is none is refused.
  expect((await bring({ headers: { 'Causeway-Kind': STRING_SET.kind } })).status).toBe(204);
  expect((await bring({})).status).toBe(400);
  expect((await bring({ headers: { 'Causeway-Kind': 'yjs' } })).status).toBeGreaterThanOrEqual(400);
  const bad = await bring({ headers: { 'Causeway-Kind': STRING_SET.kind }, body: Uint8Array.of(9, 9, 9) });
  expect([bad.status, (await bad.json()).code]).toEqual([400, expect.stringMatching(/^decode\//)]);
  expect(elementsOf(here.content)).toEqual(['a', 'b', 'c']);
  expect((await fetch(at(to, 'nothing'))).status).toBe(404);
  const bytesOf = async (): Promise<number> =>
    (await (await fetch(`${to.url}/admin/documents`)).json()).documents[0].bytes;
  const before = await bytesOf();
  expect((await fetch(at(to, 'note'), { method: 'POST' })).status).toBe(204);
  expect(await bytesOf()).toBeLessThan(before);
  expect((await fetch(at(to, 'nothing'), { method: 'POST' })).status).toBe(404);
});

test('what operators do is in the log, each line with the request that it is about', async () => {
  const lines: object[] = [];
  const note = (fields: object, message: string): void => void lines.push({ ...fields, message });
  const relay = await start({ logger: { debug: note, info: note, warn: note, error: note } });
  await (await connect(relay)).open('note', STRING_SET).edit(adding('a'));
  const response = await fetch(at(relay, 'note'), { method: 'DELETE' });
  const request = response.headers.get('request-id');
  expect(request).toMatch(/^[0-9a-f-]{36}$/);
  expect(lines).toContainEqual({ request, document: 'note', message: 'a document was deleted' });
});

test('a deleted document is closed for everyone, and stays deleted whoever still has it', async () => {
  const relay = await start();
  const [one, two] = [await connect(relay), await connect(relay)];
  const [here, there] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
  await here.edit(adding('a'));
  await there.caughtUp;
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(relay.url.replace('http', 'ws'), 'y', doc, {
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  cleanups.push(() => provider.destroy());
  doc.getText('t').insert(0, 'text');
  await expect.poll(() => fetch(at(relay, 'y')).then(({ status }) => status)).toBe(200);
  expect((await fetch(at(relay, 'note'), { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(at(relay, 'y'), { method: 'DELETE' })).status).toBe(204);
  expect(await here.closed).toMatchObject({ code: 'deleted' });
  expect(await there.closed).toMatchObject({ code: 'deleted' });
  await expect.poll(() => provider.wsconnected).toBe(false);
  expect((await fetch(at(relay, 'note'))).status).toBe(404);
  // Who comes back with it, or makes one of its name, is told; the connection is none the worse.
  const again = await connect(relay);
  expect(await again.open('note', STRING_SET).closed).toMatchObject({ code: 'deleted' });
  expect(await again.open('other', STRING_SET).edit(adding('b'))).toEqual({ type: 'acknowledged' });
  const put = {
    method: 'PUT',
    headers: { 'Causeway-Kind': STRING_SET.kind },
    body: new Uint8Array(adding('z')),
  };
  expect((await fetch(at(relay, 'note'), put)).status).toBe(410);
  // Allowed again, it is a new one.
  await fetch(`${at(relay, 'note')}?again=1`, { method: 'DELETE' });
  const anew = (await connect(relay)).open('note', STRING_SET);
  await anew.edit(adding('n'));
  expect(elementsOf(anew.content)).toEqual(['n']);
});

test('is for operators alone, and others do not see that it is there', async () => {
  const relay = await start({
    authenticator: tokenAuthenticator({ key: { type: 'secret', secret: SECRET } }),
    policy: GRANT_POLICY,
  });
  const sign = (admin: boolean): Promise<string> =>
    signToken(
      { principal: 'ada', documents: [{ pattern: '*', rights: ['write'] }], expiresInSeconds: 60, admin },
      SECRET,
    );
  const [user, operator] = [await sign(false), await sign(true)];
  const session = await connect(relay, user);
  await session.open('note', STRING_SET).edit(adding('a'));
  const status = async (authorization: string | undefined, path: string, init: RequestInit = {}) =>
    (
      await fetch(`${relay.url}${path}`, {
        ...init,
        headers: authorization === undefined ? {} : { Authorization: `Bearer ${authorization}` },
      })
    ).status;
  for (const shown of [undefined, 'nonsense', user]) {
    expect(await status(shown, '/admin/documents')).toBe(404);
    expect(await status(shown, '/admin/documents/note', { method: 'DELETE' })).toBe(404);
    expect(await status(shown, '/admin/revocations', { method: 'POST', body: '{}' })).toBe(404);
  }
  expect(await status(operator, '/admin/documents')).toBe(200);
  const body = JSON.stringify({ of: 'principal', principal: 'ada' });
  expect(await status(operator, '/admin/revocations', { method: 'POST', body: '{"of":"all"}' })).toBe(400);
  expect(await status(operator, '/admin/revocations', { method: 'POST', body: 'x'.repeat(20_000) })).toBe(
    413,
  );
  expect(await status(operator, '/admin/revocations', { method: 'POST', body })).toBe(204);
  await session.ended;
  expect(session.closeCodes).toEqual([4401]);
  // It was of the same user.
  expect(await status(operator, '/admin/documents')).toBe(404);
});

test('a page shows what it does: its files hold nothing, and may load nothing of others', async () => {
  const relay = await start({
    authenticator: tokenAuthenticator({ key: { type: 'secret', secret: SECRET } }),
    policy: GRANT_POLICY,
  });
  const page = await fetch(`${relay.url}/admin`);
  expect([page.status, page.url]).toEqual([200, `${relay.url}/admin/`]);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  for (const [, file = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g))
    expect((await fetch(`${relay.url}/admin/${file}`)).status, file).toBe(200);
  expect((await fetch(`${relay.url}/admin/status`)).status).toBe(404);
  const claims = { principal: 'ada', documents: [], expiresInSeconds: 60, admin: true };
  const headers = { Authorization: `Bearer ${await signToken(claims, SECRET)}` };
  expect(await (await fetch(`${relay.url}/admin/status`, { headers })).json()).toMatchObject({
    ready: true,
    connections: 0,
    stored: 0,
  });
});
