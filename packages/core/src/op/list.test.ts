/** The list by case: what both see when two have edited at once. */
import { describe, expect, it } from 'vitest';
import { CausewayError } from '../error.ts';
import { EventGraph } from '../history/event-graph.ts';
import { parseReplicaId } from '../id/index.ts';
import { OpReplica, type OpSubject } from '../testing/op-history.ts';
import { type ListAtSite, listSubject } from '../testing/specs/op-list.ts';
import { checkElement, type ListCommand, type ListOp, ListState } from './list.ts';
import type { OpContext } from './op-type.ts';
import { SequenceLog } from './sequence/sequence-log.ts';

type Command = ListCommand<string>;
type Peer = OpReplica<ListAtSite, Command, readonly ListOp<string>[], unknown, unknown>;

const subject: OpSubject<ListAtSite, Command, readonly ListOp<string>[], unknown, unknown> = {
  ...listSubject,
  prepare: ({ list }, command) => list.prepare(command),
};

/** Two who edit one list of letters. */
class Peers {
  readonly #cast = { ids: [parseReplicaId(1), parseReplicaId(2)], skewsMs: [0, 0] };
  readonly #a: Peer = new OpReplica(subject, this.#cast, 0);
  readonly #b: Peer = new OpReplica(subject, this.#cast, 1);
  #events = 0;

