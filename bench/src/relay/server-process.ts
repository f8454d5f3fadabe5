// The process of a relay under measurement: `server-process <engine> <folder>`. Says its port, answers what it is asked about
// itself, and stops when it is told to.

import { readFileSync } from 'node:fs';
import { isEngineName, loadServer } from './engines.ts';

/** What a relay's process can be asked. */
export type Question = 'cpu' | 'heap' | 'memory' | 'close';

export interface Answer {
  readonly id: number;
  readonly value: number;
}

const [engine = '', folder = ''] = process.argv.slice(2);
if (!isEngineName(engine)) throw new Error(`no engine ${engine}`);
const start = await loadServer(engine);
const server = await start({ folder });

const answers: Readonly<Record<Question, () => number | Promise<number>>> = {
  /** Microseconds of processor time so far, of all threads. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes on the heap and held by it, after collecting garbage. */
  heap: async () => {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
  /** Resident bytes that belong to the process alone: pages of mapped files are the system's cache. */
  memory: () => {
    if (process.platform !== 'linux') return process.memoryUsage().rss;
    const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(anonymous?.[1]) * 1024;
  },
  close: async () => {
    await server.close();
    return 0;
  },
};

process.on('message', async ({ id, question }: { readonly id: number; readonly question: Question }) => {
  const value = await answers[question]();
  process.send?.({ id, value } satisfies Answer, () => {
    if (question === 'close') process.exit(0);
  });
});
process.send?.({ port: server.port });
