import * as Y from 'yjs';
import { random32 } from '../ids.ts';
import type { Doc, Subject, UpdateListener } from '../subject.ts';

export const subject: Subject = {
  savesHistory: false,
  create: (replica, onUpdate) => adapt(docOf(replica), onUpdate),
  load: (saved, replica, onUpdate) => {
    const doc = docOf(replica);
    Y.applyUpdate(doc, saved);
    return adapt(doc, onUpdate);
  },
};

const docOf = (replica: number): Y.Doc => {
  const doc = new Y.Doc();
  doc.clientID = random32(replica);
  return doc;
};

const adapt = (doc: Y.Doc, onUpdate: UpdateListener | undefined): Doc => {
  const text = doc.getText('text');
  const map = doc.getMap('map');
  const items = doc.getArray('items');
  if (onUpdate !== undefined) {
    doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
      if (local) onUpdate(update);
    });
  }
  return {
    edit: (patches) =>
      doc.transact(() => {
        for (const [position, deleted, inserted] of patches) {
          if (deleted > 0) text.delete(position, deleted);
          if (inserted !== '') text.insert(position, inserted);
        }
      }),
    text: () => text.toString(),
    apply: (update) => Y.applyUpdate(doc, update),
    // Much faster than to merge the updates first.
    applyAll: (updates) => {
      const isLocal = false;
      Y.transact(
        doc,
        () => {
          for (const update of updates) Y.applyUpdate(doc, update);
        },
        undefined,
        isLocal,
      );
    },
    save: () => Y.encodeStateAsUpdate(doc),
    saveState: () => Y.encodeStateAsUpdateV2(doc),
    changesFromHere: () => {
      const vector = Y.encodeStateVector(doc);
      return () => [Y.encodeStateAsUpdate(doc, vector)];
    },
    set: (entries) =>
      doc.transact(() => {
        for (const [key, value] of Object.entries(entries)) map.set(key, value);
      }),
    map: () => map.toJSON(),
    insertItems: (index, values) => items.insert(index, [...values]),
    items: () => items.toJSON(),
  };
};
