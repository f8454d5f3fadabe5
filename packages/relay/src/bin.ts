#!/usr/bin/env node
/**
 * The command: a relay with LMDB, for native, Yjs and lattice documents, run from flags and environment variables; and what one
 * does with its data folder (commands/). Exit codes: 0 done, or stopped as asked, 1 could not be done, 2 a bad flag or variable.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import { pino } from 'pino';
import { Activity } from './activity.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { isLoopbackHost } from './auth/origins.ts';
import { GRANT_POLICY } from './auth/policy.ts';
import { REVOCATIONS_FILE, revocationFile } from './auth/revocation-file.ts';
import { publicKeysOf, secretOf, unreadableKey, type VerificationKey } from './auth/signed-token.ts';
import { tokenAuthenticator } from './auth/token-authenticator.ts';
import { backup, restore } from './commands/backup.ts';
import { examine } from './commands/doctor.ts';
import { runDocumentCommand } from './commands/document-commands.ts';
import { helpText, parseCommand, type RelayConfig, type TokenConfig } from './config.ts';
import { STANDARD_FORMATS, standardFolding } from './folding/standard-folding.ts';
import { DEFAULT_RELAY_LIMITS } from './limits.ts';
import type { Logger } from './logger.ts';
import { createRelay, type Relay } from './relay.ts';
import { LmdbDocumentLog } from './storage/lmdb-document-log.ts';

const OPEN = 'open. Whoever reaches this address may read and write everything (for development)';
const OPEN_TO_NETWORK =
  'open. Whoever reaches this machine on the network may read and write everything: give it --token-secret-file or --token-keys-file, or listen on 127.0.0.1';
const SIGNED = 'what the tokens grant that users show';

/** Beyond the drain of connections: the last commit on a slow disk. */
const LAST_COMMIT_MS = 5_000;

const command = parseCommand(process.argv.slice(2), process.env, process.cwd());
switch (command.type) {
  case 'help':
    process.stdout.write(helpText());
    break;
  case 'version':
    process.stdout.write(`${packageVersion()}\n`);
    break;
  case 'invalid':
    complain(command.message);
    process.stderr.write('causeway-relay --help lists what there is\n');
    process.exitCode = 2;
    break;
  case 'run':
    await run(command.config);
    break;
  case 'doctor':
    for (const { isWell, says } of await examine(command.data)) {
      process.stdout.write(`${isWell ? 'ok  ' : '!!  '}${says}\n`);
      if (!isWell) process.exitCode = 1;
    }
    break;
  case 'backup':
    await attempt(async () => {
      await backup(command.data, command.folder);
      return [`the documents of ${command.data} are copied to ${command.folder}`];
    });
    break;
  case 'restore':
    await attempt(async () => {
      const count = await restore(command.folder, command.data, random);
      return [
        `${count} documents are in ${command.data}, each with a new epoch: clients send again what is lacking`,
      ];
    });
    break;
  case 'stats':
  case 'export':
  case 'import':
  case 'compact':
    await attempt(() => runDocumentCommand(command));
    break;
}

/** Does what a command says, and prints what comes of it. */
async function attempt(run: () => Promise<readonly string[]>): Promise<void> {
  try {
    for (const line of await run()) process.stdout.write(`${line}\n`);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    complain(error.message);
    process.exitCode = 1;
  }
}

async function run(config: RelayConfig): Promise<void> {
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  let relay: Relay;
  try {
    relay = await start(config, logger);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    complain(error.message);
    process.exitCode = 1;
    return;
  }
  stopOnSignal(relay, logger);
  const isOpen = config.tokens === undefined;
  const isExposed = isOpen && !isLoopbackHost(config.host);
  const policy = isExposed ? OPEN_TO_NETWORK : isOpen ? OPEN : SIGNED;
  if (isExposed) logger.warn({ host: config.host }, 'open to the network, without a key');
  // Whoever reads the first line may stop it at once: all is said in one write, by a relay that ends as asked.
  process.stdout.write(`Causeway relay on ${relay.url} · data in ${config.data}\nPolicy: ${policy}\n`);
}

async function start(config: RelayConfig, logger: Logger): Promise<Relay> {
  const activity = new Activity();
  const log = await LmdbDocumentLog.open({
    folder: config.data,
    random,
    onCommit: (seconds, writes) => {
      activity.commits.add(seconds);
      activity.commitWrites.add(writes);
    },
  });
  try {
    const { host, port, app, origins, trustedProxies, tokens, retention } = config;
    return await createRelay({
      log,
      activity,
      formats: STANDARD_FORMATS,
      folding: standardFolding(),
      retention,
      host,
      port,
      app,
      origins,
      trustedProxies,
      logger,
      revocations: revocationFile(join(config.data, REVOCATIONS_FILE)),
      ...(tokens === undefined ? {} : { authenticator: await authenticatorOf(tokens), policy: GRANT_POLICY }),
    });
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function authenticatorOf({ key, issuer, audience }: TokenConfig): Promise<Authenticator> {
  return tokenAuthenticator({ key: await keyOf(key), issuer, audience });
}

async function keyOf(key: TokenConfig['key']): Promise<VerificationKey> {
  if (key.type === 'secret') return { type: 'secret', secret: secretOf(key.secret) };
  let text: string;
  try {
    text = await readFile(key.path, 'utf8');
  } catch (error) {
    throw unreadableKey(key.path, error instanceof Error ? error.message : String(error));
  }
  return key.type === 'secret-file'
    ? { type: 'secret', secret: secretOf(text) }
    : { type: 'public-keys', keys: publicKeysOf(text, key.path) };
}

/** Once: a terminal sends SIGINT to everyone in it, so a second one says nothing new. */
function stopOnSignal(relay: Relay, logger: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    const ms = DEFAULT_RELAY_LIMITS.drainMs + LAST_COMMIT_MS;
    setTimeout(() => {
      complain(`not stopped after ${ms} ms: given up; what was acknowledged is on disk`);
      process.exit(1);
    }, ms).unref();
    void relay.close().then(() => logger.info({}, 'stopped'));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

function packageVersion(): string {
  const { version }: { readonly version: string } = createRequire(import.meta.url)('../package.json');
  return version;
}

function complain(message: string): void {
  process.stderr.write(`causeway-relay: ${message}\n`);
}
