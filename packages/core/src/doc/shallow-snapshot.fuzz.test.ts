/**
 * Replicas that begin with a base, among others with all history: whoever is not behind the base has what the others have, and
 * goes on having it, whatever they do next.
 */
import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import type { Dot } from '../id/index.ts';
import { compareDots, parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { counter, list, listOf, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';
import { shallowSnapshot } from './shallow-snapshot.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  votes: counter(),
  tags: set<string>(),
  marks: map<number>(),
  steps: list<number>(),
  rows: listOf(record({ name: register<string>(), text: text() })),
  pages: mapOf(record({ body: text(), reads: counter() })),
  outline: tree({ label: register<string>() }),
});

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

const site = (replica: number, now: () => number) => ({ replica: parseReplicaId(replica), now });

function edit(random: Seeded, note: NoteDocument): void {
  const { outline, steps, rows } = note;
  const nodes = nodesOf(outline.children);
  const edits: (() => void)[] = [
    () => note.title.set(random.pick(['t', 'u', 'v'])),
    () => note.body.insert(random.int(note.body.length + 1), random.pick(['a', 'bc', 'déf', '😀'])),
    () => note.body.length > 1 && note.body.delete(random.int(note.body.length - 1), 1),
    () => note.body.insert(note.body.length, 'typing'),
    () => note.votes.add(random.between(1, 5)),
    () => note.votes.set(random.int(3)),
    () => note.tags.add(random.pick(['p', 'q', 'r'])),
    () => note.tags.delete(random.pick(['p', 'q', 'r'])),
    () => note.tags.clear(),
    () => note.marks.set(random.pick(['x', 'y']), random.int(9)),
    () => note.marks.delete(random.pick(['x', 'y'])),
    () => steps.insert(random.int(steps.length + 1), random.int(9), random.int(9)),
    () => steps.length > 0 && steps.move(random.int(steps.length), random.int(steps.length)),
    () => steps.length > 0 && steps.move(0, steps.length - 1),
    () => steps.length > 0 && steps.set(random.int(steps.length), 90 + random.int(9)),
    () => steps.length > 0 && steps.delete(random.int(steps.length), 1),
    () => rows.insert(random.int(rows.length + 1)).name.set('row'),
    () => rows.length > 0 && rows.get(random.int(rows.length))?.text.insert(0, 'z'),
    () => rows.length > 1 && rows.move(0, random.int(rows.length)),
    () => rows.length > 0 && rows.delete(random.int(rows.length)),
    () => note.pages.make(random.pick(['one', 'two'])).body.insert(0, 'w'),
    () => note.pages.make(random.pick(['one', 'two'])).reads.add(1),
    () => note.pages.delete(random.pick(['one', 'two'])),
    () => outline.create(0).data.label.set('l'),
    () => nodes.length > 0 && random.pick(nodes).create(0).data.label.set('c'),
    () => nodes.length > 0 && random.pick(nodes).data.label.set(random.pick(['m', 'n'])),
    () => nodes.length > 0 && random.pick(nodes).delete(),
    () => nodes.length > 0 && random.pick(nodes).move(random.chance(0.2) ? undefined : random.pick(nodes), 0),
  ];
  if (random.chance(0.2))
    note.transact(() => {
      for (const run of [random.pick(edits), random.pick(edits)]) unlessRefused(run);
    });
  else unlessRefused(random.pick(edits));
}

/** A node is not put below itself, or below one that is deleted. */
function unlessRefused(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!CausewayError.is(error, 'decode/invalid')) throw error;
  }
}

type Nodes = NoteDocument['outline']['children'];

function nodesOf(nodes: Nodes): Nodes {
  return nodes.flatMap((node) => [node, ...nodesOf(node.children)]);
}

/** All that can be seen, conflicts too. */
function seen(note: NoteDocument): unknown {
  return {
    json: note.toJSON(),
    title: note.title.conflicts,
    marks: ['x', 'y'].map((key) => note.marks.conflicts(key)),
    steps: Array.from({ length: note.steps.length }, (_, i) => note.steps.conflicts(i)),
  };
}

