import { Model, Patch, s } from 'json-joy/lib/json-crdt/index.js';
import { random53 } from '../ids.ts';
import type { Doc, Subject, UpdateListener } from '../subject.ts';

/** Containers that two replicas make apart are two; those of the schema are the same for all. */
const content = () => s.obj({ text: s.str(''), map: s.obj({}), items: s.arr([]) });

export const subject: Subject = {
  savesHistory: false,
  create: (replica, onUpdate) => {
    const model = createModel(replica);
    model.api.flush();
    return adapt(model, onUpdate);
  },
  load: (saved, replica, onUpdate) => adapt(Model.load(saved, random53(replica), content()), onUpdate),
};

const createModel = (replica: number) => Model.create(content(), random53(replica));

const adapt = (model: ReturnType<typeof createModel>, onUpdate: UpdateListener | undefined): Doc => {
  const { api } = model;
  const text = api.str(['text']);
  const recorders = new Set<Uint8Array[]>();
  const flush = (): void => {
    const patch = api.flush();
    if (onUpdate === undefined && recorders.size === 0) return;
    const update = patch.toBinary();
    onUpdate?.(update);
    for (const recorder of recorders) recorder.push(update);
  };
  return {
    edit: (patches) => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.del(position, deleted);
        if (inserted !== '') text.ins(position, inserted);
      }
      flush();
    },
    text: () => text.view(),
    apply: (update) => model.applyPatch(Patch.fromBinary(update)),
    applyAll: (updates) => model.applyBatch(updates.map((update) => Patch.fromBinary(update))),
    save: () => model.toBinary(),
    changesFromHere: () => {
      const updates: Uint8Array[] = [];
      recorders.add(updates);
      return () => updates;
    },
    set: (entries) => {
      const constants = Object.entries(entries).map(([key, value]) => [key, s.con(value)]);
      api.obj(['map']).set(Object.fromEntries(constants));
      flush();
    },
    map: () => ({ ...model.view().map }),
    insertItems: (index, values) => {
      api.arr(['items']).ins(
        index,
        values.map((value) => s.con(value)),
      );
      flush();
    },
    items: () => model.view().items,
  };
};
