/** The command as a process of its own, for tests that kill it. It runs the compiled package: `tsc -b packages/relay` first. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export interface RelayProcessOptions {
  readonly data: string;
  /** 0: any free one. */
  readonly port?: number;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a run of the command said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class RelayProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  /** Resolves when the relay says where it listens; rejects with what it said when it ends before. */
  static async start(options: RelayProcessOptions): Promise<RelayProcess> {
    const relay = RelayProcess.run(options);
    await relay.#listening();
    return relay;
  }

  /** Runs the command, whatever comes of it. */
  static run({ data, port = 0, args = [], environment = {} }: RelayProcessOptions): RelayProcess {
    return new RelayProcess(['--data', data, '--port', String(port), ...args], environment);
  }

  private constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, CAUSEWAY_LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get port(): number {
    return Number(/on http:\/\/[^ ]*:(\d+)/.exec(this.#stdout)?.[1]);
  }

  get syncUrl(): string {
    return `ws://127.0.0.1:${this.port}/sync`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it has said so far beside where it listens. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<Ended> {
    return this.#ended;
  }

  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async #listening(): Promise<void> {
    const said = async (): Promise<void> => {
      while (!this.#stdout.includes('\n')) await once(this.#child.stdout, 'data');
    };
    const failed = this.#ended.then(({ code, stderr }) => {
      throw new Error(`the relay ended with ${code}: ${stderr}`);
    });
    await Promise.race([said(), failed]);
  }
}
