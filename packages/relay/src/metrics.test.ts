import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { GRANT_POLICY } from './auth/policy.ts';
import { signToken } from './auth/signed-token.ts';
import { tokenAuthenticator } from './auth/token-authenticator.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { adding, STRING_SET } from './testing/string-set.ts';

const random = new Seeded(3);
const SECRET = new TextEncoder().encode('a secret that is long enough for tests of it');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const log = new MemoryDocumentLog(() => random.u32());
  const relay = await createRelay({ log, formats: [latticeFormats()], port: 0, ...options });
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

/** As fetch, which lets nobody set the host. */
function get(relay: Relay, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(`${relay.url}/metrics`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('what a relay does, as Prometheus reads it', async () => {
  const relay = await start();
  const client = await connect(relay);
  const document = client.open('note', STRING_SET);
  await document.edit(adding('a'));
  await document.edit(Uint8Array.of(9, 9, 9));
  const response = await fetch(`${relay.url}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  const sampleOf = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  expect(sampleOf('causeway_ready')).toBe(1);
  expect(sampleOf('causeway_connections')).toBe(1);
  expect(sampleOf('causeway_open_documents')).toBe(1);
  expect(sampleOf('causeway_connected_total{protocol="native"}')).toBe(1);
  expect(sampleOf('causeway_updates_pushed_total')).toBe(2);
  expect(sampleOf('causeway_updates_stored_total')).toBe(1);
  expect(sampleOf('causeway_updates_refused_total{code="invalid"}')).toBe(1);
  expect(sampleOf('causeway_messages_in_total')).toBeGreaterThan(3);
  expect(sampleOf('causeway_bytes_out_total')).toBeGreaterThan(10);
  expect(sampleOf('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  // Every name has its help, and a scrape is a scrape: nothing is counted twice.
  for (const name of text.match(/^causeway_[a-z_]+?(?=_bucket|_sum|_count|[ {])/gm) ?? [])
    expect(text).toContain(`# HELP ${name} `);
  expect(await (await fetch(`${relay.url}/metrics`)).text()).toContain('causeway_updates_stored_total 1');
});

test('are for those who run it: from the machine itself, or with the admin right', async () => {
  const relay = await start({
    authenticator: tokenAuthenticator({ key: { type: 'secret', secret: SECRET } }),
    policy: GRANT_POLICY,
  });
  const sign = (admin: boolean): Promise<string> =>
    signToken({ principal: 'ada', documents: [], expiresInSeconds: 60, admin }, SECRET);
  const forwarded = { 'X-Forwarded-For': '1.2.3.4' };
  expect(await get(relay, {})).toBe(200);
  expect(await get(relay, forwarded)).toBe(404);
  expect(await get(relay, { Host: 'rebound.example.net' })).toBe(404);
  expect(await get(relay, { Origin: 'https://evil.example.net' })).toBe(404);
  expect(await get(relay, { ...forwarded, Authorization: 'Bearer nonsense' })).toBe(404);
  expect(await get(relay, { ...forwarded, Authorization: `Bearer ${await sign(false)}` })).toBe(404);
  expect(await get(relay, { ...forwarded, Authorization: `Bearer ${await sign(true)}` })).toBe(200);
});

test('ready until it stops, which is not the same as running', async () => {
  const relay = await start();
  const answer = await fetch(`${relay.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true }]);
  const client = await connect(relay);
  await client.open('note', STRING_SET).caughtUp;
  await relay.close();
  await expect(fetch(`${relay.url}/readyz`)).rejects.toThrow();
});

test('the guide names metrics that there are', async () => {
  const relay = await start();
  // Counts by name are there once something was counted.
  await (await connect(relay)).open('note', STRING_SET).edit(adding('a'));
  const text = await (await fetch(`${relay.url}/metrics`)).text();
  const guide = readFileSync(new URL('../../../docs/guides/running-a-relay.md', import.meta.url), 'utf8');
  const named = guide.match(/\b(?:causeway|nodejs|process)_[a-z0-9_]+/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(text, name).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
});
