/**
 * Updates as bytes: one format for a keystroke and for a whole history. See docs/formats.md for each form byte by byte.
 *
 *   single, lone   one event of one operation      what people do (single-codec.ts)
 *   columns        any events                      what is sent and kept of a history (column-writer.ts, column-reader.ts)
 *   snapshot       an update of another form       and what a reader wants at once (snapshot-codec.ts)
 *   shallow        an update of another form       after what there was before it (shallow-codec.ts)
 *
 * Every form has a header, which says whose events these are and what they have seen, before the content.
 */
import { Reader } from '../bytes/index.ts';
import { readColumns } from './column-reader.ts';
import { encodeColumns } from './column-writer.ts';
import type { EventBatch } from './event-batch.ts';
import { decodeShallow, encodeShallow, isShallow } from './shallow-codec.ts';
import { encodeSingle, readLone, readSingle } from './single-codec.ts';
import { LONE, SINGLE, UPDATE_VERSION, WHAT, wrongVersion } from './update-form.ts';

/** The update that changes nothing: no replicas, runs, lengths or times. */
export const EMPTY_UPDATE: Uint8Array = Uint8Array.of(UPDATE_VERSION, 0, 0, 0, 0);

export function encodeUpdate(batch: EventBatch): Uint8Array {
  const update = encodeSingle(batch) ?? encodeColumns(batch);
  return batch.base === undefined ? update : encodeShallow(batch.base.bytes, update);
}

/** The batch that an update which is no snapshot holds; `decode/*` unless it is one. Costs as much as there are bytes, whatever counts they claim. */
export function decodeBatch(update: Uint8Array): EventBatch {
  if (!isShallow(update)) return decodeEvents(update);
  const { base, update: after } = decodeShallow(update);
  return { ...decodeEvents(after), base };
}

function decodeEvents(update: Uint8Array): EventBatch {
  const reader = new Reader(update, WHAT);
  const head = reader.u8();
  if ((head & 0x0f) !== UPDATE_VERSION) throw wrongVersion(head & 0x0f);
  if ((head & SINGLE) !== 0) return readSingle(reader, head);
  if ((head & LONE) !== 0) return readLone(reader, head);
  if ((head & 0xf0) !== 0) throw reader.invalid(`unknown form ${head >>> 4}`);
  return readColumns(reader);
}
