/** The tree by case: what each sees when two have edited at once. */
import { describe, expect, it } from 'vitest';
import { CausewayError } from '../error.ts';
import { dotKey, parseReplicaId } from '../id/index.ts';
import { randomCast } from '../testing/history.ts';
import { OpHistory, OpReplica, type OpSubject, randomOpSteps } from '../testing/op-history.ts';
import { equalData } from '../testing/plain-data.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { type TreeAtSite, treeSpecification, treeSubject } from '../testing/specs/op-tree.ts';
import { ROOT, type TreeCommand, type TreeOp, TreeState, type TreeView } from './tree.ts';

type Subject = OpSubject<TreeAtSite, TreeCommand, TreeOp, unknown, unknown>;
type Peer = OpReplica<TreeAtSite, TreeCommand, TreeOp, unknown, unknown>;

const subject: Subject = {
  ...treeSubject,
  prepare: ({ tree }, command) => tree.prepare(command),
};

/** Two who edit one tree, each node called by the name it was created with. */
class Peers {
  readonly #cast = { ids: [parseReplicaId(1), parseReplicaId(2)], skewsMs: [0, 0] };
  readonly #replicas = [0, 1].map((index) => new OpReplica(subject, this.#cast, index));
  readonly #names = new Map<string, string>();
  #events = 0;

  /** The edits of A or B at this time, each told as `create x in y`, `move x to y`, with `before z` if not last, or `delete x`. */
  at(wallMs: number, who: 'A' | 'B', ...edits: string[]): void {
    const index = who === 'A' ? 0 : 1;
    const replica = this.#replicas[index] as Peer;
    const time = { wallMs, counter: 0, replica: parseReplicaId(index + 1) };
    for (const edit of edits) {
      const [verb, name, , parent, , next] = edit.split(' ') as [
        string,
        string,
        string?,
        string?,
        string?,
        string?,
      ];
      replica.act(
        [this.#command(replica, verb, name, parent, next)],
        time,
        this.#events++,
        (command, dots, past) => {
          if (command.do === 'create')
            for (const created of dots.slice(0, 1)) this.#names.set(dotKey(created), name);
          return { id: this.#events, replica: time.replica, command, dots, time, past };
        },
      );
    }
  }

  meet(): void {
    const [a, b] = this.#replicas as [Peer, Peer];
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      for (const event of from.events) if (!to.knows(event)) to.learn(event);
  }

  /** What both see, as `x(y z)`. */
  get both(): string {
    const [a, b] = this.#replicas.map((replica) => this.#show(replica, replica.state.tree.view()));
    expect(b).toBe(a);
    return a ?? '';
  }

  refuses(who: 'A' | 'B', verb: string, name: string, parent: string): void {
    const replica = this.#replicas[who === 'A' ? 0 : 1] as Peer;
    const command = this.#command(replica, verb, name, parent, undefined);
    expect(() => replica.state.tree.prepare(command)).toThrow(CausewayError);
  }

  #command(
    replica: Peer,
    verb: string,
    name: string,
    parentName: string | undefined,
    next: string | undefined,
  ): TreeCommand {
    const lvOf = (wanted: string): number =>
      [...this.#names].flatMap(([key, known]) => {
        const [id, seq] = key.split('.').map(Number) as [number, number];
        return known === wanted ? [replica.lvOf({ replica: parseReplicaId(id), seq })] : [];
      })[0] ?? ROOT;
    if (verb === 'delete') return { do: 'delete', node: lvOf(name) };
    const parent = parentName === undefined || parentName === 'top' ? ROOT : lvOf(parentName);
    const siblings = replica.state.tree
      .childrenOf(parent)
      .filter((node) => verb === 'create' || node !== lvOf(name));
    const at = next === undefined ? siblings.length : siblings.indexOf(lvOf(next));
    return verb === 'create' ? { do: 'create', parent, at } : { do: 'move', node: lvOf(name), parent, at };
  }

  #show(replica: Peer, nodes: TreeView): string {
    return nodes
      .map(({ node, children }) => {
        const name = this.#names.get(dotKey(replica.dotOf(node))) ?? '?';
        return children.length === 0 ? name : `${name}(${this.#show(replica, children)})`;
      })
      .join(' ');
  }
}

function peersWith(...edits: string[]): Peers {
  const peers = new Peers();
  peers.at(1, 'A', ...edits);
  peers.meet();
  return peers;
}

