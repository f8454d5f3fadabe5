/**
 * What the command line and the environment say, as a configuration. A flag stands before its variable; one table says
 * what there is. Reads nothing itself.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CausewayError } from '@causeway/core';
import { parseRetention, type RetentionRule } from './retention.ts';

export interface RelayConfig {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly data: string;
  /** Absolute. */
  readonly app: string | undefined;
  readonly logLevel: LogLevel;
  /** Undefined: everyone may do everything. */
  readonly tokens: TokenConfig | undefined;
  readonly origins: readonly string[];
  readonly trustedProxies: number;
  /** What is kept of the past of which documents. */
  readonly retention: readonly RetentionRule[];
}

/** How tokens are checked. Files are absolute; they are read when the relay starts. */
export interface TokenConfig {
  readonly key:
    | { readonly type: 'secret'; readonly secret: string }
    | { readonly type: 'secret-file'; readonly path: string }
    | { readonly type: 'public-keys-file'; readonly path: string };
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** On documents in a data folder that no relay has. */
export type DocumentCommand = { readonly data: string; readonly retention: readonly RetentionRule[] } & (
  | { readonly type: 'stats' }
  | { readonly type: 'export'; readonly name: string; readonly file: string }
  | { readonly type: 'import'; readonly name: string; readonly kind: string; readonly file: string }
  /** Of all documents, when none is named. */
  | { readonly type: 'compact'; readonly name: string | undefined }
);

export type Command =
  | { readonly type: 'run'; readonly config: RelayConfig }
  | { readonly type: 'doctor'; readonly data: string }
  /** `folder` is where the backup goes to, or comes from. */
  | { readonly type: 'backup' | 'restore'; readonly data: string; readonly folder: string }
  | DocumentCommand
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  /** `message` says which value, and what it should be. */
  | { readonly type: 'invalid'; readonly message: string };

interface Option {
  readonly value: string;
  readonly variables: readonly string[];
  readonly fallback: string | undefined;
  readonly means: string;
}

const OPTIONS = {
  host: {
    value: 'address',
    variables: ['CAUSEWAY_HOST'],
    fallback: '127.0.0.1',
    means: 'listen on this address; 0.0.0.0 for every network',
  },
  port: {
    value: 'number',
    variables: ['CAUSEWAY_PORT', 'PORT'],
    fallback: '4600',
    means: '0 takes any free port',
  },
  data: {
    value: 'folder',
    variables: ['CAUSEWAY_DATA'],
    fallback: './data',
    means: 'keep documents here; made when it is not there',
  },
  app: {
    value: 'folder',
    variables: ['CAUSEWAY_APP'],
    fallback: undefined,
    means: 'serve the web app that was built into this folder',
  },
  'token-secret-file': {
    value: 'file',
    variables: ['CAUSEWAY_TOKEN_SECRET_FILE'],
    fallback: undefined,
    means:
      'let in who has a token signed with the secret in this file (HS256); the secret itself may stand in CAUSEWAY_TOKEN_SECRET',
  },
  'token-keys-file': {
    value: 'file',
    variables: ['CAUSEWAY_TOKEN_KEYS_FILE'],
    fallback: undefined,
    means: 'the same, signed with a private key whose public half is in this JWKS file',
  },
  'token-issuer': {
    value: 'text',
    variables: ['CAUSEWAY_TOKEN_ISSUER'],
    fallback: undefined,
    means: 'take only tokens of this issuer',
  },
  'token-audience': {
    value: 'text',
    variables: ['CAUSEWAY_TOKEN_AUDIENCE'],
    fallback: undefined,
    means: 'take only tokens for this audience',
  },
  origins: {
    value: 'list',
    variables: ['CAUSEWAY_ORIGINS'],
    fallback: undefined,
    means:
      'pages of these origins may connect too, such as https://notes.example.org; with commas between, * for all',
  },
  'trusted-proxies': {
    value: 'number',
    variables: ['CAUSEWAY_TRUSTED_PROXIES'],
    fallback: '0',
    means: 'proxies before the relay, whose X-Forwarded-For is believed',
  },
  keep: {
    value: 'list',
    variables: ['CAUSEWAY_KEEP'],
    fallback: undefined,
    means:
      'what to keep of the past of documents, by name: notes/*=content keeps what was deleted in Yjs documents, *=7d folds what is a week old, audit/*=entries keeps every entry; with commas between, the first that fits',
  },
  'log-level': {
    value: 'level',
    variables: ['CAUSEWAY_LOG_LEVEL'],
    fallback: 'info',
    means: `${LOG_LEVELS.join(', ')}; one JSON object a line, on stderr`,
  },
} as const satisfies Record<string, Option>;

/** No flag: what stands on a command line is seen by everyone on the machine. */
const SECRET_VARIABLE = 'CAUSEWAY_TOKEN_SECRET';

type OptionName = keyof typeof OPTIONS;
type Environment = Readonly<Record<string, string | undefined>>;

export function parseCommand(args: readonly string[], environment: Environment, folder: string): Command {
  let flags: Readonly<Record<string, string | boolean | undefined>>;
  let words: readonly string[];
  try {
    const parsed = parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: true });
    [flags, words] = [parsed.values, parsed.positionals];
  } catch (error) {
    return { type: 'invalid', message: error instanceof Error ? error.message : String(error) };
  }
  if (flags['help'] === true) return { type: 'help' };
  if (flags['version'] === true) return { type: 'version' };
  try {
    const secret = environment[SECRET_VARIABLE] || undefined;
    const config = configOf((name) => setting(name, flags, environment), secret, folder);
    return commandOf(words, config, folder);
  } catch (error) {
    if (error instanceof BadValue) return { type: 'invalid', message: error.message };
    throw error;
  }
}

