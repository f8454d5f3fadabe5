// A relay as users start it: the built program with its LMDB, in a process of its own, with a data folder and a port of its
// own, serving the built notes app.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../packages/relay/dist/bin.js', import.meta.url));
const APP = fileURLToPath(new URL('../../../apps/notes/dist', import.meta.url));

export class RelayProcess {
  /** Where the app is. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #data: string;

  private constructor(url: string, started: ChildProcess, data: string) {
    this.url = url;
    this.#process = started;
    this.#data = data;
  }

  /** Resolves when it listens. */
  static async start(): Promise<RelayProcess> {
    const data = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
    const args = [PROGRAM, '--port', '0', '--data', data, '--app', APP, '--log-level', 'warn'];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    return new RelayProcess(await urlOf(started), started, data);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    await rm(this.#data, { recursive: true, force: true });
  }
}

/** The address that it prints when it listens; rejects when it ends before that. */
const urlOf = (started: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    if (started.stdout === null) throw new Error('the relay was started without a pipe');
    // Read to the end of its life: a full pipe would stop it.
    createInterface({ input: started.stdout }).on('line', (line) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    });
    started.once('error', reject);
    started.once('exit', (code) => reject(new Error(`the relay ended (${code}) before it listened`)));
  });
