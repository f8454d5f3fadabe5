/**
 * The documents of the simulated users: one of each kind, with edits that fall onto each other (the same word, the same key,
 * a parent below its child). Every edit is one transaction that also leaves its own mark and adds its own amount, so that what
 * a document holds says which edits it has, and its sums have to be the sums of those.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import { counter, list, map, register, schema, set, text, tree } from '@causeway/core/doc';
import type { Engine, Site } from '@causeway/core/format';
import { awSet, gSet, lwwRegister, pnCounter, product, stringLeaf } from '@causeway/core/lattice';
import { type LatticeDocument, latticeDocument, latticeFormats } from '@causeway/core/lattice-doc';
import { nativeDocument, nativeFormats, type SchemaEngine } from '@causeway/core/native';
import type { Seeded } from '@causeway/core/testing';
import { type YjsDocument, yjsDocument, yjsFormats } from '@causeway/core/yjs';
import * as Y from 'yjs';

/** An edit by its number: 1, 2, 3 … over the whole simulation. */
export type Mark = number;

/** What is done with an open document, and seen in it, whatever its kind. */
export interface DocumentModel {
  readonly engine: Engine;
  /**
   * An edit that came before one that it builds on waits for it. A lattice has it at once: its state may then hold a part of
   * what the other did, until that comes too.
   */
  readonly keepsOrder: boolean;
  /** Makes one edit. Returns what it was, in a few words. */
  edit(random: Seeded, mark: Mark): string;
  /** The edits that it holds. */
  marks(): ReadonlySet<Mark>;
  /** What an app reads of it, as plain values that are equal when it is. */
  view(): unknown;
  /** What is wrong with the view, given the edits that it holds; undefined when nothing is. */
  fault(): string | undefined;
}

export interface OpenModel {
  readonly handle: DocumentHandle;
  readonly model: DocumentModel;
}

export interface KindOfDocument {
  readonly name: string;
  open(client: Client, name: string, random: Seeded): Promise<OpenModel>;
  /** A replica without a client. */
  blank(site: Site, random: Seeded): DocumentModel;
}

export const FORMATS = [nativeFormats(), yjsFormats(), latticeFormats()];

/** What users write and tag with: few, so that they meet. */
const WORDS = ['sea', 'tide', 'road', 'ebb', 'mud', 'sky'];
const MOST_AMOUNT = 9;
/** Longer texts are cut by those who edit them, so that a month of edits stays readable. */
const LONG_TEXT = 400;

const Note = schema({
  marks: map<number>(),
  votes: counter(),
  title: register<string>(),
  body: text(),
  tags: set<string>(),
  steps: list<string>(),
  outline: tree({ label: register<string>() }),
});

class NativeModel implements DocumentModel {
  readonly keepsOrder = true;
  readonly engine: SchemaEngine<(typeof Note)['fields']>;

  constructor(engine: SchemaEngine<(typeof Note)['fields']>) {
    this.engine = engine;
  }

  edit(random: Seeded, mark: Mark): string {
    const { content, document } = this.engine;
    const amount = random.between(1, MOST_AMOUNT);
    return document.transact(() => {
      content.marks.set(`${mark}`, amount);
      content.votes.add(amount);
      return this.#edit(random);
    });
  }

  #edit(random: Seeded): string {
    const { title, body, tags, steps, outline } = this.engine.content;
    const word = random.pick(WORDS);
    switch (random.int(9)) {
      case 0:
        title.set(word);
        return `names it ${word}`;
      case 1:
      case 2:
        body.insert(placeIn(random, body.length), `${word} `);
        return `types ${word}`;
      case 3: {
        const count = Math.min(body.length, random.between(1, body.length > LONG_TEXT ? LONG_TEXT : 4));
        body.delete(random.int(body.length - count + 1), count);
        return `deletes ${count} letters`;
      }
      case 4:
        if (random.chance(0.5)) tags.add(word);
        else tags.delete(word);
        return `tags with, or without, ${word}`;
      case 5:
        if (steps.length < 20) steps.insert(placeIn(random, steps.length), word);
        else steps.delete(random.int(steps.length));
        return `adds or drops a step`;
      case 6:
        if (steps.length > 1) steps.move(random.int(steps.length), random.int(steps.length));
        return 'moves a step';
      default:
        return this.#editOutline(random, word, outline);
    }
  }

  #editOutline(random: Seeded, word: string, outline: (typeof this.engine.content)['outline']): string {
    const nodes = [...outline.children, ...outline.children.flatMap((node) => node.children)];
    if (nodes.length < 3 || random.chance(0.3)) {
      const above = nodes.length > 0 && random.chance(0.5) ? random.pick(nodes) : undefined;
      const node = above === undefined ? outline.create() : above.create();
      node.data.label.set(word);
      return `adds a node ${word}`;
    }
    const node = random.pick(nodes);
    if (random.chance(0.2)) {
      node.delete();
      return 'deletes a node';
    }
    const others = nodes.filter((other) => !isAbove(node, other));
    const target = random.chance(0.7) && others.length > 0 ? random.pick(others) : undefined;
    const siblings = (target ?? outline).children.filter((other) => other !== node);
    node.move(target, random.int(siblings.length + 1));
    return 'moves a node';
  }

  marks(): ReadonlySet<Mark> {
    return new Set(this.engine.content.marks.keys().map(Number));
  }

  view(): unknown {
    return this.engine.content.toJSON();
  }

  fault(): string | undefined {
    const { marks, votes } = this.engine.content;
    const sum = Object.values(marks.toJSON()).reduce((all, amount) => all + amount, 0);
    return votes.value === sum ? undefined : `its counter says ${votes.value}; its edits added ${sum}`;
  }
}

interface Node {
  readonly id: unknown;
  readonly parent: Node | undefined;
}

