import { describe, expect, test } from 'vitest';
import { EventGraph, sameFrontier } from '../../history/event-graph.ts';
import { Seeded, seedsOfRuns } from '../../testing/seeded.ts';
import { FugueMaxTree, type TreeId, type TreeInsertion } from '../../testing/twins/fugue-max-tree.ts';
import { SequenceLog } from './sequence-log.ts';
import { SequenceWalker } from './sequence-walker.ts';

/** One operation of one element, with the names of its parents in a language all replicas share. */
interface SharedEvent {
  readonly id: TreeId;
  readonly parents: readonly string[];
  readonly op:
    | {
        readonly do: 'insert';
        readonly index: number;
        readonly value: string;
        readonly tree: TreeInsertion<string>;
      }
    | { readonly do: 'delete'; readonly index: number; readonly target: TreeId };
}

const nameOf = (id: TreeId): string => `${id.replica}.${id.seq}`;

/** A replica that keeps the same list twice: by the walker, and by the tree of the paper. */
class Twin {
  readonly replica: number;
  readonly graph = new EventGraph();
  readonly log = new SequenceLog();
  readonly tree = new FugueMaxTree<string>();
  readonly list: string[] = [];
  readonly events: SharedEvent[] = [];
  readonly lvs = new Map<string, number>();
  readonly #walker = new SequenceWalker(
    this.graph,
    this.log,
    (a, b) => this.#replicaOf(a) - this.#replicaOf(b),
  );
  #seq = 0;

  constructor(replica: number) {
    this.replica = replica;
  }

  type(index: number, value: string): void {
    const id = this.#nextId();
    const tree = this.tree.prepareInsert(id, index, value);
    this.apply({ id, parents: this.#parents(), op: { do: 'insert', index, value, tree } });
  }

  delete(index: number): void {
    this.apply({
      id: this.#nextId(),
      parents: this.#parents(),
      op: { do: 'delete', index, target: this.tree.idAt(index) },
    });
  }

  apply(event: SharedEvent): void {
    const parents = event.parents.map((name) => this.lvs.get(name) as number).sort((a, b) => a - b);
    const linear = sameFrontier(parents, this.graph.frontier);
    const lv = this.graph.append(1, parents);
    this.lvs.set(nameOf(event.id), lv);
    this.events.push(event);
    const { op } = event;
    if (op.do === 'insert') this.log.insert(lv, op.index, 1);
    else this.log.remove(lv, op.index, 1);
    if (op.do === 'insert') this.tree.applyInsert(op.tree);
    else this.tree.applyDelete(op.target);
    const insertAt = (index: number, from: number): void => {
      const inserted = (this.events[from] as SharedEvent).op;
      this.list.splice(index, 0, inserted.do === 'insert' ? inserted.value : '?');
    };
    if (!linear) {
      this.#walker.land(lv, lv + 1, this.list.length, {
        insert: (index, from, count) => {
          for (let i = 0; i < count; i++) insertAt(index + i, from + i);
        },
        remove: (index, count) => void this.list.splice(index, count),
      });
    } else if (op.do === 'insert') insertAt(op.index, lv);
    else this.list.splice(op.index, 1);
  }

  #replicaOf(lv: number): number {
    return (this.events[lv] as SharedEvent).id.replica;
  }

  #parents(): readonly string[] {
    return this.graph.frontier.map((lv) => nameOf((this.events[lv] as SharedEvent).id));
  }

  #nextId(): TreeId {
    return { replica: this.replica, seq: this.#seq++ };
  }
}

function playRandomHistory(seed: number): void {
  const random = new Seeded(seed);
  const replicas = Array.from({ length: random.between(2, 5) }, (_, index) => new Twin(index));
  const steps = random.between(10, 160);
  const runs = random.chance(0.5);
  for (let step = 0; step < steps; step++) {
    const twin = random.pick(replicas);
    if (random.chance(0.65)) {
      const index = random.int(twin.list.length + 1);
      const count = runs ? random.between(1, 6) : 1;
      const dice = random.int(10);
      for (let i = 0; i < count; i++) {
        // In front of oneself, or on and on.
        const step = dice < 2 ? 0 : i;
        if (dice < 7)
          twin.type(Math.min(index + step, twin.list.length), String.fromCharCode(97 + random.int(26)));
        else if (dice < 9 && twin.list.length > 0) twin.delete(Math.min(index, twin.list.length - 1));
        else if (twin.list.length > 0) twin.delete(Math.max(0, Math.min(index, twin.list.length) - 1 - i));
      }
    } else {
      const from = random.pick(replicas);
      const lacking = from.events.filter((event) => !twin.lvs.has(nameOf(event.id)));
      for (const event of lacking.slice(0, random.pick([1, 3, lacking.length]))) twin.apply(event);
    }
    expect(twin.list, `seed ${seed}, step ${step}`).toEqual(twin.tree.values);
  }
  const [first, ...others] = replicas as [Twin, ...Twin[]];
  for (const other of others)
    for (const event of other.events) if (!first.lvs.has(nameOf(event.id))) first.apply(event);
  for (const other of others) {
    for (const event of first.events) if (!other.lvs.has(nameOf(event.id))) other.apply(event);
    expect(first.list.join(''), `first seed ${seed}`).toEqual(first.tree.values.join(''));
    expect(other.list.join(''), `other seed ${seed}`).toEqual(other.tree.values.join(''));
    expect(other.list.join(''), `seed ${seed}`).toEqual(first.list.join(''));
    expect(other.list, `seed ${seed}`).toEqual(other.tree.values);
  }
}

