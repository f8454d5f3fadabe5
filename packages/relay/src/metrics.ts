/**
 * What a relay does, for Prometheus. Numbers are collected when somebody asks: between two scrapes nothing happens here. The only
 * importer of prom-client.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Activity, Spread, Tally } from './activity.ts';

/** What is there now. */
export interface RelayGauges {
  readonly connections: number;
  readonly users: number;
  readonly documents: number;
  readonly cacheBytes: number;
  readonly isReady: boolean;
}

export interface Metrics {
  readonly contentType: string;
  /** In the text format of Prometheus. */
  render(): Promise<string>;
}

export function relayMetrics(activity: Activity, gauges: () => RelayGauges): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  // With how far the event loop is behind, memory, processor, open files.
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: (now: RelayGauges) => number): void => {
    new Gauge({
      name: `causeway_${name}`,
      help,
      registers,
      collect(): void {
        this.set(read(gauges()));
      },
    });
  };
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name: `causeway_${name}_total`,
      help,
      registers,
      collect(): void {
        this.reset();
        this.inc(read());
      },
    });
  };
  const tally = <Name extends string>(name: string, label: string, help: string, of: Tally<Name>): void => {
    new Counter({
      name: `causeway_${name}_total`,
      help,
      labelNames: [label],
      registers,
      collect(): void {
        this.reset();
        for (const [value, count] of of.entries()) this.inc({ [label]: value }, count);
      },
    });
  };

  gauge('ready', '1 while the relay takes connections and its disk takes writes', ({ isReady }) =>
    Number(isReady),
  );
  gauge('connections', 'Connections of clients', ({ connections }) => connections);
  gauge('users', 'Users with a connection, told apart by their credentials', ({ users }) => users);
  gauge('open_documents', 'Documents that are open, idle ones for a while too', ({ documents }) => documents);
  gauge('cache_bytes', 'Bytes of merged documents kept for who comes', ({ cacheBytes }) => cacheBytes);
  gauge('storage_refusing', '1 while the last write was not stored', () =>
    Number(activity.storage === 'refusing'),
  );

  tally('connected', 'protocol', 'Connections taken, by protocol', activity.connected);
  tally('closed', 'reason', 'Connections that the relay closed or refused, by reason', activity.closed);
  tally('updates_refused', 'code', 'Updates refused, by code', activity.refusedUpdates);
  tally(
    'documents_refused',
    'code',
    'Documents refused or closed under a session, by code',
    activity.refusedDocuments,
  );
  counter(
    'foreign_origins',
    'Upgrades refused because of the page that asked',
    () => activity.foreignOrigins,
  );
  counter('messages_in', 'Messages from clients', () => activity.messagesIn);
  counter('bytes_in', 'Bytes of messages from clients', () => activity.bytesIn);
  counter('messages_out', 'Writes to clients; one may hold many frames', () => activity.messagesOut);
  counter('bytes_out', 'Bytes written to clients', () => activity.bytesOut);
  counter('updates_pushed', 'Updates that were to be stored', () => activity.pushed);
  counter('updates_stored', 'Updates that are durable', () => activity.stored);
  counter('storage_failures', 'Updates that could not be stored', () => activity.storageFailures);
  counter('throttled', 'Times that a socket was not read for being too fast', () => activity.throttled);
  counter(
    'lagged',
    'Times that a session read so slowly that it was left to catch up from the log',
    () => activity.lagged,
  );
  counter('folds', 'Logs folded', () => activity.folds);
  counter('fold_seconds', 'Time that folding took', () => activity.foldSeconds);
  counter('folds_failed', 'Logs that could not be folded; tried again later', () => activity.foldsFailed);
  return {
    contentType: registry.contentType,
    render: async () =>
      [
        await registry.metrics(),
        histogram('causeway_commit_seconds', 'Commits to disk by how long they took', activity.commits),
        histogram(
          'causeway_commit_writes',
          'Commits to disk by how many writes shared them',
          activity.commitWrites,
        ),
      ].join('\n'),
  };
}

/** Written out, because prom-client's own wants each value as it happens. */
function histogram(name: string, help: string, { bounds, counts, sum, count }: Spread): string {
  let below = 0;
  const buckets = [...bounds, '+Inf'].map((bound, i) => {
    below += counts[i] ?? 0;
    return `${name}_bucket{le="${bound}"} ${below}`;
  });
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
    '',
  ].join('\n');
}
