/** Equality and short text of the plain data that views and commands are made of. */

/** Same content: order counts in arrays, not in Map, Set and objects. Class instances are equal by their public fields. */
export function equalData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map) return equalItems([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return equalItems([...a], [...b]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalData(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

/** The data as one line, cut to `limit` characters. */
export function showData(data: unknown, limit = 400): string {
  const text = textOf(data, 0);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** Keys may be objects, so each item looks for its like among those not yet taken. */
function equalItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const index = left.findIndex((other) => equalData(item, other));
    if (index < 0) return false;
    left.splice(index, 1);
    return true;
  });
}

/** Deep enough for any view; data that holds itself ends here. */
const MAX_SHOWN_DEPTH = 20;

function textOf(data: unknown, depth: number): string {
  if (typeof data === 'string') return JSON.stringify(data);
  if (typeof data === 'bigint') return `${data}n`;
  if (typeof data !== 'object' || data === null) return Object.is(data, -0) ? '-0' : String(data);
  if (depth > MAX_SHOWN_DEPTH) return '…';
  const inner = (item: unknown): string => textOf(item, depth + 1);
  if (data instanceof Uint8Array)
    return `<${[...data].map((byte) => byte.toString(16).padStart(2, '0')).join('')}>`;
  if (data instanceof Map)
    return `{${[...data].map(([key, value]) => `${inner(key)} → ${inner(value)}`).join(', ')}}`;
  if (data instanceof Set) return `{${[...data].map(inner).join(', ')}}`;
  if (Array.isArray(data)) return `[${data.map(inner).join(', ')}]`;
  return `{${Object.entries(data)
    .map(([key, value]) => `${key}: ${inner(value)}`)
    .join(', ')}}`;
}
