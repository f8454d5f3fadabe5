/**
 * A document without its first history, at the app's choice: what there was at a version, and what came after it. It is as
 * large as what can be seen and little more, and what was deleted before is gone for good.
 *
 *      all history   ── A.1 … A.900 ── B.1 … B.70 ─┬─ C.1        at B.70   970 operations
 *                                                  └─ B.71
 *      shallow       ── base, of B.70 ─────────────┬─ C.1                  a text of 40 units
 *                                                  └─ B.71
 *
 * The base is the last version, at or before the one asked for, that every event known since has seen. Whoever has not seen it
 * is behind: what they did meanwhile is refused with `decode/behind` by everyone who begins with the base. So give up only
 * what all replicas that matter have. Those with all history go on with it, and take what comes after the base.
 */
import type { Value } from '../bytes/value.ts';
import type { DotRun, EventTime } from '../history/index.ts';
import { compareDots, type Dot, equalDots } from '../id/index.ts';
import { standingOf } from '../op/counter.ts';
import { indexBetween } from '../op/fractional-index.ts';
import type { ListState, SlotStanding } from '../op/list.ts';
import type { MapState } from '../op/map.ts';
import { ROOT, TRASH, type TreeState } from '../op/tree.ts';
import type { Writes } from '../op/writes.ts';
import { encodeBase } from './base-writer.ts';
import type { ContainerType } from './container-id.ts';
import type { ContainerState } from './container-state.ts';
import {
  LATEST_STEP,
  NODE_IN_TRASH,
  NODE_STANDS,
  SLOT_LEFT,
  SLOT_SET,
  SLOT_TAKEN,
  writeStanding,
} from './document-base.ts';
import { composeBatches } from './event-batch.ts';
import type { NativeDocument } from './native-document.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { writeCounter, writeMap, writeSet } from './plain-ops.ts';
import { encodeShallow } from './shallow-codec.ts';
import { decodeUpdate } from './snapshot-codec.ts';
import { encodeUpdate } from './update-codec.ts';

/**
 * An update to begin a document with: `version` is what `frontier` is, or once was. All history, where there is no version to
 * cut at. Costs a replay unless `version` is the present one. `decode/invalid` for a version that is not known,
 * `decode/behind` for one before the base that the document begins with itself.
 */
export function shallowSnapshot(
  document: NativeDocument,
  version: readonly Dot[] = document.frontier,
): Uint8Array {
  const shared = document.lastSharedVersion(version);
  if (shared === undefined) return document.history();
  const past = isPresent(document, shared) ? document : document.at(shared);
  const after = composeBatches([
    decodeUpdate(document.updateSince(past.version)),
    decodeUpdate(document.waitingUpdate()),
  ]);
  return encodeShallow(new BaseBuilder(past).finish(), encodeUpdate(after));
}

function isPresent(document: NativeDocument, version: readonly Dot[]): boolean {
  const { frontier } = document;
  return (
    version.length === frontier.length && version.every((head, i) => equalDots(head, frontier[i] as Dot))
  );
}

/** Writes down what there is in a document, everything under a dot that it is called by. */
class BaseBuilder {
  readonly #document: NativeDocument;
  readonly #ops = new OpLog();
  readonly #names: (DotRun & EventTime)[] = [];
  #length = 0;

  constructor(document: NativeDocument) {
    this.#document = document;
  }

  finish(): Uint8Array {
    const document = this.#document;
    for (let container = 0; container < document.containers; container++)
      this.#add(container, document.state(container));
    const base = {
      last: [...document.lastDots()].sort(compareDots),
      frontier: [...document.frontier].sort(compareDots),
      names: this.#names,
    };
    return encodeBase(base, this.#ops);
  }

  #add(container: number, state: ContainerState): void {
    switch (state.type) {
      case 'text':
        this.#addText(container, state.content.toString());
        return;
      case 'list':
        this.#addList(container, state.items);
        return;
      case 'set':
        for (const { value, additions } of state.state.members.values())
          this.#addPlain(container, additions.at(-1) as number, writeSet({ do: 'add', value }));
        return;
      case 'map':
        this.#addMap(container, state.state);
        return;
      case 'counter': {
        const standing = standingOf(state.state);
        if (standing !== undefined) this.#addPlain(container, standing.lv, writeCounter(standing.command));
        return;
      }
      case 'tree':
        this.#addTree(container, state.state);
        return;
    }
  }