/** Replicas write long stretches apart, which a reader takes in turn by small pieces; now and then one of them reads another. */
function playLongBranches(seed: number): void {
  const random = new Seeded(seed);
  const writers = Array.from({ length: random.between(3, 20) }, (_, index) => new Twin(index + 1));
  const reader = new Twin(0);
  for (let i = 0; i < 8; i++) reader.type(i, 'abcdefgh'.charAt(i));
  for (const writer of writers) catchUp(writer, reader);
  const piece = random.pick([1, 7]);
  const meets = random.pick([0, 0.01]);
  for (let round = Math.floor(1200 / writers.length / piece); round > 0; round--) {
    for (const writer of writers) {
      if (random.chance(meets)) {
        const other = random.pick(writers);
        catchUp(writer, other);
      }
      for (let i = 0; i < piece; i++) {
        const index = random.pick([0, random.int(writer.list.length + 1), writer.list.length]);
        if (index > 0 && random.chance(0.3)) writer.delete(index - 1);
        else writer.type(index, random.pick([...'uvwxyz']));
      }
    }
    for (const writer of writers) catchUp(reader, writer);
    expect(reader.list.length, `seed ${seed}`).toBe(reader.tree.values.length);
  }
  expect(reader.list, `seed ${seed}`).toEqual(reader.tree.values);
  const late = new Twin(99);
  catchUp(late, reader);
  expect(late.list, `seed ${seed}`).toEqual(reader.list);
}

/** Many who have not heard of each other type at a few places; readers get what they typed in orders of their own. */
function playCrowd(seed: number): void {
  const random = new Seeded(seed);
  const base = new Twin(0);
  for (let i = 0; i < 3; i++) base.type(i, 'abc'.charAt(i));
  const places = [0, random.int(4)];
  const writers = Array.from({ length: random.between(70, 160) }, (_, index) => new Twin(index + 1));
  for (const writer of random.shuffle(writers)) {
    if (random.chance(0.9)) catchUp(writer, base);
    for (let seen = random.pick([0, 0, 0, 1, 2]); seen > 0; seen--) catchUp(writer, random.pick(writers));
    const place = Math.min(random.pick(places), writer.list.length);
    const backward = random.chance(0.5);
    const count = random.pick([1, 1, 1, 3]);
    for (let i = 0; i < count; i++) writer.type(place + (backward ? 0 : i), random.pick([...'uvwxyz']));
    if (writer.list.length > 0 && random.chance(0.1)) writer.delete(random.int(writer.list.length));
  }
  const readers = [new Twin(1000), new Twin(1001)] as const;
  for (const reader of readers) {
    for (const writer of random.shuffle(writers)) catchUp(reader, writer);
    expect(reader.list, `seed ${seed}`).toEqual(reader.tree.values);
  }
  expect(readers[0].list, `seed ${seed}`).toEqual(readers[1].list);
}

function catchUp(twin: Twin, from: Twin): void {
  for (const event of from.events) if (!twin.lvs.has(nameOf(event.id))) twin.apply(event);
}

describe('the walker against the tree of the paper', () => {
  test('random histories of two to five replicas end in the same list at every step', () => {
    for (const seed of seedsOfRuns({}, 400)) playRandomHistory(seed);
  });

  test('crowds at a few places end in the same list', () => {
    for (const seed of seedsOfRuns({}, 25)) playCrowd(seed);
  });

  test('long branches of up to twenty replicas that arrive in turn end in the same list', () => {
    for (const seed of seedsOfRuns({}, 12)) playLongBranches(seed);
  });
});
