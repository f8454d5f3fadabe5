/** Names of root containers and keys of maps, as they will be read. */
import { wellFormed } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { MAX_CONTAINER_NAME_BYTES } from './container-id.ts';

const textEncoder = new TextEncoder();

/** The key with lone surrogates as U+FFFD; `decode/limit` when it is too long. */
export function checkKey(key: string): string {
  const bytes = textEncoder.encode(key).length;
  if (bytes <= MAX_CONTAINER_NAME_BYTES) return wellFormed(key);
  throw new CausewayError(
    'decode/limit',
    { what: 'key', value: bytes, limit: MAX_CONTAINER_NAME_BYTES },
    `a key of ${bytes} bytes is above ${MAX_CONTAINER_NAME_BYTES}; put what is long into a value or a text`,
  );
}
