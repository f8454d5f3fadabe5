/**
 * Takes back operations on counters, sets, maps and trees, and leaves what others have done there since, or at the same time:
 *
 *      count      what was added is taken off, unless somebody else has set the counter having seen it; what was set
 *                 goes back by as much as it raised the count, unless somebody else's set holds
 *      members    a value that was added goes, unless an addition of somebody else holds it; one that was removed comes back
 *      key        has what it had, unless somebody else has written it since; where others wrote at the same time and lost,
 *                 the latest of those
 *      node       stands where it stood, unless somebody else has moved it since, or deleted what it would stand below; one
 *                 that was created goes, unless something stands below it that somebody else put there, or that could
 *                 not go back to where it stood
 *
 * Of two nodes that came to one place among their siblings at the same time, the one that is put back comes second.
 */
import type { Value } from '../bytes/value.ts';
import { type SetState, valueKey } from '../op/add-wins-set.ts';
import { counter, valueBeside } from '../op/counter.ts';
import type { MapEntry } from '../op/map.ts';
import { ROOT, TRASH, type TreePlace, type TreeState } from '../op/tree.ts';
import type { ContainerType } from './container-id.ts';
import type { ContainerInverse, PlainInverse } from './inverse.ts';
import type { NativeDocument } from './native-document.ts';
import { writeCounter, writeMap, writeSet, writeTree } from './plain-ops.ts';
import { Revivals } from './revivals.ts';
import { stateOf } from './state-of.ts';

type InverseAt<Is extends PlainInverse['is']> = Extract<ContainerInverse, { readonly is: Is }>;

/** What the operations of one step have in common. */
export interface StepTakenBack {
  /** Its writes of keys, by their LVs. */
  readonly writes: ReadonlyMap<number, InverseAt<'key'>>;
  /** Whether it was an undo. */
  readonly redoes: boolean;
}

export class PlainUndo {
  readonly #document: NativeDocument;
  /** Of writes of keys, and of steps of trees. */
  readonly #revivals = new Revivals();
  /** What others wrote at the same time as a write that has come back, by the LV that it has now. */
  readonly #besides = new Map<number, MapEntry<ContainerType>>();
  /** Additions to sets and steps of trees made in place of those of others. */
  readonly #forOthers = new Set<number>();
  /** Deletions that took creations of nodes back. */
  readonly #takenOut = new Set<number>();
  /** Moves of nodes that were not taken back, since the place before is out of sight. */
  readonly #stayed = new Set<number>();
  /** Nodes of the step under way whose creations could not be taken back for what stands below them. */
  #held: { readonly container: number; readonly node: number }[] = [];

  constructor(document: NativeDocument) {
    this.#document = document;
  }

