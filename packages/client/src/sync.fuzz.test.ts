// Random lives of three people with one relay: editing, going offline, reloading, with a relay that restarts and loses its
// disk. At the end everyone, and who comes then, has everything that anyone ever wrote. The steps follow the seed, the network does not.
import { type GSetState, gSet, stringLeaf } from '@causeway/core/lattice';
import { type LatticeDocument, latticeDocument, latticeFormats } from '@causeway/core/lattice-doc';
import { freshSeed, Seeded } from '@causeway/core/testing';
import { type YjsDocument, yjsDocument, yjsFormats } from '@causeway/core/yjs';
import { createRelay, type DocumentLog, MemoryDocumentLog, type Relay } from '@causeway/relay';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type Client, createClient, type DocumentHandle, MemoryStore } from './index.ts';

const RUNS = 6;
const STEPS = 60;
const PEOPLE = 3;
const STRINGS = gSet(stringLeaf);

test('nothing that anyone wrote is lost, whatever happens', async () => {
  for (let run = 0; run < RUNS; run++) {
    const seed = freshSeed();
    try {
      await live(new Seeded(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}, 120_000);

async function live(random: Seeded): Promise<void> {
  const world = await World.start(random);
  const words: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    const person = random.pick(world.people);
    const what = random.int(14);
    if (what < 6) {
      const word = `${step}`;
      words.push(word);
      person.write(word);
    } else if (what === 6) person.client.disconnect();
    else if (what === 7) person.client.connect();
    else if (what === 8) await person.reload();
    else if (what === 9) await world.restart(random.chance(0.3));
    else if (what === 10) person.letDiskFail(random.chance(0.5));
    else if (what === 11) await person.saveAll();
    else await person.sync();
  }
  await world.settle();
  const everyone = [...world.people, await world.newcomer()];
  const [first] = everyone;
  for (const person of everyone) {
    expect([...person.list.document.value].sort()).toEqual([...words].sort());
    expect(person.text).toBe(first?.text);
    expect(person.text.split(' ').filter(Boolean).sort()).toEqual([...words].sort());
    expect(person.list.status).toMatchObject({ saved: 'relay', synced: true, error: undefined });
  }
  await world.end();
}

/** A store that outlives its clients, and fails when it is told to. */
class KeptStore extends MemoryStore {
  override readonly durable: boolean = true;
  isFailing = false;

  override async write(...write: Parameters<MemoryStore['write']>): Promise<void> {
    if (this.isFailing) throw new Error('the disk is tired');
    return super.write(...write);
  }

  override async close(): Promise<void> {
    // The next page uses it on.
  }
}

/** A log that outlives its relays. */
class KeptLog extends MemoryDocumentLog {
  override async close(): Promise<void> {
    // The next relay uses it on.
  }
}

type Words = DocumentHandle<LatticeDocument<GSetState<string>, readonly string[]>>;
type Note = DocumentHandle<YjsDocument>;

/** What is open in a page. */
interface Page {
  readonly client: Client;
  readonly list: Words;
  readonly note: Note;
}

class Person {
  readonly #store: KeptStore;
  readonly #url: string;
  #page: Page;

  static async start(url: string): Promise<Person> {
    const store = new KeptStore();
    return new Person(url, store, await openPage(url, store));
  }

  private constructor(url: string, store: KeptStore, page: Page) {
    this.#url = url;
    this.#store = store;
    this.#page = page;
  }

  get client(): Client {
    return this.#page.client;
  }

  get list(): Words {
    return this.#page.list;
  }

  get note(): Note {
    return this.#page.note;
  }

  get text(): string {
    return this.note.document.doc.getText('body').toString();
  }

  write(word: string): void {
    this.list.document.mutate((state) => STRINGS.add(state, word));
    this.note.document.doc.getText('body').insert(0, `${word} `);
  }

  letDiskFail(isFailing: boolean): void {
    this.#store.isFailing = isFailing;
  }

  async saveAll(): Promise<void> {
    this.#store.isFailing = false;
    await Promise.all([this.list.saved('disk'), this.note.saved('disk')]);
  }

  async sync(): Promise<void> {
    this.client.connect();
    await Promise.all([this.list.saved('relay'), this.note.saved('relay')]);
  }

  async reload(): Promise<void> {
    this.#store.isFailing = false;
    await this.client.close();
    this.#page = await openPage(this.#url, this.#store);
  }
}

async function openPage(url: string, store: KeptStore): Promise<Page> {
  const client = createClient({ url, store, platform: { WebSocket } });
  const list = await client.open('list', latticeDocument(STRINGS));
  return { client, list, note: await client.open('note', yjsDocument(new Y.Doc())) };
}

class World {
  readonly people: readonly Person[];
  readonly #guests: Person[] = [];
  readonly #random: Seeded;
  #relay: Relay;
  #log: DocumentLog;

  static async start(random: Seeded): Promise<World> {
    const log = new KeptLog(() => random.u32());
    const relay = await startRelay(log, 0);
    const people = await Promise.all(Array.from({ length: PEOPLE }, () => Person.start(relay.syncUrl)));
    return new World(random, log, relay, people);
  }

  private constructor(random: Seeded, log: DocumentLog, relay: Relay, people: readonly Person[]) {
    this.#random = random;
    this.#log = log;
    this.#relay = relay;
    this.people = people;
  }

  async restart(losesDisk: boolean): Promise<void> {
    await this.#relay.close();
    if (losesDisk) this.#log = new KeptLog(() => this.#random.u32());
    this.#relay = await startRelay(this.#log, this.#relay.port);
  }

  /** Everyone is online, and everything is where it should be. */
  async settle(): Promise<void> {
    for (const person of this.people) {
      person.letDiskFail(false);
      person.client.connect();
    }
    const handles = this.people.flatMap(({ list, note }) => [list, note]);
    await Promise.all(handles.map((handle) => isWell(handle)));
    // Whoever was synced early may have sent something to those that were synced later.
    for (const { list, note } of this.people) await Promise.all([list.saved('relay'), note.saved('relay')]);
    await Promise.all(this.people.map((person) => this.#caughtUp(person)));
  }

  /** Someone who has nothing but what the relay has. */
  async newcomer(): Promise<Person> {
    const person = await Person.start(this.#relay.syncUrl);
    await Promise.all([isWell(person.list), isWell(person.note)]);
    this.#guests.push(person);
    return person;
  }

  async end(): Promise<void> {
    for (const { client } of [...this.people, ...this.#guests]) await client.close();
    await this.#relay.close();
  }

  /** A round trip of its own comes back after all that others sent before. */
  async #caughtUp(person: Person): Promise<void> {
    const { document } = person.note;
    document.doc.getMap('round trips').set(`${document.doc.clientID}`, true);
    await person.note.saved('relay');
  }
}

function startRelay(log: DocumentLog, port: number): Promise<Relay> {
  return createRelay({ log, port, formats: [yjsFormats(), latticeFormats()] });
}

function isWell(handle: DocumentHandle): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!handle.status.synced || handle.status.error !== undefined) return;
      stop();
      resolve();
    };
    const stop = handle.onStatus(look);
    look();
  });
}
