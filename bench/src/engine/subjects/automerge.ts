import * as Automerge from '@automerge/automerge';
import { randomHex } from '../ids.ts';
import type { Doc, Subject, UpdateListener, Value } from '../subject.ts';

/** Containers that two replicas make apart are two: all start from one document that has them. */
type Content = {
  text: string;
  map: Record<string, Value>;
  items: Value[];
};

const base = Automerge.save(
  Automerge.from<Content>({ text: '', map: {}, items: [] }, { actor: randomHex(0, 16) }),
);

export const subject: Subject = {
  savesHistory: true,
  create: (replica, onUpdate) => adapt(base, replica, onUpdate),
  load: (saved, replica, onUpdate) => adapt(saved, replica, onUpdate),
};

const adapt = (saved: Uint8Array, replica: number, onUpdate: UpdateListener | undefined): Doc => {
  let doc = Automerge.load<Content>(saved, { actor: randomHex(replica, 16) });
  const change = (make: (draft: Content) => void): void => {
    doc = Automerge.change(doc, { time: 0 }, make);
    const bytes = onUpdate === undefined ? undefined : Automerge.getLastLocalChange(doc);
    if (bytes !== undefined) onUpdate?.(bytes);
  };
  return {
    edit: (patches) =>
      change((draft) => {
        for (const [position, deleted, inserted] of patches) {
          Automerge.splice(draft, ['text'], position, deleted, inserted);
        }
      }),
    text: () => doc.text,
    apply: (update) => {
      [doc] = Automerge.applyChanges(doc, [update]);
    },
    applyAll: (updates) => {
      [doc] = Automerge.applyChanges(doc, [...updates]);
    },
    save: () => Automerge.save(doc),
    changesFromHere: () => {
      const before = doc;
      return () => Automerge.getChanges(before, doc);
    },
    set: (entries) => change((draft) => Object.assign(draft.map, entries)),
    map: () => ({ ...doc.map }),
    insertItems: (index, values) => change((draft) => draft.items.splice(index, 0, ...values)),
    items: () => doc.items,
  };
};
