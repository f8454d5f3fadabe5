/**
 * What the command line and the environment say, as a configuration. A flag stands before its variable; one table says
 * what there is. Reads nothing itself.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface RelayConfig {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly data: string;
  /** Absolute. */
  readonly app: string | undefined;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Command =
  | { readonly type: 'run'; readonly config: RelayConfig }
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
  'log-level': {
    value: 'level',
    variables: ['CAUSEWAY_LOG_LEVEL'],
    fallback: 'info',
    means: `${LOG_LEVELS.join(', ')}; one JSON object a line, on stderr`,
  },
} as const satisfies Record<string, Option>;

type OptionName = keyof typeof OPTIONS;
type Environment = Readonly<Record<string, string | undefined>>;

export function parseCommand(args: readonly string[], environment: Environment, folder: string): Command {
  let flags: Readonly<Record<string, string | boolean | undefined>>;
  try {
    flags = parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    return { type: 'invalid', message: error instanceof Error ? error.message : String(error) };
  }
  if (flags['help'] === true) return { type: 'help' };
  if (flags['version'] === true) return { type: 'version' };
  try {
    return { type: 'run', config: configOf((name) => setting(name, flags, environment), folder) };
  } catch (error) {
    if (error instanceof BadValue) return { type: 'invalid', message: error.message };
    throw error;
  }
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
    'Usage: causeway-relay [options]',
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

function configOf(setting: (name: OptionName) => Setting, folder: string): RelayConfig {
  const app = setting('app').text;
  return {
    host: required(setting('host'), 'an address such as 127.0.0.1'),
    port: parsePort(setting('port')),
    data: resolve(folder, required(setting('data'), 'a folder')),
    app: app === undefined ? undefined : resolve(folder, app),
    logLevel: parseLogLevel(setting('log-level')),
  };
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
