/** Native documents keep what every kind of document promises: see the contract for what that is. */
import { test } from 'vitest';
import {
  type ContainerField,
  counter,
  list,
  listOf,
  map,
  mapOf,
  NativeDocument,
  record,
  recordView,
  register,
  set,
  type Tree,
  type TreeNode,
  text,
  tree,
} from '../doc/index.ts';
import { checkFormat } from '../testing/format-contract.ts';
import type { Seeded } from '../testing/seeded.ts';
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
  outline: tree({ label: register<string>(), notes: text() }),
  parts: mapOf(record({ name: register<string>(), text: text(), deep: mapOf(mapOf(counter())) })),
  steps: list<string | number>(),
  rows: listOf(record({ name: register<string>(), cells: listOf(text()), marks: list<number>() })),
};

/** Edits one of the elements that there are. */
function onOne(length: number, random: Seeded, edit: (at: number) => void): void {
  if (length > 0) edit(random.int(length));
}

type Outline = typeof fields.outline extends ContainerField<Tree<infer F>> ? F : never;

/** The node that stands at this place of the list of all, depth first. */
function nodeAt(outline: Tree<Outline>, place: number): TreeNode<Outline> | undefined {
  const all: TreeNode<Outline>[] = [];
  const visit = (children: readonly TreeNode<Outline>[]): void => {
    for (const child of children) {
      all.push(child);
      visit(child.children);
    }
  };
  visit(outline.children);
  return all[place];
}

function moveSomewhere(node: TreeNode<Outline> | undefined, parent: TreeNode<Outline> | undefined): void {
  for (let above = parent; above !== undefined; above = above.parent) if (above === node) return;
  if (parent?.isInSight !== false) node?.move(parent, 0);
}

test('native documents with every type, within each other', () => {
  checkFormat(
    {
      open: (site) => new NativeEngine(new NativeDocument({ replica: site.replica, now: () => site.now() })),
      change: ({ document }, random) => {
        const note = recordView(document, fields, undefined);
        const nodes = note.outline.toJSON();
        const anyNode = (): TreeNode<Outline> | undefined =>
          nodes.length === 0 ? undefined : nodeAt(note.outline, random.int(nodes.length));
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
          () => note.steps.insert(random.int(note.steps.length + 1), ...random.pick([['i'], ['j', 2]])),
          () => onOne(note.steps.length, random, (at) => note.steps.delete(at)),
          () => onOne(note.steps.length, random, (at) => note.steps.set(at, random.int(9))),
          () => onOne(note.steps.length, random, (at) => note.steps.move(at, random.int(note.steps.length))),
          () => onOne(note.steps.length, random, (at) => note.steps.move(at, 0)),
          () => note.rows.insert(0).name.set('row'),
          () => void note.rows.get(0)?.cells.push(),
          () => note.rows.get(0)?.cells.get(0)?.insert(0, 'cell'),
          () => note.rows.get(0)?.marks.push(7),
          () => onOne(note.rows.length, random, (at) => note.rows.move(at, 0)),
          () => onOne(note.rows.length, random, (at) => note.rows.delete(at)),
          () => note.outline.create(0).data.label.set(random.pick(['l', 'm'])),
          () => void anyNode()?.create(),
          () => anyNode()?.data.notes.insert(0, 'q'),
          () => moveSomewhere(anyNode(), anyNode()),
          () => moveSomewhere(anyNode(), undefined),
          () => anyNode()?.delete(),
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
