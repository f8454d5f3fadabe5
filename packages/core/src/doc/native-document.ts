/**
 * The native document: an event log, the operations of its events, and the content of every container as it is now.
 *
 *   edit   ──▶ operation log ──▶ content            an edit is made where everything known has been seen, so its index
 *                 │                                 is right as it stands: no CRDT state is touched
 *                 └──▶ one event when the transaction ends ──▶ bytes ──▶ listeners
 *
 *   apply  ──▶ intake ──▶ operation log ──▶ content
 *
 * Here are local edits and transactions, versions, and documents as bytes. Leaves out: taking updates in (intake.ts), what
 * operations do to the content (document-content.ts), and what apps call (the containers' own files and schema.ts).
 */
import { type Value, wellFormed } from '../bytes/value.ts';
import { type VersionVector, vectorOf } from '../causality/index.ts';
import { CausewayError, InvariantError } from '../error.ts';
import { EventLog, type EventTime, type LocalFrontier } from '../history/index.ts';
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import { Listeners } from '../listeners.ts';
import type { ListOp } from '../op/list.ts';
import type { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import { DELETE, INSERT } from '../op/sequence/sequence-log.ts';
import type { ContainerChanges, DocumentChange } from './change.ts';
import type { ChangeNotes } from './change-notes.ts';
import type { ContainerId } from './container-id.ts';
import { type ContainerState, nameBytesOf, type TextState, textOf } from './container-state.ts';
import { DocumentClock } from './document-clock.ts';
import { DocumentContent } from './document-content.ts';
import { batchOf, behind, composeBatches, type EventBatch, MAX_DOTS, parentsToSay } from './event-batch.ts';
import { Intake } from './intake.ts';
import { type ContainerInverse, inverseOfList } from './inverse.ts';
import { dotsOfListOp, type ListContent, logListOp } from './list-content.ts';
import type { OpLog, PlainOp } from './op-log.ts';
import { inverseOf, type Names, type PlainState } from './plain-ops.ts';
import { SingleWriter } from './single-writer.ts';
import { decodeSnapshot, encodeSnapshot, isSnapshot, type ReadyText } from './snapshot-codec.ts';
import { Text } from './text.ts';
import { encodeUpdate } from './update-codec.ts';

/** Where a document lives: who writes there, and that place's clock. */
export interface DocumentSite {
  readonly replica: ReplicaId;
  /** Milliseconds since 1970 by this device's clock, right or wrong. */
  now(): number;
}

/** A history of fewer operations, runs of typing counted once, opens in a fraction of a millisecond. */
const SHORT_HISTORY_OPS = 256;

/** For all documents: it holds nothing from one update to the next. */
const singleWriter = new SingleWriter();

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
  readonly #content: DocumentContent;
  readonly #ops: OpLog;
  readonly #notes: ChangeNotes;
  readonly #intake: Intake;
  readonly #self: number;
  readonly #updates = new Listeners<[update: Uint8Array]>();
  readonly #changes = new Listeners<[change: DocumentChange]>();
  /** The snapshot that this was opened from, while only its texts were read. */
  #asleep:
    | { readonly snapshot: Uint8Array; readonly update: Uint8Array; readonly version: VersionVector }
    | undefined;
  #transaction: OpenTransaction | undefined;
  /** The LV after this replica's last event. */
  #ownEnd = 0;

  constructor(site: DocumentSite) {
    this.#site = site;
    this.#clock = new DocumentClock(() => site.now());
    this.replica = site.replica;
    this.#self = this.#events.replicas.meet(site.replica);
    const names: Names = { lvOf: (value) => this.#lvOfName(value), dotOf: (lv) => this.dotOf(lv) };
    this.#content = new DocumentContent(this.#events, names, site.replica);
    this.#ops = this.#content.ops;
    this.#notes = this.#content.notes;
    this.#intake = new Intake({
      events: this.#events,
      content: this.#content,
      clock: this.#clock,
      replica: site.replica,
      tells: () => this.#changes.size > 0,
      done: () => this.#tellChange(false, undefined, 0, 0, NONE),
    });
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
    return this.#intake.waiting.size;
  }

  /**
   * How far a time in this document is ahead of this device's clock, when that is more than some minutes: some device's
   * clock is wrong, maybe this one's. 0 otherwise.
   */
  get skewMs(): number {
    return this.#clock.skewMs;
  }

  /** The time by this device's clock, in milliseconds since 1970. */
  now(): number {
    return this.#site.now();
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
    this.#intake.apply(update);
  }

  /** Takes in updates that have come together, as one `apply` of each would, but told as one change, and all or none. */
  applyAll(updates: readonly Uint8Array[]): void {
    this.#mayRead();
    this.#intake.applyAll(updates);
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
    if (this.#intake.base !== undefined) return update;
    const texts: ReadyText[] = [];
    for (const [container, state] of this.#content.states())
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
    if (this.#intake.waiting.size === 0) return encodeUpdate(history);
    return encodeUpdate(composeBatches([history, ...this.#intake.waiting.batches()]));
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
    const { base } = this.#intake;
    return base === undefined ? batch : { ...batch, base };
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
    return new Text(this, container, this.#content.state(container) as TextState);
  }

  // ---- For the containers ----

  /** The number of this container here. Naming one makes no operation. */
  container(id: ContainerId): number {
    return this.#content.container(id);
  }

  /** Containers that have been named here: their numbers are those below. */
  get containers(): number {
    this.#wakeUp();
    return this.#ops.containers.length;
  }

  idOf(container: number): ContainerId {
    return this.#content.idOf(container);
  }

  /** Texts are there before the history is. */
  state(container: number): ContainerState {
    const state = this.#content.state(container);
    if (state.type === 'text') return state;
    this.#wakeUp();
    return this.#content.state(container);
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
    const state = this.#content.state(container) as PlainState;
    const tells = this.#changes.size > 0;
    if (tells) {
      const inverse = inverseOf(state, op, this.names);
      if (inverse !== undefined) open.inverses.push({ ...inverse, container, lv });
    }
    this.#content.effect(container, op, context, tells);
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
    const list = this.#content.state(container) as ListContent;
    const count = dotsOfListOp(op);
    const lv = this.#nextLv(count);
    // Nobody compares when elements came or went.
    if (op.do === 'set' || op.do === 'move') open.time ??= this.#clock.tick();
    logListOp(this.#ops, container, lv, op, this.names);
    const time = { ...(open.time ?? NO_TIME), replica: this.replica };
    const context = { lv, time, linear: true, sees: () => true, seenUpTo: lv - 1 };
    const tells = this.#changes.size > 0;
    if (tells) open.inverses.push({ ...inverseOfList(list.items, op, lv), container, lv });
    list.items.apply(op, context, tells ? this.#notes.list(container) : undefined);
    list.length = list.items.rawLength;
    this.#content.touch(container);
    open.length += count;
    open.replays.add(container);
  }

  /** Grows with every change of a container that is no text, so that what was made of its state can be kept until then. */
  revision(container: number): number {
    return this.#content.revision(container);
  }

  /** Which element of a text, or slot of a list, is where. Not within a transaction, whose elements have no names yet. */
  identity(container: number): SequenceIdentity {
    this.#mayRead();
    return this.#content.identity(container);
  }

  /** The dot of an LV, one of the open transaction too. */
  dotOf(lv: number): Dot {
    const { length, replicas } = this.#events;
    if (lv < length) return replicas.dotOf(lv);
    return dot(this.replica, replicas.lastSeq(this.#self) + 1 + lv - length);
  }

  /** Of the open transaction too. */
  #lvOfName(value: Dot): number | undefined {
    const { length, replicas } = this.#events;
    const beyond = value.replica === this.replica ? value.seq - 1 - replicas.lastSeq(this.#self) : -1;
    if (beyond >= 0) return beyond < (this.#transaction?.length ?? 0) ? length + beyond : undefined;
    const lv = replicas.lvOfDot(value);
    return lv < 0 ? undefined : lv;
  }

  get names(): Names {
    return this.#content.names;
  }

  /** The LV of a dot; undefined when it is not known. */
  lvOf(value: Dot): number | undefined {
    this.#mayRead();
    const lv = this.#events.replicas.lvOfDot(value);
    return lv < 0 ? undefined : lv;
  }

  /** Whether the event that `later` is in has seen `lv`; both have ended. */
  sees(later: number, lv: number): boolean {
    return this.#events.graph.includes([later], lv);
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

  /** The first LV whose event is known: 0, unless the document begins with a base. */
  get firstLv(): number {
    this.#mayRead();
    return this.#events.start;
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
    return encodeUpdate(composeBatches(this.#intake.waiting.batches()));
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
    for (const container of open.replays) this.#content.replay(container);
  }

  /** Marks the time of a text edit when that of the one before is too old. Returns whether there is a new time. */
  #lookAtClock(seq: number): boolean {
    if (this.#clock.hasLooked) return false;
    const time = this.#clock.look(seq > 1 ? this.#events.timeOf(this.#self, seq) : undefined);
    if (time === undefined) return false;
    this.#events.markTime(this.#self, seq, time.wallMs, time.counter);
    return true;
  }

  // ---- Opening ----

  #fallAsleep(snapshot: Uint8Array): void {
    const { update, version, containers, texts } = decodeSnapshot(snapshot);
    const mapped = new Map<number, number>();
    for (const { container, text } of texts) {
      const ours = this.#content.mapContainer(containers, mapped, container);
      this.#content.putText(ours, textOf(this.idOf(ours), text));
    }
    this.#asleep = { snapshot, update, version };
  }

  #wakeUp(): void {
    const asleep = this.#asleep;
    if (asleep === undefined) return;
    this.#asleep = undefined;
    if (this.#intake.wake(asleep.update, asleep.version)) return;
    this.#asleep = asleep;
    throw otherHistory();
  }

  // ---- Telling ----

  #tellChange(
    local: boolean,
    origin: unknown,
    start: number,
    end: number,
    inverses: readonly ContainerInverse[],
  ): void {
    const containers = this.#notes.take((container) => this.#content.state(container));
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
