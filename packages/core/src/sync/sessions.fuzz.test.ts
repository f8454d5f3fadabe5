// Clients and a relay, each a tiny edge around the four machines, on a simulated network that delays, cuts, isolates and
// chokes, with reloads, crashes and lost disks. After every store write positions are checked against the log; at the end
// every edit is everywhere. A failure prints its seed.
import { describe, expect, test } from 'vitest';
import { encode, Reader, type Writer } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import type { DocumentKind, DocumentName } from '../id/index.ts';
import { parseDocumentKind, parseDocumentName } from '../id/index.ts';
import type { SuiteOptions } from '../testing/index.ts';
import {
  CALM,
  freshSeed,
  Seeded,
  SimulatedNetwork,
  type SimulatedSocket,
  VirtualTime,
} from '../testing/index.ts';
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
import { encodeFrame, encodeShared, shareFrame } from './frame-codec.ts';
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
const KIND: DocumentKind = parseDocumentKind('dots');
const NAMES: readonly DocumentName[] = [parseDocumentName('left'), parseDocumentName('right')];

describe('clients and a relay on a simulated network', () => {
  test.each([{ runs: 40 }] satisfies SuiteOptions[])(
    'converge and lose nothing, whatever happens ($runs runs)',
    ({ runs }) => {
      const random = new Seeded(freshSeed());
      for (let run = 0; run < runs; run++) playOut(random.u32());
    },
  );
});

