import { test } from 'vitest';
import {
  counter,
  map,
  mapOf,
  NativeDocument,
  record,
  recordView,
  register,
  set,
  text,
  tree,
} from '../doc/index.ts';
import { checkFormat } from '../testing/format-contract.ts';
import { NativeEngine } from './native-engine.ts';

const fields = {
  title: register<string | number>(),
  body: text(),
  tags: set<string | number>(),
  votes: counter(),
  flags: map<boolean>(),
  parts: mapOf(record({ name: register<string>(), text: text(), deep: mapOf(mapOf(counter())) })),
  outline: tree({ label: register<string>(), note: text() }),
};
const runs = Number(process.env['RUNS'] ?? 16);
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };
test('every', () => {
  checkFormat(
    {
      open: (site) => new NativeEngine(new NativeDocument({ replica: site.replica, now: () => site.now() })),
      change: ({ document }, random) => {
        const note = recordView(document, fields, undefined);
        const edits: (() => void)[] = [
          () => note.title.set(random.pick(['a', 'b', 3])),
          () => note.body.insert(random.int(note.body.length + 1), random.pick(['x', '😀y', 'long'])),
          () => note.body.insert(random.int(note.body.length + 1), random.pick(['x', 'é', 'long'])),
          () => {
            const i = random.int(note.body.length + 1);
            note.body.delete(i, Math.min(random.int(4), note.body.length - i));
          },
          () => note.tags.add(random.pick(['u', 'v', 1])),
          () => note.tags.clear(),
          () => note.votes.add(random.between(-2, 5)),
          () => note.votes.set(random.int(3)),
          () => note.flags.set(random.pick(['f', 'g']), random.chance(0.5)),
          () => note.flags.delete(random.pick(['f', 'g'])),
          () => note.parts.make('p').text.insert(0, 'z'),
          () =>
            note.parts
              .make('p')
              .deep.make(random.pick(['d', 'e']))
              .make('c')
              .add(1),
          () => note.parts.delete('p'),
          ...treeEdits(note.outline, random),
        ];
        document.transact(() => {
          for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) random.pick(edits)();
        });
      },
      value: ({ document }) => recordView(document, fields, undefined).toJSON(),
    },
    { runs, ...seed },
  );
}, 600_000);
function treeEdits(_t: unknown, _r: unknown): (() => void)[] {
  return [];
}
