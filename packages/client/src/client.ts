/**
 * The client: opens documents from the store, keeps one connection to the relay, and carries between the two. This file
 * puts the parts together; what happens to one document is in open-document.ts.
 */
import { CausewayError, Listeners } from '@causeway/core';
import { equalBytes } from '@causeway/core/bytes';
import {
  type Engine,
  type EngineFactory,
  type FormatFamily,
  type FormatRegistry,
  formatRegistry,
  type Site,
  type UpdateFormat,
} from '@causeway/core/format';
import {
  type DocumentKind,
  type DocumentName,
  parseDocumentKind,
  parseDocumentName,
  type ReplicaId,
} from '@causeway/core/id';
import { type BatchId, type RelayChannelFrame, randomBatchId, type SessionLimits } from '@causeway/core/sync';
import { Couriers } from './couriers.ts';
import type { DocumentHandle } from './document-handle.ts';
import { type DocumentHost, OpenDocument } from './open-document.ts';
import { hostPlatform, type Platform } from './platform.ts';
import { freshReplica, leaseApart, leaseReplica, pagesGone, type ReplicaLease } from './replica-lease.ts';
import type { ConnectionStatus, StorageStatus } from './status.ts';
import type {
  Batch,
  DocumentStore,
  QuarantinedBatch,
  Release,
  StoredDocument,
  StoredEntry,
} from './storage/document-store.ts';
import { kindMismatch, storageFailure, storeClosed } from './storage/failure.ts';
import { IndexedDbStore } from './storage/indexed-db-store.ts';
import { Journal } from './storage/journal.ts';
import { MemoryStore } from './storage/memory-store.ts';
import { Tabs } from './tabs/tabs.ts';
import { Connection } from './transport/connection.ts';
import { UpdatesEngine } from './updates-engine.ts';

export interface ClientOptions {
  /** The relay's endpoint: `wss://example.org/sync`. */
  readonly url: string;
  /** Sets the documents of one user apart from those of another on the same device. */
  readonly namespace?: string;
  /** Where documents are kept: IndexedDB unless said otherwise, and memory where it cannot be opened. */
  readonly store?: DocumentStore;
  /** Credentials for the relay, asked for at each connection and before they expire. */
  readonly token?: () => Promise<string | undefined>;
  /**
   * Formats of documents that the app may have changed and not opened again since: what is still unsent of them is sent
   * all the same. Those of documents that were open in this page are known.
   */
  readonly formats?: readonly FormatFamily[];
  /** False: stays offline until `connect` is called. */
  readonly connect?: boolean;
  /** What the client takes from its surroundings: in Node a `WebSocket`, in tests clocks and dice. */
  readonly platform?: Partial<Platform>;
}

export interface Client {
  /**
   * Opens a document: loads what the store has, and never waits for the network. The same name twice gives the same handle,
   * with the engine of the first; each `open` wants its `close`. What the engine already holds (a filled `Y.Doc`) counts as a
   * local change. Rejects with `protocol/document-name` for a bad name and `protocol/kind-mismatch` when the document is
   * stored with another kind. A document that cannot be read from the store opens all the same: its status says why.
   */
  open<E extends Engine>(name: string, factory: EngineFactory<E>): Promise<DocumentHandle<E>>;

  /** The same object until it changes. */
  readonly connection: ConnectionStatus;
  /** Calls `listener` after each change of `connection`. Returns the way to stop. */
  onConnection(listener: () => void): () => void;

  readonly storage: StorageStatus;
  onStorage(listener: () => void): () => void;

  /** Goes online, and stays so as far as the network lets it. At once, also where it would have waited or had given up. */
  connect(): void;
  /** Goes offline until `connect`. */
  disconnect(): void;
  /** Somebody has signed in, or has other rights: asks for a token now, and shows it on the connection that is up, or on a new one. */
  authenticate(): void;

  /**
   * Changes that would be lost if this page were closed now, of all documents: those that no disk and no relay has. 0 while
   * the store takes what is written. `@causeway/client/leave-guard` asks before a page is closed that has some.
   */
  readonly atRisk: number;
  onAtRisk(listener: () => void): () => void;

