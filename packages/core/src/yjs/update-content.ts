/** What a Yjs update says, for people: to show and copy a change that could not be sent. */
import * as Y from 'yjs';
import { yjsFormat } from './yjs-format.ts';

export interface UpdateContent {
  /** Text and values that it inserts, in its order; neighbouring text is one string. */
  readonly inserted: readonly unknown[];
  /** Elements that it deletes. */
  readonly deleted: number;
}

/** Throws `decode/*` unless the bytes are a Yjs update. */
export function contentOfUpdate(update: Uint8Array): UpdateContent {
  yjsFormat.validate(update);
  const { structs, ds } = Y.decodeUpdate(update);
  const inserted: unknown[] = [];
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const { content } = struct;
    const last = inserted.at(-1);
    if (!(content instanceof Y.ContentString)) {
      inserted.push(...content.getContent().filter((value) => !(value instanceof Y.AbstractType)));
    } else if (typeof last === 'string') inserted[inserted.length - 1] = last + content.str;
    else inserted.push(content.str);
  }
  const deletions = [...ds.clients.values()].flat();
  return { inserted, deleted: deletions.reduce((sum, { len }) => sum + len, 0) };
}
