/** What the browser lets this site store: how much, and whether it may throw it away. Leaves out: what the client stores. */

/** As much of `navigator.storage` as is asked. */
export type StorageAsked = Pick<StorageManager, 'persist' | 'persisted' | 'estimate'>;

/** `kept`: until the user deletes it. `evictable`: the browser may delete it when the disk is full. `unknown`: it does not say. */
export type Persistence = 'kept' | 'evictable' | 'unknown';

export interface StorageUsage {
  /** Of the whole site, by the browser's estimate. */
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/**
 * Asks the browser to keep what this site stores. Some ask the user, so call it when the user has something to lose, not
 * when the page opens. Asks nobody when it is kept already.
 */
export async function persistStorage(
  storage: StorageAsked | undefined = siteStorage(),
): Promise<Persistence> {
  try {
    if (storage === undefined) return 'unknown';
    return (await storage.persisted()) || (await storage.persist()) ? 'kept' : 'evictable';
  } catch {
    return 'unknown';
  }
}

/** Undefined where the browser does not say. */
export async function storageUsage(
  storage: StorageAsked | undefined = siteStorage(),
): Promise<StorageUsage | undefined> {
  try {
    const { usage, quota } = (await storage?.estimate()) ?? {};
    return usage === undefined || quota === undefined ? undefined : { usedBytes: usage, quotaBytes: quota };
  } catch {
    return undefined;
  }
}

/** Insecure pages have none, whatever the types say. */
function siteStorage(): StorageAsked | undefined {
  return globalThis.navigator?.storage;
}
