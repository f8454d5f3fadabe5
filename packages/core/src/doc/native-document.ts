/**
 * The native document: an event log, the operations of its events, and the content of every container as it is now.
 *
 *   edit   ──▶ operation log ──▶ content            an edit is made where everything known has been seen, so its index
 *                 │                                 is right as it stands: no CRDT state is touched
 *                 └──▶ one event when the transaction ends ──▶ bytes ──▶ listeners
 *
 *   apply  ──▶ events that can be taken in ──▶ operation log ─┬─ linear ───▶ content
 *                 │                                           └─ concurrent: walker ──▶ content
 *                 └──▶ the rest waits in the causal buffer
 *
 * An event that contradicts the history (an index beyond the end, a parent that is no event) is refused whole, by every
 * replica alike, and what depends on it waits. Leaves out: what apps call (the containers' own files and schema.ts).
 */

import { type Value, wellFormed } from '../bytes/value.ts';
import { compareVectors, type HybridTime, type VersionVector, vectorOf } from '../causality/index.ts';
import { CausewayError, InvariantError } from '../error.ts';
import { EventLog, type EventTime, type LocalFrontier } from '../history/index.ts';
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import { Listeners } from '../listeners.ts';
import type { ListOp } from '../op/list.ts';
import type { OpContext } from '../op/op-type.ts';
import { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import { BACKSPACE, DELETE, INSERT } from '../op/sequence/sequence-log.ts';
import { SequenceWalker } from '../op/sequence/sequence-walker.ts';
import type { ContainerChanges, DocumentChange } from './change.ts';
import { ChangeNotes } from './change-notes.ts';
import type { ContainerId } from './container-id.ts';
import {
  type ContainerState,
  emptyState,
  nameBytesOf,
  type SequenceState,
  type TextState,
  textOf,
} from './container-state.ts';
import { baseContext, type DocumentBase } from './document-base.ts';
import { DocumentClock } from './document-clock.ts';
import {
  batchOf,
  behind,
  composeBatches,
  cutRun,
  type EventBatch,
  type EventRun,
  eventStartAt,
  eventStartFrom,
  MAX_DOTS,
  mapContainer,
  parentsToSay,
} from './event-batch.ts';
import { type ContainerInverse, inverseOfList } from './inverse.ts';
import {
  createList,
  dotsOfListOp,
  effectList,
  insertLogged,
  type ListContent,
  logListOp,
} from './list-content.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { PastContext } from './past-context.ts';
import { Patch } from './patch.ts';
import {
  createPlain,
  effectPlain,
  inverseOf,
  isPlainType,
  type Names,
  type PlainState,
  settlePlain,
} from './plain-ops.ts';
import { SingleReader } from './single-reader.ts';
import { SingleWriter } from './single-writer.ts';
import {
  decodeSnapshot,
  decodeUpdate,
  encodeSnapshot,
  isSnapshot,
  type ReadyText,
} from './snapshot-codec.ts';
import { Text } from './text.ts';
import { encodeUpdate } from './update-codec.ts';
import { type HeldRun, tooMuchWaits, type WaitingRun, WaitingRuns } from './waiting-runs.ts';

/** Where a document lives: who writes there, and that place's clock. */
export interface DocumentSite {
  readonly replica: ReplicaId;
  /** Milliseconds since 1970 by this device's clock, right or wrong. */
  now(): number;
}

/** A history of fewer operations, runs of typing counted once, opens in a fraction of a millisecond. */
const SHORT_HISTORY_OPS = 256;

/** For all documents: neither holds anything from one update to the next. */
const singleWriter = new SingleWriter();
const singleReader = new SingleReader();

interface OpenTransaction {
  readonly origin: unknown;
  /** LV of its first operation. */
  readonly start: number;
  length: number;
  /** Set by the first operation that needs a time of its own. */
  time: { readonly wallMs: number; readonly counter: number } | undefined;
  /** What texts were like before, last first, to be done again when the transaction fails. */
  readonly undo: (() => void)[];
  /** Containers that are made anew from the log then. */
  readonly replays: Set<number>;
  readonly inverses: ContainerInverse[];
}

export class NativeDocument {
  readonly replica: ReplicaId;
  readonly #site: DocumentSite;
  readonly #clock: DocumentClock;
  readonly #events = new EventLog();
  readonly #ops = new OpLog();
  readonly #states: ContainerState[] = [];
  readonly #revisions: number[] = [];
  readonly #self: number;
  readonly #updates = new Listeners<[update: Uint8Array]>();
  readonly #changes = new Listeners<[change: DocumentChange]>();
  readonly #waiting = new WaitingRuns();
  readonly #patch = new Patch();
  /** Plain operations taken in whose effect is still to come. */
  readonly #plains: {
    readonly container: number;
    readonly lv: number;
    readonly op: PlainOp;
    readonly linear: boolean;
  }[] = [];
  /** Which container of a batch is which here. */
  readonly #mapped = new WeakMap<EventBatch, Map<number, number>>();
  /** What it begins with, when its first history was given up. */
  #base: DocumentBase | undefined;
  /** The snapshot that this was opened from, while only its texts were read. */
  #asleep:
    | { readonly snapshot: Uint8Array; readonly update: Uint8Array; readonly version: VersionVector }
    | undefined;
  /** History is taken in whose texts are there already. */
  #waking = false;
  readonly #names: Names = {
    lvOf: (value) => {
      const { length, replicas } = this.#events;
      const beyond = value.replica === this.replica ? value.seq - 1 - replicas.lastSeq(this.#self) : -1;
      if (beyond >= 0) return beyond < (this.#transaction?.length ?? 0) ? length + beyond : undefined;
      const lv = replicas.lvOfDot(value);
      return lv < 0 ? undefined : lv;
    },
    dotOf: (lv) => this.dotOf(lv),
  };
  readonly #notes = new ChangeNotes(this.#ops.containers, this.#names);
  #transaction: OpenTransaction | undefined;
  /** The text that an update was of last. */
  #lastText = -1;
  /** That of the operation that was carried out last. */
  #time: HybridTime;
  /** The LV after this replica's last event. */
  #ownEnd = 0;

  constructor(site: DocumentSite) {
    this.#site = site;
    this.#clock = new DocumentClock(() => site.now());
    this.replica = site.replica;
    this.#self = this.#events.replicas.meet(site.replica);
    this.#time = { ...NO_TIME, replica: site.replica };
  }

  /**
   * Opens what `save` wrote, in a store that is trusted. Texts can be read at once; the history behind them is decoded when
   * something else is asked for, and then what is wrong with it is `decode/*`.
   */
  static load(saved: Uint8Array, site: DocumentSite): NativeDocument {
    const document = new NativeDocument(site);
    if (isSnapshot(saved)) document.#fallAsleep(saved);
    else document.apply(saved);
    return document;
  }

  /** What is known of each replica, without what waits. */
  get version(): VersionVector {
    return this.#asleep?.version ?? this.#events.vector();
  }

  /** The last seq of this replica's own; 0 before its first edit. */
  get ownSeq(): number {
    if (this.#asleep !== undefined) return this.#asleep.version.get(this.replica) ?? 0;
    return this.#events.replicas.lastSeq(this.#self);
  }

  /** The last dots of the heads. */
  get frontier(): readonly Dot[] {
    this.#wakeUp();
    return this.#events.dotsOf(this.#events.graph.frontier);
  }

  /** Runs of events that wait for others that have not come. */
  get waiting(): number {
    this.#wakeUp();
    return this.#waiting.size;
  }

  /**
   * How far a time in this document is ahead of this device's clock, when that is more than some minutes: some device's
   * clock is wrong, maybe this one's. 0 otherwise.
   */
  get skewMs(): number {
    return this.#clock.skewMs;
  }

  /** Calls `listener` with the bytes of every local transaction, in order, before the edit returns. Returns the way to stop. */
  onUpdate(listener: (update: Uint8Array) => void): () => void {
    return this.#updates.add(listener);
  }

  /** Calls `listener` after every transaction and every update that changed something. Returns the way to stop. */
  onChange(listener: (change: DocumentChange) => void): () => void {
    return this.#changes.add(listener);
  }

  /**
   * Makes the edits of `edit` one event: others see all of them or none. When `edit` throws, nothing has happened.
   * A transaction within another is part of it.
   */
  transact<T>(edit: () => T, origin?: unknown): T {
    if (this.#transaction !== undefined) return edit();
    this.#wakeUp();
    this.#openTransaction(origin);
    let result: T;
    try {
      result = edit();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#commit();
    return result;
  }

  /**
   * Takes in an update. `decode/*` unless the bytes are one, or when so much waits already that there is no room for what
   * it holds; `decode/behind` for one that has not seen the base that this document begins with, or that begins with a base
   * where this document has other history. Then nothing has changed, but for a base that an empty document has begun with.
   */
  apply(update: Uint8Array): void {
    this.#mayRead();
    if (singleReader.read(update) && this.#applySingle(singleReader)) return;
    const batch = decodeUpdate(update);
    if (batch.base !== undefined) this.#begin(batch.base);
    const mark = this.#events.length;
    const waiting = this.#takeInWhole(batch, update.length);
    const fresh = this.#waiting.fresh(waiting);
    if (!this.#waiting.hasRoomFor(fresh)) {
      this.#takeBackTo(mark, 0, 0);
      throw tooMuchWaits(update.length);
    }
    for (const held of fresh) this.#waiting.add(held);
    this.#wakeAndFinish();
  }

  /** What a store keeps: `snapshot`, or `history` where that is so short that it is read as soon as its texts would be. */
  save(): Uint8Array {
    if (this.#asleep !== undefined) return this.#asleep.snapshot;
    return this.#ops.size < SHORT_HISTORY_OPS ? this.history() : this.snapshot();
  }

  /** The whole history, what waits, and the texts ready to read: an update like any other. */
  snapshot(): Uint8Array {
    if (this.#asleep !== undefined) return this.#asleep.snapshot;
    const update = this.history();
    // A base has its texts ready.
    if (this.#base !== undefined) return update;
    const texts: ReadyText[] = [];
    for (const [container, state] of this.#states.entries())
      if (state.type === 'text' && state.content.length > 0)
        texts.push({ container, text: state.content.toString() });
    // Only a history that somebody forged has half a surrogate pair, which has no UTF-8.
    if (texts.length === 0 || texts.some(({ text }) => wellFormed(text) !== text)) return update;
    return encodeSnapshot({ update, version: this.version, containers: this.#ops, texts });
  }

  /** The whole history and what waits as one update, without the texts. */
  history(): Uint8Array {
    this.#mayRead();
    const history = this.#batchOf([this.#events.start, this.#events.length]);
    if (this.#waiting.size === 0) return encodeUpdate(history);
    return encodeUpdate(composeBatches([history, ...this.#waiting.batches()]));
  }

  /** An update with what a holder of `since` lacks; with all there is, for a holder who lacks some of the base. */
  updateSince(since: VersionVector): Uint8Array {
    this.#mayRead();
    const lacking = this.#events.lacking(since);
    return encodeUpdate(
      this.#events.isBehindBase(since) ? this.#batchOf(lacking) : batchOf(this.#events, this.#ops, lacking),
    );
  }

  /** An update with this replica's own events from `seq` on. */
  ownUpdateSince(seq: number): Uint8Array {
    const since = new Map<ReplicaId, number>(this.version);
    since.set(this.replica, seq - 1);
    return this.updateSince(vectorOf(since));
  }

  /** These ranges of LVs, after the base. */
  #batchOf(ranges: readonly number[]): EventBatch {
    const batch = batchOf(this.#events, this.#ops, ranges);
    return this.#base === undefined ? batch : { ...batch, base: this.#base };
  }

  /**
   * A document of another site with what this one has, or had at a version that `frontier` once was. Costs a replay.
   * `decode/invalid` for a version that is not known here, `decode/behind` for one before the base.
   */
  fork(site: DocumentSite, version?: readonly Dot[]): NativeDocument {
    if (site.replica === this.replica)
      throw new InvariantError('doc/fork-replica', 'a fork is written by a replica of its own');
    return this.#copy(site, version);
  }

  /** The document as it was at a version, only to be read. As `fork`. */
  at(version: readonly Dot[]): NativeDocument {
    return this.#copy(this.#site, version);
  }

  #copy(site: DocumentSite, version: readonly Dot[] | undefined): NativeDocument {
    const copy = new NativeDocument(site);
    if (version === undefined) copy.apply(this.history());
    else {
      const heads = this.localVersion(version);
      const within = heads.find((lv) => !this.#events.endsEvent(lv));
      if (within !== undefined) throw unknownVersion(this.dotOf(within));
      const { onlyB } = this.#events.graph.difference([], heads);
      const ranges: number[] = [];
      for (let i = onlyB.length - 2; i >= 0; i -= 2)
        ranges.push(Math.max(onlyB[i] as number, this.#events.start), onlyB[i + 1] as number);
      copy.apply(encodeUpdate(this.#batchOf(ranges)));
    }
    return copy;
  }

  /** The text of this name at the root. It is there from the start, empty. */
  text(name: string): Text {
    const container = this.container({ at: 'root', type: 'text', name });
    return new Text(this, container, this.#states[container] as TextState);
  }

  // ---- For the containers ----

  /** The number of this container here. Naming one makes no operation. */
  container(id: ContainerId): number {
    const container = this.#ops.meet(id);
    this.#prepareStates();
    return container;
  }

  /** Containers that have been named here: their numbers are those below. */
  get containers(): number {
    this.#wakeUp();
    return this.#ops.containers.length;
  }

  idOf(container: number): ContainerId {
    return this.#ops.containers[container] as ContainerId;
  }

  /** Texts are there before the history is. */
  state(container: number): ContainerState {
    const state = this.#states[container] as ContainerState;
    if (state.type === 'text') return state;
    this.#wakeUp();
    return this.#states[container] as ContainerState;
  }

  insertText(container: number, text: TextState, index: number, inserted: string): void {
    const count = inserted.length;
    if (this.#asleep !== undefined) this.#wakeUp();
    const open = this.#transaction;
    const lv = this.#nextLv(count);
    this.#ops.insertText(container, lv, index, inserted);
    text.content.insert(index, inserted);
    text.length += count;
    if (this.#changes.size > 0) this.#notes.text(container, { index, removed: 0, inserted });
    if (open === undefined) this.#commitEdit(lv, count, text, index, inserted);
    else {
      open.length += count;
      open.undo.push(() => {
        text.content.remove(index, count);
        text.length -= count;
      });
    }
  }

  removeText(container: number, text: TextState, index: number, count: number): void {
    if (this.#asleep !== undefined) this.#wakeUp();
    const open = this.#transaction;
    const lv = this.#nextLv(count);
    if (open !== undefined) {
      const removed = text.content.slice(index, index + count);
      open.length += count;
      open.undo.push(() => {
        text.content.insert(index, removed);
        text.length += count;
      });
    }
    this.#ops.sequenceOp(container, DELETE, lv, index, count);
    text.content.remove(index, count);
    text.length -= count;
    if (this.#changes.size > 0) this.#notes.text(container, { index, removed: count, inserted: '' });
    if (open === undefined) this.#commitEdit(lv, count, text, index, undefined);
  }

  /** Adds an operation that its type has prepared, and carries it out. */
  plain(container: number, op: PlainOp): void {
    if (this.#transaction === undefined) {
      this.transact(() => this.plain(container, op));
      return;
    }
    const open = this.#transaction;
    const lv = this.#nextLv(1);
    open.time ??= this.#clock.tick();
    this.#ops.plain(container, lv, op);
    const time = { ...open.time, replica: this.replica };
    const context = { lv, time, linear: true, sees: () => true, seenUpTo: lv - 1 };
    const state = this.#states[container] as PlainState;
    const tells = this.#changes.size > 0;
    if (tells) {
      const inverse = inverseOf(state, op, lv, this.#names);
      if (inverse !== undefined) open.inverses.push({ ...inverse, container, lv });
    }
    this.#carryOut(container, state, op, context, tells);
    this.#settle(container, state, tells);
    this.#touch(container);
    open.length += 1;
    open.replays.add(container);
  }

  /** Adds an operation that a list has prepared, and carries it out. */
  listOp(container: number, op: ListOp<Value>): void {
    if (this.#transaction === undefined) {
      this.transact(() => this.listOp(container, op));
      return;
    }
    const open = this.#transaction;
    const list = this.#states[container] as ListContent;
    const count = dotsOfListOp(op);
    const lv = this.#nextLv(count);
    // Nobody compares when elements came or went.
    if (op.do === 'set' || op.do === 'move') open.time ??= this.#clock.tick();
    logListOp(this.#ops, container, lv, op, this.#names);
    const time = { ...(open.time ?? NO_TIME), replica: this.replica };
    const context = { lv, time, linear: true, sees: () => true, seenUpTo: lv - 1 };
    const tells = this.#changes.size > 0;
    if (tells) open.inverses.push({ ...inverseOfList(list.items, op, lv), container, lv });
    list.items.apply(op, context, tells ? this.#notes.list(container) : undefined);
    list.length = list.items.rawLength;
    this.#touch(container);
    open.length += count;
    open.replays.add(container);
  }

  /** Grows with every change of a container that is no text, so that what was made of its state can be kept until then. */
  revision(container: number): number {
    return this.#revisions[container] ?? 0;
  }

  #touch(container: number): void {
    this.#revisions[container] = this.revision(container) + 1;
  }

  /** Which element of a text, or slot of a list, is where. Not within a transaction, whose elements have no names yet. */
  identity(container: number): SequenceIdentity {
    this.#mayRead();
    const state = this.#states[container] as SequenceState;
    state.identity ??= this.#identityOf(container);
    return state.identity;
  }

  #identityOf(container: number): SequenceIdentity {
    const { graph, replicas } = this.#events;
    return new SequenceIdentity(graph, this.#ops.sequence(container).log, (a, b) => replicas.compare(a, b));
  }

  /** The dot of an LV, one of the open transaction too. */
  dotOf(lv: number): Dot {
    const { length, replicas } = this.#events;
    if (lv < length) return replicas.dotOf(lv);
    return dot(this.replica, replicas.lastSeq(this.#self) + 1 + lv - length);
  }

  get names(): Names {
    return this.#names;
  }

  /** The LV of a dot; undefined when it is not known. */
  lvOf(value: Dot): number | undefined {
    this.#mayRead();
    const lv = this.#events.replicas.lvOfDot(value);
    return lv < 0 ? undefined : lv;
  }

  /** When the event that `lv` is in was made, and for how many LVs from there on one replica has that time and its dots count on. */
  spanOf(lv: number): EventTime & { readonly count: number } {
    const { replicas } = this.#events;
    const replica = replicas.replicaOf(lv);
    const seq = replicas.seqOf(lv);
    const untilTime = this.#events.timeEnd(replica, seq) - seq + 1;
    return {
      ...this.#events.timeOf(replica, seq),
      count: Math.min(untilTime, replicas.spanEnd(lv) - lv + 1),
    };
  }

  /** Whether this LV inserted an element into this text. */
  isInsertion(container: number, lv: number): boolean {
    const { log } = this.#ops.sequence(container);
    const run = log.starts.lastAtMost(lv);
    return run >= 0 && log.kinds.at(run) === INSERT && lv < log.starts.at(run) + log.counts.at(run);
  }

  /** Visits the operations on texts of a transaction that has ended: their container, whether they insert, and LVs. */
  visitTexts(
    start: number,
    end: number,
    visit: (container: number, inserts: boolean, lv: number, count: number) => void,
  ): void {
    this.#mayRead();
    this.#ops.visit(start, end, {
      sequence: (container, kind, lv, _index, count) => {
        if (this.idOf(container).type === 'text') visit(container, kind === INSERT, lv, count);
      },
      plain: () => {},
    });
  }

  /** The LV that the next operation will have. */
  get nextLv(): number {
    this.#wakeUp();
    return this.#events.length + (this.#transaction?.length ?? 0);
  }

  /** What `count` LVs from `lv` on, which are known to have inserted into this text, inserted. */
  insertedText(container: number, lv: number, count: number): string {
    const { log, units } = this.#ops.sequence(container);
    return units.text(log.contentOf(log.starts.lastAtMost(lv), lv), count);
  }

  /** A version that somebody kept, by local numbers. `decode/invalid` when something in it is not known here, `decode/behind` when it lies before the base. */
  localVersion(version: readonly Dot[]): LocalFrontier {
    this.#mayRead();
    const found = this.#events.versionOf(version);
    if (found.is === 'missing') throw unknownVersion(found.dot);
    if (found.is === 'behind') throw behind(found.dot);
    return this.#events.graph.headsOf(found.version);
  }

  /**
   * The last version, at or before this one, that all events known since have seen; undefined when there is none after the
   * base. What came before it can be given up: shallow-snapshot.ts.
   */
  lastSharedVersion(version: readonly Dot[]): readonly Dot[] | undefined {
    const heads = this.localVersion(version);
    if (this.#events.graph.isFrontier(heads)) return this.#events.length === 0 ? undefined : version;
    let lv = heads.at(-1) ?? -1;
    do lv = this.#events.graph.criticalAtMost(lv);
    while (lv >= this.#events.start && !this.#events.endsEvent(lv) && lv-- >= 0);
    return lv < this.#events.start ? undefined : this.#events.dotsOf([lv]);
  }

  /** The last dot of each replica, and when its event was made. */
  lastDots(): readonly (Dot & EventTime)[] {
    const { replicas } = this.#events;
    return [...this.version].map(([replica, seq]) => ({
      ...dot(replica, seq),
      ...this.#events.timeOf(replicas.find(replica), seq),
    }));
  }

  /** What waits for other events, as one update. */
  waitingUpdate(): Uint8Array {
    this.#mayRead();
    return encodeUpdate(composeBatches(this.#waiting.batches()));
  }

  // ---- Local transactions ----

  /** The LV of an operation that takes `count` dots. */
  #nextLv(count: number): number {
    const lv = this.#events.length + (this.#transaction?.length ?? 0);
    if (lv + count > MAX_DOTS) throw tooLong();
    return lv;
  }

  /** Makes one text edit, which is in the operation log and in the content, an event. */
  #commitEdit(lv: number, count: number, text: TextState, index: number, inserted: string | undefined): void {
    const events = this.#events;
    const seq = events.replicas.lastSeq(this.#self) + 1;
    const isTimed = !this.#clock.hasLooked && this.#lookAtClock(seq);
    const follows = this.#ownEnd === lv && events.graph.isLinear;
    const tells = this.#updates.size > 0;
    const parents =
      follows || !tells ? undefined : parentsToSay(events, this.#self, seq, events.graph.frontier);
    events.appendNext(this.#self, count);
    this.#ownEnd = lv + count;
    if (tells) {
      const bytes = isTimed
        ? undefined
        : singleWriter.write(this.replica, seq, parents, nameBytesOf(text), index, inserted, count);
      this.#updates.tell(bytes ?? encodeUpdate(batchOf(events, this.#ops, [lv, lv + count])));
    }
    if (!this.#notes.isEmpty) this.#tellChange(true, undefined, lv, lv + count, NONE);
  }

  #openTransaction(origin: unknown): void {
    this.#transaction = {
      origin,
      start: this.#events.length,
      length: 0,
      time: undefined,
      undo: [],
      replays: new Set(),
      inverses: [],
    };
  }

  #commit(): void {
    const open = this.#transaction as OpenTransaction;
    this.#transaction = undefined;
    if (open.length === 0) return;
    const { replicas } = this.#events;
    const seq = replicas.lastSeq(this.#self) + 1;
    this.#ownEnd = open.start + open.length;
    if (open.time === undefined) this.#lookAtClock(seq);
    else this.#events.markTime(this.#self, seq, open.time.wallMs, open.time.counter);
    this.#events.appendNext(this.#self, open.length);
    if (this.#updates.size > 0)
      this.#updates.tell(encodeUpdate(batchOf(this.#events, this.#ops, [open.start, this.#events.length])));
    this.#tellChange(true, open.origin, open.start, open.start + open.length, open.inverses);
  }

  #rollBack(): void {
    const open = this.#transaction as OpenTransaction;
    this.#transaction = undefined;
    this.#notes.clear();
    for (let i = open.undo.length - 1; i >= 0; i--) open.undo[i]?.();
    this.#ops.truncate(open.start);
    for (const container of open.replays) this.#replay(container);
  }

  /** Makes the state of a container that is no text from what is in the log. */
  #replay(container: number): void {
    const { type } = this.idOf(container);
    const fresh = isPlainType(type) ? createPlain(type) : this.#replaySlots(container);
    this.#ops.visit(0, this.#events.length, {
      sequence: () => {},
      plain: (of, lv, op) => {
        if (of === container) this.#effect(container, fresh, op, this.#contextOf(lv, false), false);
      },
    });
    if (fresh.type !== 'list') settlePlain(fresh);
    this.#states[container] = fresh;
    this.#touch(container);
  }

  /** A list with its slots as they are now, before moves and sets. */
  #replaySlots(container: number): ListContent {
    const list = createList();
    const ops = this.#ops.sequence(container);
    this.#identityOf(container).forEach((lv, count) => {
      const content = ops.log.contentOf(ops.log.starts.lastAtMost(lv), lv);
      insertLogged(list, ops, list.items.rawLength, count, content, undefined);
    });
    list.length = list.items.rawLength;
    return list;
  }

  /** Marks the time of a text edit when that of the one before is too old. Returns whether there is a new time. */
  #lookAtClock(seq: number): boolean {
    if (this.#clock.hasLooked) return false;
    const time = this.#clock.look(seq > 1 ? this.#events.timeOf(this.#self, seq) : undefined);
    if (time === undefined) return false;
    this.#events.markTime(this.#self, seq, time.wallMs, time.counter);
    return true;
  }

  // ---- Taking updates in ----

  /** Takes in one text edit whose time has come. False when it is not so plain, and nothing was done. */
  #applySingle(edit: SingleReader): boolean {
    const { replicas, graph } = this.#events;
    if (graph.length + edit.count > MAX_DOTS) return false;
    const replica = replicas.find(edit.replica as ReplicaId);
    if ((replica < 0 ? 0 : replicas.lastSeq(replica)) !== edit.seq - 1) return false;
    if (this.#base !== undefined && edit.seq - 1 <= this.#events.baseSeq(edit.replica as ReplicaId))
      return false;
    const own = edit.seq === 1 ? -1 : replicas.lvOf(replica, edit.seq - 1);
    const isNext = edit.parents < 0 && graph.isLinear && own === graph.length - 1;
    const parents = isNext ? undefined : this.#parentsOf(edit, own);
    if (!isNext && parents === undefined) return false;
    const container = this.#textOf(edit);
    if (container < 0) return false;
    const text = this.#states[container] as TextState;
    const linear = parents === undefined || graph.isFrontier(parents);
    if (linear && edit.index + (edit.deletes ? edit.count : 0) > text.length) return false;
    this.#takeInSingle(edit, container, text, linear ? undefined : parents);
    return true;
  }

  #takeInSingle(
    edit: SingleReader,
    container: number,
    text: TextState,
    parents: LocalFrontier | undefined,
  ): void {
    const events = this.#events;
    const { count, index } = edit;
    const lv = events.length;
    const replica = events.replicas.meet(edit.replica as ReplicaId);
    if (edit.hasTime) {
      events.markTime(replica, edit.seq, edit.wallMs, edit.counter);
      this.#clock.see(edit.wallMs, edit.counter, edit.replica === this.replica);
    }
    if (parents === undefined) events.appendNext(replica, count);
    else events.append(replica, 1, count, parents);
    if (edit.deletes) this.#ops.sequenceOp(container, DELETE, lv, index, count);
    else this.#ops.insertAscii(container, lv, index, edit.bytes, edit.textStart, count);
    if (parents !== undefined) {
      try {
        this.#land(container, lv, lv + count);
      } catch (error) {
        this.#takeBackTo(lv, 0, 0);
        if (!CausewayError.inFamily(error, 'decode')) throw error;
      }
    } else {
      if (edit.deletes) text.content.remove(index, count);
      else text.content.insertAscii(index, edit.bytes, edit.textStart, count);
      text.length += edit.deletes ? -count : count;
      if (this.#changes.size > 0)
        this.#notes.text(container, { index, removed: edit.deletes ? count : 0, inserted: edit.text() });
    }
    if (parents !== undefined || this.#waiting.size > 0 || !this.#notes.isEmpty) this.#wakeAndFinish();
  }

  /** The LVs of an edit's parents; undefined when one is not known or it cannot have them. */
  #parentsOf(edit: SingleReader, own: number): LocalFrontier | undefined {
    if (edit.parents < 0) return own < 0 ? [] : [own];
    const parents: number[] = [];
    for (let i = 0; i < edit.parents; i++) {
      const replica = this.#events.replicas.find(edit.parentReplicas[i] as ReplicaId);
      const lv = replica < 0 ? -1 : this.#events.replicas.lvOf(replica, edit.parentSeqs[i] as number);
      if (lv < 0) return undefined;
      parents.push(lv);
    }
    if (parents.length === 2 && (parents[0] as number) > (parents[1] as number)) parents.reverse();
    return this.#areParents(parents, own) ? parents : undefined;
  }

  /** The container of an edit's text; -1 when it is not known yet. */
  #textOf(edit: SingleReader): number {
    const last = this.#states[this.#lastText];
    const name = last?.type === 'text' ? nameBytesOf(last) : undefined;
    if (name !== undefined && edit.hasName(name)) return this.#lastText;
    this.#lastText = this.#ops.find({ at: 'root', type: 'text', name: edit.name() });
    return this.#lastText;
  }

  #wakeAndFinish(): void {
    if (this.#waiting.size > 0) this.#wake();
    this.#finish(this.#changes.size > 0);
  }

  /** Begins with a base, unless everything that it stands for is known. `decode/behind` when only some of it is. */
  #begin(base: DocumentBase): void {
    if (!this.#lacks(base)) return;
    if (this.#events.length > 0) throw behind(base.last[0] as Dot);
    const length = base.names.reduce((sum, { count }) => sum + count, 0);
    this.#base = base;
    this.#events.begin(base);
    for (const { wallMs, counter, replica } of base.last)
      this.#clock.see(wallMs, counter, replica === this.replica);
    const mapped = new Map<number, number>();
    this.#ops.appendFrom(base.ops, 0, length, 0, (theirs) => {
      const container = mapContainer(base.ops, this.#ops, mapped, theirs);
      this.#prepareStates();
      return container;
    });
    this.#ops.visit(0, length, {
      sequence: (container, _kind, _lv, index, count, content) => {
        this.#patch.insert(container, index, count, content);
        (this.#states[container] as SequenceState).length += count;
      },
      plain: (container, lv, op) => void this.#plains.push({ container, lv, op, linear: false }),
    });
    this.#finish(this.#changes.size > 0);
  }

  #lacks({ last }: DocumentBase): boolean {
    const { replicas } = this.#events;
    return last.some(({ replica, seq }) => {
      const known = replicas.find(replica);
      return known < 0 || replicas.lastSeq(known) < seq;
    });
  }

  /** Takes in what can be of a batch; nothing when some of it lies behind the base. */
  #takeInWhole(batch: EventBatch, weight: number): readonly WaitingRun[] {
    const mark = this.#events.length;
    try {
      return this.#takeIn(batch.runs.map((run) => ({ batch, run, weight })));
    } catch (error) {
      this.#takeBackTo(mark, 0, 0);
      throw error;
    }
  }

  /** Takes in what can be, in order. Returns the rest, each with a dot that it lacks. */
  #takeIn(held: readonly HeldRun[]): readonly WaitingRun[] {
    const waiting: WaitingRun[] = [];
    for (const item of held) {
      const missing = this.#takeInRun(item.batch, item.run);
      if (missing !== undefined) waiting.push({ item, missing });
    }
    return waiting;
  }

  /** Takes in the events of a run that are not known, unless one of their parents is not: then that dot is returned. */
  #takeInRun(batch: EventBatch, whole: EventRun): Dot | undefined {
    const { replicas, graph } = this.#events;
    const known = replicas.find(whole.replica);
    const last = known < 0 ? 0 : replicas.lastSeq(known);
    const end = whole.seq + whole.count;
    if (end <= last + 1) return undefined;
    if (whole.seq > last + 1) return dot(whole.replica, whole.seq - 1);
    const from = eventStartFrom(whole, last + 1);
    // An event that begins elsewhere here than there: two writers for one replica. What is known stays.
    if (from !== last + 1) return undefined;
    const run = cutRun(whole, from, end);
    const found =
      run.parents === undefined
        ? this.#events.versionBefore(run.replica, from)
        : this.#events.versionOf(run.parents);
    if (found.is === 'missing') return found.dot;
    if (found.is === 'behind') throw behind(found.dot);
    const own = last === 0 ? -1 : replicas.lvOf(known, last);
    if (run.parents !== undefined && !this.#areParents(found.version, own)) return undefined;
    if (graph.length + run.count > MAX_DOTS) return undefined;
    this.#add(batch, run, found.version);
    return undefined;
  }

  /** Whether an event can have these parents: ends of events, concurrent with each other, and its replica's own past among what they have seen. */
  #areParents(parents: LocalFrontier, own: number): boolean {
    const { graph } = this.#events;
    if (graph.isFrontier(parents)) return true;
    if (!parents.every((lv) => this.#events.endsEvent(lv))) return false;
    if (own >= 0 && !graph.includes(parents, own)) return false;
    if (parents.length < 2) return true;
    return graph.headsOf(parents).length === parents.length;
  }

  /** Adds the events of a run up to the first that contradicts the history. */
  #add(batch: EventBatch, run: EventRun, parents: LocalFrontier): void {
    if (this.#waking) this.#addKnown(batch, run, parents);
    else if (this.#events.graph.isFrontier(parents)) {
      const bad = this.#firstOutOfRange(batch, run);
      const sound = bad < 0 ? run : cutRun(run, run.seq, eventStartAt(run, run.seq + bad));
      if (sound.count > 0) this.#addLinear(batch, sound, parents);
    } else if (!this.#addConcurrent(batch, run, parents) && run.lengths[0]?.length !== run.count) {
      this.#addByEvent(batch, run, parents);
    }
  }

  /** Adds events whose texts are there already. */
  #addKnown(batch: EventBatch, run: EventRun, parents: LocalFrontier): void {
    const linear = this.#events.graph.isFrontier(parents);
    const lv = this.#append(batch, run, parents);
    this.#ops.visit(lv, lv + run.count, {
      sequence: () => {},
      plain: (container, at, op) => void this.#plains.push({ container, lv: at, op, linear }),
    });
  }

  #addByEvent(batch: EventBatch, run: EventRun, parents: LocalFrontier): void {
    const end = run.seq + run.count;
    let before = parents;
    for (let seq = run.seq; seq < end; ) {
      const next = eventStartFrom(run, seq + 1);
      if (!this.#addConcurrent(batch, cutRun(run, seq, next), before)) return;
      before = [this.#events.length - 1];
      seq = next;
    }
  }

  /** The place in the run of the first operation with an index beyond the text as it will be then; -1 when there is none. */
  #firstOutOfRange(batch: EventBatch, run: EventRun): number {
    const lengths: number[] = [];
    let bad = -1;
    batch.ops.visit(run.position, run.position + run.count, {
      sequence: (theirs, kind, lv, index, count) => {
        const length = lengths[theirs] ?? this.#lengthOf(batch, theirs);
        const reach = kind === DELETE ? index + count : kind === INSERT ? index : index + 1;
        if (reach > length && bad < 0) bad = lv - run.position;
        lengths[theirs] = kind === INSERT ? length + count : length - count;
      },
      plain: () => {},
    });
    return bad;
  }

  #lengthOf(batch: EventBatch, theirs: number): number {
    const state = this.#states[this.#mapContainer(batch, theirs)];
    return state?.type === 'text' || state?.type === 'list' ? state.length : 0;
  }

  #addLinear(batch: EventBatch, run: EventRun, parents: LocalFrontier): void {
    const lv = this.#append(batch, run, parents);
    this.#ops.visit(lv, lv + run.count, {
      sequence: (container, kind, _lv, index, count, content) => {
        const state = this.#states[container] as SequenceState;
        if (kind === INSERT) this.#patch.insert(container, index, count, content);
        else this.#patch.remove(container, kind === BACKSPACE ? index - count + 1 : index, count);
        state.length += kind === INSERT ? count : -count;
      },
      plain: (container, at, op) => void this.#plains.push({ container, lv: at, op, linear: true }),
    });
  }

  /** False when the events contradict the history; then nothing has changed. */
  #addConcurrent(batch: EventBatch, run: EventRun, parents: LocalFrontier): boolean {
    const mark = this.#events.length;
    const steps = this.#patch.seal();
    const plains = this.#plains.length;
    const lv = this.#append(batch, run, parents);
    const sequences = new Set<number>();
    this.#ops.visit(lv, lv + run.count, {
      sequence: (container) => void sequences.add(container),
      plain: (container, at, op) => void this.#plains.push({ container, lv: at, op, linear: false }),
    });
    try {
      for (const container of sequences) this.#land(container, lv, lv + run.count);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      this.#takeBackTo(mark, steps, plains);
      return false;
    }
    return true;
  }

  #land(container: number, from: number, to: number): void {
    const state = this.#states[container] as SequenceState;
    const { log } = this.#ops.sequence(container);
    state.walker ??= new SequenceWalker(this.#events.graph, log, (a, b) =>
      this.#events.replicas.compare(a, b),
    );
    state.walker.land(from, to, state.length, {
      insert: (index, lv, count) => {
        this.#patch.insert(container, index, count, log.contentOf(log.starts.lastAtMost(lv), lv));
        state.length += count;
      },
      remove: (index, count) => {
        this.#patch.remove(container, index, count);
        state.length -= count;
      },
    });
  }

  /** Puts events and operations into the logs. Returns the first LV. */
  #append(batch: EventBatch, run: EventRun, parents: LocalFrontier): number {
    const events = this.#events;
    const start = events.length;
    const replica = events.replicas.meet(run.replica);
    for (const time of run.times) {
      events.markTime(replica, time.seq, time.wallMs, time.counter);
      this.#clock.see(time.wallMs, time.counter, run.replica === this.replica);
    }
    for (const [i, { seq, length }] of run.lengths.entries()) {
      const end = run.lengths[i + 1]?.seq ?? run.seq + run.count;
      events.append(replica, (end - seq) / length, length, i === 0 ? parents : [events.length - 1]);
    }
    this.#ops.appendFrom(batch.ops, run.position, run.position + run.count, start, (theirs) =>
      this.#mapContainer(batch, theirs),
    );
    return start;
  }

  #mapContainer(batch: EventBatch, theirs: number): number {
    let mapped = this.#mapped.get(batch);
    if (mapped === undefined) {
      mapped = new Map();
      this.#mapped.set(batch, mapped);
    }
    const container = mapContainer(batch.ops, this.#ops, mapped, theirs);
    this.#prepareStates();
    return container;
  }

  /** Every container has its state from the moment it is named. */
  #prepareStates(): void {
    for (let next = this.#states.length; next < this.#ops.containers.length; next++) {
      const id = this.idOf(next);
      this.#states.push(emptyState(id));
    }
  }

  #takeBackTo(mark: number, steps: number, plains: number): void {
    this.#events.truncate(mark);
    this.#ops.truncate(mark);
    this.#patch.truncate(steps);
    this.#plains.length = plains;
    for (const state of this.#states) {
      if (state.type !== 'text' && state.type !== 'list') continue;
      state.length = state.type === 'text' ? state.content.length : state.items.rawLength;
      state.walker?.rest();
      state.identity?.rest();
    }
    this.#patch.forEach((container, _index, count) => {
      (this.#states[container] as SequenceState).length += count;
    });
  }

  #wake(): void {
    const { replicas } = this.#events;
    const lastSeq = (id: ReplicaId): number => {
      const replica = replicas.find(id);
      return replica < 0 ? 0 : replicas.lastSeq(replica);
    };
    for (
      let woken = this.#waiting.wakeDue(lastSeq);
      woken.length > 0;
      woken = this.#waiting.wakeDue(lastSeq)
    ) {
      for (const held of woken) {
        try {
          for (const waiting of this.#takeIn([held])) this.#waiting.add(waiting);
        } catch (error) {
          // It came before the base did, and lies behind it.
          if (!CausewayError.is(error, 'decode/behind')) throw error;
        }
      }
    }
  }

  /** Carries out what was taken in, and tells. */
  #finish(tells: boolean): void {
    this.#patch.forEach((container, index, count, content) => {
      const state = this.#states[container] as SequenceState;
      if (state.type === 'text') this.#patchText(container, state, index, count, content, tells);
      else this.#patchList(container, state, index, count, content, tells);
    });
    this.#patch.truncate(0);
    const changed = new Set<number>();
    for (const { container, lv, op, linear } of this.#plains) {
      const state = this.#states[container] as ListContent | PlainState;
      this.#effect(container, state, op, this.#contextOf(lv, linear), tells);
      changed.add(container);
    }
    this.#plains.length = 0;
    for (const container of changed) {
      const state = this.#states[container] as ListContent | PlainState;
      if (state.type !== 'list') this.#settle(container, state, tells);
      this.#touch(container);
    }
    this.#tellChange(false, undefined, 0, 0, NONE);
  }

  /** `count` elements come in whose content begins at `content`; below 0, elements go. */
  #patchText(
    container: number,
    text: TextState,
    index: number,
    count: number,
    content: number,
    tells: boolean,
  ): void {
    if (count < 0) {
      if (tells) this.#notes.text(container, { index, removed: -count, inserted: '' });
      text.content.remove(index, -count);
      return;
    }
    const { units } = this.#ops.sequence(container);
    if (tells) this.#notes.text(container, { index, removed: 0, inserted: units.text(content, count) });
    text.content.insertUnits(index, units.view(content, count));
  }

  /** As `patchText`, with slots. */
  #patchList(
    container: number,
    list: ListContent,
    index: number,
    count: number,
    content: number,
    tells: boolean,
  ): void {
    const edits = tells ? this.#notes.list(container) : undefined;
    if (count < 0) list.items.remove(index, -count, edits);
    else insertLogged(list, this.#ops.sequence(container), index, count, content, edits);
    this.#touch(container);
  }

  #effect(
    container: number,
    state: ListContent | PlainState,
    op: PlainOp,
    context: OpContext,
    tells: boolean,
  ): void {
    if (state.type === 'list') {
      const edits = tells ? this.#notes.list(container) : undefined;
      effectList(state, this.#ops.sequence(container), op, context, this.#names, edits);
      return;
    }
    this.#carryOut(container, state, op, context, tells);
  }

  #carryOut(container: number, state: PlainState, op: PlainOp, context: OpContext, tells: boolean): void {
    const change = effectPlain(state, op, context, this.#names);
    if (tells && change !== undefined) this.#notes.plain(container, change);
  }

  #settle(container: number, state: PlainState, tells: boolean): void {
    const change = settlePlain(state);
    if (tells && change !== undefined) this.#notes.plain(container, change);
  }

  #contextOf(lv: number, linear: boolean): OpContext {
    const { replicas } = this.#events;
    const replica = replicas.replicaOf(lv);
    const { wallMs, counter } = this.#events.timeOf(replica, replicas.seqOf(lv));
    const id = replicas.idOf(replica);
    // One object for the operations of one event, and more: writes keep it.
    if (this.#time.wallMs !== wallMs || this.#time.counter !== counter || this.#time.replica !== id)
      this.#time = { wallMs, counter, replica: id };
    if (lv < this.#events.start) return baseContext(lv, this.#time);
    return new PastContext(this.#events.graph, lv, this.#time, linear);
  }

  // ---- Opening ----

  #fallAsleep(snapshot: Uint8Array): void {
    const { update, version, containers, texts } = decodeSnapshot(snapshot);
    const mapped = new Map<number, number>();
    for (const { container, text } of texts) {
      const ours = mapContainer(containers, this.#ops, mapped, container);
      this.#prepareStates();
      this.#states[ours] = textOf(this.idOf(ours), text);
    }
    this.#asleep = { snapshot, update, version };
  }

  #wakeUp(): void {
    const asleep = this.#asleep;
    if (asleep === undefined) return;
    const batch = decodeUpdate(asleep.update);
    this.#asleep = undefined;
    this.#waking = true;
    const weight = asleep.update.length;
    const waiting = this.#takeIn(batch.runs.map((run) => ({ batch, run, weight })));
    this.#waking = false;
    if (compareVectors(this.version, asleep.version) !== 'equal' || !this.#replayLists()) {
      this.#takeBackTo(0, 0, 0);
      this.#asleep = asleep;
      throw otherHistory();
    }
    for (const held of this.#waiting.fresh(waiting)) this.#waiting.add(held);
    this.#finish(false);
  }

  /** Fills all lists with slots. False when their history contradicts itself. */
  #replayLists(): boolean {
    try {
      for (const [container, state] of this.#states.entries())
        if (state.type === 'list') this.#states[container] = this.#replaySlots(container);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      return false;
    }
    return true;
  }

  // ---- Telling ----

  #tellChange(
    local: boolean,
    origin: unknown,
    start: number,
    end: number,
    inverses: readonly ContainerInverse[],
  ): void {
    const containers = this.#notes.take((container) => this.#states[container] as ContainerState);
    // What a transaction has done and undone itself changes nothing to be seen, but is a step that can be taken back.
    if (containers === undefined && inverses.length === 0) return;
    this.#changes.tell({ local, origin, containers: containers ?? NO_CHANGES, start, end, inverses });
  }

  /** Before whatever needs more than the texts. */
  #mayRead(): void {
    this.#wakeUp();
    if (this.#transaction !== undefined)
      throw new InvariantError(
        'doc/no-bytes-in-transaction',
        'a transaction has no bytes before it has ended',
      );
  }
}

const NONE: readonly never[] = [];
const NO_CHANGES: ContainerChanges = new Map();
const NO_TIME = { wallMs: 0, counter: 0 };

function unknownVersion({ replica, seq }: Dot): CausewayError<'decode/invalid'> {
  const detail = `${replica}.${seq} is no version that is known here`;
  return new CausewayError(
    'decode/invalid',
    { what: 'version', detail },
    `${detail}; wait for the update that brings it`,
  );
}

function otherHistory(): CausewayError<'decode/invalid'> {
  const detail = 'a history that is not the one of its version';
  return new CausewayError(
    'decode/invalid',
    { what: 'native snapshot', detail },
    `${detail}; open an older one`,
  );
}

function tooLong(): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'dots', value: MAX_DOTS + 1, limit: MAX_DOTS },
    `a document has at most ${MAX_DOTS} elements and deletions over its whole life; start a new one from its content`,
  );
}