  at(wallMs: number, who: 'A' | 'B', ...commands: readonly Command[]): void {
    const [peer, replica] = who === 'A' ? [this.#a, parseReplicaId(1)] : [this.#b, parseReplicaId(2)];
    const time = { wallMs, counter: 0, replica };
    const id = this.#events++;
    peer.act(commands, time, id, (command, dots, past) => ({ id, replica, command, dots, time, past }));
  }

  meet(): void {
    for (const [from, to] of [
      [this.#a, this.#b],
      [this.#b, this.#a],
    ] as const)
      for (const event of from.events) if (!to.knows(event)) to.learn(event);
  }

  /** What both see. */
  get both(): string {
    const [a, b] = [this.#a, this.#b].map((peer) => peer.state.list.items().join(''));
    expect(b).toBe(a);
    return a ?? '';
  }

  conflictsAt(index: number): readonly string[] {
    expect(this.#b.state.list.conflictsAt(index)).toEqual(this.#a.state.list.conflictsAt(index));
    return this.#a.state.list.conflictsAt(index);
  }
}

const insert = (index: number, items: string): Command => ({ do: 'insert', index, items: [...items] });
const remove = (index: number, count = 1): Command => ({ do: 'delete', index, count });
const set = (index: number, item: string): Command => ({ do: 'set', index, item });
const move = (from: number, to: number): Command => ({ do: 'move', from, to });

function peersWith(items: string): Peers {
  const peers = new Peers();
  peers.at(1, 'A', insert(0, items));
  peers.meet();
  return peers;
}

describe('moves', () => {
  it('one element moved to two places stands where the later put it, once', () => {
    for (const [a, b, seen] of [
      [10, 12, 'bcdxe'],
      [12, 10, 'bxcde'],
    ] as const) {
      const peers = peersWith('xbcde');
      peers.at(a, 'A', move(0, 1));
      peers.at(b, 'B', move(0, 3));
      peers.meet();
      expect(peers.both).toBe(seen);
    }
  });

  it('elements that change places with each other', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', move(0, 2));
    peers.at(12, 'B', move(2, 0));
    peers.meet();
    expect(peers.both).toBe('cba');
  });

  it('an element moved many times is in one place, and edits around it land right', () => {
    const peers = peersWith('abcd');
    for (let i = 0; i < 20; i++) peers.at(10 + i, 'A', move(i % 4, (i * 3) % 4));
    peers.at(12, 'B', insert(2, 'xy'), remove(0));
    peers.meet();
    expect([...peers.both].sort().join('')).toBe('bcdxy');
    expect(peers.both).toContain('xy');
  });

  it('what is inserted beside an element that moves away stays', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', move(1, 0));
    peers.at(12, 'B', insert(2, 'x'));
    peers.meet();
    expect(peers.both).toBe('baxc');
  });

  it('a move that was seen gives way to the next, even if its time is from the future', () => {
    const peers = peersWith('abc');
    peers.at(9_000_000, 'A', move(0, 2));
    peers.meet();
    peers.at(20, 'B', move(2, 1));
    peers.meet();
    expect(peers.both).toBe('bac');
  });
});

it('a move that has seen the latest, and lost against another, leaves that one to win', () => {
  const list = new ListState<string>();
  list.insert(0, 0, [...'abc']);
  const context = (lv: number, wallMs: number, replica: number, seen: readonly number[]): OpContext => ({
    lv,
    time: { wallMs, counter: 0, replica: parseReplicaId(replica) },
    linear: false,
    sees: (other) => other < 3 || seen.includes(other),
    seenUpTo: 2,
  });
  const moveA = (index: number, at: OpContext): void => list.apply({ do: 'move', index, element: 0 }, at);
  moveA(2, context(3, 9_000_000, 1, []));
  moveA(4, context(5, 50, 2, []));
  expect(list.items().join('')).toBe('bac');
  moveA(0, context(7, 10, 3, [3, 4]));
  expect(list.items().join('')).toBe('bca');
  moveA(1, context(9, 60, 2, [5, 6]));
  expect(list.items().join('')).toBe('abc');
});

describe('edits of one element at the same time', () => {
  it('a deletion wins over a move, whichever is later', () => {
    for (const [a, b] of [
      [10, 12],
      [12, 10],
    ] as const) {
      const peers = peersWith('abc');
      peers.at(a, 'A', remove(0));
      peers.at(b, 'B', move(0, 2));
      peers.meet();
      expect(peers.both).toBe('bc');
    }
  });

  it('a deletion of an element that stands in different places for the two', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', move(0, 2));
    peers.at(12, 'B', move(0, 1), remove(1));
    peers.meet();
    expect(peers.both).toBe('bc');
  });

  it('a deletion wins over a set', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', remove(1));
    peers.at(12, 'B', set(1, 'x'));
    peers.meet();
    expect(peers.both).toBe('ac');
  });

  it('a moved element holds what was set at the same time', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', move(0, 2));
    peers.at(12, 'B', set(0, 'x'));
    peers.meet();
    expect(peers.both).toBe('bcx');
  });

  it('of two sets the later holds, and the other is a conflict until the next', () => {
    const peers = peersWith('abc');
    peers.at(10, 'A', set(1, 'x'));
    peers.at(12, 'B', set(1, 'y'));
    peers.meet();
    expect(peers.both).toBe('ayc');
    expect(peers.conflictsAt(1)).toEqual(['x']);
    peers.at(20, 'A', set(1, 'z'));
    peers.meet();
    expect(peers.both).toBe('azc');
    expect(peers.conflictsAt(1)).toEqual([]);
  });

  it('two deletions of overlapping stretches', () => {
    const peers = peersWith('abcdef');
    peers.at(10, 'A', remove(1, 3));
    peers.at(12, 'B', remove(2, 3));
    peers.meet();
    expect(peers.both).toBe('af');
  });
});

