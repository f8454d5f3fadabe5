/** What a component reads in a document, and when it is drawn again. */
import type { DocumentHandle } from '@causeway/client';
import type { Engine } from '@causeway/core/format';
import { useCallback, useRef, useSyncExternalStore } from 'react';

/**
 * What `select` reads in the document, now and after every change of it. The component is drawn again only when that is
 * something else: another value, or a record or array with another entry. So select what is shown, not the whole document:
 *
 *     const title = useValue(note, ({ content }) => content.title.value)
 *     const { done, steps } = useValue(list, ({ content }) => ({ done: content.done.value, steps: content.steps.toJSON() }))
 *
 * `select` is called at every change of the document, so let it only read. `isEqual` compares what it gives.
 */
export function useValue<E extends Engine, T>(
  handle: DocumentHandle<E>,
  select: (document: E) => T,
  isEqual: (before: T, now: T) => boolean = shallowEqual,
): T {
  const { document } = handle;
  const subscribe = useCallback((listener: () => void) => document.onChange(listener), [document]);
  return useSyncExternalStore(
    subscribe,
    useKept(() => select(document), isEqual),
  );
}

/** `read`, giving what it gave before where that is equal, as a snapshot of React must. */
export function useKept<T>(read: () => T, isEqual: (before: T, now: T) => boolean): () => T {
  const kept = useRef<{ readonly value: T } | undefined>(undefined);
  return () => {
    const value = read();
    if (kept.current !== undefined && isEqual(kept.current.value, value)) return kept.current.value;
    kept.current = { value };
    return value;
  };
}

/** The same value, or two arrays or two plain records with the same entries. */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
