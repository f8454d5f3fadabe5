/**
 * What deleted content leaves behind, collected: the update of a live document that has taken in another one. Merging on bytes
 * cannot do it, since only a document knows what nobody can see any more. What Yjs clients do for themselves all the time, so
 * who is behind, offline, or keeps content to undo a deletion is not harmed: structs stay where they are, without content.
 *
 * Takes the time and memory of loading the document: no work for an event loop.
 */
import * as Y from 'yjs';
import { holdsUpdate } from './holds-update.ts';
import { compose } from './update-compose.ts';
import { takeApart } from './update-parts.ts';
import { scanUpdate } from './update-scan.ts';

/**
 * The same document in fewer bytes, or the update as it is. Structs that wait for others stay as they are. What Yjs would not
 * take as it stands (contradictory structs of a liar) is left alone. Throws `decode/*` on hostile bytes.
 */
export function collect(update: Uint8Array): Uint8Array {
  // Yjs trusts what it is given.
  scanUpdate(update, { client: ignore, struct: ignore, deletion: ignore });
  const live = throughDocument(update);
  if (live === undefined) return update;
  const collected = compose([takeApart(live)]);
  return collected.length < update.length && holdsUpdate(collected, update) ? collected : update;
}

function throughDocument(update: Uint8Array): Uint8Array | undefined {
  const doc = new Y.Doc({ gc: true });
  try {
    Y.applyUpdate(doc, update);
    return Y.encodeStateAsUpdate(doc);
  } catch {
    return undefined;
  } finally {
    doc.destroy();
  }
}

function ignore(): void {}
