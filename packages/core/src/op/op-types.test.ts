/** Register, counter, add-wins set and map by case: what both see when two have edited at once. */
import { describe, expect, it } from 'vitest';
import { EventGraph, sameFrontier } from '../history/event-graph.ts';
import { parseReplicaId } from '../id/index.ts';
import { addWinsSet, has } from './add-wins-set.ts';
import { counter } from './counter.ts';
import { conflictsAt, entryAt, type MapEntry, map } from './map.ts';
import type { OpType } from './op-type.ts';
import { register } from './register.ts';

interface Made<Op> {
  readonly op: Op;
  readonly wallMs: number;
  readonly replica: number;
}

/**
 * The states of two replicas after `before`, which both have seen, and then the edits of each, which the other had not
 * seen. Each edit is a time and a command.
 */
function after<State, Command, Op>(
  type: OpType<State, Command, Op, unknown, unknown>,
  before: readonly Command[],
  ofA: readonly (readonly [wallMs: number, command: Command])[],
  ofB: readonly (readonly [wallMs: number, command: Command])[],
): readonly [State, State] {
  const replay = ([shared = [], ...branches]: readonly (readonly Made<Op>[])[]): State => {
    const state = type.create();
    const graph = new EventGraph();
    const play = (ops: readonly Made<Op>[], from: readonly number[]): void => {
      let parents = from;
      for (const { op, wallMs, replica } of ops) {
        const linear = sameFrontier(parents, graph.frontier);
        const lv = graph.append(1, parents);
        type.effect(state, op, {
          lv,
          time: { wallMs, counter: 0, replica: parseReplicaId(replica) },
          linear,
          sees: (other) => graph.includes(graph.parentsOf(lv), other),
          seenUpTo: -1,
        });
        parents = [lv];
      }
    };
    play(shared, []);
    const base = graph.frontier;
    for (const branch of branches) play(branch, base);
    return state;
  };
  const make = (
    seen: readonly Made<Op>[],
    edits: readonly (readonly [number, Command])[],
    replica: number,
  ): readonly Made<Op>[] => {
    const made: Made<Op>[] = [];
    for (const [wallMs, command] of edits) {
      const op = type.prepare(replay([[...seen, ...made]]), command);
      if (op !== undefined) made.push({ op, wallMs, replica });
    }
    return made;
  };
  const shared = make(
    [],
    before.map((command, i) => [i, command] as const),
    1,
  );
  const [a, b] = [make(shared, ofA, 1), make(shared, ofB, 2)];
  return [replay([shared, a, b]), replay([shared, b, a])];
}

describe('register', () => {
  const set = (value: string): { readonly value: string } => ({ value });

  it('of two writes the later is read, and the other readable until the next', () => {
    for (const state of after(register, [set('old')], [[12, set('x')]], [[10, set('y')]])) {
      expect(register.view(state)).toEqual({ value: 'x', conflicts: ['y'] });
    }
    const [state] = after(register, [], [[10, set('x')]], [[12, set('y')]]);
    const time = { wallMs: 5, counter: 0, replica: parseReplicaId(3) };
    register.effect(state, set('z'), { lv: 9, time, linear: true, sees: () => true, seenUpTo: 8 });
    expect(register.view(state)).toEqual({ value: 'z', conflicts: [] });
  });

  it('the same value written by two is no conflict', () => {
    for (const state of after(register, [], [[12, set('x')]], [[10, set('x')]]))
      expect(register.view(state)).toEqual({ value: 'x', conflicts: [] });
  });
});

describe('counter', () => {
  const add = (amount: number) => ({ do: 'add', amount }) as const;
  const set = (value: number) => ({ do: 'set', value }) as const;

  it('counts what both add', () => {
    for (const state of after(counter, [add(5)], [[10, add(2)]], [[10, add(3)]]))
      expect(counter.view(state)).toBe(10);
  });

  it('a reset does not take away an increment made at the same time', () => {
    for (const state of after(counter, [add(5)], [[12, set(0)]], [[10, add(3)]]))
      expect(counter.view(state)).toBe(3);
  });

  it('of two resets the later holds, with what its maker had not seen on top', () => {
    for (const state of after(
      counter,
      [add(5)],
      [
        [10, set(0)],
        [10, add(1)],
      ],
      [
        [9, add(2)],
        [12, set(100)],
      ],
    ))
      expect(counter.view(state)).toBe(101);
  });
});

describe('add-wins set', () => {
  const add = (value: string) => ({ do: 'add', value }) as const;
  const remove = (value: string) => ({ do: 'remove', value }) as const;

  it('a value that one removes and another adds stays', () => {
    for (const state of after(addWinsSet, [add('x')], [[12, remove('x')]], [[10, add('x')]]))
      expect(has(state, 'x')).toBe(true);
  });

  it('clearing leaves what was added at the same time', () => {
    for (const state of after(addWinsSet, [add('x'), add('y')], [[12, { do: 'clear' }]], [[10, add('z')]]))
      expect(addWinsSet.view(state)).toEqual(['z']);
  });

  it('tells values apart that only look alike', () => {
    const [state] = after(
      addWinsSet,
      [add('1'), { do: 'add', value: 1 }, add('null'), { do: 'add', value: null }],
      [],
      [],
    );
    expect(addWinsSet.view(state)).toEqual([1, '1', 'null', null]);
  });
});

describe('map', () => {
  const type = map<'text' | 'list'>();
  const put = (value: string) => ({ key: 'k', entry: { is: 'value', value } }) as const;
  const child = (of: 'text' | 'list') => ({ key: 'k', entry: { is: 'child', type: of } }) as const;
  const gone = { key: 'k', entry: { is: 'absent' } } as const;
  const absent: MapEntry = { is: 'absent' };

  it('of a deletion and a write the later is read; a write that was not seen stays readable', () => {
    for (const state of after(type, [put('old')], [[12, gone]], [[10, put('x')]])) {
      expect(entryAt(state, 'k')).toEqual(absent);
      expect(conflictsAt(state, 'k')).toEqual([put('x').entry]);
    }
    for (const state of after(type, [put('old')], [[10, gone]], [[12, put('x')]])) {
      expect(entryAt(state, 'k')).toEqual(put('x').entry);
      expect(conflictsAt(state, 'k')).toEqual([]);
    }
  });

  it('a child that both create at one key is one child, and no conflict', () => {
    for (const state of after(type, [], [[12, child('text')]], [[10, child('text')]])) {
      expect(entryAt(state, 'k')).toEqual(child('text').entry);
      expect(conflictsAt(state, 'k')).toEqual([]);
    }
  });

  it('of children of two types the later is read, and the other stays in reach', () => {
    for (const state of after(type, [], [[12, child('text')]], [[10, child('list')]])) {
      expect(entryAt(state, 'k')).toEqual(child('text').entry);
      expect(conflictsAt(state, 'k')).toEqual([child('list').entry]);
    }
  });

  it('keys that would be the same as bytes are the same', () => {
    const op = type.prepare(type.create(), { key: 'a\ud800', entry: put('x').entry });
    expect(op?.key).toBe('a\ufffd');
  });
});