function commandOf(words: readonly string[], config: RelayConfig, folder: string): Command {
  const { data, retention } = config;
  const [command = 'run', first, second, third, ...more] = words;
  const given = words.length - 1;
  const file = (path: string | undefined): string => resolve(folder, path ?? '');
  if (more.length === 0) {
    if (command === 'run' && given <= 0) return { type: 'run', config };
    if (command === 'doctor' && given === 0) return { type: 'doctor', data };
    if ((command === 'backup' || command === 'restore') && given === 1)
      return { type: command, data, folder: file(first) };
    if (command === 'stats' && given === 0) return { type: 'stats', data, retention };
    if (command === 'compact' && given <= 1) return { type: 'compact', data, retention, name: first };
    if (command === 'export' && given === 2)
      return { type: 'export', data, retention, name: first ?? '', file: file(second) };
    if (command === 'import' && given === 3)
      return { type: 'import', data, retention, name: first ?? '', kind: second ?? '', file: file(third) };
  }
  throw new BadValue(`${JSON.stringify(words.join(' '))} is no command, or lacks something that it needs`);
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = Object.entries<Option>(OPTIONS).map(([name, option]) => [
    `  --${name} <${option.value}>`,
    `${option.means} (${option.variables.join(' or ')}${option.fallback === undefined ? '' : `; ${option.fallback}`})`,
  ]);
  rows.push(['  --help, -h', 'show this'], ['  --version, -v', 'show the version']);
  const width = Math.max(...rows.map(([flag]) => flag?.length ?? 0)) + 2;
  return [
    'causeway-relay: keeps documents and passes on what their editors do',
    '',
    'Usage: causeway-relay [command] [options]',
    '',
    '  run                         the relay; what is done without a command',
    '  doctor                      look at what a relay needs, and say what to do',
    '  stats                       what documents there are, by kind, and the largest',
    '  export NAME FILE            all of a document as one update, into a file',
    '  import NAME KIND FILE       the same brought in, and merged with what is there',
    '  compact [NAME]              fold the log of one document, or of all',
    '  backup FOLDER               a copy of all documents as they are now, also while the relay runs',
    '  restore FOLDER              that copy into an empty data folder; clients send again what it lacks',
    '',
    'All but run, doctor and backup work on the data folder while no relay has it; a relay that runs has the same at /admin/documents.',
    '',
    ...rows.map(([flag, means]) => `${flag?.padEnd(width) ?? ''}${means ?? ''}`),
    '',
    'WebSockets are at /sync, health is at /healthz. SIGTERM or Ctrl-C stops it after the last write is on disk.',
    '',
  ].join('\n');
}

