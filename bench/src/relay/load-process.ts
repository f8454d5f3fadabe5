// The process of the load: `load-process <row> <port> <named>`. Asks the process that started it about the relay, and sends it
// the figures.

import type { RelayAtWork } from './load/row-load.ts';
import { rows } from './rows.ts';
import type { Question } from './server-process.ts';

/** What the load asks of the process that started it; `restart` answers with a port. */
export interface Request {
  readonly id: number;
  readonly request: Exclude<Question, 'close'> | 'restart';
}

const [rowId, port = '0', named = 'false'] = process.argv.slice(2);
const row = rows.find(({ id }) => id === rowId);
if (row === undefined) throw new Error(`no row ${rowId}`);

let requests = 0;
const request = (what: Request['request']): Promise<number> => {
  requests += 1;
  const id = requests;
  return new Promise((resolve) => {
    const onMessage = (answer: { readonly id: number; readonly value: number }): void => {
      if (answer.id !== id) return;
      process.off('message', onMessage);
      resolve(answer.value);
    };
    process.on('message', onMessage);
    process.send?.({ id, request: what } satisfies Request);
  });
};

const relay: RelayAtWork = {
  port: Number(port),
  named: named === 'true',
  ask: request,
  restart: async () => ({ port: await request('restart'), named: named === 'true' }),
};
const figures = await row.load(relay);
process.send?.({ figures }, () => process.exit(0));
