// The command as a process: what it says, and how it stops.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seeded } from '@causeway/core/testing';
import { afterAll, afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signToken } from './auth/signed-token.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { type Ended, RelayProcess, type RelayProcessOptions } from './testing/relay-process.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const root = mkdtempSync(join(tmpdir(), 'causeway-relay-'));
let folders = 0;
const random = new Seeded(2);
const running: RelayProcess[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.kill('SIGKILL')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('says where it is, where the data is, and that it is open to all', async () => {
  const data = newFolder();
  const relay = await start({ data });
  expect(await (await fetch(`${relay.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  const { code, stdout } = await relay.kill('SIGTERM');
  expect(code).toBe(0);
  const [first, second, ...rest] = stdout.split('\n');
  expect(first).toBe(`Causeway relay on ${relay.url} · data in ${data}`);
  expect(second).toContain('Policy: open');
  expect(rest).toEqual(['']);
});

test('warns of a relay that is open to the network', async () => {
  const relay = await start({ data: newFolder(), args: ['--host', '0.0.0.0'] });
  const { stdout, stderr } = await relay.kill('SIGTERM');
  expect(stdout.split('\n')[1]).toMatch(/^Policy: open\. Whoever reaches this machine on the network/);
  expect(JSON.parse(stderr)).toMatchObject({ level: 40, host: '0.0.0.0' });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s drains: what is being written is kept, clients are told, exit code 0',
  async (signal) => {
    const data = newFolder();
    const relay = await start({ data });
    const client = await connect(relay.syncUrl);
    const document = client.open('note', STRING_SET);
    await document.caughtUp;
    await Promise.all(Array.from({ length: 500 }, (_, index) => document.edit(adding(`edit ${index}`))));
    const { code, stderr } = await relay.kill(signal);
    await client.ended;
    expect({ code, stderr, closed: client.closeCodes }).toEqual({ code: 0, stderr: '', closed: [1001] });
    const again = await start({ data });
    const fresh = (await connect(again.syncUrl)).open('note', STRING_SET);
    await fresh.caughtUp;
    expect(elementsOf(fresh.content)).toHaveLength(500);
  },
);

test('a taken port, a folder in use and a bad value are each said in one line', async () => {
  const data = newFolder();
  const relay = await start({ data });
  const taken = await RelayProcess.run({ data: newFolder(), port: relay.port }).ended;
  expect(taken.code).toBe(1);
  expect(taken.stderr).toBe(
    `causeway-relay: transport/listen: port ${relay.port} is taken: stop what runs there, or choose another with --port or PORT\n`,
  );
  const locked = await RelayProcess.run({ data }).ended;
  expect(locked.code).toBe(1);
  expect(locked.stderr).toContain(`${data} is in use by the relay with process id ${relay.pid}`);
  expect(locked.stderr.trim().split('\n')).toHaveLength(1);
  const bad = await RelayProcess.run({ data: newFolder(), port: 70_000 }).ended;
  expect([bad.code, bad.stderr.split('\n')[0]]).toEqual([
    2,
    'causeway-relay: --port is "70000": it should be a port from 0 to 65535',
  ]);
  expect(await (await fetch(`${relay.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
});

test('with a secret lets in only who has a token, and remembers over a restart whom it shut out', async () => {
  const data = newFolder();
  const secret = 'x'.repeat(40);
  const environment = { CAUSEWAY_TOKEN_SECRET: secret };
  const relay = await start({ data, environment });
  await expect(connect(relay.syncUrl)).rejects.toThrow('4401');
  const documents = [{ pattern: '*', rights: ['write'] as const }];
  const claims = { principal: 'ada', documents, expiresInSeconds: 60 };
  const token = await signToken(claims, new TextEncoder().encode(secret));
  const client = await connect(relay.syncUrl, token);
  expect(await client.open('note', STRING_SET).edit(adding('a'))).toEqual({ type: 'acknowledged' });
  const { stdout } = await relay.kill('SIGTERM');
  expect(stdout.split('\n')[1]).toBe('Policy: what the tokens grant that users show');
  const revocation = { of: 'principal', principal: 'ada' };
  writeFileSync(join(data, 'revocations.json'), JSON.stringify([{ revocation, atMs: Date.now() + 1000 }]));
  const again = await start({ data, environment });
  await expect(connect(again.syncUrl, token)).rejects.toThrow('4401');
});

test('doctor, stats, export, import and compact work on the folder while no relay has it', async () => {
  const [data, other] = [newFolder(), newFolder()];
  const file = join(root, 'exported');
  const run = (folder: string, ...args: string[]): Promise<Ended> =>
    RelayProcess.run({ data: folder, args }).ended;
  const relay = await start({ data });
  const document = (await connect(relay.syncUrl)).open('note', STRING_SET);
  for (let n = 0; n < 20; n++) await document.edit(adding(`edit ${n}`));
  const busy = await run(data, 'stats');
  expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining('is in use')]);
  expect((await run(data, 'doctor')).stdout).toMatch(/^!! {2}the documents were not looked at.*in use/m);
  await relay.kill('SIGTERM');

  const doctor = await run(data, 'doctor');
  expect(doctor.stdout).toMatch(/^ok {2}1 documents with 20 updates read, none damaged$/m);
  const stats = await run(data, 'stats');
  expect(stats.stdout).toMatch(/1 documents, 20 updates/);
  const compacted = await run(data, 'compact');
  const [, before, after] = /: (\d+) bytes before, (\d+) after/.exec(compacted.stdout) ?? [];
  expect(Number(after)).toBeLessThan(Number(before));
  const exported = await run(data, 'export', 'note', file);
  expect([exported.code, exported.stdout]).toEqual([0, expect.stringContaining(STRING_SET.kind)]);
  expect((await run(data, 'export', 'nothing', file)).code).toBe(1);
  expect((await run(other, 'import', 'note', STRING_SET.kind, file)).stderr).toContain('no documents');

  const fresh = await start({ data: other });
  await fresh.kill('SIGTERM');
  expect((await run(other, 'import', 'note', 'yjs', file)).code).toBe(1);
  expect((await run(other, 'import', 'note', STRING_SET.kind, file)).code).toBe(0);
  const again = await start({ data: other });
  const there = (await connect(again.syncUrl)).open('note', STRING_SET);
  await there.caughtUp;
  expect(elementsOf(there.content)).toHaveLength(20);
}, 60_000);

test('a backup made while people write holds what was acknowledged before it; what is lacking comes back from them', async () => {
  const [data, copy, restored] = [newFolder(), newFolder(), newFolder()];
  const run = (folder: string, ...args: string[]): Promise<Ended> =>
    RelayProcess.run({ data: folder, args }).ended;
  const relay = await start({ data });
  const client = await connect(relay.syncUrl);
  const document = client.open('note', STRING_SET);
  for (let n = 0; n < 50; n++) await document.edit(adding(`before ${n}`));
  let more = true;
  const writing = (async () => {
    for (let n = 0; more; n++) await document.edit(adding(`meanwhile ${n}`));
  })();
  expect(await run(data, 'backup', copy)).toMatchObject({ code: 0, stderr: '' });
  more = false;
  await writing;
  await document.edit(adding('after'));
  expect((await run(data, 'backup', copy)).stderr).toContain('already');
  await relay.kill('SIGKILL');
  await client.ended;

  const outcome = await run(restored, 'restore', copy);
  expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringMatching(/^1 documents are in/)]);
  expect((await run(restored, 'restore', copy)).code).toBe(1);
  const again = await start({ data: restored });
  const fresh = (await connect(again.syncUrl)).open('note', STRING_SET);
  await fresh.caughtUp;
  const kept = elementsOf(fresh.content);
  expect(kept.filter((element) => element.startsWith('before'))).toHaveLength(50);
  expect(kept).not.toContain('after');
  // Who was there before the disk was lost comes back.
  await client.connect(again.syncUrl);
  await expect.poll(() => elementsOf(fresh.content)).toContain('after');
  expect(elementsOf(fresh.content)).toEqual(elementsOf(document.content));
  expect(document.newEpochs).toBe(1);
}, 60_000);

test('who was shut out stays so in a backup and behind it, also when the new folder knows of others', async () => {
  const [data, copy, restored] = [newFolder(), newFolder(), newFolder()];
  const environment = { CAUSEWAY_TOKEN_SECRET: 'x'.repeat(40) };
  const tokenOf = (principal: string): Promise<string> =>
    signToken(
      { principal, documents: [{ pattern: '*', rights: ['write'] }], expiresInSeconds: 60 },
      new TextEncoder().encode(environment.CAUSEWAY_TOKEN_SECRET),
    );
  const [ada, bob, cleo] = [await tokenOf('ada'), await tokenOf('bob'), await tokenOf('cleo')];
  const shutOut = (folder: string, principal: string): void => {
    mkdirSync(folder, { recursive: true });
    const kept = { revocation: { of: 'principal', principal }, atMs: Date.now() };
    writeFileSync(join(folder, 'revocations.json'), JSON.stringify([kept]));
  };
  shutOut(data, 'ada');
  shutOut(restored, 'bob');
  const relay = await start({ data, environment });
  await (await connect(relay.syncUrl, cleo)).open('note', STRING_SET).edit(adding('a'));
  for (const [folder, ...args] of [
    [data, 'backup', copy],
    [restored, 'restore', copy],
  ] as const)
    expect(await RelayProcess.run({ data: folder, args }).ended).toMatchObject({ code: 0, stderr: '' });
  const again = await start({ data: restored, environment });
  await expect(connect(again.syncUrl, ada)).rejects.toThrow('4401');
  await expect(connect(again.syncUrl, bob)).rejects.toThrow('4401');
  await connect(again.syncUrl, cleo);
}, 60_000);

test('a key that is none is said in one line', async () => {
  const file = join(root, 'key');
  const args = (text: string, flag: string): Promise<Ended> => {
    writeFileSync(file, text);
    return RelayProcess.run({ data: newFolder(), args: [flag, file] }).ended;
  };
  for (const ended of [
    await args('too short', '--token-secret-file'),
    await args('no json', '--token-keys-file'),
    await args('{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', '--token-keys-file'),
  ]) {
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  }
  rmSync(file);
  const missing = await RelayProcess.run({ data: newFolder(), args: ['--token-secret-file', file] }).ended;
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
});

test('tells its version and its flags', async () => {
  const version = await RelayProcess.run({ data: '', args: ['--version'] }).ended;
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  expect([version.code, version.stdout]).toEqual([0, `${manifest.version}\n`]);
  const help = await RelayProcess.run({ data: '', args: ['--help'] }).ended;
  expect(help.code).toBe(0);
  for (const name of ['--host', '--port', '--data', '--app', '--log-level', 'CAUSEWAY_PORT', 'PORT']) {
    expect(help.stdout).toContain(name);
  }
});

function newFolder(): string {
  return join(root, String(folders++));
}

async function start(options: RelayProcessOptions): Promise<RelayProcess> {
  const relay = await RelayProcess.start(options);
  running.push(relay);
  return relay;
}

async function connect(url: string, token?: string): Promise<ProtocolClient> {
  const shown = token === undefined ? {} : { token };
  const client = new ProtocolClient({ url, WebSocket, random: () => random.u32(), ...shown });
  await client.connect();
  return client;
}
