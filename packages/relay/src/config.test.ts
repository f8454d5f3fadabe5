import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpText, parseCommand } from './config.ts';

const HERE = resolve('/some/folder');

describe('the configuration', () => {
  test('has defaults', () => {
    expect(parseCommand([], {}, HERE)).toEqual({
      type: 'run',
      config: {
        host: '127.0.0.1',
        port: 4600,
        data: resolve(HERE, 'data'),
        app: undefined,
        logLevel: 'info',
        tokens: undefined,
        origins: [],
        trustedProxies: 0,
        retention: [],
      },
    });
  });

  test('a flag stands before its variable, and PORT behind CAUSEWAY_PORT', () => {
    const environment = { PORT: '1', CAUSEWAY_PORT: '2', CAUSEWAY_DATA: '/data', CAUSEWAY_HOST: '::1' };
    expect(configOf([], environment)).toMatchObject({ port: 2, data: resolve('/data'), host: '::1' });
    expect(configOf([], { PORT: '1', CAUSEWAY_PORT: '' })).toMatchObject({ port: 1 });
    const args = ['--port', '3', '--data=there', '--app', 'dist', '--host', '0.0.0.0', '--log-level', 'warn'];
    expect(configOf(args, environment)).toEqual({
      port: 3,
      data: resolve(HERE, 'there'),
      app: resolve(HERE, 'dist'),
      host: '0.0.0.0',
      logLevel: 'warn',
      tokens: undefined,
      origins: [],
      trustedProxies: 0,
      retention: [],
    });
  });

  test('checks tokens with one key, from a file or, as a secret, from the environment', () => {
    const named = { issuer: undefined, audience: undefined };
    expect(configOf(['--token-secret-file', 'key'], {})).toMatchObject({
      tokens: { key: { type: 'secret-file', path: resolve(HERE, 'key') }, ...named },
    });
    expect(configOf([], { CAUSEWAY_TOKEN_SECRET: 'hush', CAUSEWAY_TOKEN_ISSUER: 'app' })).toMatchObject({
      tokens: { key: { type: 'secret', secret: 'hush' }, issuer: 'app' },
    });
    expect(configOf(['--token-keys-file', '/keys.json', '--token-audience', 'relay'], {})).toMatchObject({
      tokens: { key: { type: 'public-keys-file', path: '/keys.json' }, audience: 'relay' },
    });
    const both = configOf(['--token-secret-file', 'key'], { CAUSEWAY_TOKEN_SECRET: 'hush' });
    expect(JSON.stringify(both)).toMatch(/checked with one key/);
    expect(JSON.stringify(both)).not.toMatch(/hush/);
    expect(configOf(['--token-issuer', 'app'], {})).toMatchObject({ type: 'invalid' });
  });

  test('takes what to keep of which documents, the first that fits first', () => {
    expect(configOf(['--keep', 'notes/*=content, audit=entries,a=b=90m,*=7d'], {})).toMatchObject({
      retention: [
        { documents: 'notes/*', keep: 'content' },
        { documents: 'audit', keep: 'entries' },
        { documents: 'a=b', keep: { ms: 5_400_000 } },
        { documents: '*', keep: { ms: 604_800_000 } },
      ],
    });
    expect(configOf([], { CAUSEWAY_KEEP: '*=0s' })).toMatchObject({
      retention: [{ documents: '*', keep: { ms: 0 } }],
    });
  });

  test.each(['notes', '*=', '*=a week', 'no*tes=content', '=7d', '*=7'])(
    '%s is no rule of what to keep',
    (wrong) => {
      expect(configOf(['--keep', wrong], {})).toMatchObject({
        type: 'invalid',
        message: expect.stringContaining(`--keep is ${JSON.stringify(wrong)}: it should be rules such as`),
      });
    },
  );

  test('has commands beside running', () => {
    const at = { data: resolve(HERE, 'there'), retention: [] };
    const of = (...args: string[]) => parseCommand([...args, '--data', 'there'], {}, HERE);
    expect(of('run')).toMatchObject({ type: 'run', config: { data: at.data } });
    expect(of('doctor')).toEqual({ type: 'doctor', data: at.data });
    expect(of('stats')).toEqual({ type: 'stats', ...at });
    expect(of('compact')).toEqual({ type: 'compact', ...at, name: undefined });
    expect(of('compact', 'note')).toEqual({ type: 'compact', ...at, name: 'note' });
    expect(of('export', 'note', 'f')).toEqual({
      type: 'export',
      ...at,
      name: 'note',
      file: resolve(HERE, 'f'),
    });
    const brought = { type: 'import', ...at, name: 'note', kind: 'yjs', file: '/f' };
    expect(of('import', 'note', 'yjs', '/f')).toEqual(brought);
  });

  test('takes origins with commas between', () => {
    const args = ['--origins', 'https://a.example, http://b.example:8080', '--trusted-proxies', '2'];
    expect(configOf(args, {})).toMatchObject({
      origins: ['https://a.example', 'http://b.example:8080'],
      trustedProxies: 2,
    });
    for (const wrong of ['a.example', 'https://a.example/', 'https://a.example/path'])
      expect(configOf(['--origins', wrong], {})).toMatchObject({
        type: 'invalid',
        message: `--origins is ${JSON.stringify(wrong)}: it should be an origin such as https://notes.example.org`,
      });
  });

  test.each([
    [['--port', 'x'], {}, '--port is "x": it should be a port from 0 to 65535'],
    [['--port', '65536'], {}, '--port is "65536": it should be a port from 0 to 65535'],
    [['--port=-1'], {}, '--port is "-1": it should be a port from 0 to 65535'],
    [[], { CAUSEWAY_PORT: '1e3' }, 'CAUSEWAY_PORT is "1e3": it should be a port from 0 to 65535'],
    [[], { PORT: 'web' }, 'PORT is "web": it should be a port from 0 to 65535'],
    [['--data', ''], {}, '--data is "": it should be a folder'],
    [
      [],
      { CAUSEWAY_LOG_LEVEL: 'loud' },
      'CAUSEWAY_LOG_LEVEL is "loud": it should be one of debug, info, warn, error, silent',
    ],
  ])('%j %j is refused', (args, environment, message) => {
    expect(parseCommand(args, environment, HERE)).toEqual({ type: 'invalid', message });
  });

  test.each([
    [['--prot', '1']],
    [['folder']],
    [['--port']],
    [['export', 'a']],
    [['stats', 'x']],
    [['import', 'a', 'b', 'c', 'd']],
  ])('%j is no way to call it', (args) => {
    expect(parseCommand(args, {}, HERE)).toMatchObject({ type: 'invalid', message: expect.any(String) });
  });

  test('help and version come before everything else', () => {
    expect(parseCommand(['--help', '--port', 'x'], {}, HERE)).toEqual({ type: 'help' });
    expect(parseCommand(['-v'], { PORT: 'x' }, HERE)).toEqual({ type: 'version' });
    expect(helpText()).toContain('CAUSEWAY_LOG_LEVEL; info');
  });
});

function configOf(args: readonly string[], environment: Readonly<Record<string, string>>): unknown {
  const command = parseCommand(args, environment, HERE);
  return command.type === 'run' ? command.config : command;
}
