/**
 * What a relay has done since it started, as plain numbers: counting costs nothing where it happens, and whoever looks adds up
 * (metrics.ts). Bounded: what is counted by name has the names that are in the code, and no others.
 */
import type { ChannelCloseCode, CloseReason, NackCode } from '@causeway/core/sync';

export type Protocol = 'native' | 'y-websocket';

/** What has become of the last write: `refusing` until one is stored again. */
export type StorageState = 'ok' | 'refusing';

export class Activity {
  messagesIn = 0;
  bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  /** Updates that came in, and those of them that are durable. */
  pushed = 0;
  stored = 0;
  /** Times that a socket was not read, or a session lagged behind the log. */
  throttled = 0;
  lagged = 0;
  folds = 0;
  foldSeconds = 0;
  foldsFailed = 0;
  /** Turned away for their origin. */
  foreignOrigins = 0;
  /** By how many milliseconds the last tick came late. */
  loopLagMs = 0;
  storage: StorageState = 'ok';
  storageFailures = 0;
  readonly connected = new Tally<Protocol>();
  readonly closed = new Tally<CloseReason>();
  readonly refusedUpdates = new Tally<NackCode>();
  readonly refusedDocuments = new Tally<ChannelCloseCode>();
  /** Commits by how long they took, and what was in them. */
  readonly commits = new Spread(COMMIT_SECONDS);
  readonly commitWrites = new Spread(COMMIT_WRITES);

  wasStored(): void {
    this.stored += 1;
    this.storage = 'ok';
  }

  wasNotStored(): void {
    this.storageFailures += 1;
    this.storage = 'refusing';
  }
}

/** Counts by name. */
export class Tally<Name extends string> {
  readonly #counts = new Map<Name, number>();

  add(name: Name): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  entries(): Iterable<readonly [Name, number]> {
    return this.#counts.entries();
  }
}

const COMMIT_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5];
const COMMIT_WRITES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** How often a value was at most each of some bounds. */
export class Spread {
  readonly bounds: readonly number[];
  /** One for each bound, and one for what is above all. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = [...bounds, Number.POSITIVE_INFINITY].map(() => 0);
  }

  add(value: number): void {
    const at = this.bounds.findIndex((bound) => value <= bound);
    const place = at < 0 ? this.bounds.length : at;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.count += 1;
    this.sum += value;
  }
}