describe('moves at the same time', () => {
  it('a folder moved under another, and that one under it: the earlier holds, and no cycle comes about', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create x in a');
    peers.at(10, 'A', 'move a to b');
    peers.at(12, 'B', 'move b to a');
    peers.meet();
    expect(peers.both).toBe('b(a(x))');
  });

  it('the same, the other way round in time', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create x in a');
    peers.at(12, 'A', 'move a to b');
    peers.at(10, 'B', 'move b to a');
    peers.meet();
    expect(peers.both).toBe('a(x b)');
  });

  it('a cycle of three', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create c in top');
    peers.at(10, 'A', 'move a to b', 'move b to c');
    peers.at(12, 'B', 'move c to a');
    peers.meet();
    expect(peers.both).toBe('c(b(a))');
  });

  it('a folder moved to two places stands where the later put it, once, with all that is in it', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create x in top', 'create y in x');
    peers.at(12, 'A', 'move x to a');
    peers.at(10, 'B', 'move x to b', 'create z in x');
    peers.meet();
    expect(peers.both).toBe('a(x(y z)) b');
  });

  it('a move that would make a cycle holds when what it collides with has moved away before', () => {
    const peers = peersWith('create a in top', 'create b in top');
    peers.at(10, 'A', 'move a to b');
    peers.at(12, 'B', 'move b to a');
    peers.at(11, 'A', 'move a to top');
    peers.meet();
    expect(peers.both).toBe('a(b)');
  });
});

describe('deletions at the same time', () => {
  it('what is moved into a deleted folder goes with it, and comes back with it', () => {
    const peers = peersWith('create a in top', 'create x in top');
    peers.at(10, 'A', 'delete a');
    peers.at(12, 'B', 'move x to a');
    peers.meet();
    expect(peers.both).toBe('');
    peers.at(20, 'A', 'move a to top');
    peers.meet();
    expect(peers.both).toBe('a(x)');
  });

  it('of a deletion and a move the later holds', () => {
    for (const [deleted, moved, seen] of [
      [10, 12, 'b(a)'],
      [12, 10, 'b'],
    ] as const) {
      const peers = peersWith('create a in top', 'create b in top');
      peers.at(deleted, 'A', 'delete a');
      peers.at(moved, 'B', 'move a to b');
      peers.meet();
      expect(peers.both).toBe(seen);
    }
  });

  it('two deletions are one', () => {
    const peers = peersWith('create a in top');
    peers.at(10, 'A', 'delete a');
    peers.at(12, 'B', 'delete a');
    peers.meet();
    expect(peers.both).toBe('');
  });
});

describe('the order of children', () => {
  it('two that are created at one place stand by time, and there is room between them afterwards', () => {
    const peers = peersWith('create a in top', 'create z in top');
    peers.at(10, 'A', 'create x in top before z');
    peers.at(12, 'B', 'create y in top before z');
    peers.meet();
    expect(peers.both).toBe('a x y z');
    peers.at(20, 'B', 'create between in top before y');
    peers.meet();
    expect(peers.both).toBe('a x between y z');
  });

  it('a child can be moved to each place among its siblings', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create c in top');
    peers.at(10, 'A', 'move c in top before a');
    peers.meet();
    expect(peers.both).toBe('c a b');
    peers.at(20, 'B', 'move c in top before b');
    peers.meet();
    expect(peers.both).toBe('a c b');
    peers.at(30, 'B', 'move a in top');
    peers.meet();
    expect(peers.both).toBe('c b a');
  });
});

describe('clocks', () => {
  it('a move made after seeing one from the future holds all the same', () => {
    const peers = peersWith('create a in top', 'create b in top', 'create x in top');
    peers.at(9_000_000, 'A', 'move x to a');
    peers.meet();
    peers.at(20, 'B', 'move x to b');
    peers.meet();
    expect(peers.both).toBe('a b(x)');
    peers.at(30, 'B', 'move x to a', 'move x to b', 'create y in x');
    peers.meet();
    expect(peers.both).toBe('a b(x(y))');
  });
});