describe('one who edits alone', () => {
  const context = (lv: number): OpContext => ({
    lv,
    time: { wallMs: lv, counter: 0, replica: parseReplicaId(1) },
    linear: true,
    sees: () => true,
    seenUpTo: lv - 1,
  });

  it('has a stretch deleted that moves have left gaps in, and what is moved out of it stays', () => {
    const list = new ListState<string>();
    list.insert(0, 0, [...'abcdef']);
    let lv = 6;
    const edit = (command: Command): void => {
      for (const op of list.prepare(command)) {
        list.apply(op, context(lv));
        lv += 10;
      }
    };
    edit(move(2, 5));
    expect(list.items().join('')).toBe('abdefc');
    edit(move(0, 3));
    expect(list.items().join('')).toBe('bdeafc');
    expect([list.length, list.rawLength]).toEqual([6, 8]);
    edit(remove(1, 3));
    expect(list.items().join('')).toBe('bfc');
    expect(list.indexOf(2)).toBe(2);
    expect(list.indexOf(0)).toBe(-1);
    expect([0, 1, 2].map((index) => list.elementAt(index))).toEqual([1, 5, 2]);
    expect([list.at(0), list.at(2), list.at(3), list.at(-1)]).toEqual(['b', 'c', undefined, undefined]);
  });

  it('has nothing done by what does nothing, and what reaches beyond the list refused', () => {
    const list = new ListState<string>();
    list.insert(0, 0, [...'abc']);
    for (const command of [insert(1, ''), remove(1, 0), move(1, 1)])
      expect(list.prepare(command)).toEqual([]);
    for (const command of [
      insert(4, 'x'),
      insert(-1, 'x'),
      insert(0.5, 'x'),
      remove(2, 2),
      remove(0, -1),
      remove(4, 0),
      set(3, 'x'),
      move(3, 0),
      move(0, 3),
      move(Number.NaN, 0),
    ])
      expect(() => list.prepare(command), JSON.stringify(command)).toThrow(CausewayError);
    expect(list.items().join('')).toBe('abc');
  });

  it('may name an element by a slot that it was moved to', () => {
    const list = new ListState<string>();
    list.insert(0, 0, [...'abc']);
    list.apply({ do: 'move', index: 3, element: 0 }, context(10));
    list.apply({ do: 'set', element: 10, item: 'x' }, context(12));
    list.apply({ do: 'move', index: 1, element: 10 }, context(13));
    expect(list.items().join('')).toBe('xbc');
    expect(list.elementAt(0)).toBe(0);
  });

  it('keeps indexes right in a long list where much was moved', () => {
    const list = new ListState<number>();
    const expected = Array.from({ length: 500 }, (_, i) => i);
    list.insert(0, 0, expected);
    for (let i = 0; i < 500; i++) {
      const [from, to] = [(i * 7919) % 500, (i * 104_729) % 500];
      for (const op of list.prepare({ do: 'move', from, to })) list.apply(op, context(1000 + i * 10));
      expected.splice(to, 0, ...expected.splice(from, 1));
    }
    expect(list.items()).toEqual(expected);
    expect(expected.map((element) => list.elementAt(list.indexOf(element)))).toEqual(expected);
  });
});

describe('an operation on an element', () => {
  const graph = new EventGraph();
  const log = new SequenceLog();
  graph.append(3, []);
  log.insert(0, 0, 2);
  graph.append(1, []);
  graph.append(3, [2]);
  log.insert(4, 1, 1);
  const contextAt = (lv: number): OpContext => ({
    lv,
    time: { wallMs: 1, counter: 0, replica: parseReplicaId(1) },
    linear: false,
    sees: (other) => graph.includes(graph.parentsOf(lv), other),
    seenUpTo: -1,
  });

  it('is taken for an element that was inserted and seen', () => {
    checkElement(log, 0, contextAt(5), undefined);
    checkElement(log, 1, contextAt(5), 4);
  });

  it('is refused for what was not inserted here, or not seen, and when its slot does not come just before it', () => {
    for (const [element, lv, slotFrom] of [
      [2, 5, undefined],
      [0, 3, undefined],
      [6, 5, undefined],
      [-1, 5, undefined],
      [0, 6, 4],
      [0, 5, 5],
      [4, 5, 4],
    ] as const)
      expect(() => checkElement(log, element, contextAt(lv), slotFrom), `${element} at ${lv}`).toThrow(
        CausewayError,
      );
  });
});