class Player {
  note: NoteDocument;
  readonly isShallow: boolean;
  isBehind = false;
  inbox: Uint8Array[] = [];

  constructor(note: NoteDocument, isShallow: boolean) {
    this.note = note;
    this.isShallow = isShallow;
  }

  take(update: Uint8Array): void {
    const before = [this.note.toJSON(), this.note.native.version];
    try {
      this.note.apply(update);
    } catch (error) {
      if (!CausewayError.is(error, 'decode/behind')) throw error;
      expect(this.isShallow).toBe(true);
      expect([this.note.toJSON(), this.note.native.version]).toEqual(before);
      this.isBehind = true;
    }
  }
}

interface Count {
  opened: number;
  even: number;
  behind: number;
}

function play(random: Seeded, count: Count): void {
  let clock = 1_700_000_000_000;
  let next = 1;
  const now = (): number => (clock += random.int(3));
  const players: Player[] = [];
  const join = (player: Player): void => {
    player.note.onUpdate((update) => {
      for (const other of players) if (other !== player) other.inbox.push(update);
    });
    players.push(player);
  };
  const versions: (readonly Dot[])[] = [];
  for (let i = 0; i < 2; i++) join(new Player(createDocument(Note, site(next++, now)), false));
  for (let step = random.between(15, 70); step > 0; step--) {
    const player = random.pick(players);
    const { note } = player;
    const draw = random.int(20);
    if (draw < 10) edit(random, note);
    else if (draw < 15) {
      const heard = player.inbox.splice(0, random.int(player.inbox.length + 1));
      for (const update of heard) player.take(update);
    } else if (draw < 17) {
      // A moment in which everybody has everything, which is when apps cut.
      for (const each of players) for (const update of each.inbox.splice(0)) each.take(update);
      versions.push(note.native.frontier);
    } else if (draw < 18) {
      try {
        note.transact(() => {
          edit(random, note);
          edit(random, note);
          throw new RangeError('changed my mind');
        });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    } else if (players.length < 6) {
      const cut = random.pick([...versions, note.native.frontier, note.native.frontier]);
      if (player.isBehind) continue;
      let bytes: Uint8Array;
      try {
        bytes = shallowSnapshot(note.native, cut);
      } catch (error) {
        // A version that this one has not seen, or that lies before its base.
        if (!CausewayError.inFamily(error, 'decode')) throw error;
        continue;
      }
      const opened = loadDocument(Note, bytes, site(next++, now));
      expect(seen(opened)).toEqual(seen(note));
      expect(opened.native.version).toEqual(note.native.version);
      expect([...opened.native.frontier].sort(compareDots)).toEqual(
        [...note.native.frontier].sort(compareDots),
      );
      expect(opened.native.history()).toEqual(bytes);
      const again = createDocument(Note, site(99, now));
      again.apply(opened.save());
      expect(seen(again)).toEqual(seen(opened));
      expect(seen(opened.fork(site(98, now)))).toEqual(seen(opened));
      count.opened++;
      const joined = new Player(opened, true);
      joined.inbox = [...player.inbox];
      join(joined);
    }
  }
  for (const player of players) for (const update of player.inbox.splice(0)) player.take(update);
  const [first] = players as [Player];
  for (const player of players) {
    if (player.isBehind) {
      count.behind++;
      continue;
    }
    if (player.isShallow) count.even++;
    expect(player.note.native.waiting).toBe(0);
    // Who has all history brings whoever is not behind up to date, and the other way round.
    if (player.isShallow) {
      player.take(first.note.native.updateSince(player.note.native.version));
      if (player.isBehind) continue;
      expect(seen(player.note)).toEqual(seen(first.note));
      first.note.apply(player.note.save());
    }
    expect(seen(player.note)).toEqual(seen(first.note));
  }
}

describe('a document without its first history', () => {
  test('is even with those that have it, through whatever comes', () => {
    const count = { opened: 0, even: 0, behind: 0 };
    for (const seed of seedsOfRuns({}, 400)) {
      try {
        play(new Seeded(seed), count);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
    expect(count.even).toBeGreaterThan(50);
    expect(count.behind).toBeGreaterThan(20);
  });
});