/** Whether `node` is `other` or above it. */
function isAbove(node: Node, other: Node): boolean {
  for (let at: Node | undefined = other; at !== undefined; at = at.parent) if (at.id === node.id) return true;
  return false;
}

class YjsModel implements DocumentModel {
  readonly keepsOrder = true;
  readonly engine: YjsDocument;

  constructor(engine: YjsDocument) {
    this.engine = engine;
  }

  edit(random: Seeded, mark: Mark): string {
    const { doc } = this.engine;
    return doc.transact(() => {
      doc.getArray<Mark>('log').push([mark]);
      doc.getMap<boolean>('marks').set(`${mark}`, true);
      return this.#edit(random);
    });
  }

  #edit(random: Seeded): string {
    const { doc } = this.engine;
    const body = doc.getText('body');
    const word = random.pick(WORDS);
    switch (random.int(5)) {
      case 0:
        doc.getMap<string>('fields').set(random.pick(['title', 'place']), word);
        return `sets a field to ${word}`;
      case 1: {
        const count = Math.min(body.length, random.between(1, body.length > LONG_TEXT ? LONG_TEXT : 4));
        if (count > 0) body.delete(random.int(body.length - count + 1), count);
        return `deletes ${count} letters`;
      }
      case 2: {
        const steps = doc.getArray<string>('steps');
        if (steps.length < 20) steps.insert(placeIn(random, steps.length), [word]);
        else steps.delete(random.int(steps.length), 1);
        return 'adds or drops a step';
      }
      default:
        body.insert(placeIn(random, body.length), `${word} `);
        return `types ${word}`;
    }
  }

  marks(): ReadonlySet<Mark> {
    return new Set([...this.engine.doc.getMap('marks').keys()].map(Number));
  }

  view(): unknown {
    const { doc } = this.engine;
    return {
      log: doc.getArray('log').toJSON(),
      marks: sorted(this.marks()),
      body: doc.getText('body').toString(),
      fields: doc.getMap('fields').toJSON(),
      steps: doc.getArray('steps').toJSON(),
    };
  }

  fault(): string | undefined {
    const log = sorted(this.engine.doc.getArray<Mark>('log').toArray()).join();
    const marks = sorted(this.marks()).join();
    return log === marks ? undefined : `its log holds ${log}; its map holds ${marks}`;
  }
}

const Board = product({
  marks: gSet(stringLeaf),
  votes: pnCounter,
  tags: awSet(stringLeaf),
  title: lwwRegister(stringLeaf),
});
type BoardDocument = LatticeDocument<ReturnType<typeof Board.delta>, ReturnType<typeof Board.view>>;

class LatticeModel implements DocumentModel {
  readonly keepsOrder = false;
  readonly engine: BoardDocument;

  constructor(engine: BoardDocument) {
    this.engine = engine;
  }

  edit(random: Seeded, mark: Mark): string {
    const { marks, votes, tags, title } = Board.fields;
    const amount = random.between(1, MOST_AMOUNT);
    const word = random.pick(WORDS);
    let what = '';
    this.engine.mutate((state, source) => {
      const signed = {
        marks: marks.add(state.marks, `${mark}:${amount}`),
        votes: votes.add(state.votes, source, amount),
      };
      switch (random.int(4)) {
        case 0:
          what = `names it ${word}`;
          return Board.delta({ ...signed, title: title.set(state.title, source.now(), word) });
        case 1:
          what = `takes the tag ${word} off`;
          return Board.delta({ ...signed, tags: tags.remove(state.tags, word) });
        default:
          what = `tags it ${word}`;
          return Board.delta({ ...signed, tags: tags.add(state.tags, source.next(), word) });
      }
    });
    return what;
  }

  marks(): ReadonlySet<Mark> {
    return new Set(this.engine.value.marks.map((entry) => Number(entry.split(':')[0])));
  }

  view(): unknown {
    const { marks, votes, tags, title } = this.engine.value;
    return { marks, votes, tags, title };
  }

  fault(): string | undefined {
    const { marks, votes } = this.engine.value;
    const sum = marks.reduce((all, entry) => all + Number(entry.split(':')[1]), 0);
    return votes === sum ? undefined : `its counter says ${votes}; its edits added ${sum}`;
  }
}

/** In what kinds of document the users work. */
export const KINDS: readonly KindOfDocument[] = [
  {
    name: 'native',
    open: async (client, name) => {
      const handle = await client.open(name, nativeDocument(Note));
      return { handle, model: new NativeModel(handle.document) };
    },
    blank: (site) => new NativeModel(nativeDocument(Note)(site)),
  },
  {
    name: 'yjs',
    open: async (client, name, random) => {
      const handle = await client.open(name, yjsDocument(seededDoc(random)));
      return { handle, model: new YjsModel(handle.document) };
    },
    blank: (site, random) => new YjsModel(yjsDocument(seededDoc(random))(site)),
  },
  {
    name: 'lattice',
    open: async (client, name) => {
      const handle = await client.open(name, latticeDocument(Board));
      return { handle, model: new LatticeModel(handle.document) };
    },
    blank: (site) => new LatticeModel(latticeDocument(Board)(site)),
  },
];

/** What an app reads of it as one text, in which keys have their order: equal when the documents are. */
export function viewText(model: DocumentModel): string {
  return JSON.stringify(model.view(), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Yjs draws its client ids from the platform; here they come from the seed. */
function seededDoc(random: Seeded): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = random.u32();
  return doc;
}

/** Often the end, where others type too. */
function placeIn(random: Seeded, length: number): number {
  return random.chance(0.5) ? length : random.int(length + 1);
}

function sorted(marks: Iterable<Mark>): readonly Mark[] {
  return [...marks].sort((a, b) => a - b);
}
