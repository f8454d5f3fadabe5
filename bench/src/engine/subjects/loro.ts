import { LoroDoc } from 'loro-crdt';
import { random64 } from '../ids.ts';
import type { Doc, Subject, UpdateListener } from '../subject.ts';

export const subject: Subject = {
  savesHistory: true,
  create: (replica, onUpdate) => adapt(docOf(replica), onUpdate),
  load: (saved, replica, onUpdate) => {
    const doc = docOf(replica);
    doc.import(saved);
    return adapt(doc, onUpdate);
  },
};

const docOf = (replica: number): LoroDoc => {
  const doc = new LoroDoc();
  doc.setPeerId(random64(replica));
  return doc;
};

const adapt = (doc: LoroDoc, onUpdate: UpdateListener | undefined): Doc => {
  const text = doc.getText('text');
  const map = doc.getMap('map');
  const items = doc.getList('items');
  if (onUpdate !== undefined) doc.subscribeLocalUpdates(onUpdate);
  return {
    edit: (patches) => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
      doc.commit();
    },
    text: () => text.toString(),
    apply: (update) => {
      doc.import(update);
    },
    applyAll: (updates) => {
      doc.importBatch([...updates]);
    },
    save: () => doc.export({ mode: 'snapshot' }),
    saveState: () => doc.export({ mode: 'shallow-snapshot', frontiers: doc.frontiers() }),
    changesFromHere: () => {
      const from = doc.version();
      return () => [doc.export({ mode: 'update', from })];
    },
    set: (entries) => {
      for (const [key, value] of Object.entries(entries)) map.set(key, value);
      doc.commit();
    },
    map: () => map.toJSON(),
    insertItems: (index, values) => {
      for (const [i, value] of values.entries()) items.insert(index + i, value);
      doc.commit();
    },
    items: () => items.toJSON(),
  };
};
