/** A relay as users start it: the built program, in a process of its own, with a data folder and a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../packages/relay/dist/bin.js', import.meta.url));
const APP = fileURLToPath(new URL('../dist', import.meta.url));

export class RelayProcess {
  readonly #data: string;
  #process: ChildProcess | undefined;
  #port = 0;

  private constructor(data: string) {
    this.#data = data;
  }

  /** Resolves when it listens, with an empty disk. */
  static async start(): Promise<RelayProcess> {
    const relay = new RelayProcess(await mkdtemp(join(tmpdir(), 'causeway-notes-')));
    await relay.start();
    return relay;
  }

  /** Where the app is; the same after every restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Once more, after `kill`, on the same port. */
  async start(): Promise<void> {
    const args = [PROGRAM, '--port', String(this.#port), '--data', this.#data, '--app', APP];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = started;
    this.#port = await portOf(started);
  }

  /** As when the power fails. */
  async kill(): Promise<void> {
    const ended = this.#process;
    this.#process = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    ended.kill('SIGKILL');
    await once(ended, 'exit');
  }

  async wipeDisk(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true });
  }

  async end(): Promise<void> {
    await this.kill();
    await this.wipeDisk();
  }
}

/** The port in the address that it prints when it listens; rejects with what it printed when it ends before that. */
async function portOf(started: ChildProcess): Promise<number> {
  const { stdout, stderr } = started;
  if (stdout === null || stderr === null) throw new Error('the relay was started without pipes');
  const said: string[] = [];
  return new Promise<number>((resolve, reject) => {
    // Both are read to the end of its life: a full pipe would stop it.
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
    started.once('error', reject);
    started.once('exit', (code) =>
      reject(new Error(`the relay ended (${code}) before it listened:\n${said.join('\n')}`)),
    );
  });
}