  /** What the relay has refused, of open and closed documents: each batch with its content, why, and when it was made. */
  quarantine(): Promise<readonly QuarantinedDocument[]>;
  /** Offers refused changes of a document to the relay again, all of them or one, whether it is open or not. */
  retry(name: string, id?: BatchId): Promise<void>;
  /** No longer offers them: see `DocumentHandle.discard`. */
  discard(name: string, id?: BatchId): Promise<void>;

  /** The documents in the store. */
  list(): Promise<readonly StoredEntry[]>;

  /**
   * Everything that this device has of a document, also what the relay lacks or refused; undefined when it has none.
   * `storage/corrupt` when some of it cannot be read. Files of documents: `@causeway/client/archive`.
   */
  exportDocument(name: string): Promise<ExportedDocument | undefined>;

  /**
   * Takes in what is new of an exported document, as a change made here: it is stored, shown where the document is open, and
   * sent. All or nothing: `decode/*` unless all of it is of its kind, `protocol/kind-mismatch` when the document here is of
   * another, `protocol/unknown-kind` when its format is not known: see `ClientOptions.formats`.
   */
  importDocument(document: ExportedDocument): Promise<void>;

  /** Deletes the copy of a document on this device; the relay's stays. Closes it if it is open. What was not sent is lost. */
  delete(name: string): Promise<void>;

  /** Signs out: closes the client and deletes everything of this namespace on this device. What was not sent is lost. */
  wipe(): Promise<void>;

  /** Closes every document and the connection. Resolves when all is stored; rejects with `storage/*` when it cannot be, and is closed all the same. */
  close(): Promise<void>;
}

/** A document as bytes: its updates, which merged in any order are its content. */
export interface ExportedDocument {
  readonly name: string;
  readonly kind: string;
  readonly updates: readonly Uint8Array[];
}

/** A document with changes that the relay has refused. */
export interface QuarantinedDocument {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly batches: readonly QuarantinedBatch[];
}

/**
 * A client for one relay and one user.
 *
 * ```ts
 * const client = createClient({ url: 'wss://example.org/sync' });
 * const list = await client.open('shopping', latticeDocument(awSet(text)));
 * ```
 */
export function createClient(options: ClientOptions): Client {
  return new RelayClient(options);
}

interface Home {
  readonly store: DocumentStore;
  readonly status: StorageStatus;
}

class RelayClient implements Client {
  readonly #platform: Platform;
  readonly #home: Promise<Home>;
  readonly #connectionListeners = new Listeners<[]>();
  readonly #storageListeners = new Listeners<[]>();
  readonly #riskListeners = new Listeners<[]>();
  readonly #connection: Connection;
  readonly #documents = new Map<DocumentName, OpenDocument>();
  readonly #opening = new Map<DocumentName, Promise<OpenDocument>>();
  readonly #deleting = new Set<DocumentName>();
  readonly #couriers: Couriers;
  readonly #registry: FormatRegistry;
  /** Of documents that were open in this page. */
  readonly #formats = new Map<DocumentKind, UpdateFormat>();
  /** Open documents by their number on the connection that is up. */
  readonly #channels = new Map<number, OpenDocument>();
  #limits: SessionLimits | undefined;
  #lastChannel = 0;
  #lease: Promise<ReplicaLease>;
  /** The id of the lease, once it is there: while the other tabs see its lock, this one is alive. */
  #leased: ReplicaId | undefined;
  #retiring: Promise<void> | undefined;
  #storage: StorageStatus = { state: 'opening' };
  #tabs: Tabs | undefined;
  #isClosed = false;
  /** As the listeners know it. */
  #toldAtRisk = 0;
  #isTellingRisk = false;

