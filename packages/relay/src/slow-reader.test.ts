// A session that does not read while much is written past it: the relay's memory stays bounded, nobody else waits, and
// when it reads again it gets everything (P4).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seeded } from '@causeway/core/testing';
import { afterAll, afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ProtocolClient } from './testing/protocol-client.ts';
import { RelayProcess } from './testing/relay-process.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const root = mkdtempSync(join(tmpdir(), 'causeway-slow-'));
const random = new Seeded(3);
const running: RelayProcess[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.kill('SIGKILL')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('100 MB written past a session that does not read cost the relay a few', async () => {
  const relay = await RelayProcess.start({ data: join(root, 'data') });
  running.push(relay);
  const [writer, reader, slow] = [
    await connect(relay),
    await connect(relay),
    await connect(relay, PausableWebSocket),
  ];
  const [here, there, behind] = [writer, reader, slow].map((client) => client.open('note', STRING_SET));
  if (here === undefined || there === undefined || behind === undefined) throw new Error('three clients');
  await Promise.all([here.caughtUp, there.caughtUp, behind.caughtUp]);
  const usual = await highestMemory(relay, () => write(here, 500));
  PausableWebSocket.last?.pause();
  const highest = await highestMemory(relay, () => write(here, 1700));
  console.log(`slow reader: at most ${mib(usual)} MB when all read, ${mib(highest)} MB when one does not`);
  expect(highest - usual).toBeLessThan(75 * 1024 * 1024);

  // What was written last is new, so that it can be told who has it.
  await here.edit(adding('last'));
  await there.edit(adding('very last'));
  expect(elementsOf(there.content)).toContain('last');
  expect(elementsOf(behind.content)).not.toContain('last');
  PausableWebSocket.last?.resume();
  await behind.reached(there.position?.offset ?? 0);
  expect(elementsOf(behind.content)).toEqual(elementsOf(there.content));
  expect(behind.position).toEqual(there.position);
});

/** Keeps the last one made, to pause it. */
class PausableWebSocket extends WebSocket {
  static last: PausableWebSocket | undefined;

  constructor(url: string) {
    super(url);
    PausableWebSocket.last = this;
  }
}

/** Updates of 60 KB that all say the same, so that the document stays small while its log grows. */
async function write(document: { edit(update: Uint8Array): Promise<unknown> }, count: number): Promise<void> {
  const update = adding('x'.repeat(60_000));
  await Promise.all(Array.from({ length: count }, () => document.edit(update)));
}

/** The most memory that the relay has while something is done, looked at ten times a second. */
async function highestMemory(relay: RelayProcess, work: () => Promise<void>): Promise<number> {
  let highest = 0;
  const watching = setInterval(() => {
    highest = Math.max(highest, memoryOf(relay.pid));
  }, 100);
  await work();
  clearInterval(watching);
  return highest;
}

/** Resident bytes; where the system tells them apart, without the pages of the mapped log file. */
function memoryOf(pid: number): number {
  if (process.platform === 'linux') {
    const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(anonymous?.[1]) * 1024;
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

async function connect(
  relay: RelayProcess,
  WebSocketClass: new (url: string) => WebSocket = WebSocket,
): Promise<ProtocolClient> {
  const client = new ProtocolClient({
    url: relay.syncUrl,
    WebSocket: WebSocketClass,
    random: () => random.u32(),
  });
  await client.connect();
  return client;
}
