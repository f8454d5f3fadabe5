// A relay in a process of its own, as the bench holds it: started, asked, stopped and started again on the same folder.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EngineName } from './engines.ts';
import type { Answer, Question } from './server-process.ts';

const PROGRAM = fileURLToPath(new URL('./server-process.js', import.meta.url));
/** What it has to answer within; a relay that is this far behind is not measured further. */
const ANSWER_LIMIT_MS = 10_000;

export class RelayUnderTest {
  readonly #engine: EngineName;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #asked = 0;
  readonly port: number;

  private constructor(engine: EngineName, folder: string, started: ChildProcess, port: number) {
    this.#engine = engine;
    this.#folder = folder;
    this.#process = started;
    this.port = port;
  }

  /** Resolves when it listens. `CAUSEWAY_BENCH_PROFILE` names a folder for a CPU profile of it. */
  static async start(engine: EngineName, folder: string): Promise<RelayUnderTest> {
    const profiles = process.env['CAUSEWAY_BENCH_PROFILE'];
    const profiling =
      profiles === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${engine}-${Date.now()}.cpuprofile`];
    const started = fork(PROGRAM, [engine, folder], {
      execArgv: ['--expose-gc', ...profiling],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(started, 'exit').then(() => {
      throw new Error(`${engine} ended before it listened`);
    });
    const [said] = await Promise.race([once(started, 'message'), ended]);
    ended.catch(() => undefined);
    return new RelayUnderTest(engine, folder, started, Number((said as { port: number }).port));
  }

  ask(question: Question): Promise<number> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(limit);
        this.#process.off('message', onMessage);
        settle();
      };
      const onMessage = (answer: Answer): void => {
        if (answer.id === id) done(() => resolve(answer.value));
      };
      const limit = setTimeout(
        () => done(() => reject(new Error(`${this.#engine} did not answer: ${question}`))),
        ANSWER_LIMIT_MS,
      );
      this.#process.on('message', onMessage);
      this.#process.send({ id, question });
    });
  }

  /** Stops it and starts it again with what it has kept. */
  async restart(): Promise<RelayUnderTest> {
    await this.stop();
    return RelayUnderTest.start(this.#engine, this.#folder);
  }

  /** Ends it, by force when it does not end by itself. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), ANSWER_LIMIT_MS);
    await this.ask('close').catch(() => this.#process.kill('SIGKILL'));
    await ended;
    clearTimeout(force);
  }
}
