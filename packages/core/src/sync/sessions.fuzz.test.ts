// Clients and a relay, each a tiny edge around the four machines, on a simulated network that delays, cuts, isolates and
// chokes, with reloads, crashes and lost disks, for three kinds of document. On the way positions are checked against the log;
// at the end every edit is everywhere. A failure prints its seed.
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { equalBytes, Reader, Writer } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import type { Engine, Site, UpdateFormat, Version } from '../format/index.ts';
import { type DocumentName, parseDocumentKind, parseDocumentName, randomReplicaId } from '../id/index.ts';
import { type AwSetState, awSet, stringLeaf } from '../lattice/index.ts';
import { type LatticeDocument, latticeDocument } from '../lattice-doc/index.ts';
import {
  CALM,
  type DocumentSubject,
  Seeded,
  SimulatedNetwork,
  type SimulatedSocket,
  seedsOfRuns,
  VirtualTime,
} from '../testing/index.ts';
import { type YjsDocument, yjsDocument } from '../yjs/index.ts';
import { randomBatchId } from './batch-id.ts';
import { batchesIn } from './batch-queue.ts';
import {
  type ClientChannelEffect,
  type ClientChannelInput,
  type ClientChannelState,
  clientChannel,
  type PendingBatch,
  stepClientChannel,
  unsettledBatches,
} from './client-channel.ts';
import {
  CLIENT_OFFLINE,
  type ClientConnectionEffect,
  type ClientConnectionInput,
  type ClientConnectionState,
  stepClientConnection,
} from './client-connection.ts';
import { CLOSE_CODES } from './close-codes.ts';
import { messagesOf } from './fragments.ts';
import type { BatchId, Frame, Position, SessionLimits } from './frame.ts';
import { encodeFrame, encodeShared, type SharedFrame, shareFrame } from './frame-codec.ts';
import { DEFAULT_SESSION_LIMITS, MIN_MESSAGE_BYTES } from './limits.ts';
import {
  type RelayChannelEffect,
  type RelayChannelInput,
  type RelayChannelState,
  relayChannel,
  stepRelayChannel,
} from './relay-channel.ts';
import {
  type RelayConnectionEffect,
  type RelayConnectionInput,
  type RelayConnectionState,
  relayConnection,
  stepRelayConnection,
} from './relay-connection.ts';

/** Small, so that frames are cut into fragments and a handful of messages is congestion. */
const LIMITS: SessionLimits = { ...DEFAULT_SESSION_LIMITS, maxMessageBytes: MIN_MESSAGE_BYTES };
const HIGH_WATER_BYTES = 8 * 1024;
const TOKEN_LIFE_MS = 70_000;
/** Some seconds of work, on a machine that may be busy with other tests. */
const TIMEOUT_MS = 120_000;
const NAMES: readonly DocumentName[] = [parseDocumentName('left'), parseDocumentName('right')];

describe('clients and a relay on a simulated network converge and lose nothing, whatever happens,', () => {
  test('with sets of dots', () => playOut(DOTS, 12), TIMEOUT_MS);
  test('with a lattice', () => playOut(LATTICE, 6), TIMEOUT_MS);
  test('with Yjs', () => playOut(YJS, 6), TIMEOUT_MS);
});

