import { Doc as DiamondDoc } from 'diamond-types-node';
import { randomHex } from '../ids.ts';
import type { Doc, Subject, UpdateListener } from '../subject.ts';

export const subject: Subject = {
  savesHistory: true,
  create: (replica, onUpdate) => adapt(new DiamondDoc(randomHex(replica, 5)), onUpdate),
  load: (saved, replica, onUpdate) => adapt(DiamondDoc.fromBytes(saved, randomHex(replica, 5)), onUpdate),
};

/** It counts code points where the others count UTF-16 units; no work here has letters in which those differ. */
const adapt = (doc: DiamondDoc, onUpdate: UpdateListener | undefined): Doc => ({
  edit: (patches) => {
    const before = onUpdate === undefined ? undefined : doc.getLocalVersion();
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) doc.del(position, deleted);
      if (inserted !== '') doc.ins(position, inserted);
    }
    if (before !== undefined) onUpdate?.(doc.getPatchSince(before));
  },
  text: () => doc.get(),
  apply: (update) => {
    doc.mergeBytes(update);
  },
  applyAll: (updates) => {
    for (const update of updates) doc.mergeBytes(update);
  },
  save: () => doc.toBytes(),
  changesFromHere: () => {
    const before = doc.getLocalVersion();
    return () => [doc.getPatchSince(before)];
  },
});
