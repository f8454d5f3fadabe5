/**
 * One open document: the edge around the protocol's channel machine. Carries changes between the engine, the store and the
 * relay, and keeps the books on how far each has got. Leaves out: the connection, other documents, opening (client.ts).
 *
 *   engine ──local update──▶ store (outbox) ──durable──▶ channel ──push──▶ relay
 *                              │ settled                                    │
 *                              ▼                                            ▼
 *   engine ◀──apply─────────────────────────────── channel ◀──────── ack, updates
 *                 └──▶ store (chunks, position)
 */
import { CausewayError, Listeners } from '@causeway/core';
import { equalBytes } from '@causeway/core/bytes';
import type { Engine } from '@causeway/core/format';
import type { DocumentName } from '@causeway/core/id';
import type { PresenceChannel } from '@causeway/core/presence';
import {
  type Access,
  type BatchId,
  batchesIn,
  type ClientChannelEffect,
  type ClientChannelInput,
  type ClientChannelState,
  clientChannel,
  type Frame,
  MAX_BATCHES_IN_FLIGHT,
  type Position,
  type RelayChannelFrame,
  randomBatchId,
  type SessionLimits,
  stepClientChannel,
} from '@causeway/core/sync';
import type { DocumentHandle } from './document-handle.ts';
import { DocumentPresence } from './document-presence.ts';
import { DocumentWriter } from './document-writer.ts';
import { LocalWrites } from './local-writes.ts';
import { Outbox } from './outbox.ts';
import type { Platform } from './platform.ts';
import { BLANK_STATUS, type DocumentStatus, equalStatus } from './status.ts';
import type {
  Batch,
  DocumentChange,
  DocumentStore,
  QuarantinedBatch,
  StoredBatch,
  StoredDocument,
} from './storage/document-store.ts';
import { storageFailure, storeClosed } from './storage/failure.ts';
import { corrupt } from './storage/record.ts';
import { firstToMerge } from './storage/tail.ts';
import { backoffMs, STORAGE_BACKOFF } from './transport/backoff.ts';

export interface DocumentHost {
  readonly store: DocumentStore;
  readonly platform: Platform;
  /** Sends on the connection that is up; drops the frame when none is. */
  readonly send: (frame: Frame) => void;
  /** The relay broke the protocol. */
  readonly fail: (error: CausewayError) => void;
  /** Resolves when no later page will write under this page's replica id; rejects when that cannot be made sure. */
  readonly retireReplica: () => Promise<void>;
  /** A change that was made here is on its way to the store. */
  readonly onWriting: () => void;
  /** A change that was made here is in the store's outbox. */
  readonly onStored: (document: OpenDocument, update: Uint8Array) => void;
  /** Its status may be another one now. */
  readonly onChanged: () => void;
  /** The document is closed for good. */
  readonly onShut: (document: OpenDocument) => void;
}

/** Chunks written since the last compaction that make the next worth its while. */
const COMPACT_AFTER_CHUNKS = 64;
/** Batches waiting offline that are worth merging: what may be in flight at once. */
const MERGE_AFTER_BATCHES = MAX_BATCHES_IN_FLIGHT;
/** A quarter of what a relay takes in one message by default. */
const MAX_MERGED_BATCH_BYTES = 256 * 1024;
/** Received updates are merged into one chunk when all together are no larger: merging large ones costs more than rows. */
const MAX_MERGED_CHUNK_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array();

export class OpenDocument<E extends Engine = Engine> implements DocumentHandle<E> {
  readonly name: DocumentName;
  readonly document: E;
  readonly #host: DocumentHost;
  readonly #outbox: Outbox;
  readonly #localWrites: LocalWrites;
  readonly #writer: DocumentWriter;
  readonly #presence: DocumentPresence;
  readonly #listeners = new Listeners<[]>();
  readonly #stopListening: () => void;
  #channel: ClientChannelState;
  /** As it was last asked for or told. */
  #status: DocumentStatus = BLANK_STATUS;
  #isStatusOld = true;
  #isTelling = false;

  /** Made here and not yet handed to the channel, oldest first: on their way to the store, or kept back. */
  readonly #unsent = new Map<BatchId, Batch>();
  /** Of those, the ones that wait only for earlier ones. */
  readonly #sendable = new Set<BatchId>();

  /** Inputs that came while a step's effects were carried out: those come first. */
  readonly #inputs: ClientChannelInput[] = [];
  #isStepping = false;

  /**
   * What the relay was told that this page holds, and leaves out of what it sends: it may lie in another tab's outbox alone, and
   * is stored with the first position, which says that everything up to it is.
   */
  #told: Uint8Array = NO_BYTES;