/** For each seed a minute of trouble, then calm until everything is settled. */
function playOut<E extends Engine>(subject: DocumentSubject<E>, runs: number): void {
  for (const seed of seedsOfRuns({}, runs)) {
    const world = new World(subject, seed);
    try {
      world.trouble(60_000);
      world.calm();
      world.check();
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed} at ${world.time.now()} ms: ${what}`, { cause: error });
    }
  }
}

// The three kinds. A set of dots only grows; a dot is replica * 2^32 + seq.

const LATTICE: DocumentSubject<LatticeDocument<AwSetState<string>, readonly string[]>> = {
  open: latticeDocument(awSet(stringLeaf)),
  change: (document, random) => {
    const element = random.pick(['a', 'b', 'c', 'd']);
    const { add, remove } = awSet(stringLeaf);
    document.mutate((state, source) =>
      random.chance(0.6) ? add(state, source.next(), element) : remove(state, element),
    );
  },
  value: (document) => document.value,
};

const YJS: DocumentSubject<YjsDocument> = {
  open: (site) => {
    const doc = new Y.Doc();
    doc.clientID = site.random();
    return yjsDocument(doc)(site);
  },
  change: ({ doc }, random) => {
    const text = doc.getText('text');
    const at = random.int(text.length + 1);
    if (random.chance(0.6)) text.insert(at, 'x'.repeat(random.between(1, random.chance(0.02) ? 40_000 : 5)));
    else text.delete(at, Math.min(text.length - at, random.between(1, 5)));
  },
  value: ({ doc }) => doc.getText('text').toString(),
};

const REPLICA = 2 ** 20;

function encodeDots(dots: Iterable<number>): Uint8Array {
  const writer = new Writer();
  for (const dot of [...new Set(dots)].sort((a, b) => a - b)) writer.varint(dot);
  return writer.finish();
}

function decodeDots(bytes: Uint8Array): number[] {
  const reader = new Reader(bytes, 'dots');
  const dots: number[] = [];
  while (reader.left > 0) dots.push(reader.varint());
  return dots;
}

const dotsFormat: UpdateFormat = {
  kind: parseDocumentKind('dots'),
  empty: new Uint8Array(0),
  validate: (update) => void decodeDots(update),
  /** The last dot of each replica's unbroken prefix. */
  versionOf: (update) => {
    const prefixes = new Map<number, number>();
    for (const dot of decodeDots(update)) {
      const before = prefixes.get(Math.floor(dot / REPLICA)) ?? dot - (dot % REPLICA);
      if (dot === before + 1) prefixes.set(Math.floor(dot / REPLICA), dot);
    }
    return encodeDots(prefixes.values()) as Version;
  },
  parseVersion: (bytes) => encodeDots(decodeDots(bytes)) as Version,
  compare: () => 'concurrent',
  merge: (updates) => encodeDots(updates.flatMap(decodeDots)),
  diff: (update, since) => {
    const known = new Map(decodeDots(since).map((dot) => [Math.floor(dot / REPLICA), dot]));
    return encodeDots(decodeDots(update).filter((dot) => dot > (known.get(Math.floor(dot / REPLICA)) ?? 0)));
  },
};

class DotsDocument implements Engine {
  readonly format = dotsFormat;
  readonly dots = new Set<number>();
  #listener: (update: Uint8Array) => void = () => {};
  #last: number;

  constructor(site: Site) {
    this.#last = (site.random() + 1) * REPLICA;
  }

  add(count: number): void {
    const made = Array.from({ length: count }, () => ++this.#last);
    for (const dot of made) this.dots.add(dot);
    this.#listener(encodeDots(made));
  }

  apply(update: Uint8Array): void {
    for (const dot of decodeDots(update)) this.dots.add(dot);
  }

  onUpdate(listener: (update: Uint8Array) => void): () => void {
    this.#listener = listener;
    return () => this.close();
  }

  onChange(): () => void {
    return () => {};
  }

  snapshot(): Uint8Array {
    return encodeDots(this.dots);
  }

  version(): Version {
    return dotsFormat.versionOf(this.snapshot());
  }

  close(): void {
    this.#listener = () => {};
  }
}

const DOTS: DocumentSubject<DotsDocument> = {
  open: (site) => new DotsDocument(site),
  change: (document, random) => document.add(random.chance(0.01) ? 4000 : random.between(1, 5)),
  value: ({ dots }) => [...dots].sort((a, b) => a - b).join(),
};

/** What a disk holds of a document on a client. */
interface Store {
  updates: Uint8Array[];
  readonly outbox: Map<BatchId, Uint8Array>;
  readonly quarantine: Map<BatchId, Uint8Array>;
  position: Position | undefined;
}

interface ClientDocument<E extends Engine> {
  readonly name: DocumentName;
  readonly store: Store;
  readonly engine: E;
  readonly peers: Map<number, number>;
  channel: ClientChannelState;
  number: number;
  shown: number | undefined;
}

class TestClient<E extends Engine> {
  readonly host: string;
  readonly reader: boolean;
  readonly #world: World<E>;
  readonly #random: Seeded;
  readonly #stores = new Map<DocumentName, Store>();
  readonly documents = new Map<DocumentName, ClientDocument<E>>();
  readonly #channels = new Map<number, ClientDocument<E>>();
  readonly #work: (() => void)[] = [];
  #life = 0;
  #connection: ClientConnectionState = CLIENT_OFFLINE;
  #socket: SimulatedSocket | undefined;
  #lastChannel = 0;
  #limits: SessionLimits = LIMITS;
  wantsOnline = true;

  constructor(world: World<E>, random: Seeded, host: string, reader: boolean) {
    this.#world = world;
    this.#random = random;
    this.host = host;
    this.reader = reader;
    this.start();
  }

  /** A new page: everything but the stores is gone. */
  start(): void {
    this.#world.network.crash(this.host);
    this.#life++;
    this.documents.clear();
    this.#channels.clear();
    this.#work.length = 0;
    this.#connection = CLIENT_OFFLINE;
    this.#socket = undefined;
    for (const name of NAMES) this.open(name);
    this.#tick(this.#life);
    this.connect();
  }

  open(name: DocumentName): void {
    const store = this.#stores.get(name) ?? {
      updates: [],
      outbox: new Map(),
      quarantine: new Map(),
      position: undefined,
    };
    this.#stores.set(name, store);
    const outbox = [...store.outbox].map(([id, update]): PendingBatch => ({ id, update }));
    const wanted = this.reader ? 'read' : 'write';
    const engine = this.#world.documentOf(store.updates);
    store.updates = [engine.snapshot()];
    const { kind } = engine.format;
    const document: ClientDocument<E> = {
      name,
      store,
      engine,
      peers: new Map(),
      channel: clientChannel({ name, kind, wanted, position: store.position, outbox }),
      number: 0,
      shown: undefined,
    };
    this.documents.set(name, document);
    engine.onUpdate((update) => {
      this.#world.made(name, update);
      this.#write(document, update);
    });
    if (this.#connection.type === 'online') this.#openChannel(document);
  }

  close(name: DocumentName): void {
    const document = this.documents.get(name);
    if (document === undefined) return;
    document.engine.close();
    this.feed(document, { type: 'close' });
    this.documents.delete(name);
    this.#channels.delete(document.number);
  }

  edit(name: DocumentName): void {
    const document = this.documents.get(name);
    if (document !== undefined && !this.reader) this.#world.subject.change(document.engine, this.#random);
  }

  show(name: DocumentName, state: number | undefined): void {
    const document = this.documents.get(name);
    if (document === undefined) return;
    document.shown = state;
    this.feed(document, { type: 'presence', state: state === undefined ? undefined : Uint8Array.of(state) });
  }

  connect(): void {
    if (!this.wantsOnline || this.#socket !== undefined) return;
    const life = this.#life;
    const alive = (): boolean => this.#life === life && this.#socket === socket;
    const socket = this.#world.network.connect(this.host, 'relay', {
      opened: () =>
        alive() && this.#feedConnection({ type: 'opened', now: this.#world.time.now(), token: this.host }),
      message: (bytes) =>
        alive() && this.#feedConnection({ type: 'message', now: this.#world.time.now(), bytes }),
      closed: (code) => {
        if (!alive()) return;
        this.#socket = undefined;
        this.#feedConnection({ type: 'lost', code });
        this.#world.time.setTimer(
          this.#random.between(50, 3000),
          () => this.#life === life && this.connect(),
        );
      },
    });
    this.#socket = socket;
  }

  goOffline(): void {
    this.wantsOnline = false;
    this.#feedConnection({ type: 'close' });
  }

  feed(document: ClientDocument<E>, input: ClientChannelInput): void {
    this.#work.push(() => {
      const { state, effects } = stepClientChannel(document.channel, input);
      document.channel = state;
      for (const effect of effects) this.#perform(document, effect);
    });
    this.#drainWork();
  }

  #drainWork(): void {
    if (this.#work.length > 1) return;
    for (let next = this.#work[0]; next !== undefined; next = this.#work[0]) {
      next();
      this.#work.shift();
    }
  }

  #feedConnection(input: ClientConnectionInput): void {
    this.#work.push(() => {
      const { state, effects } = stepClientConnection(this.#connection, input);
      this.#connection = state;
      for (const effect of effects) this.#performConnection(effect);
    });
    this.#drainWork();
  }

  #performConnection(effect: ClientConnectionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.frame);
        return;
      case 'welcomed':
        this.#lastChannel = 0;
        this.#limits = effect.limits;
        this.#channels.clear();
        for (const document of this.documents.values()) this.#openChannel(document);
        return;
      case 'channel': {
        const document = this.#channels.get(effect.frame.channel);
        if (document !== undefined) this.feed(document, { type: 'frame', frame: effect.frame });
        return;
      }
      case 'token-wanted':
        this.#feedConnection({ type: 'token', token: this.host });
        return;
      case 'close-socket':
        this.#world.expectFine(effect.error);
        this.#socket?.close(CLOSE_CODES[effect.reason].code);
        return;
      case 'disconnected':
        this.#channels.clear();
        for (const document of this.documents.values()) this.feed(document, { type: 'disconnected' });
    }
  }

  #openChannel(document: ClientDocument<E>): void {
    const channel = ++this.#lastChannel;
    document.number = channel;
    this.#channels.set(channel, document);
    this.feed(document, {
      type: 'connected',
      channel,
      limits: this.#limits,
      version: document.engine.version(),
    });
  }

  #perform(document: ClientDocument<E>, effect: ClientChannelEffect): void {
    const { store, peers } = document;
    switch (effect.type) {
      case 'send':
        this.#send(effect.frame);
        return;
      case 'apply':
        document.engine.apply(effect.update);
        store.updates.push(effect.update);
        this.#moveTo(document, effect.position);
        return;
      case 'settled':
        this.#world.checkDurable(document.name, effect.batch, store.outbox.get(effect.batch));
        store.outbox.delete(effect.batch);
        this.#moveTo(document, effect.position);
        return;
      case 'refused': {
        const update = store.outbox.get(effect.batch);
        if (update === undefined)
          throw new Error(`batch ${effect.batch} was refused and is not in the outbox`);
        store.outbox.delete(effect.batch);
        store.quarantine.set(effect.batch, update);
        return;
      }
      case 'new-epoch':
        store.position = undefined;
        if (effect.version !== undefined) {
          const { format } = document.engine;
          const missing = format.diff(document.engine.snapshot(), format.parseVersion(effect.version));
          if (!equalBytes(missing, format.empty)) this.#write(document, missing);
        }
        this.#moveTo(document, effect.position);
        return;
      case 'peer-presence':
        if (effect.state.length === 0) peers.delete(effect.session);
        else peers.set(effect.session, effect.state[0] ?? 0);
        return;
      case 'peers-lost':
        peers.clear();
        return;
      case 'fail':
        this.#feedConnection({ type: 'fail', error: effect.error });
        return;
      case 'closed':
        throw new Error(`${document.name} was closed: ${effect.code} ${effect.message}`);
      case 'opened':
      case 'caught-up':
        return;
    }
  }

  #write(document: ClientDocument<E>, update: Uint8Array): void {
    const id = randomBatchId(() => this.#random.u32());
    document.store.updates.push(update);
    document.store.outbox.set(id, update);
    this.feed(document, { type: 'enqueue', batch: { id, update } });
  }

  #moveTo({ name, store }: ClientDocument<E>, position: Position | undefined): void {
    if (position === undefined) return;
    const before = store.position;
    if (before?.epoch === position.epoch && position.offset < before.offset) {
      throw new Error(`position of ${name} ran back from ${before.offset} to ${position.offset}`);
    }
    store.position = position;
    this.#world.checkPosition(name, position, store.updates);
  }

  #send(frame: Frame): void {
    for (const message of messagesOf(encodeFrame(frame), LIMITS.maxMessageBytes)) this.#socket?.send(message);
  }

  #tick(life: number): void {
    if (life !== this.#life) return;
    this.#feedConnection({ type: 'tick', now: this.#world.time.now() });
    this.#world.time.setTimer(1000, () => this.#tick(life));
  }
}

interface Entry {
  readonly batch: BatchId;
  readonly update: Uint8Array;
}

/** A log's life on the relay's disk. */
interface Log {
  readonly epoch: number;
  readonly entries: Entry[];
  readonly offsets: Map<BatchId, number>;
  /** Entries up to here are only read as one. */
  folded: number;
}

interface Append {
  readonly entry: Entry;
  readonly authors: RelayChannel[];
}

interface Room {
  readonly log: Log;
  readonly members: Set<RelayChannel>;
  readonly presence: Map<RelayChannel, Uint8Array>;
  appends: Append[];
}

interface RelayChannel {
  readonly session: RelaySession;
  readonly number: number;
  state: RelayChannelState;
  room: Room | undefined;
  left: boolean;
}

interface RelaySession {
  readonly socket: SimulatedSocket;
  readonly id: number;
  readonly channels: Map<number, RelayChannel>;
  state: RelayConnectionState;
  reader: boolean;
  congested: boolean;
}

class TestRelay<E extends Engine> {
  readonly #world: World<E>;
  readonly #random: Seeded;
  readonly logs = new Map<DocumentName, Log>();
  readonly #rooms = new Map<DocumentName, Room>();
  readonly #sessions = new Set<RelaySession>();
  #life = 0;
  #lastSession = 0;

  constructor(world: World<E>, random: Seeded) {
    this.#world = world;
    this.#random = random;
    this.start();
  }

  start(): void {
    this.#life++;
    const life = this.#life;
    this.#world.network.listen('relay', (socket, from) => {
      const id = ++this.#lastSession;
      const state = relayConnection({ relay: 'test', session: id, limits: LIMITS }, this.#world.time.now());
      const session: RelaySession = {
        socket,
        id,
        channels: new Map(),
        state,
        reader: from.endsWith('reader'),
        congested: false,
      };
      this.#sessions.add(session);
      return {
        message: (bytes) =>
          this.#feed(session, {
            type: 'message',
            now: this.#world.time.now(),
            bytes,
            openChannels: session.channels.size,
          }),
        closed: () => {
          this.#feed(session, { type: 'lost' });
          this.#sessions.delete(session);
        },
        drained: () => this.#drained(session),
      };
    });
    this.#tick(life);
  }

  /** The process dies with everything that is not on disk, or with the disk as well. */
  crash(losesDisk: boolean): void {
    this.#world.network.crash('relay');
    this.#life++;
    this.#sessions.clear();
    this.#rooms.clear();
    if (losesDisk) this.logs.clear();
  }

  fold(name: DocumentName): void {
    const log = this.logs.get(name);
    if (log !== undefined) log.folded = this.#random.between(log.folded, log.entries.length);
  }

  #tick(life: number): void {
    if (life !== this.#life) return;
    for (const session of [...this.#sessions])
      this.#feed(session, { type: 'tick', now: this.#world.time.now() });
    this.#world.time.setTimer(1000, () => this.#tick(life));
  }

  /** Runs later, unless the relay has crashed by then. */
  #later(maxMs: number, run: () => void): void {
    const life = this.#life;
    this.#world.time.setTimer(this.#random.between(1, maxMs), () => life === this.#life && run());
  }

  #feed(session: RelaySession, input: RelayConnectionInput): void {
    const { state, effects } = stepRelayConnection(session.state, input);
    session.state = state;
    for (const effect of effects) this.#perform(session, effect);
  }

  #perform(session: RelaySession, effect: RelayConnectionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(session, encodeFrame(effect.frame));
        return;
      case 'authenticate':
        this.#later(50, () =>
          this.#feed(session, {
            type: 'authenticated',
            now: this.#world.time.now(),
            expiresInMs: TOKEN_LIFE_MS,
          }),
        );
        return;
      case 'open-channel': {
        const { state, effects } = relayChannel(effect.frame, LIMITS);
        const channel: RelayChannel = { session, number: state.channel, state, room: undefined, left: false };
        session.channels.set(channel.number, channel);
        for (const next of effects) this.#performChannel(channel, next);
        if (session.congested) this.#feedChannel(channel, { type: 'congested' });
        return;
      }
      case 'channel': {
        const channel = session.channels.get(effect.frame.channel);
        if (channel !== undefined) this.#feedChannel(channel, { type: 'frame', frame: effect.frame });
        return;
      }
      case 'close-socket':
        this.#world.expectFine(effect.error);
        session.socket.close(CLOSE_CODES[effect.reason].code);
        return;
      case 'drop-channels':
        for (const channel of [...session.channels.values()]) this.#feedChannel(channel, { type: 'lost' });
    }
  }

  #feedChannel(channel: RelayChannel, input: RelayChannelInput): void {
    if (channel.left) return;
    const { state, effects } = stepRelayChannel(channel.state, input);
    channel.state = state;
    for (const effect of effects) this.#performChannel(channel, effect);
  }

  #performChannel(channel: RelayChannel, effect: RelayChannelEffect): void {
    const { session, room } = channel;
    switch (effect.type) {
      case 'open':
        this.#later(100, () => this.#join(channel, effect.name));
        return;
      case 'send':
        this.#send(session, encodeFrame(effect.frame));
        return;
      case 'send-shared':
        this.#send(session, encodeShared(effect.shared, channel.number));
        return;
      case 'leave':
        channel.left = true;
        session.channels.delete(channel.number);
        room?.members.delete(channel);
        if (room?.presence.delete(channel) === true) this.#showPresence(room, channel, new Uint8Array(0));
        return;
      case 'fail':
        this.#feed(session, { type: 'fail', error: effect.error });
        return;
      case 'append':
      case 'read':
      case 'read-version':
      case 'publish-presence':
      case 'read-presence':
        if (room === undefined) throw new Error(`${effect.type} without a room`);
        this.#performInRoom(channel, room, effect);
        return;
    }
  }

  #performInRoom(
    channel: RelayChannel,
    room: Room,
    effect: Exclude<RelayChannelEffect, { type: 'open' | 'send' | 'send-shared' | 'leave' | 'fail' }>,
  ): void {
    switch (effect.type) {
      case 'append':
        this.#append(room, channel, effect.batch, effect.update);
        return;
      case 'read':
        this.#later(50, () => {
          const { entries, folded } = room.log;
          const least = Math.max(effect.after + 1, effect.after < folded ? folded : 0);
          const upTo = Math.min(entries.length, least + this.#random.int(5));
          const format = this.#world.format;
          const merged = format.merge(entries.slice(effect.after, upTo).map((entry) => entry.update));
          const { since } = effect;
          const update = since === undefined ? merged : format.diff(merged, format.parseVersion(since));
          this.#feedChannel(channel, { type: 'entries', upTo, update });
        });
        return;
      case 'read-version':
        this.#later(100, () => {
          const whole = this.#world.format.merge(room.log.entries.map((entry) => entry.update));
          this.#feedChannel(channel, { type: 'version', version: this.#world.format.versionOf(whole) });
        });
        return;
      case 'publish-presence':
        if (effect.state.length === 0) room.presence.delete(channel);
        else room.presence.set(channel, effect.state);
        this.#showPresence(room, channel, effect.state);
        return;
      case 'read-presence':
        for (const [peer, state] of room.presence) {
          if (peer === channel) continue;
          this.#feedChannel(channel, { type: 'peer-presence', shared: presenceOf(peer, state) });
        }
        return;
    }
  }

  #showPresence(room: Room, of: RelayChannel, state: Uint8Array): void {
    const shared = presenceOf(of, state);
    for (const member of [...room.members]) {
      if (member !== of) this.#feedChannel(member, { type: 'peer-presence', shared });
    }
  }

  #join(channel: RelayChannel, name: DocumentName): void {
    if (channel.left) return;
    const log = this.logs.get(name) ?? {
      epoch: this.#random.u32(),
      entries: [],
      offsets: new Map(),
      folded: 0,
    };
    this.logs.set(name, log);
    this.#world.epochs.set(log.epoch, log);
    const room = this.#rooms.get(name) ?? { log, members: new Set(), presence: new Map(), appends: [] };
    this.#rooms.set(name, room);
    room.members.add(channel);
    channel.room = room;
    const access = channel.session.reader ? 'read' : 'write';
    const head = log.entries.length;
    this.#feedChannel(channel, { type: 'granted', access, presence: true, epoch: log.epoch, head });
  }

  #append(room: Room, author: RelayChannel, batch: BatchId, update: Uint8Array): void {
    if (this.#random.chance(this.#world.refusalChance)) {
      this.#later(20, () =>
        this.#feedChannel(author, { type: 'rejected', batch, code: 'quota', message: 'no more room' }),
      );
      return;
    }
    const known = room.log.offsets.get(batch);
    if (known !== undefined) {
      this.#later(20, () => this.#feedChannel(author, { type: 'durable', batch, offset: known }));
      return;
    }
    // The same push from a connection that is about to be noticed as gone.
    const twin = room.appends.find((append) => append.entry.batch === batch);
    if (twin !== undefined) {
      twin.authors.push(author);
      return;
    }
    room.appends.push({ entry: { batch, update }, authors: [author] });
    if (room.appends.length === 1) this.#later(30, () => this.#commit(room));
  }

  #commit(room: Room): void {
    const { appends } = room;
    room.appends = [];
    const offsets = appends.map(({ entry }) => {
      room.log.offsets.set(entry.batch, room.log.entries.push(entry));
      return room.log.entries.length;
    });
    appends.forEach(({ entry: { batch, update }, authors }, index) => {
      const offset = offsets[index] ?? 0;
      const shared = shareFrame({ type: 'updates', channel: 0, after: offset - 1, upTo: offset, update });
      for (const member of [...room.members]) {
        if (authors.includes(member)) this.#feedChannel(member, { type: 'durable', batch, offset });
        else this.#feedChannel(member, { type: 'committed', offset, shared });
      }
    });
  }

  #send(session: RelaySession, bytes: Uint8Array): void {
    for (const message of messagesOf(bytes, LIMITS.maxMessageBytes)) session.socket.send(message);
    if (session.congested || session.socket.bufferedBytes <= HIGH_WATER_BYTES) return;
    session.congested = true;
    for (const channel of [...session.channels.values()]) this.#feedChannel(channel, { type: 'congested' });
  }

  #drained(session: RelaySession): void {
    if (!session.congested) return;
    session.congested = false;
    for (const channel of [...session.channels.values()]) {
      if (session.congested) this.#feedChannel(channel, { type: 'congested' });
      else this.#feedChannel(channel, { type: 'drained' });
    }
  }
}

class World<E extends Engine> {
  readonly subject: DocumentSubject<E>;
  readonly format: UpdateFormat;
  readonly time = new VirtualTime();
  readonly network: SimulatedNetwork;
  /** How likely it is that the relay refuses a batch. */
  readonly refusalChance: number;
  /** Every log that the relay ever had. */
  readonly epochs = new Map<number, Log>();
  /** Every local update that an engine ever told. */
  readonly #made = new Map<DocumentName, Uint8Array[]>();
  readonly #random: Seeded;
  readonly #relay: TestRelay<E>;
  readonly #clients: readonly TestClient<E>[];
  #relayIsUp = true;

  constructor(subject: DocumentSubject<E>, seed: number) {
    this.subject = subject;
    this.#random = new Seeded(seed);
    this.format = this.documentOf([]).format;
    this.refusalChance = this.#random.pick([0, 0.002]);
    this.network = new SimulatedNetwork(this.time, this.#random.fork());
    this.#relay = new TestRelay(this, this.#random.fork());
    this.#clients = ['ada', 'bob', 'eve', 'reader'].map(
      (host) => new TestClient(this, this.#random.fork(), host, host === 'reader'),
    );
  }

  /** A document of a new replica with these updates. */
  documentOf(updates: readonly Uint8Array[]): E {
    const random = (): number => this.#random.u32();
    const document = this.subject.open({ replica: randomReplicaId(random), now: this.time.now, random });
    for (const update of updates) document.apply(update);
    return document;
  }

  made(name: DocumentName, update: Uint8Array): void {
    this.#made.set(name, [...(this.#made.get(name) ?? []), update]);
  }

  trouble(forMs: number): void {
    const random = this.#random;
    this.network.conditions = {
      delayMs: [1, random.pick([20, 200, 2000])],
      noticeMs: [0, random.pick([0, 500, 40_000])],
      cutChance: random.pick([0, 0.001, 0.01]),
      refuseChance: 0.1,
      bytesPerMs: random.pick([1, 10, 1000]),
    };
    const diskIsSafe = random.chance(0.5);
    const end = this.time.now() + forMs;
    while (this.time.now() < end) {
      this.#act(random, diskIsSafe);
      this.time.advance(random.int(random.chance(0.1) ? 2000 : 100));
    }
  }

  #act(random: Seeded, diskIsSafe: boolean): void {
    const client = random.pick(this.#clients);
    const name = random.pick(NAMES);
    const dice = random.int(1000);
    if (dice < 700) client.edit(name);
    else if (dice < 850) client.show(name, random.chance(0.2) ? undefined : random.between(1, 255));
    else if (dice < 870) this.#relay.fold(name);
    else if (dice < 890) client.start();
    else if (dice < 910) {
      client.close(name);
      client.open(name);
    } else if (dice < 930) client.goOffline();
    else if (dice < 960) {
      client.wantsOnline = true;
      client.connect();
    } else if (dice < 970) this.network.isolate(client.host);
    else if (dice < 985) this.network.restore(client.host);
    else if (dice < 990) this.network.cut(client.host);
    else if (dice < 996 && this.#relayIsUp) {
      this.#relay.crash(!diskIsSafe && random.chance(0.5));
      this.#relayIsUp = false;
      this.time.setTimer(random.between(100, 10_000), () => this.#startRelay());
    }
  }

  calm(): void {
    this.network.conditions = CALM;
    this.network.restoreAll();
    for (const client of this.#clients) {
      client.wantsOnline = true;
      client.connect();
    }
    this.time.advance(200_000);
  }

  #startRelay(): void {
    this.#relayIsUp = true;
    this.#relay.start();
  }

  /** Nobody here breaks the protocol: a connection ends by silence, by the app's wish, or by a token that came too late. */
  expectFine(error: unknown): void {
    if (error === undefined || CausewayError.is(error, 'protocol/timeout')) return;
    if (CausewayError.is(error, 'auth/denied') && error.data.reason === 'expired') return;
    if (CausewayError.is(error, 'transport/lost') && error.data.detail.includes('with 4408')) return;
    throw error;
  }

  checkDurable(name: DocumentName, batch: BatchId, update: Uint8Array | undefined): void {
    if (update === undefined)
      throw new Error(`batch ${batch} of ${name} was settled and is not in the outbox`);
    for (const log of this.epochs.values()) if (log.offsets.has(batch)) return;
    throw new Error(`batch ${batch} of ${name} was acknowledged and is in no log`);
  }

  /** A position claims every entry up to it: these add nothing to what is stored. Looked at now and then. */
  checkPosition(name: DocumentName, { epoch, offset }: Position, stored: readonly Uint8Array[]): void {
    const log = this.epochs.get(epoch);
    if (log === undefined || offset > log.entries.length) {
      throw new Error(`position ${offset} of ${name} is past the log`);
    }
    if (!this.#random.chance(0.05)) return;
    const claimed = log.entries.slice(0, offset).map((entry) => entry.update);
    expect(this.#valueOf([...stored, ...claimed]), `position ${offset} of ${name}`).toEqual(
      this.#valueOf(stored),
    );
  }

  check(): void {
    for (const name of NAMES) this.#checkDocument(name);
  }

  /** Everything made is in the log, and at every client, but for what was refused. */
  #checkDocument(name: DocumentName): void {
    const log = this.#relay.logs.get(name);
    if (log === undefined) throw new Error(`no log of ${name}`);
    const holders = this.#clients.map((client) => {
      const document = client.documents.get(name);
      if (document === undefined) throw new Error(`${client.host} has no ${name}`);
      return { client, document };
    });
    const refused = holders.flatMap(({ document }) => [...document.store.quarantine.values()]);
    const all = this.#valueOf(this.#made.get(name) ?? []);
    const logged = log.entries.map((entry) => entry.update);
    expect(this.#valueOf([...logged, ...refused]), `log of ${name}`).toEqual(all);
    for (const { client, document } of holders) {
      const where = `${name} of ${client.host}`;
      const { channel, store, engine, peers } = document;
      expect(channel.link.type, where).toBe('live');
      expect(unsettledBatches(channel), where).toBe(0);
      expect([...batchesIn(channel.queue)], where).toEqual([]);
      expect(store.outbox.size, where).toBe(0);
      expect(store.position, where).toEqual({ epoch: log.epoch, offset: log.entries.length });
      expect(this.#valueOf([engine.snapshot(), ...refused]), where).toEqual(all);
      expect(this.#valueOf(store.updates), `store of ${where}`).toEqual(this.subject.value(engine));
      const shown = holders
        .filter((other) => other.client !== client)
        .flatMap(({ document: { shown: state } }) => (state === undefined ? [] : [state]));
      expect([...peers.values()].sort(), `presence at ${where}`).toEqual(shown.sort());
    }
  }

  #valueOf(updates: readonly Uint8Array[]): unknown {
    return this.subject.value(this.documentOf([this.format.merge(updates)]));
  }
}

function presenceOf(channel: RelayChannel, state: Uint8Array): SharedFrame {
  return shareFrame({ type: 'presence', channel: 0, session: channel.session.id, state });
}
