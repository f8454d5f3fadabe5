/** How long to wait before trying again. */

export interface Backoff {
  /** The wait after the first failure, in ms, before jitter. It doubles with each failure. */
  readonly firstMs: number;
  /** The longest wait. */
  readonly mostMs: number;
}

/** A relay that restarts is back in a second or two; one that is down is asked twice a minute. */
export const RECONNECT_BACKOFF: Backoff = { firstMs: 250, mostMs: 30_000 };

/** A full disk or a closed database: soon once, then seldom. */
export const STORAGE_BACKOFF: Backoff = { firstMs: 500, mostMs: 30_000 };

/**
 * Milliseconds to wait after this many failures in a row (from 1). Between half the nominal wait and all of it, so that a
 * thousand clients that lost one relay do not come back in the same instant. `random` gives unsigned 32-bit integers.
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: () => number): number {
  const nominal = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(nominal * (0.5 + random() / 2 ** 33));
}
