/** What all containers have in common for whoever reads them; and how what was read before is given again. */

export interface View<Json> {
  /** The content as plain data: the same object until something in it changes. */
  toJSON(): Json;

  /** Empties the container, of what is known to be in it. */
  clear(): void;
}

export type JsonOf<V> = V extends View<infer Json> ? Json : never;

/** `before` where it has the same entries as `now`, so that what has not changed keeps its identity. */
export function sameRecord<T>(
  before: Readonly<Record<string, T>> | undefined,
  now: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  if (before === undefined) return now;
  const keys = Object.keys(now);
  if (keys.length !== Object.keys(before).length) return now;
  return keys.every((key) => Object.hasOwn(before, key) && Object.is(before[key], now[key])) ? before : now;
}
