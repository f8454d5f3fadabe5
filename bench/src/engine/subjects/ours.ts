import {
  createDocument,
  list,
  loadDocument,
  map,
  schema,
  shallowSnapshot,
  type TypedDocument,
  text,
} from '@causeway/core/doc';
import { parseReplicaId } from '@causeway/core/id';
import { random53 } from '../ids.ts';
import type { Doc, Subject, UpdateListener, Value } from '../subject.ts';

const content = schema({ body: text(), values: map<Value>(), items: list<Value>() });
type Content = typeof content.fields;

export const subject: Subject = {
  savesHistory: true,
  create: (replica, onUpdate) => adapt(createDocument(content, siteOf(replica)), onUpdate),
  load: (saved, replica, onUpdate) => adapt(loadDocument(content, saved, siteOf(replica)), onUpdate),
};

const siteOf = (replica: number) => ({ replica: parseReplicaId(random53(replica)), now: () => Date.now() });

const adapt = (document: TypedDocument<Content>, onUpdate: UpdateListener | undefined): Doc => {
  const { body, values, items, native } = document;
  if (onUpdate !== undefined) document.onUpdate(onUpdate);
  return {
    edit: (patches) => {
      const [first] = patches;
      if (patches.length === 1 && first !== undefined && (first[1] === 0 || first[2] === '')) {
        if (first[1] > 0) body.delete(first[0], first[1]);
        else body.insert(first[0], first[2]);
        return;
      }
      document.transact(() => {
        for (const [position, deleted, inserted] of patches) {
          if (deleted > 0) body.delete(position, deleted);
          if (inserted !== '') body.insert(position, inserted);
        }
      });
    },
    text: () => body.toString(),
    apply: (update) => document.apply(update),
    applyAll: (updates) => document.applyAll(updates),
    save: () => document.save(),
    saveState: () => shallowSnapshot(native),
    changesFromHere: () => {
      const { version } = native;
      return () => [native.updateSince(version)];
    },
    set: (entries) =>
      document.transact(() => {
        for (const [key, value] of Object.entries(entries)) values.set(key, value);
      }),
    map: () => values.toJSON(),
    insertItems: (index, inserted) => items.insert(index, ...inserted),
    items: () => items.toJSON(),
  };
};
