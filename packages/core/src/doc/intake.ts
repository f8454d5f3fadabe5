/**
 * Taking updates in: into the history what can be, into the content what that comes to, and the rest waits.
 *
 *      updates ──▶ runs of events ──┬─ parents known ──▶ logs ─┬─ linear ───▶ patch ─┐
 *                                   │                          └─ concurrent: land ──┴──▶ content, told once
 *                                   └─ else ──▶ waiting ──▶ again, when what they lack has come
 *
 * What an update does to sequences is put together in a patch, and plain operations wait for their effects, until all events
 * are in: one that turns out wrong halfway has changed nothing. Only one edit of a text that has seen everything, which is what
 * comes while people type, goes straight to the content.
 *
 * An event that contradicts the history (an index beyond the end, a parent that is no event) is left out whole, by every
 * replica alike, and what depends on it waits. Leaves out: local edits (native-document.ts).
 */
import { compareVectors, type VersionVector } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import type { EventLog, LocalFrontier } from '../history/index.ts';
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import { BACKSPACE, DELETE, INSERT } from '../op/sequence/sequence-log.ts';
import { nameBytesOf, type TextState } from './container-state.ts';
import type { DocumentBase } from './document-base.ts';
import type { DocumentClock } from './document-clock.ts';
import type { DocumentContent, PendingPlain } from './document-content.ts';
import {
  behind,
  cutRun,
  type EventBatch,
  type EventRun,
  eventStartAt,
  eventStartFrom,
  MAX_DOTS,
} from './event-batch.ts';
import type { OpLog } from './op-log.ts';
import { Patch } from './patch.ts';
import { SingleReader } from './single-reader.ts';
import { decodeUpdate } from './snapshot-codec.ts';
import { type HeldRun, tooMuchWaits, type WaitingRun, WaitingRuns } from './waiting-runs.ts';

/** What an intake works on, and whom it tells. */
export interface IntakeParts {
  readonly events: EventLog;
  readonly content: DocumentContent;
  readonly clock: DocumentClock;
  readonly replica: ReplicaId;
  /** Whether anybody listens to changes. */
  tells(): boolean;
  /** Called when what was taken in is carried out. */
  done(): void;
}

/** For all documents: it holds nothing from one update to the next. */
const singleReader = new SingleReader();

