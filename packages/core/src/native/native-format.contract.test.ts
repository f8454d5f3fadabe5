/** Native documents keep what every kind of document promises: see the contract for what that is. */
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
} from '../doc/index.ts';
import { checkFormat } from '../testing/format-contract.ts';
import { NativeEngine } from './native-engine.ts';

test('native documents with texts', () => {
  checkFormat(
    {
      open: (site) => new NativeEngine(new NativeDocument({ replica: site.replica, now: () => site.now() })),
      change: ({ document }, random) => {
        const text = document.text(random.pick(['a', 'a', 'b']));
        document.transact(() => {
          for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) {
            const index = random.int(text.length + 1);
            if (random.chance(0.6)) text.insert(index, random.pick(['x', 'yz', 'é', '😀', 'long words']));
            else text.delete(index, Math.min(random.int(4), text.length - index));
          }
        });
      },
      value: ({ document }) => ['a', 'b'].map((name) => document.text(name).toString()),
    },
    { runs: 16 },
  );
});

const fields = {
  title: register<string | number>(),
  body: text(),
  tags: set<string | number>(),
  votes: counter(),
  flags: map<boolean>(),
  parts: mapOf(record({ name: register<string>(), text: text(), deep: mapOf(mapOf(counter())) })),
};

test('native documents with every type, within each other', () => {
  checkFormat(
    {
      open: (site) => new NativeEngine(new NativeDocument({ replica: site.replica, now: () => site.now() })),
      change: ({ document }, random) => {
        const note = recordView(document, fields, undefined);
        const part = note.parts.get('p') ?? note.parts.make('p');
        const edits: (() => void)[] = [
          () => note.title.set(random.pick(['a', 'b', 3])),
          () => note.title.clear(),
          () => note.body.insert(random.int(note.body.length + 1), random.pick(['x', '😀y'])),
          () => note.body.clear(),
          () => note.tags.add(random.pick(['u', 'v', 1])),
          () => note.tags.delete(random.pick(['u', 'v', 1])),
          () => note.tags.clear(),
          () => note.votes.add(random.between(-2, 5)),
          () => note.votes.set(random.int(3)),
          () => note.flags.set(random.pick(['f', 'g']), random.chance(0.5)),
          () => note.flags.delete(random.pick(['f', 'g'])),
          () => part.name.set(random.pick(['n', 'm'])),
          () => part.text.insert(0, 'z'),
          () =>
            part.deep
              .make(random.pick(['d', 'e']))
              .make('c')
              .add(1),
          () => part.deep.delete(random.pick(['d', 'e'])),
          () => note.parts.delete('p'),
        ];
        document.transact(() => {
          for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) random.pick(edits)();
        });
      },
      value: ({ document }) => recordView(document, fields, undefined).toJSON(),
    },
    { runs: 16 },
  );
});