  #access: Access | undefined;
  #channelError: CausewayError | undefined;
  #contentError: CausewayError | undefined;
  #chunks = 0;
  #compactAt = COMPACT_AFTER_CHUNKS;
  #isCompacting = false;
  /** How many have opened it and not closed it. */
  #holders = 1;
  #isShut = false;

  /** `engine` is blank, or holds what the app put there; `stored` is what the store has, or why that could not be read. */
  constructor(
    host: DocumentHost,
    name: DocumentName,
    engine: E,
    stored: StoredDocument | CausewayError | undefined,
  ) {
    const { kind } = engine.format;
    const loaded = stored instanceof CausewayError ? undefined : stored;
    this.#host = host;
    this.name = name;
    this.document = engine;
    this.#outbox = new Outbox(name, () => host.platform.now());
    this.#localWrites = new LocalWrites({
      merge: (updates) => engine.format.merge(updates),
      write: (batch) => this.#writeMade(batch),
      random: host.platform.random,
    });
    this.#writer = new DocumentWriter({
      write: (changes) =>
        host.store.write(name, kind, ...changes.map((change) => this.#withOneChunk(change))),
      platform: host.platform,
      onWritten: (changes) => this.#written(changes),
      onFailure: (changes) => this.#notWritten(changes),
    });
    this.#presence = new DocumentPresence((state) => this.#input({ type: 'presence', state }));
    const isWhole = loaded === undefined || this.#restore(loaded);
    const position = isWhole ? loaded?.position : undefined;
    this.#channel = clientChannel({ name, kind, wanted: 'write', position, outbox: loaded?.outbox ?? [] });
    this.#stopListening = engine.onUpdate((update) => {
      this.#localWrites.add(update);
      this.#changed();
    });
    if (stored instanceof CausewayError) {
      this.#contentError = stored;
      if (stored.code !== 'storage/corrupt') this.#loadLater(1);
    }
  }

  get status(): DocumentStatus {
    if (this.#isStatusOld) {
      const status = this.#currentStatus();
      if (!equalStatus(status, this.#status)) this.#status = status;
      this.#isStatusOld = false;
    }
    return this.#status;
  }

  get presence(): PresenceChannel {
    return this.#presence;
  }

  get quarantined(): readonly QuarantinedBatch[] {
    return this.#outbox.quarantined;
  }

  /** Changes that are lost when the page is closed now. What is under way to a disk that takes it gets there all the same. */
  get atRisk(): number {
    const { quarantined, pending, inPageOnly } = this.#outbox;
    if (!this.#host.store.durable) return pending.disk + quarantined.length + this.#localWrites.waiting;
    return this.#writer.failure === undefined ? 0 : inPageOnly;
  }

  onStatus(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  async saved(level: 'disk' | 'relay', { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#isShut) throw storeClosed(`document ${this.name}`);
    if (level === 'disk' && !this.#host.store.durable) {
      const detail = 'documents are only kept in memory';
      throw new CausewayError(
        'storage/failed',
        { what: 'saved', detail },
        `${detail}: see client.storage for why`,
      );
    }
    this.#localWrites.hurry();
    await this.#outbox.whenSaved(level, signal);
  }

  retry(id?: BatchId): void {
    for (const batch of this.#release(id)) {
      this.#writer.write({ released: [{ id: batch.id, to: 'outbox' }] });
      this.#outbox.add(batch, true, batch.madeAt);
      this.#input({ type: 'enqueue', batch });
    }
    this.#changed();
  }

  discard(id?: BatchId): void {
    for (const batch of this.#release(id)) {
      this.#writer.write({ released: [{ id: batch.id, to: 'nowhere' }] });
    }
    this.#changed();
  }

  async close(): Promise<void> {
    if (this.#holders === 0 || this.#isShut) return;
    this.#holders -= 1;
    if (this.#holders > 0) return;
    await this.flush();
    this.#shutIfLetGo();
  }

  /** One more has opened it. */
  retain(): void {
    this.#holders += 1;
  }

  /** Resolves when all changes so far are stored; rejects with `storage/*` when they cannot be now. */
  async flush(): Promise<void> {
    await this.#localWrites.finish();
    await this.#writer.flush();
  }

  /** The page is about to go: nothing may wait for a better moment. */
  hurry(): void {
    this.#localWrites.hurry();
    this.#writer.hurry();
  }

  /** Ends everything at once. What is not written yet is lost: see `flush`. */
  shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#stopListening();
    this.#input({ type: 'close' });
    this.#writer.close();
    this.#outbox.close(storeClosed(`document ${this.name}`));
    this.#presence.close();
    this.document.close();
    this.#changed();
    this.#host.onShut(this);
  }

  /** Whether it has a channel on the connection that is up; also when the relay refused it there. */
  get isConnected(): boolean {
    return this.#channel.link.type !== 'offline';
  }

  /** The connection is up, and this document is `channel` on it. */
  connected(channel: number, limits: SessionLimits): void {
    // What is in this page alone may not count as held: the relay is asked for everything then.
    const tells = this.#channel.position === undefined && !this.#hasUnsaved;
    this.#told = tells ? this.document.snapshot() : NO_BYTES;
    this.#input({ type: 'connected', channel, limits, version: tells ? this.document.version() : NO_BYTES });
  }

  disconnected(): void {
    this.#input({ type: 'disconnected' });
  }

  receive(frame: RelayChannelFrame): void {
    this.#input({ type: 'frame', frame });
  }

  /** A change that another tab has made and stored. */
  applyFromTab(update: Uint8Array): void {
    try {
      this.document.apply(update);
    } catch (error) {
      // It comes from the relay, or from the store, when that tab has come to terms with it.
      if (!CausewayError.inFamily(error, 'decode')) throw error;
    }
  }

  /** Looks for what another tab has left in the store: it is sent from here, and what was refused waits here. */
  async takeOver(): Promise<void> {
    const stored = await this.#host.store.load(this.name);
    if (stored === undefined || this.#isShut) return;
    const isNew = ({ id }: Batch): boolean => !this.#outbox.has(id);
    const left = { outbox: stored.outbox.filter(isNew), quarantine: stored.quarantine.filter(isNew) };
    if (left.outbox.length + left.quarantine.length > 0) this.#adopt({ ...stored, ...left });
  }

  /** The store was emptied from outside: everything is written again. */
  rewrite(): void {
    const { position } = this.#channel;
    const made = this.#outbox.unsettled;
    const refused = this.#outbox.quarantined;
    const content = this.document.snapshot();
    if (made.length + refused.length === 0 && equalBytes(content, this.document.format.empty)) return;
    this.#writer.write({
      received: [content],
      made: [...made, ...refused],
      refused,
      ...(position === undefined ? {} : { position }),
    });
  }

  #writeMade(batch: Batch): Promise<void> {
    this.#outbox.add(batch, false);
    this.#unsent.set(batch.id, batch);
    this.#host.onWriting();
    if (this.#writer.failure !== undefined) {
      // It waits behind what the disk did not take: what is stored, and sent, lacks no earlier change.
      this.#isNotDurable(batch);
      return Promise.resolve();
    }
    return this.#host.store.write(this.name, this.document.format.kind, { made: [batch] }).then(
      () => this.#isDurable(batch),
      () => this.#isNotDurable(batch),
    );
  }

  #isDurable({ id, update }: Batch): void {
    this.#outbox.durable(id);
    this.#host.onStored(this, update);
    this.#enqueue(id);
    this.#compactIfWorthwhile();
    this.#changed();
  }

  #isNotDurable(batch: Batch): void {
    this.#writer.write({ made: [batch] });
    this.#sendFromMemory([batch]);
    this.#changed();
  }

  #notWritten(changes: readonly DocumentChange[]): void {
    this.#sendFromMemory(changes.flatMap(({ made = [] }) => made));
    this.#changed();
  }

  /** The page goes on with what it cannot store, and the relay may have it, but no later page may write under the same id. */
  #sendFromMemory(batches: readonly Batch[]): void {
    if (batches.length === 0) return;
    this.#host.retireReplica().then(
      () => {
        for (const id of [...this.#unsent.keys()]) this.#enqueue(id);
      },
      () => {
        // The id could be used again by a page that does not know these changes: they are sent when they are stored.
      },
    );
  }

  /** Hands it to the channel, in its turn: none goes out before one that was made earlier. */
  #enqueue(id: BatchId): void {
    if (this.#isShut || !this.#unsent.has(id)) return;
    this.#sendable.add(id);
    for (const [first, batch] of this.#unsent) {
      if (!this.#sendable.delete(first)) break;
      this.#unsent.delete(first);
      this.#input({ type: 'enqueue', batch });
    }
    this.#mergeQueue();
  }

  /** A long time offline leaves a few large batches in the outbox rather than each keystroke. */
  #mergeQueue(): void {
    const { link, queue, name, kind, wanted, position, presence } = this.#channel;
    if (link.type !== 'offline' || queue.size < MERGE_AFTER_BATCHES || this.#hasUnsaved) return;
    const batches = [...batchesIn(queue)];
    const first = firstToMerge(
      batches.map(({ update }) => update.length),
      MAX_MERGED_BATCH_BYTES,
    );
    const parts = batches.slice(first);
    if (parts.length < 2) return;
    const update = this.document.format.merge(parts.map((part) => part.update));
    const into: Batch = { id: randomBatchId(this.#host.platform.random), update };
    const from = parts.map(({ id }) => id);
    const outbox = [...batches.slice(0, first), into];
    this.#channel = { ...clientChannel({ name, kind, wanted, position, outbox }), presence };
    this.#outbox.merged(from, into);
    this.#writer.write({ merged: [{ from, into }] });
  }

  #input(input: ClientChannelInput): void {
    this.#inputs.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const before = this.#channel.position;
        const step = stepClientChannel(this.#channel, next);
        this.#channel = step.state;
        for (const effect of step.effects) this.#act(effect, before);
      }
    } finally {
      this.#isStepping = false;
    }
    this.#changed();
  }

  #act(effect: ClientChannelEffect, before: Position | undefined): void {
    switch (effect.type) {
      case 'send':
        this.#host.send(effect.frame);
        return;
      case 'opened':
        this.#access = effect.access;
        this.#channelError = undefined;
        return;
      case 'apply':
        this.#apply(effect.update, effect.position);
        return;
      case 'settled':
        this.#outbox.settled(effect.batch);
        this.#writer.write({ settled: [effect.batch], ...reaching(effect.position, before) });
        return;
      case 'refused': {
        const { batch: id, code, message } = effect;
        this.#outbox.refused({ id, code, message });
        this.#writer.write({ refused: [{ id, code, message }] });
        return;
      }
      case 'new-epoch':
        this.#sendAgain(effect.version, effect.position);
        return;
      case 'caught-up':
        return;
      case 'peer-presence':
        this.#presence.receive(effect.session, effect.state);
        return;
      case 'peers-lost':
        this.#presence.forget();
        return;
      case 'closed': {
        const { code, message } = effect;
        const text = `the relay refuses ${JSON.stringify(this.name)}: ${message} (${code})`;
        this.#channelError = new CausewayError(
          'protocol/refused',
          { what: 'document', name: this.name, code },
          text,
        );
        return;
      }
      case 'fail':
        this.#host.fail(effect.error);
        return;
    }
  }

  #apply(update: Uint8Array, position: Position | undefined): void {
    try {
      this.document.apply(update);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      // The relay would send it again for ever; this document stands still, the others go on.
      this.#contentError = error;
      this.#input({ type: 'close' });
      return;
    }
    const told = position === undefined ? NO_BYTES : this.#told;
    if (position !== undefined) this.#told = NO_BYTES;
    const received = told.length === 0 ? [update] : [told, update];
    this.#writer.write({ received, ...reaching(position, undefined) });
  }

  /** The relay's log is another one than the one we followed: what it lacks may have been acknowledged long ago. */
  #sendAgain(version: Uint8Array | undefined, position: Position): void {
    const { format } = this.document;
    const update =
      version === undefined
        ? format.empty
        : format.diff(this.document.snapshot(), format.parseVersion(version));
    if (equalBytes(update, format.empty)) {
      this.#writer.write({ position });
      return;
    }
    const batch: Batch = { id: randomBatchId(this.#host.platform.random), update };
    this.#outbox.add(batch, false);
    this.#unsent.set(batch.id, batch);
    this.#writer.write({ made: [batch], position });
  }

  #written(changes: readonly DocumentChange[]): void {
    for (const { received = [], made = [], settled = [] } of changes) {
      for (const batch of made) this.#isDurable(batch);
      this.#chunks += Math.min(received.length, 1) + settled.length;
    }
    this.#compactIfWorthwhile();
    this.#shutIfLetGo();
    this.#changed();
  }

  /** Few and large rows: small updates that are written together become one chunk. */
  #withOneChunk(change: DocumentChange): DocumentChange {
    const { received = [] } = change;
    const bytes = received.reduce((sum, update) => sum + update.length, 0);
    if (received.length < 2 || bytes > MAX_MERGED_CHUNK_BYTES) return change;
    return { ...change, received: [this.document.format.merge(received)] };
  }

  /** Whether some change is in this page only. */
  get #hasUnsaved(): boolean {
    return this.#localWrites.waiting > 0 || this.#outbox.pending.memory > 0;
  }

  /** When nothing else is to be written. Never at opening: a document that is only looked at is not written. */
  #compactIfWorthwhile(): void {
    if (this.#chunks < this.#compactAt || this.#isCompacting || this.#isShut || this.#hasUnsaved) return;
    this.#isCompacting = true;
    void this.#compact().finally(() => {
      this.#isCompacting = false;
    });
  }

  async #compact(): Promise<void> {
    const { store } = this.#host;
    try {
      await store.compact(this.name, (updates, whole) => this.#mergeChunks(updates, whole));
      this.#chunks = (await store.size(this.name)).chunks;
    } catch {
      // The chunks are as they were; a later write tries again.
    }
    this.#compactAt = this.#chunks + COMPACT_AFTER_CHUNKS;
  }

  /** A live document's snapshot can be far smaller than its updates merged, since it holds no deleted content. */
  #mergeChunks(updates: readonly Uint8Array[], whole: boolean): Uint8Array {
    // What is not in the outbox on disk must not get into a chunk: it would never be sent after a crash.
    if (!whole || this.#isShut || this.#hasUnsaved) return this.document.format.merge(updates);
    for (const update of updates) this.document.apply(update);
    return this.document.snapshot();
  }

  /** Takes over what the store has. False when some of it could not be read. */
  #restore({ chunks, outbox, quarantine, damage }: StoredDocument): boolean {
    const [damaged] = damage;
    this.#contentError = damaged;
    this.#chunks += chunks.length;
    for (const update of [...chunks, ...[...outbox, ...quarantine].map((batch) => batch.update)]) {
      try {
        this.document.apply(update);
      } catch (error) {
        if (!CausewayError.inFamily(error, 'decode')) throw error;
        this.#contentError = corrupt(`chunks ${this.name}`, error.message);
      }
    }
    this.#outbox.restore(outbox, quarantine);
    const isWhole = this.#contentError === undefined;
    // What is missing may be had from the relay: it is asked for everything, and what comes is stored again.
    if (!isWhole) this.#writer.write({ position: null });
    return isWhole;
  }

  /** What the store has and this page did not know. */
  #adopt(stored: StoredDocument): void {
    this.#restore(stored);
    for (const batch of stored.outbox) this.#input({ type: 'enqueue', batch });
    this.#changed();
  }

  #loadLater(failures: number): void {
    const { store, platform } = this.#host;
    platform.setTimer(backoffMs(STORAGE_BACKOFF, failures, platform.random), () => {
      if (this.#isShut) return;
      store.load(this.name).then(
        (stored) => {
          this.#contentError = undefined;
          if (stored === undefined || this.#isShut) return;
          const outbox = stored.outbox.filter(({ id }) => !this.#outbox.has(id));
          this.#adopt({ ...stored, outbox });
        },
        (error: unknown) => {
          this.#contentError = storageFailure(error, 'load');
          this.#loadLater(failures + 1);
          this.#changed();
        },
      );
    });
  }

  #release(id: BatchId | undefined): readonly StoredBatch[] {
    const ids = id === undefined ? this.#outbox.quarantined.map((batch) => batch.id) : [id];
    return ids.flatMap((one) => this.#outbox.release(one) ?? []);
  }

  #shutIfLetGo(): void {
    if (this.#holders === 0 && this.#localWrites.isIdle && this.#writer.isIdle) this.shut();
  }

  /** Something happened that the status may depend on. */
  #changed(): void {
    this.#isStatusOld = true;
    this.#host.onChanged();
    if (this.#isTelling || this.#listeners.size === 0) return;
    this.#isTelling = true;
    const told = this.#status;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (this.status !== told) this.#listeners.tell();
    });
  }

  #currentStatus(): DocumentStatus {
    const { memory, disk } = this.#outbox.pending;
    const { waiting } = this.#localWrites;
    const { durable } = this.#host.store;
    const saved = waiting > 0 ? 'memory' : this.#outbox.saved;
    return {
      saved: saved === 'disk' && !durable ? 'memory' : saved,
      pending: { memory: (durable ? memory : disk) + waiting, disk: disk + waiting },
      pendingSince: this.#outbox.pendingSince ?? (waiting > 0 ? this.#host.platform.now() : undefined),
      synced: this.#channel.link.type === 'live',
      access: this.#access,
      quarantined: this.#outbox.quarantined.length,
      error: this.#contentError ?? this.#channelError ?? this.#writer.failure,
    };
  }
}

/** The part of a change that says how far it brings the document: `upTo` only when the position moved just now. */
function reaching(
  position: Position | undefined,
  before: Position | undefined,
): { readonly position?: Position; readonly upTo?: Position } {
  if (position === undefined) return {};
  const moved = before?.epoch !== position.epoch || before.offset < position.offset;
  return moved ? { position, upTo: position } : { position };
}