const FLAGS = {
  host: { type: 'string' },
  port: { type: 'string' },
  data: { type: 'string' },
  app: { type: 'string' },
  'token-secret-file': { type: 'string' },
  'token-keys-file': { type: 'string' },
  'token-issuer': { type: 'string' },
  'token-audience': { type: 'string' },
  origins: { type: 'string' },
  'trusted-proxies': { type: 'string' },
  keep: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

interface Setting {
  /** Where it was said, for the message. */
  readonly from: string;
  readonly text: string | undefined;
}

class BadValue extends Error {}

function configOf(
  setting: (name: OptionName) => Setting,
  secret: string | undefined,
  folder: string,
): RelayConfig {
  const app = setting('app').text;
  return {
    host: required(setting('host'), 'an address such as 127.0.0.1'),
    port: parsePort(setting('port')),
    data: resolve(folder, required(setting('data'), 'a folder')),
    app: app === undefined ? undefined : resolve(folder, app),
    logLevel: parseLogLevel(setting('log-level')),
    tokens: tokensOf(setting, secret, folder),
    origins: (setting('origins').text ?? '')
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== '')
      .map((origin) => checkOrigin(setting('origins'), origin)),
    trustedProxies: parseSmallNumber(setting('trusted-proxies')),
    retention: retentionOf(setting('keep')),
  };
}

function tokensOf(
  setting: (name: OptionName) => Setting,
  secret: string | undefined,
  folder: string,
): TokenConfig | undefined {
  const [secretFile, keysFile] = [setting('token-secret-file'), setting('token-keys-file')];
  const said = [secret, secretFile.text, keysFile.text].filter((each) => each !== undefined);
  const [issuer, audience] = [setting('token-issuer'), setting('token-audience')];
  if (said.length > 1)
    throw new BadValue(
      `tokens are checked with one key: give one of ${SECRET_VARIABLE}, --token-secret-file and --token-keys-file`,
    );
  const named = { issuer: issuer.text, audience: audience.text };
  if (secret !== undefined) return { key: { type: 'secret', secret }, ...named };
  if (secretFile.text !== undefined)
    return { key: { type: 'secret-file', path: resolve(folder, secretFile.text) }, ...named };
  if (keysFile.text !== undefined)
    return { key: { type: 'public-keys-file', path: resolve(folder, keysFile.text) }, ...named };
  for (const each of [issuer, audience])
    if (each.text !== undefined) throw badValue(each, 'used with a key that tokens are checked with');
  return undefined;
}

function retentionOf(setting: Setting): readonly RetentionRule[] {
  try {
    return setting.text === undefined ? [] : parseRetention(setting.text);
  } catch (error) {
    if (!CausewayError.inFamily(error, 'decode')) throw error;
    throw badValue(setting, 'rules such as notes/*=content, *=7d (content, entries or a time such as 12h)');
  }
}

/** As browsers write it: no path, no slash at the end. */
function checkOrigin(setting: Setting, origin: string): string {
  const isOrigin = origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);
  if (!isOrigin) throw badValue({ ...setting, text: origin }, 'an origin such as https://notes.example.org');
  return origin;
}

function parseSmallNumber(setting: Setting): number {
  const text = required(setting, 'a number');
  if (!/^\d{1,2}$/.test(text)) throw badValue(setting, 'a number from 0 to 99');
  return Number(text);
}

/** An empty variable counts as not set: that is how one is taken back. */
function setting(
  name: OptionName,
  flags: Readonly<Record<string, string | boolean | undefined>>,
  environment: Environment,
): Setting {
  const flag = flags[name];
  if (typeof flag === 'string') return { from: `--${name}`, text: flag };
  const option: Option = OPTIONS[name];
  for (const variable of option.variables) {
    const text = environment[variable];
    if (text !== undefined && text !== '') return { from: variable, text };
  }
  return { from: `--${name}`, text: option.fallback };
}

function parsePort(setting: Setting): number {
  const text = required(setting, 'a port');
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw badValue(setting, 'a port from 0 to 65535');
  return Number(text);
}

function parseLogLevel(setting: Setting): LogLevel {
  const level = LOG_LEVELS.find((known) => known === setting.text);
  if (level === undefined) throw badValue(setting, `one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function required(setting: Setting, wanted: string): string {
  if (setting.text === undefined || setting.text === '') throw badValue(setting, wanted);
  return setting.text;
}

function badValue({ from, text }: Setting, wanted: string): BadValue {
  return new BadValue(`${from} is ${JSON.stringify(text ?? '')}: it should be ${wanted}`);
}