  #addText(container: number, text: string): void {
    if (text.length === 0) return;
    const first = this.#length;
    this.#document.identity(container).forEach((lv, count) => void this.#name(lv, count));
    this.#ops.insertText(this.#number(container), first, 0, text);
  }

  #addList(container: number, list: ListState<Value>): void {
    const { log } = this.#ops.sequence(this.#number(container));
    const sets: { readonly element: number; readonly writes: Writes<Value> }[] = [];
    list.forEachSlot((standing) => {
      const { slot } = standing;
      // What it was inserted with is not read any more once it was set.
      const item = standing.is !== 'born' ? undefined : standing.sets === undefined ? standing.item : null;
      const lv = this.#name(slot, 1);
      this.#ops.insertValues(this.#number(container), lv, log.inserted, [item]);
      if (standing.is === 'born') sets.push({ element: slot, writes: standing.sets });
      else if (standing.is !== 'empty') this.#addSlotOp(container, slot + 1, standing);
    });
    for (const { element, writes } of sets)
      for (let write = writes; write !== undefined; write = write.beside)
        this.#addPlain(container, write.lv, {
          kind: SLOT_SET,
          target: this.#document.dotOf(element),
          value: write.value,
        });
  }

  #addSlotOp(
    container: number,
    lv: number,
    { is, element }: Extract<SlotStanding<Value>, { readonly is: 'taken' | 'left' }>,
  ): void {
    const target = this.#document.dotOf(element);
    this.#addPlain(container, lv, { kind: is === 'taken' ? SLOT_TAKEN : SLOT_LEFT, target });
  }

  #addMap(container: number, { writes }: MapState<ContainerType>): void {
    for (const [key, write] of writes) {
      // An absence is only of use beside something else.
      if (write.value.is === 'absent' && write.beside === undefined) continue;
      for (let each: typeof write | undefined = write; each !== undefined; each = each.beside)
        this.#addPlain(container, each.lv, writeMap({ key, entry: each.value }));
    }
  }

  #addTree(container: number, tree: TreeState): void {
    const { dotOf } = this.#document.names;
    const latest = tree.latestStep();
    let isThere = false;
    for (const { node, step, time, place } of tree.standings()) {
      isThere ||= step === latest?.step;
      this.#addPlain(container, node, {
        kind: place.parent === TRASH ? NODE_IN_TRASH : NODE_STANDS,
        ...(place.parent === TRASH || place.parent === ROOT ? {} : { parent: dotOf(place.parent) }),
        value: writeStanding(place.index, time, dotOf(node).replica),
      });
    }
    if (latest !== undefined && !isThere)
      this.#addPlain(container, latest.step, {
        kind: LATEST_STEP,
        value: writeStanding(FIRST_INDEX, latest.time, dotOf(latest.step).replica),
      });
  }

  #addPlain(container: number, lv: number, op: PlainOp): void {
    this.#ops.plain(this.#number(container), this.#name(lv, 1), op);
  }

  /** Gives the next LVs to what these are called by in the document. Returns the first. */
  #name(lv: number, count: number): number {
    const first = this.#length;
    for (let at = lv; at < lv + count; ) {
      const { wallMs, counter, count: alike } = this.#document.spanOf(at);
      const many = Math.min(alike, lv + count - at);
      const { replica, seq } = this.#document.dotOf(at);
      const before = this.#names.at(-1);
      if (
        before?.replica === replica &&
        before.seq + before.count === seq &&
        before.wallMs === wallMs &&
        before.counter === counter
      )
        this.#names[this.#names.length - 1] = { ...before, count: before.count + many };
      else this.#names.push({ replica, seq, count: many, wallMs, counter });
      at += many;
    }
    this.#length += count;
    return first;
  }

  /** The number of a container in the base, those that it lies in first. */
  #number(container: number): number {
    const id = this.#document.idOf(container);
    return this.#ops.meet(id.at === 'root' ? id : { ...id, parent: this.#number(id.parent) });
  }
}

/** Of a step whose place nobody asks for. */
const FIRST_INDEX = indexBetween(undefined, undefined);
