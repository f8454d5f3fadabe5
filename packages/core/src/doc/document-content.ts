/**
 * What the containers of a document hold now, and how operations change that. The operation log says what was done; here is what
 * came of it.
 *
 *      operation log ──▶ sequences   steps of a patch, indexes as they are now ──▶ text, slots of a list
 *                    └─▶ others      effects, each in the context of its event ──▶ map, counter, set, tree, items of a list
 *
 * Whoever changes something here notes it for the listeners when it is told to. Leaves out: which operations there are, and in
 * what order they come (native-document.ts for local ones, intake.ts for those of others).
 */
import type { Value } from '../bytes/value.ts';
import type { HybridTime } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import type { EventLog } from '../history/index.ts';
import type { ReplicaId } from '../id/index.ts';
import type { ListEdit } from '../op/list.ts';
import type { OpContext } from '../op/op-type.ts';
import { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import { SequenceWalker } from '../op/sequence/sequence-walker.ts';
import { ChangeNotes } from './change-notes.ts';
import type { ContainerId } from './container-id.ts';
import { type ContainerState, emptyState, type SequenceState, type TextState } from './container-state.ts';
import { baseContext } from './document-base.ts';
import { mapContainer } from './event-batch.ts';
import { createList, effectList, insertLogged, type ListContent } from './list-content.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { PastContext } from './past-context.ts';
import type { Patch } from './patch.ts';
import {
  createPlain,
  effectPlain,
  isPlainType,
  type Names,
  type PlainState,
  settlePlain,
} from './plain-ops.ts';

/** A plain operation in the log whose effect is still to come. */
export interface PendingPlain {
  readonly container: number;
  readonly lv: number;
  readonly op: PlainOp;
  /** Its event has seen everything that came before it here. */
  readonly linear: boolean;
}

export class DocumentContent {
  readonly ops = new OpLog();
  readonly names: Names;
  readonly notes: ChangeNotes;
  readonly #events: EventLog;
  readonly #states: ContainerState[] = [];
  readonly #revisions: number[] = [];
  /** That of the operation that was carried out last. */
  #time: HybridTime;

  constructor(events: EventLog, names: Names, replica: ReplicaId) {
    this.#events = events;
    this.names = names;
    this.notes = new ChangeNotes(this.ops.containers, names);
    this.#time = { wallMs: 0, counter: 0, replica };
  }

  // ---- Containers ----

  /** The number of this container here. Every container has its state from the moment it is named. */
  container(id: ContainerId): number {
    const container = this.ops.meet(id);
    this.#prepareStates();
    return container;
  }

  /** The number here of a container of another log. `mapped` remembers. */
  mapContainer(from: OpLog, mapped: Map<number, number>, theirs: number): number {
    const container = mapContainer(from, this.ops, mapped, theirs);
    this.#prepareStates();
    return container;
  }

  idOf(container: number): ContainerId {
    return this.ops.containers[container] as ContainerId;
  }

  state(container: number): ContainerState {
    return this.#states[container] as ContainerState;
  }

  /** Of a container that is a sequence. */
  sequence(container: number): SequenceState {
    return this.#states[container] as SequenceState;
  }

  states(): IterableIterator<[container: number, state: ContainerState]> {
    return this.#states.entries();
  }

  /** Puts a text in place that is there before its history is. */
  putText(container: number, text: TextState): void {
    this.#states[container] = text;
  }

  #prepareStates(): void {
    for (let next = this.#states.length; next < this.ops.containers.length; next++)
      this.#states.push(emptyState(this.idOf(next)));
  }

  /** Grows with every change of a container that is no text, so that what was made of its state can be kept until then. */
  revision(container: number): number {
    return this.#revisions[container] ?? 0;
  }

  touch(container: number): void {
    this.#revisions[container] = this.revision(container) + 1;
  }

  /** Which element of a text, or slot of a list, is where. */
  identity(container: number): SequenceIdentity {
    const state = this.sequence(container);
    state.identity ??= this.#identityOf(container);
    return state.identity;
  }

  #identityOf(container: number): SequenceIdentity {
    const { graph, replicas } = this.#events;
    return new SequenceIdentity(graph, this.ops.sequence(container).log, (a, b) => replicas.compare(a, b));
  }

  // ---- What operations do ----

  /** Finds where the operations of a sequence with LVs in [from, to) land, and adds that to the patch. `decode/invalid` as `SequenceWalker.land`. */
  land(container: number, from: number, to: number, patch: Patch): void {
    const state = this.sequence(container);
    const { log } = this.ops.sequence(container);
    state.walker ??= new SequenceWalker(this.#events.graph, log, (a, b) =>
      this.#events.replicas.compare(a, b),
    );
    state.walker.land(from, to, state.length, {
      insert: (index, lv, count) => {
        patch.insert(container, index, count, log.contentOf(log.starts.lastAtMost(lv), lv));
        state.length += count;
      },
      remove: (index, count) => {
        patch.remove(container, index, count);
        state.length -= count;
      },
    });
  }

  /** Carries out what operations of sequences have come to. */
  patch(patch: Patch, tells: boolean): void {
    patch.forEach((container, index, count, content) => {
      const state = this.sequence(container);
      if (state.type === 'text') this.#patchText(container, state, index, count, content, tells);
      else this.#patchList(container, state, index, count, content, tells);
    });
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
      if (tells) this.notes.text(container, { index, removed: -count, inserted: '' });
      text.content.remove(index, -count);
      return;
    }
    const { units } = this.ops.sequence(container);
    if (tells) this.notes.text(container, { index, removed: 0, inserted: units.text(content, count) });
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
    const edits = tells ? this.notes.list(container) : undefined;
    if (count < 0) list.items.remove(index, -count, edits);
    else insertLogged(list, this.ops.sequence(container), index, count, content, edits);
    this.touch(container);
  }

  /** Carries out operations of the log that are no sequence's. */
  effects(pending: readonly PendingPlain[], tells: boolean): void {
    const changed = new Set<number>();
    for (const { container, lv, op, linear } of pending) {
      const state = this.#states[container] as ListContent | PlainState;
      this.#effect(container, state, op, this.#contextOf(lv, linear), tells);
      changed.add(container);
    }
    for (const container of changed) {
      const state = this.#states[container] as ListContent | PlainState;
      if (state.type !== 'list') this.#settle(container, state, tells);
      this.touch(container);
    }
  }

  /** Carries out one local operation that is no list's. */
  effect(container: number, op: PlainOp, context: OpContext, tells: boolean): void {
    const state = this.#states[container] as PlainState;
    this.#carryOut(container, state, op, context, tells);
    this.#settle(container, state, tells);
    this.touch(container);
  }

  #effect(
    container: number,
    state: ListContent | PlainState,
    op: PlainOp,
    context: OpContext,
    tells: boolean,
  ): void {
    if (state.type !== 'list') {
      this.#carryOut(container, state, op, context, tells);
      return;
    }
    const edits: ListEdit<Value>[] | undefined = tells ? this.notes.list(container) : undefined;
    effectList(state, this.ops.sequence(container), op, context, this.names, edits);
  }

  #carryOut(container: number, state: PlainState, op: PlainOp, context: OpContext, tells: boolean): void {
    const change = effectPlain(state, op, context, this.names);
    if (tells && change !== undefined) this.notes.plain(container, change);
  }

  #settle(container: number, state: PlainState, tells: boolean): void {
    const change = settlePlain(state);
    if (tells && change !== undefined) this.notes.plain(container, change);
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

  // ---- Again from the log ----

  /** Makes the state of a container that is no text from what is in the log. */
  replay(container: number): void {
    const { type } = this.idOf(container);
    const fresh = isPlainType(type) ? createPlain(type) : this.#replaySlots(container);
    this.ops.visit(0, this.#events.length, {
      sequence: () => {},
      plain: (of, lv, op) => {
        if (of === container) this.#effect(container, fresh, op, this.#contextOf(lv, false), false);
      },
    });
    if (fresh.type !== 'list') settlePlain(fresh);
    this.#states[container] = fresh;
    this.touch(container);
  }

  /** Fills all lists with slots. False when their history contradicts itself. */
  replayLists(): boolean {
    try {
      for (const [container, state] of this.#states.entries())
        if (state.type === 'list') this.#states[container] = this.#replaySlots(container);
    } catch (error) {
      if (!CausewayError.inFamily(error, 'decode')) throw error;
      return false;
    }
    return true;
  }

  /** A list with its slots as they are now, before moves and sets. */
  #replaySlots(container: number): ListContent {
    const list = createList();
    const ops = this.ops.sequence(container);
    this.#identityOf(container).forEach((lv, count) => {
      const content = ops.log.contentOf(ops.log.starts.lastAtMost(lv), lv);
      insertLogged(list, ops, list.items.rawLength, count, content, undefined);
    });
    list.length = list.items.rawLength;
    return list;
  }

  /** Takes the operations from `lv` on back out of the log. Of what they did only lengths are known yet, which `patch` has still to do. */
  takeBackTo(lv: number, patch: Patch): void {
    this.ops.truncate(lv);
    for (const state of this.#states) {
      if (state.type !== 'text' && state.type !== 'list') continue;
      state.length = state.type === 'text' ? state.content.length : state.items.rawLength;
      state.walker?.rest();
      state.identity?.rest();
    }
    patch.forEach((container, _index, count) => {
      this.sequence(container).length += count;
    });
  }
}