  invert(inverse: InverseAt<PlainInverse['is']>, step: StepTakenBack): void {
    switch (inverse.is) {
      case 'count':
        this.#count(inverse);
        return;
      case 'members':
        this.#members(inverse);
        return;
      case 'key':
        this.#writeBack(inverse, step);
        return;
      case 'created':
        this.#takeOut(inverse.container, inverse.lv);
        return;
      case 'node':
        if (this.#takenOut.has(inverse.overwrote)) this.#takeOut(inverse.container, inverse.node);
        else this.#putBack(inverse, step);
    }
  }

  /** After the last operation of a step: a node goes, too, when all that held it was the step's own and has gone. */
  settle(): void {
    for (let before = this.#held.length + 1; this.#held.length < before; ) {
      const held = this.#held;
      before = held.length;
      this.#held = [];
      for (const { container, node } of held) this.#takeOut(container, node);
    }
    this.#held = [];
  }

  clear(): void {
    this.#revivals.clear();
    this.#besides.clear();
    this.#forOthers.clear();
    this.#takenOut.clear();
    this.#stayed.clear();
  }

  #count({ container, lv, raised, isSet }: InverseAt<'count'>): void {
    const { state } = stateOf(this.#document, container, 'counter');
    const [holding] = state.bases;
    const isOthers = holding !== undefined && !this.#isOwn(holding.lv);
    if (isOthers && (isSet || this.#document.sees(holding.lv, lv))) return;
    const beside = isSet ? valueBeside(state) : undefined;
    const value = beside ?? counter.view(state) - raised;
    if (!Number.isSafeInteger(value)) return;
    // As a set, so that of two at the same time one holds, and not one on top of what the other takes off.
    const op = writeCounter(isSet ? { do: 'set', value } : { do: 'add', amount: -raised });
    this.#document.plain(container, op);
  }

  #members({ container, lv, added, removed }: InverseAt<'members'>): void {
    const { state } = stateOf(this.#document, container, 'set');
    for (const value of added)
      if (this.#isHeldByOwn(state, value, lv))
        this.#document.plain(container, writeSet({ do: 'remove', value }));
    for (const { value, additions } of removed) {
      if (state.members.has(valueKey(value))) continue;
      if (!additions.every((addition) => this.#isForOwn(addition)))
        this.#forOthers.add(this.#document.nextLv);
      this.#document.plain(container, writeSet({ do: 'add', value }));
    }
  }

  /** Whether a value is in by own additions alone; the one at `lv` counts as one, for whomever it was made. */
  #isHeldByOwn({ members }: SetState, value: Value, lv: number): boolean {
    const additions = members.get(valueKey(value))?.additions ?? [];
    return additions.length > 0 && additions.every((each) => each === lv || this.#isForOwn(each));
  }

  #isForOwn(lv: number): boolean {
    return this.#isOwn(lv) && !this.#forOthers.has(lv);
  }

  #writeBack(inverse: InverseAt<'key'>, { writes, redoes }: StepTakenBack): void {
    const { container, key } = inverse;
    const current = stateOf(this.#document, container, 'map').state.writes.get(key);
    if (current === undefined || current.lv !== this.#revivals.latestOf(inverse.lv)) return;
    let first = inverse;
    let lost: MapEntry<ContainerType> | undefined;
    // A step that wrote a key more than once is taken back by what it first wrote over, or what others wrote beside it.
    for (let before = this.#writtenOver(first, writes); before !== undefined; ) {
      lost ??= first.beside;
      first = before;
      before = this.#writtenOver(first, writes);
    }
    const kept = redoes ? undefined : this.#besides.get(current.lv);
    const others = current.beside?.value ?? lost ?? kept;
    const lv = this.#document.nextLv;
    if (others === undefined) {
      const { overwrote } = first;
      const beside = first.beside ?? (overwrote === undefined ? undefined : this.#besides.get(overwrote));
      if (overwrote !== undefined) this.#revivals.add(overwrote, lv);
      if (beside !== undefined) this.#besides.set(lv, beside);
    }
    this.#document.plain(container, writeMap({ key, entry: others ?? first.entry }));
  }

  /** The write of the same step that this one was made over. */
  #writtenOver(
    { overwrote }: InverseAt<'key'>,
    writes: StepTakenBack['writes'],
  ): InverseAt<'key'> | undefined {
    return overwrote === undefined ? undefined : writes.get(overwrote);
  }

  /** Takes the creation of a node back, wherever it stands now. */
  #takeOut(container: number, node: number): void {
    const { state } = stateOf(this.#document, container, 'tree');
    if (state.placeOf(node)?.parent === TRASH) return;
    if (this.#holdsOthers(state, node)) {
      this.#held.push({ container, node });
      return;
    }
    this.#takenOut.add(this.#document.nextLv);
    this.#document.plain(container, writeTree({ do: 'delete', node }, this.#document.names));
  }

  /** Whether something stands below it that somebody else put there, or that has no other place. Looks at all below it. */
  #holdsOthers(state: TreeState, node: number): boolean {
    const open = [...state.childrenOf(node)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const lv = state.standingOf(next)?.lv ?? next;
      if (!this.#isForOwn(lv) || this.#stayed.has(lv)) return true;
      for (const child of state.childrenOf(next)) open.push(child);
    }
    return false;
  }

  #putBack({ container, lv, node, place, overwrote }: InverseAt<'node'>, { redoes }: StepTakenBack): void {
    const { state } = stateOf(this.#document, container, 'tree');
    const standing = state.standingOf(node);
    if (standing === undefined || standing.lv !== this.#revivals.latestOf(lv)) return;
    // Where somebody else has put it at the same time, a little earlier, it goes there.
    const { before } = standing;
    const others = standing.lv === lv && before !== undefined && before.lv !== overwrote ? before : undefined;
    const wanted = others?.place ?? place;
    // Somebody else has put that place below the node meanwhile.
    const to = state.isWithin(wanted.parent, node) ? { ...wanted, parent: ROOT } : wanted;
    const hides = to.parent !== TRASH && !state.isInSight(to.parent);
    if (hides && !redoes && state.isInSight(node)) {
      this.#stayed.add(standing.lv);
      return;
    }
    if (others === undefined) this.#revivals.add(overwrote, this.#document.nextLv);
    if (!this.#isForOwn(others?.lv ?? overwrote)) this.#forOthers.add(this.#document.nextLv);
    this.#document.plain(container, writeTree(backTo(node, to), this.#document.names));
  }

  #isOwn(lv: number): boolean {
    return this.#document.dotOf(lv).replica === this.#document.replica;
  }
}

function backTo(node: number, place: TreePlace): Parameters<typeof writeTree>[0] {
  return place.parent === TRASH ? { do: 'delete', node } : { do: 'move', node, place };
}
