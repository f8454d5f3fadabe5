/**
 * The replica id that this page writes as: one from the store's pool, held under a Web Lock for as long as the page lives,
 * so that ids do not grow with every page load and no two pages ever write as one.
 *
 *   pool   7  12  40        page A holds 7, page B holds 12; page C takes 40; page D makes 58 and adds it
 *
 * Without Web Locks, or with a store that is not shared by pages, the id is a fresh one and is used by nobody else ever.
 */
import { type ReplicaId, randomReplicaId } from '@causeway/core/id';
import type { Platform } from './platform.ts';
import type { DocumentStore } from './storage/document-store.ts';

export interface ReplicaLease {
  readonly id: ReplicaId;
  /** Lets another page have the id. Only when everything that was made under it is stored. */
  release(): void;
}

export interface ReplicaPool {
  readonly store: DocumentStore;
  readonly platform: Pick<Platform, 'locks' | 'random'>;
}

export async function leaseReplica(pool: ReplicaPool): Promise<ReplicaLease> {
  const { store, platform } = pool;
  if (platform.locks === undefined || store.place === undefined) return freshReplica(platform.random);
  for (const id of await store.replicas()) {
    const lease = await lockReplica(pool, id, async () => {
      // Its last page may have gone a moment ago: what that could not finish belongs to this id's history.
      await store.recover();
      return (await store.replicas()).includes(id);
    });
    if (lease !== undefined) return lease;
  }
  const id = randomReplicaId(platform.random);
  const lease = await lockReplica(pool, id, async () => {
    await store.addReplica(id);
    return true;
  });
  return lease ?? freshReplica(platform.random);
}

/** An id that is in no pool, under a lock all the same: other tabs have to notice when its page is gone. */
export async function leaseApart(pool: ReplicaPool): Promise<ReplicaLease> {
  const { random, locks } = pool.platform;
  if (locks === undefined || pool.store.place === undefined) return freshReplica(random);
  const lease = await lockReplica(pool, randomReplicaId(random), async () => true);
  return lease ?? freshReplica(random);
}

/** An id that is in no pool: for histories that may not be continued by anyone else. */
export function freshReplica(random: () => number): ReplicaLease {
  return { id: randomReplicaId(random), release: () => {} };
}

/** Resolves to true when the page that writes as `id` on the store of this place is gone; to false when the signal comes first, or nobody can tell. */
export async function replicaGone(
  { locks }: Pick<Platform, 'locks'>,
  place: string,
  id: ReplicaId,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await locks?.request(lockName(place, id), { signal }, () => true)) ?? false;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** A page answers within milliseconds unless it is frozen, and then it writes nothing either. */
const MAX_WAIT_FOR_PAGES_MS = 2000;

/** Resolves when no page writes on the store of this place any more, or after a while. */
export async function pagesGone(
  { locks, setTimer }: Pick<Platform, 'locks' | 'setTimer'>,
  place: string,
): Promise<void> {
  if (locks === undefined) return;
  const tooLong = new AbortController();
  const cancel = setTimer(MAX_WAIT_FOR_PAGES_MS, () => tooLong.abort());
  const { held = [] } = await locks.query();
  const waits = held
    .flatMap(({ name = '' }) => (name.startsWith(lockName(place, '')) ? [name] : []))
    .map((name) => locks.request(name, { signal: tooLong.signal }, () => {}));
  await Promise.allSettled(waits);
  cancel();
}

/** Undefined when another page holds the id, or when `isGood`, asked under the lock, does not want it. */
function lockReplica(
  { store, platform }: ReplicaPool,
  id: ReplicaId,
  isGood: () => Promise<boolean>,
): Promise<ReplicaLease | undefined> {
  const { place = '' } = store;
  return new Promise((resolve, reject) => {
    const held = platform.locks?.request(lockName(place, id), { ifAvailable: true }, async (lock) => {
      if (lock !== null && (await isGood())) await new Promise<void>((release) => resolve({ id, release }));
      else resolve(undefined);
    });
    held?.catch(reject);
  });
}

function lockName(place: string, id: ReplicaId | ''): string {
  return `${place}:replica:${id}`;
}