export class Intake {
  readonly #parts: IntakeParts;
  readonly #events: EventLog;
  readonly #content: DocumentContent;
  readonly #ops: OpLog;
  readonly #waiting = new WaitingRuns();
  readonly #patch = new Patch();
  readonly #plains: PendingPlain[] = [];
  /** Which container of a batch is which here. */
  readonly #mapped = new WeakMap<EventBatch, Map<number, number>>();
  #base: DocumentBase | undefined;
  /** History is taken in whose texts are there already. */
  #waking = false;
  /** The text that an update was of last. */
  #lastText = -1;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#events = parts.events;
    this.#content = parts.content;
    this.#ops = parts.content.ops;
  }

  /** What the document begins with, when its first history was given up. */
  get base(): DocumentBase | undefined {
    return this.#base;
  }

  /** Runs of events that wait for others that have not come. */
  get waiting(): WaitingRuns {
    return this.#waiting;
  }

  /** As NativeDocument.apply. */
  apply(update: Uint8Array): void {
    if (singleReader.read(update) && this.#takeInSingle(singleReader, true)) {
      if (!this.#patch.isEmpty || this.#waiting.size > 0 || !this.#content.notes.isEmpty)
        this.#wakeAndFinish();
    } else this.applyAll([update]);
  }

  /** As NativeDocument.applyAll. */
  applyAll(updates: readonly Uint8Array[]): void {
    let mark = this.#events.length;
    const waiting: WaitingRun[] = [];
    try {
      for (const update of updates) {
        if (singleReader.read(update) && this.#takeInSingle(singleReader, false)) continue;
        const batch = decodeUpdate(update);
        if (batch.base !== undefined && this.#begin(batch.base)) mark = this.#events.length;
        const weight = update.length;
        for (const held of this.#takeIn(batch.runs.map((run) => ({ batch, run, weight }))))
          waiting.push(held);
      }
    } catch (error) {
      this.#takeBackTo(mark, 0, 0);
      throw error;
    }
    const fresh = this.#waiting.fresh(waiting);
    if (!this.#waiting.hasRoomFor(fresh)) {
      this.#takeBackTo(mark, 0, 0);
      throw tooMuchWaits(updates.reduce((sum, { length }) => sum + length, 0));
    }
    for (const held of fresh) this.#waiting.add(held);
    this.#wakeAndFinish();
  }

  /** Takes in the history of a document whose texts are there. False, and nothing has changed, when it is not the one of this version. */
  wake(history: Uint8Array, version: VersionVector): boolean {
    const batch = decodeUpdate(history);
    this.#waking = true;
    const waiting = this.#takeIn(batch.runs.map((run) => ({ batch, run, weight: history.length })));
    this.#waking = false;
    if (compareVectors(this.#events.vector(), version) !== 'equal' || !this.#content.replayLists()) {
      this.#takeBackTo(0, 0, 0);
      return false;
    }
    for (const held of this.#waiting.fresh(waiting)) this.#waiting.add(held);
    this.#finish(false);
    return true;
  }

  // ---- One edit of a text ----

  /** Takes in one text edit whose time has come; `atOnce`, if it has seen everything, into the content too. False when it is not so plain, and nothing was done. */
  #takeInSingle(edit: SingleReader, atOnce: boolean): boolean {
    const { replicas, graph } = this.#events;
    if (graph.length + edit.count > MAX_DOTS) return false;
    const id = edit.replica as ReplicaId;
    const replica = replicas.find(id);
    if ((replica < 0 ? 0 : replicas.lastSeq(replica)) !== edit.seq - 1) return false;
    if (this.#base !== undefined && edit.seq - 1 <= this.#events.baseSeq(id)) return false;
    const own = edit.seq === 1 ? -1 : replicas.lvOf(replica, edit.seq - 1);
    const isNext = edit.parents < 0 && graph.isLinear && own === graph.length - 1;
    const parents = isNext ? undefined : this.#parentsOf(edit, own);
    if (!isNext && parents === undefined) return false;
    const container = this.#textOf(edit);
    if (container < 0) return false;
    const text = this.#content.state(container) as TextState;
    const linear = parents === undefined || graph.isFrontier(parents);
    if (linear && edit.index + (edit.deletes ? edit.count : 0) > text.length) return false;
    const lv = this.#logSingle(edit, container, linear ? undefined : parents);
    if (!linear) this.#landSingle(container, lv, edit.count);
    else if (atOnce) this.#editText(edit, container, text);
    else {
      const { log } = this.#ops.sequence(container);
      if (edit.deletes) this.#patch.remove(container, edit.index, edit.count);
      else this.#patch.insert(container, edit.index, edit.count, log.inserted - edit.count);
      text.length += edit.deletes ? -edit.count : edit.count;
    }
    return true;
  }

  /** Puts it into the logs. Parents are undefined when it has seen everything. Returns its LV. */
  #logSingle(edit: SingleReader, container: number, parents: LocalFrontier | undefined): number {
    const events = this.#events;
    const { count, index } = edit;
    const lv = events.length;
    const replica = events.replicas.meet(edit.replica as ReplicaId);
    if (edit.hasTime) {
      events.markTime(replica, edit.seq, edit.wallMs, edit.counter);
      this.#parts.clock.see(edit.wallMs, edit.counter, edit.replica === this.#parts.replica);
    }
    if (parents === undefined) events.appendNext(replica, count);
    else events.append(replica, 1, count, parents);
    if (edit.deletes) this.#ops.sequenceOp(container, DELETE, lv, index, count);
    else this.#ops.insertAscii(container, lv, index, edit.bytes, edit.textStart, count);
    return lv;
  }

  #landSingle(container: number, lv: number, count: number): void {
    const steps = this.#patch.seal();
    try {
      this.#content.land(container, lv, lv + count, this.#patch);
    } catch (error) {
      this.#takeBackTo(lv, steps, this.#plains.length);
      if (!CausewayError.inFamily(error, 'decode')) throw error;
    }
  }

  #editText(edit: SingleReader, container: number, text: TextState): void {
    const { count, index } = edit;
    if (edit.deletes) text.content.remove(index, count);
    else text.content.insertAscii(index, edit.bytes, edit.textStart, count);
    text.length += edit.deletes ? -count : count;
    if (this.#parts.tells())
      this.#content.notes.text(container, {
        index,
        removed: edit.deletes ? count : 0,
        inserted: edit.text(),
      });
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
    const last = this.#lastText < 0 ? undefined : this.#content.state(this.#lastText);
    const name = last?.type === 'text' ? nameBytesOf(last) : undefined;
    if (name !== undefined && edit.hasName(name)) return this.#lastText;
    this.#lastText = this.#ops.find({ at: 'root', type: 'text', name: edit.name() });
    return this.#lastText;
  }

  // ---- Any other update ----

  /** Begins with a base, unless everything that it stands for is known. `decode/behind` when only some of it is. Whether it did. */
  #begin(base: DocumentBase): boolean {
    if (!this.#lacks(base)) return false;
    if (this.#events.length > 0) throw behind(base.last[0] as Dot);
    const length = base.names.reduce((sum, { count }) => sum + count, 0);
    this.#base = base;
    this.#events.begin(base);
    for (const { wallMs, counter, replica } of base.last)
      this.#parts.clock.see(wallMs, counter, replica === this.#parts.replica);
    const mapped = new Map<number, number>();
    this.#ops.appendFrom(base.ops, 0, length, 0, (theirs) =>
      this.#content.mapContainer(base.ops, mapped, theirs),
    );
    this.#ops.visit(0, length, {
      sequence: (container, _kind, _lv, index, count, content) => {
        this.#patch.insert(container, index, count, content);
        this.#content.sequence(container).length += count;
      },
      plain: (container, lv, op) => void this.#plains.push({ container, lv, op, linear: false }),
    });
    this.#finish(this.#parts.tells());
    return true;
  }

  #lacks({ last }: DocumentBase): boolean {
    const { replicas } = this.#events;
    return last.some(({ replica, seq }) => {
      const known = replicas.find(replica);
      return known < 0 || replicas.lastSeq(known) < seq;
    });
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
    const state = this.#content.state(this.#mapContainer(batch, theirs));
    return state.type === 'text' || state.type === 'list' ? state.length : 0;
  }

  #addLinear(batch: EventBatch, run: EventRun, parents: LocalFrontier): void {
    const lv = this.#append(batch, run, parents);
    this.#ops.visit(lv, lv + run.count, {
      sequence: (container, kind, _lv, index, count, content) => {
        const state = this.#content.sequence(container);
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
      for (const container of sequences) this.#content.land(container, lv, lv + run.count, this.#patch);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      this.#takeBackTo(mark, steps, plains);
      return false;
    }
    return true;
  }

  /** Puts events and operations into the logs. Returns the first LV. */
  #append(batch: EventBatch, run: EventRun, parents: LocalFrontier): number {
    const events = this.#events;
    const start = events.length;
    const replica = events.replicas.meet(run.replica);
    for (const time of run.times) {
      events.markTime(replica, time.seq, time.wallMs, time.counter);
      this.#parts.clock.see(time.wallMs, time.counter, run.replica === this.#parts.replica);
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
    return this.#content.mapContainer(batch.ops, mapped, theirs);
  }

  #takeBackTo(mark: number, steps: number, plains: number): void {
    this.#events.truncate(mark);
    this.#patch.truncate(steps);
    this.#plains.length = plains;
    this.#content.takeBackTo(mark, this.#patch);
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

  #wakeAndFinish(): void {
    if (this.#waiting.size > 0) this.#wake();
    this.#finish(this.#parts.tells());
  }

  /** Carries out what was taken in, and tells. */
  #finish(tells: boolean): void {
    this.#content.patch(this.#patch, tells);
    this.#patch.truncate(0);
    this.#content.effects(this.#plains, tells);
    this.#plains.length = 0;
    this.#parts.done();
  }
}