  constructor(options: ClientOptions) {
    this.#platform = { ...hostPlatform(), ...options.platform };
    this.#registry = formatRegistry(options.formats ?? []);
    const store = options.store ?? defaultStore(this.#platform, options.namespace ?? 'default');
    this.#home = openHome(store, this.#platform);
    this.#lease = this.#held(this.#home.then(({ store }) => this.#newLease(store)));
    void this.#home.then(({ store, status }) => {
      this.#storage = status;
      store.onLost(() => this.#forEach((document) => document.rewrite()));
      this.#tabs = this.#openTabs(store);
      this.#storageListeners.tell();
    });
    this.#couriers = new Couriers({
      list: () => this.list(),
      isOpen: (name) => this.#documents.has(name) || this.#opening.has(name) || this.#deleting.has(name),
      formatOf: (kind) => this.#formatOf(kind),
      open: (name, format) => this.#load(name, () => new UpdatesEngine(format)),
    });
    this.#connection = new Connection({
      url: options.url,
      token: options.token,
      platform: this.#platform,
      onWelcome: (limits) => this.#welcomed(limits),
      onChannelFrame: (frame) => this.#received(frame),
      onDisconnected: () => this.#disconnected(),
      onStatus: () => this.#connectionListeners.tell(),
    });
    this.#platform.page?.addEventListener('pagehide', this.#hurry);
    if (options.connect !== false) this.#connection.connect();
  }

  async open<E extends Engine>(name: string, factory: EngineFactory<E>): Promise<DocumentHandle<E>> {
    const parsed = parseDocumentName(name);
    if (this.#isClosed) throw storeClosed('open');
    const document = await this.#openOnce(parsed, factory);
    // Who opens one name as two kinds of document gets the first for both, which the types cannot know.
    return document as OpenDocument<E>;
  }

  get connection(): ConnectionStatus {
    return this.#connection.status;
  }

  onConnection(listener: () => void): () => void {
    return this.#connectionListeners.add(listener);
  }

  get storage(): StorageStatus {
    return this.#storage;
  }

  onStorage(listener: () => void): () => void {
    return this.#storageListeners.add(listener);
  }

  connect(): void {
    if (!this.#isClosed) this.#connection.connect();
  }

  disconnect(): void {
    this.#connection.disconnect();
  }

  async list(): Promise<readonly StoredEntry[]> {
    const { store } = await this.#home;
    return store.list();
  }

  authenticate(): void {
    this.#connection.authenticate();
  }

  get atRisk(): number {
    let changes = 0;
    for (const document of this.#documents.values()) changes += document.atRisk;
    return changes;
  }

  onAtRisk(listener: () => void): () => void {
    return this.#riskListeners.add(listener);
  }

  async quarantine(): Promise<readonly QuarantinedDocument[]> {
    const { store } = await this.#home;
    const closed = (await store.list()).filter(
      (entry) => entry.quarantined > 0 && !this.#documents.has(entry.name),
    );
    const stored = await Promise.all(closed.map(({ name }) => store.load(name)));
    const all = [
      ...[...this.#documents.values()].map(({ name, document, quarantined }) => ({
        name,
        kind: document.format.kind,
        batches: quarantined,
      })),
      ...stored.flatMap((found) =>
        found === undefined ? [] : [{ name: found.name, kind: found.kind, batches: found.quarantine }],
      ),
    ];
    return all.filter(({ batches }) => batches.length > 0);
  }

  retry(name: string, id?: BatchId): Promise<void> {
    return this.#release(name, 'outbox', id);
  }

  discard(name: string, id?: BatchId): Promise<void> {
    return this.#release(name, 'nowhere', id);
  }

  async exportDocument(name: string): Promise<ExportedDocument | undefined> {
    const parsed = parseDocumentName(name);
    const { store } = await this.#home;
    await Promise.allSettled([this.#opening.get(parsed)]);
    const open = this.#documents.get(parsed);
    if (open !== undefined) {
      const { document, status } = open;
      if (CausewayError.inFamily(status.error, 'storage') && status.pending.memory === 0) throw status.error;
      return { name, kind: document.format.kind, updates: [document.snapshot()] };
    }
    const stored = await store.load(parsed);
    const [damaged] = stored?.damage ?? [];
    if (damaged !== undefined) throw damaged;
    return stored && { name, kind: stored.kind, updates: updatesOf(stored) };
  }

  async importDocument({ name, kind, updates }: ExportedDocument): Promise<void> {
    const [parsed, wanted] = [parseDocumentName(name), parseDocumentKind(kind)];
    const format = this.#formatOf(wanted);
    if (format === undefined) {
      const message = `no format of ${kind} is known here: pass it to createClient in formats`;
      throw new CausewayError('protocol/unknown-kind', { kind }, message);
    }
    for (const update of updates) format.validate(update);
    const { store } = await this.#home;
    if (this.#isClosed) throw storeClosed('import');
    await Promise.allSettled([this.#opening.get(parsed), this.#couriers.release(parsed)]);
    const open = this.#documents.get(parsed);
    const stored = open === undefined ? await store.load(parsed) : undefined;
    const found = open?.document.format.kind ?? stored?.kind ?? wanted;
    if (found !== wanted) throw kindMismatch(parsed, found, wanted);
    const held = stored && format.versionOf(format.merge(updatesOf(stored)));
    const version = open?.document.version() ?? held;
    const whole = format.merge(updates);
    const update = version === undefined ? whole : format.diff(whole, version);
    if (equalBytes(update, format.empty)) return;
    const batch: Batch = { id: randomBatchId(() => this.#platform.random()), update };
    await store.write(parsed, wanted, { made: [batch] });
    const { id } = await this.#lease;
    this.#tabs?.tell({ type: 'changed', from: id, name: parsed, kind: wanted, update });
    if (open === undefined) await this.#couriers.retry(parsed);
    else await open.takeOver();
  }

  async delete(name: string): Promise<void> {
    const parsed = parseDocumentName(name);
    const { store } = await this.#home;
    this.#deleting.add(parsed);
    try {
      await Promise.allSettled([this.#opening.get(parsed), this.#couriers.release(parsed)]);
      this.#documents.get(parsed)?.shut();
      this.#tabs?.tell({ type: 'deleted', name: parsed });
      await store.delete(parsed);
    } finally {
      this.#deleting.delete(parsed);
    }
    // A history that was forgotten may not be continued under the id that wrote it: nobody gets that one any more.
    const before = await this.#lease;
    this.#retiring = undefined;
    this.#lease = this.#held(this.#newLease(store));
    before.release();
  }

  async wipe(): Promise<void> {
    const { store } = await this.#home;
    this.#stop();
    await this.#couriers.close();
    this.#forEach((document) => document.shut());
    (await this.#lease).release();
    this.#tabs?.tell({ type: 'wiped' });
    if (store.place !== undefined) await pagesGone(this.#platform, store.place);
    await store.wipe();
    await this.#letGo(store);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const { store } = await this.#home;
    this.#stop();
    await this.#couriers.close();
    await Promise.allSettled(this.#opening.values());
    const flushed = await Promise.allSettled(
      [...this.#documents.values()].map((document) => document.flush()),
    );
    this.#forEach((document) => document.shut());
    await this.#letGo(store);
    for (const result of flushed) if (result.status === 'rejected') throw result.reason;
  }

  async #release(name: string, to: Release['to'], wanted: BatchId | undefined): Promise<void> {
    const parsed = parseDocumentName(name);
    const { store } = await this.#home;
    await Promise.allSettled([this.#opening.get(parsed)]);
    const open = this.#documents.get(parsed);
    if (open !== undefined) {
      if (to === 'outbox') open.retry(wanted);
      else open.discard(wanted);
      return;
    }
    const stored = await store.load(parsed);
    const released = (stored?.quarantine ?? []).flatMap(({ id }) =>
      wanted === undefined || id === wanted ? [{ id, to }] : [],
    );
    if (stored === undefined || released.length === 0) return;
    await store.write(parsed, stored.kind, { released });
    await this.#couriers.retry(parsed);
  }

  #stop(): void {
    this.#isClosed = true;
    this.#platform.page?.removeEventListener('pagehide', this.#hurry);
  }

  async #letGo(store: DocumentStore): Promise<void> {
    this.#connection.disconnect();
    this.#tabs?.close();
    await store.close();
    (await this.#lease).release();
    this.#connectionListeners.clear();
    this.#storageListeners.clear();
    this.#riskListeners.clear();
  }

  async #openOnce(name: DocumentName, factory: EngineFactory<Engine>): Promise<OpenDocument> {
    const open = this.#couriers.has(name) ? undefined : this.#documents.get(name);
    const underWay = open ?? this.#opening.get(name);
    if (underWay !== undefined) {
      const document = await underWay;
      document.retain();
      return document;
    }
    const opening = this.#couriers.release(name).then(() => this.#load(name, factory));
    this.#opening.set(name, opening);
    return opening.finally(() => this.#opening.delete(name));
  }

  async #load<E extends Engine>(name: DocumentName, factory: EngineFactory<E>): Promise<OpenDocument<E>> {
    const { store } = await this.#home;
    const lease = await this.#lease;
    const stored = await store.load(name).catch((error: unknown) => storageFailure(error, 'load'));
    const isWhole = !(stored instanceof CausewayError) && (stored?.damage.length ?? 0) === 0;
    // Without all of its own history an id cannot be used on: another takes its place in this document.
    const { id } = isWhole ? lease : freshReplica(this.#platform.random);
    const engine = factory(siteOf(id, this.#platform));
    const found = stored instanceof CausewayError ? undefined : stored?.kind;
    if (found !== undefined && found !== engine.format.kind) {
      engine.close();
      throw kindMismatch(name, found, engine.format.kind);
    }
    return this.#admit(store, name, engine, stored);
  }

  #admit<E extends Engine>(
    store: DocumentStore,
    name: DocumentName,
    engine: E,
    stored: StoredDocument | CausewayError | undefined,
  ): OpenDocument<E> {
    const host: DocumentHost = {
      store,
      platform: this.#platform,
      send: (frame) => this.#connection.send(frame),
      fail: (error) => this.#connection.fail(error),
      retireReplica: () => this.#retireReplica(store),
      onWriting: () => {
        if (this.#leased !== undefined) this.#tabs?.tell({ type: 'writing', from: this.#leased });
      },
      onStored: (document, update) => void this.#tellTabs(document, update),
      onChanged: () => this.#documentChanged(),
      onShut: (document) => this.#shut(document),
    };
    if (this.#isClosed) {
      engine.close();
      throw storeClosed('open');
    }
    const document = new OpenDocument(host, name, engine, stored);
    this.#documents.set(name, document);
    this.#formats.set(engine.format.kind, engine.format);
    this.#connectDocument(document);
    return document;
  }

  #shut(document: OpenDocument): void {
    this.#documents.delete(document.name);
    for (const [channel, other] of this.#channels) {
      if (other === document) this.#channels.delete(channel);
    }
    this.#forEach((other) => this.#connectDocument(other));
    if (!this.#couriers.has(document.name)) void this.#couriers.deliver();
  }

  #documentChanged(): void {
    if (this.#riskListeners.size === 0 || this.#isTellingRisk) return;
    this.#isTellingRisk = true;
    queueMicrotask(() => {
      this.#isTellingRisk = false;
      const { atRisk } = this;
      if (atRisk === this.#toldAtRisk) return;
      this.#toldAtRisk = atRisk;
      this.#riskListeners.tell();
    });
  }

  #formatOf(kind: DocumentKind): UpdateFormat | undefined {
    const known = this.#formats.get(kind);
    if (known !== undefined) return known;
    try {
      return this.#registry.formatOf(kind);
    } catch (error) {
      if (error instanceof CausewayError) return undefined;
      throw error;
    }
  }

  #welcomed(limits: SessionLimits): void {
    this.#limits = limits;
    this.#lastChannel = 0;
    this.#forEach((document) => this.#connectDocument(document));
    this.#couriers.connected();
  }

  /** Unless it is connected. One too many waits until another is closed. */
  #connectDocument(document: OpenDocument): void {
    if (this.#limits === undefined || this.#channels.size >= this.#limits.maxChannels) return;
    if (document.isConnected) return;
    this.#lastChannel += 1;
    this.#channels.set(this.#lastChannel, document);
    document.connected(this.#lastChannel, this.#limits);
  }

  #received(frame: RelayChannelFrame): void {
    this.#channels.get(frame.channel)?.receive(frame);
  }

  #disconnected(): void {
    this.#limits = undefined;
    this.#couriers.disconnected();
    this.#channels.clear();
    this.#forEach((document) => document.disconnected());
  }

  async #held(lease: Promise<ReplicaLease>): Promise<ReplicaLease> {
    this.#leased = (await lease).id;
    return lease;
  }

  #newLease(store: DocumentStore): Promise<ReplicaLease> {
    return leaseReplica({ store, platform: this.#platform }).catch(() => freshReplica(this.#platform.random));
  }

  /** Once for each id: documents opened from then on get another. */
  #retireReplica(store: DocumentStore): Promise<void> {
    this.#retiring ??= this.#lease.then(async (lease) => {
      try {
        await store.retireReplica(lease.id);
      } catch (error) {
        this.#retiring = undefined;
        throw error;
      }
      this.#lease = this.#held(leaseApart({ store, platform: this.#platform }));
      await this.#lease;
      lease.release();
    });
    return this.#retiring;
  }

  #openTabs(store: DocumentStore): Tabs | undefined {
    const { place } = store;
    if (place === undefined || this.#isClosed) return undefined;
    return new Tabs({
      place,
      platform: this.#platform,
      onChanged: (name, kind, update) => void this.#changedElsewhere(name, kind, update),
      onDeleted: (name) => this.#documents.get(name)?.shut(),
      onWiped: () => {
        // Whoever signed out there has signed out here: nothing of this page may get into the blank store.
        this.#stop();
        this.#forEach((document) => document.shut());
        void this.#letGo(store);
      },
      onGone: () => void this.#takeOver(),
    });
  }

  async #changedElsewhere(name: DocumentName, kind: DocumentKind, update: Uint8Array): Promise<void> {
    const opening = this.#opening.get(name)?.catch(() => undefined);
    const open = this.#documents.get(name) ?? (await opening);
    if (open?.document.format.kind === kind) open.applyFromTab(update);
  }

  async #tellTabs({ name, document }: OpenDocument, update: Uint8Array): Promise<void> {
    const { id } = await this.#lease;
    this.#tabs?.tell({ type: 'changed', from: id, name, kind: document.format.kind, update });
  }

  /** What a tab that is gone could not send is sent from here. A store that fails is no reason to stop: a later page finds it. */
  async #takeOver(): Promise<void> {
    await Promise.allSettled([...this.#documents.values()].map((document) => document.takeOver()));
    await this.#couriers.deliver();
  }

  readonly #hurry = (): void => {
    this.#forEach((document) => document.hurry());
  };

  #forEach(action: (document: OpenDocument) => void): void {
    for (const document of [...this.#documents.values()]) action(document);
  }
}

/** The store, open; or one in memory, and why. */
async function openHome(store: DocumentStore | undefined, { now }: Pick<Platform, 'now'>): Promise<Home> {
  let cause: CausewayError | undefined;
  try {
    await store?.open();
    if (store?.durable) return { store, status: { state: 'durable' } };
    if (store !== undefined) return { store, status: { state: 'memory', cause } };
    const detail = 'this platform has no IndexedDB';
    cause = new CausewayError('storage/failed', { what: 'open', detail }, detail);
  } catch (error) {
    cause = storageFailure(error, 'open');
    await store?.close();
  }
  return { store: new MemoryStore(() => now()), status: { state: 'memory', cause } };
}

function defaultStore(platform: Platform, namespace: string): DocumentStore | undefined {
  if (platform.indexedDB === undefined) return undefined;
  const database = `causeway:${namespace}`;
  const { localStorage, page, now, setTimer, random } = platform;
  const journal =
    localStorage &&
    page &&
    new Journal({ storage: localStorage, page, prefix: `${database}:journal`, random });
  return new IndexedDbStore({ database, now, setTimer, journal });
}

/** All of a document's content. */
function updatesOf({ chunks, outbox, quarantine }: StoredDocument): readonly Uint8Array[] {
  return [...chunks, ...[...outbox, ...quarantine].map(({ update }) => update)];
}

function siteOf(replica: Site['replica'], { now, random }: Platform): Site {
  return { replica, now: () => now(), random: () => random() };
}
