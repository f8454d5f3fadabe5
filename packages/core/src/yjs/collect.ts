/**
 * A Yjs document without what was deleted, as every live `Y.Doc` would write it: of deleted content only its extent stays, so that
 * everything else keeps its place, and whoever edits offline still finds it. Needs the memory and time of opening the
 * document: do it where nobody waits. What was typed from its end to its start keeps an entry for each character: Yjs joins only
 * what stands as it was typed.
 */
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';

/** The same document as one update. As it was, when it waits for a part that has not come: nothing may be missed then. `decode/*` is not told apart here: the update must have been validated. */
export function collectYjs(update: Uint8Array): Uint8Array {
  const doc = new Doc({ gc: true });
  try {
    applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return update;
    const collected = encodeStateAsUpdate(doc);
    return collected.length < update.length ? collected : update;
  } finally {
    doc.destroy();
  }
}