describe('what makes no sense', () => {
  it('is refused when it is asked for', () => {
    const peers = peersWith('create a in top', 'create b in a', 'create gone in top');
    peers.at(10, 'A', 'delete gone');
    peers.refuses('A', 'move', 'a', 'b');
    peers.refuses('A', 'move', 'a', 'a');
    peers.refuses('A', 'move', 'a', 'gone');
    peers.refuses('A', 'create', 'c', 'gone');
    const { tree } = treeSubject.create(new OpReplica(subject, randomCast(new Seeded(1), 1), 0));
    for (const command of [
      { do: 'create', parent: ROOT, at: 1 },
      { do: 'create', parent: ROOT, at: -1 },
      { do: 'create', parent: ROOT, at: 0.5 },
      { do: 'create', parent: 3, at: 0 },
      { do: 'move', node: 3, parent: ROOT, at: 0 },
      { do: 'delete', node: 3 },
      { do: 'delete', node: ROOT },
      { do: 'move', node: ROOT, parent: ROOT, at: 0 },
    ] as const)
      expect(() => tree.prepare(command), JSON.stringify(command)).toThrow(CausewayError);
  });

  it('changes nothing when it comes in an operation, not even what is right in it', () => {
    const state = new TreeState();
    const time = { wallMs: 1, counter: 0, replica: parseReplicaId(1) };
    const context = { lv: 0, time, linear: true, sees: () => true, seenUpTo: -1 };
    const good = state.prepare({ do: 'create', parent: ROOT, at: 0 }) ?? [];
    expect(() => state.add([...good, { do: 'delete', node: 7 }], context)).toThrow(CausewayError);
    expect(state.settle()).toEqual([]);
    expect(state.view()).toEqual([]);
    const unseen = { ...context, lv: 1, linear: false, sees: () => false };
    state.add(good, context);
    expect(() => state.add([{ do: 'delete', node: 0 }], unseen)).toThrow(CausewayError);
    expect(state.settle()).toEqual([{ node: 0, from: undefined, to: state.placeOf(0), at: 0 }]);
  });
});

it('a deletion is undone by putting the node back where the change says it stood', () => {
  const state = new TreeState();
  let lv = 0;
  const edit = (command: TreeCommand): ReturnType<TreeState['settle']> => {
    const op = state.prepare(command) ?? [];
    const time = { wallMs: lv, counter: 0, replica: parseReplicaId(1) };
    state.add(op, { lv, time, linear: true, sees: () => true, seenUpTo: lv - 1 });
    lv += op.length;
    return state.settle();
  };
  for (const at of [0, 1, 2]) edit({ do: 'create', parent: ROOT, at });
  const [deletion] = edit({ do: 'delete', node: 1 });
  expect(state.childrenOf(ROOT)).toEqual([0, 2]);
  expect(state.isInSight(1)).toBe(false);
  const place = deletion?.from;
  if (place === undefined) throw new Error('the change does not say where the node stood');
  expect(edit({ do: 'restore', node: 1, place })).toEqual([
    expect.objectContaining({ node: 1, to: place, at: 1 }),
  ]);
  expect(state.childrenOf(ROOT)).toEqual([0, 1, 2]);
});

it('a tree deeper than the stack can be viewed, and moved', () => {
  const state = new TreeState();
  const time = { wallMs: 1, counter: 0, replica: parseReplicaId(1) };
  const place = state.prepare({ do: 'create', parent: ROOT, at: 0 })?.[0];
  if (place?.do !== 'create') throw new Error('no creation');
  for (let lv = 0; lv < 20_000; lv++) {
    const below = { do: 'create', place: { parent: lv - 1, index: place.place.index } } as const;
    state.add([below], { lv, time, linear: true, sees: () => true, seenUpTo: lv - 1 });
    if (lv % 1000 === 999) state.settle();
  }
  let depth = 0;
  for (let level = state.view(); level.length > 0; level = level[0]?.children ?? []) depth++;
  expect(depth).toBe(20_000);
});

it('many operations carried out together give what they give one by one, and tell what has changed between', () => {
  for (const seed of seedsOfRuns({}, 60)) {
    const random = new Seeded(seed);
    const cast = randomCast(random, 3);
    const history = new OpHistory(treeSubject, cast, () => {});
    for (const step of randomOpSteps(random, (source) => treeSpecification.command(source), 3, 45))
      history.play(step);
    for (const step of history.everyoneMeets()) history.play(step);
    let view = treeSubject.view(treeSubject.create(history.fresh(0)));
    const together = new OpReplica<TreeAtSite, unknown, TreeOp, unknown, unknown>(
      {
        ...treeSubject,
        prepare: () => undefined,
        effect: ({ tree }, op, context) => tree.add(op, context),
      },
      cast,
      0,
    );
    const [one] = history.replicas;
    if (one === undefined) throw new Error('no replica');
    for (const event of one.events) {
      together.learn(event);
      if (!random.chance(0.2)) continue;
      const changes = together.state.tree.settle().map(({ node, to, at }) => {
        const name = (lv: number): string => dotKey(together.dotOf(lv));
        return {
          node: name(node),
          parent: to.parent === ROOT ? 'top' : to.parent < 0 ? 'gone' : name(to.parent),
          at,
        };
      });
      view = treeSpecification.patched?.(view, changes) ?? view;
      expect(equalData(view, together.view), `seed ${seed}`).toBe(true);
    }
    together.state.tree.settle();
    expect(equalData(together.view, one.view), `seed ${seed}`).toBe(true);
  }
});