/** One minute of trouble, then calm until everything is settled. */
function playOut(seed: number): void {
  const world = new World(seed);
  try {
    world.trouble(60_000);
    world.calm();
    world.check();
  } catch (error) {
    throw new Error(
      `seed ${seed} at ${world.time.now()} ms: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

// The documents: grow-only sets of dots, a dot being replica * 2^32 + seq.

type Dots = Set<number>;
const REPLICA = 2 ** 32;

const dotsCodec = {
  write: (writer: Writer, dots: Iterable<number>): void => {
    for (const dot of [...dots].sort((a, b) => a - b)) writer.varint(dot);
  },
  read: (reader: Reader): number[] => {
    const dots: number[] = [];
    while (reader.left > 0) dots.push(reader.varint());
    return dots;
  },
};

const encodeDots = (dots: Iterable<number>): Uint8Array => encode(dotsCodec, dots);
const decodeDots = (bytes: Uint8Array): number[] => dotsCodec.read(new Reader(bytes, 'dots'));

/** The last dot of each replica's unbroken prefix. */
function versionOf(dots: Dots): Uint8Array {
  const last = [...dots].filter((dot) => !dots.has(dot + 1) && !hasGap(dots, dot));
  return encodeDots(last);
}

function hasGap(dots: Dots, dot: number): boolean {
  for (let below = dot; below % REPLICA > 0; below--) if (!dots.has(below)) return true;
  return false;
}

function diff(dots: Iterable<number>, version: Uint8Array | undefined): number[] {
  if (version === undefined) return [...dots];
  const known = new Map(decodeDots(version).map((dot) => [Math.floor(dot / REPLICA), dot]));
  return [...dots].filter((dot) => dot > (known.get(Math.floor(dot / REPLICA)) ?? 0));
}

/** What a disk holds of a document on a client. */
interface Store {
  readonly dots: Dots;
  readonly outbox: Map<BatchId, Uint8Array>;
  readonly quarantine: Map<BatchId, Uint8Array>;
  position: Position | undefined;
}

interface ClientDocument {
  readonly name: DocumentName;
  readonly store: Store;
  readonly dots: Dots;
  readonly peers: Map<number, number>;
  channel: ClientChannelState;
  number: number;
  shown: number | undefined;
}

class TestClient {
  readonly host: string;
  readonly reader: boolean;
  readonly #world: World;
  readonly #random: Seeded;
  readonly #stores = new Map<DocumentName, Store>();
  readonly documents = new Map<DocumentName, ClientDocument>();
  readonly #channels = new Map<number, ClientDocument>();
  readonly #work: (() => void)[] = [];
  #replica = 0;
  #seq = 0;
  #life = 0;
  #connection: ClientConnectionState = CLIENT_OFFLINE;
  #socket: SimulatedSocket | undefined;
  #lastChannel = 0;
  #limits: SessionLimits = LIMITS;
  wantsOnline = true;

  constructor(world: World, random: Seeded, host: string, reader: boolean) {
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
    this.#replica = this.#world.nextReplica();
    this.#seq = 0;
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
      dots: new Set(),
      outbox: new Map(),
      quarantine: new Map(),
      position: undefined,
    };
    this.#stores.set(name, store);
    const outbox = [...store.outbox].map(([id, update]): PendingBatch => ({ id, update }));
    const wanted = this.reader ? 'read' : 'write';
    const document: ClientDocument = {
      name,
      store,
      dots: new Set(store.dots),
      peers: new Map(),
      channel: clientChannel({ name, kind: KIND, wanted, position: store.position, outbox }),
      number: 0,
      shown: undefined,
    };
    this.documents.set(name, document);
    if (this.#connection.type === 'online') this.#openChannel(document);
  }

  close(name: DocumentName): void {
    const document = this.documents.get(name);
    if (document === undefined) return;
    this.feed(document, { type: 'close' });
    this.documents.delete(name);
    this.#channels.delete(document.number);
  }

  edit(name: DocumentName, count: number): void {
    const document = this.documents.get(name);
    if (document === undefined || this.reader) return;
    const made = Array.from({ length: count }, () => this.#replica * REPLICA + ++this.#seq);
    for (const dot of made) document.dots.add(dot);
    this.#write(document, encodeDots(made));
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

  feed(document: ClientDocument, input: ClientChannelInput): void {
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

  #openChannel(document: ClientDocument): void {
    const channel = ++this.#lastChannel;
    document.number = channel;
    this.#channels.set(channel, document);
    this.feed(document, {
      type: 'connected',
      channel,
      limits: this.#limits,
      version: versionOf(document.dots),
    });
  }

  #perform(document: ClientDocument, effect: ClientChannelEffect): void {
    const { store, peers } = document;
    switch (effect.type) {
      case 'send':
        this.#send(effect.frame);
        return;
      case 'apply':
        for (const dot of decodeDots(effect.update)) {
          document.dots.add(dot);
          store.dots.add(dot);
        }
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
          const missing = diff(document.dots, effect.version);
          if (missing.length > 0) this.#write(document, encodeDots(missing));
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

  #write(document: ClientDocument, update: Uint8Array): void {
    const id = randomBatchId(() => this.#random.u32());
    for (const dot of decodeDots(update)) document.store.dots.add(dot);
    document.store.outbox.set(id, update);
    this.feed(document, { type: 'enqueue', batch: { id, update } });
  }

  #moveTo({ name, store }: ClientDocument, position: Position | undefined): void {
    if (position === undefined) return;
    const before = store.position;
    if (before?.epoch === position.epoch && position.offset < before.offset) {
      throw new Error(`position of ${name} ran back from ${before.offset} to ${position.offset}`);
    }
    store.position = position;
    this.#world.checkPosition(name, position, store.dots);
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
  readonly dots: readonly number[];
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
  readonly update: Uint8Array;
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

class TestRelay {
  readonly #world: World;
  readonly #random: Seeded;
  readonly logs = new Map<DocumentName, Log>();
  readonly #rooms = new Map<DocumentName, Room>();
  readonly #sessions = new Set<RelaySession>();
  #life = 0;
  #lastSession = 0;

  constructor(world: World, random: Seeded) {
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
          const dots = entries.slice(effect.after, upTo).flatMap((entry) => entry.dots);
          this.#feedChannel(channel, {
            type: 'entries',
            upTo,
            update: encodeDots(new Set(diff(dots, effect.since))),
          });
        });
        return;
      case 'read-version':
        this.#later(100, () => {
          const dots = new Set(room.log.entries.flatMap((entry) => entry.dots));
          this.#feedChannel(channel, { type: 'version', version: versionOf(dots) });
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
    if (this.#random.chance(0.002)) {
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
    room.appends.push({ entry: { batch, dots: decodeDots(update) }, update, authors: [author] });
    if (room.appends.length === 1) this.#later(30, () => this.#commit(room));
  }

  #commit(room: Room): void {
    const { appends } = room;
    room.appends = [];
    const offsets = appends.map(({ entry }) => {
      room.log.offsets.set(entry.batch, room.log.entries.push(entry));
      return room.log.entries.length;
    });
    appends.forEach(({ entry: { batch }, update, authors }, index) => {
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

function presenceOf(channel: RelayChannel, state: Uint8Array) {
  return shareFrame({ type: 'presence', channel: 0, session: channel.session.id, state });
}

class World {
  readonly time = new VirtualTime();
  readonly network: SimulatedNetwork;
  /** Every log that the relay ever had. */
  readonly epochs = new Map<number, Log>();
  readonly #random: Seeded;
  readonly #relay: TestRelay;
  readonly #clients: readonly TestClient[];
  #replicas = 0;
  #relayIsUp = true;

  constructor(seed: number) {
    this.#random = new Seeded(seed);
    this.network = new SimulatedNetwork(this.time, this.#random.fork());
    this.#relay = new TestRelay(this, this.#random.fork());
    this.#clients = ['ada', 'bob', 'eve', 'reader'].map(
      (host) => new TestClient(this, this.#random.fork(), host, host === 'reader'),
    );
  }

  nextReplica(): number {
    return ++this.#replicas;
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
    if (dice < 700) client.edit(name, random.chance(0.01) ? 4000 : random.between(1, 5));
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
    throw error;
  }

  checkDurable(name: DocumentName, batch: BatchId, update: Uint8Array | undefined): void {
    if (update === undefined)
      throw new Error(`batch ${batch} of ${name} was settled and is not in the outbox`);
    for (const log of this.epochs.values()) if (log.offsets.has(batch)) return;
    throw new Error(`batch ${batch} of ${name} was acknowledged and is in no log`);
  }

  /** A position claims every entry up to it. */
  checkPosition(name: DocumentName, { epoch, offset }: Position, dots: Dots): void {
    const log = this.epochs.get(epoch);
    if (log === undefined || offset > log.entries.length)
      throw new Error(`position ${offset} of ${name} is past the log`);
    for (const entry of log.entries.slice(0, offset)) {
      if (!entry.dots.every((dot) => dots.has(dot)))
        throw new Error(`position ${offset} of ${name} claims what is not here`);
    }
  }

  check(): void {
    for (const name of NAMES) this.#checkDocument(name);
  }

  #checkDocument(name: DocumentName): void {
    const log = this.#relay.logs.get(name);
    if (log === undefined) throw new Error(`no log of ${name}`);
    const logged = new Set(log.entries.flatMap((entry) => entry.dots));
    const holders = this.#clients.map((client) => {
      const document = client.documents.get(name);
      if (document === undefined) throw new Error(`${client.host} has no ${name}`);
      return { client, document };
    });
    const refused = new Set(
      holders.flatMap(({ document }) => [...document.store.quarantine.values()].flatMap(decodeDots)),
    );
    for (const { client, document } of holders) {
      const where = `${name} of ${client.host}`;
      expect(document.channel.link.type, where).toBe('live');
      expect(unsettledBatches(document.channel), where).toBe(0);
      expect([...batchesIn(document.channel.queue)], where).toEqual([]);
      expect(document.store.outbox.size, where).toBe(0);
      expect(document.store.position, where).toEqual({ epoch: log.epoch, offset: log.entries.length });
      expect(
        [...logged].filter((dot) => !document.dots.has(dot)),
        `lacking in ${where}`,
      ).toEqual([]);
      const surplus = [...document.dots].filter((dot) => !logged.has(dot) && !refused.has(dot));
      expect(surplus, `only in ${where}`).toEqual([]);
      expect([...document.dots].sort(), where).toEqual([...document.store.dots].sort());
      const shown = holders
        .filter((other) => other.client !== client)
        .flatMap(({ document: { shown: state } }) => (state === undefined ? [] : [state]));
      expect([...document.peers.values()].sort(), `presence at ${where}`).toEqual(shown.sort());
    }
  }
}
