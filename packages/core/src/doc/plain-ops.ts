/**
 * The operations of the types that are no sequences, as they stand in the log, and back. A register is a key of a map.
 *
 *      counter    0 add value        1 set value
 *      set        0 add value        1 remove value        2 clear
 *      map        0 write key value  1 child key (value: its type)   2 delete key
 *      tree       0 create           1 move target                   2 delete target
 *                   (parent: a node, or none at the top; value: the fractional index)
 *
 * Those of lists are in list-content.ts.
 */
import type { Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import type { Dot } from '../id/index.ts';
import { addWinsSet, type SetChange, type SetCommand, type SetState, valueKey } from '../op/add-wins-set.ts';
import { type CounterChange, type CounterCommand, type CounterState, counter } from '../op/counter.ts';
import { type FractionalIndex, parseFractionalIndex } from '../op/fractional-index.ts';
import { entryAt, type MapChange, type MapOp, type MapState, map } from '../op/map.ts';
import type { OpContext } from '../op/op-type.ts';
import { ROOT, type TreeChange, TreeState, type TreeStep } from '../op/tree.ts';
import { CONTAINER_TYPES, type ContainerType } from './container-id.ts';
import { addBaseNode } from './document-base.ts';
import type { PlainInverse } from './inverse.ts';
import { isListOp } from './list-content.ts';
import type { PlainOp } from './op-log.ts';

export type PlainType = 'counter' | 'set' | 'map' | 'tree';

export type PlainState =
  | { readonly type: 'counter'; readonly state: CounterState }
  | { readonly type: 'set'; readonly state: SetState }
  | { readonly type: 'map'; readonly state: MapState<ContainerType> }
  | { readonly type: 'tree'; readonly state: TreeState };

/** Which local number stands for which dot here, those of an open transaction too. */
export interface Names {
  lvOf(dot: Dot): number | undefined;
  dotOf(lv: number): Dot;
}

/** What an operation has changed for a reader; of a tree, what the operations carried out together have. */
export type PlainChange =
  | { readonly type: 'counter'; readonly change: CounterChange }
  | { readonly type: 'set'; readonly change: SetChange }
  | { readonly type: 'map'; readonly change: MapChange<ContainerType> }
  | { readonly type: 'tree'; readonly changes: readonly TreeChange[] };

export const mapOfContainers = map<ContainerType>();

export function isPlainType(type: ContainerType): type is PlainType {
  return type === 'counter' || type === 'set' || type === 'map' || type === 'tree';
}

export function createPlain(type: PlainType): PlainState {
  switch (type) {
    case 'counter':
      return { type, state: counter.create() };
    case 'set':
      return { type, state: addWinsSet.create() };
    case 'map':
      return { type, state: mapOfContainers.create() };
    case 'tree':
      return { type, state: new TreeState() };
  }
}

/**
 * Carries out an operation of the log; those of trees only once `settlePlain` is called. One that is none of the type's, or
 * that names what its event cannot have seen, changes nothing, here as everywhere.
 */
export function effectPlain(
  of: PlainState,
  op: PlainOp,
  context: OpContext,
  names: Names,
): PlainChange | undefined {
  switch (of.type) {
    case 'counter': {
      const read = readCounter(op);
      const change = read && counter.effect(of.state, read, context);
      return change && { type: 'counter', change };
    }
    case 'set': {
      const read = readSet(op);
      const change = read && addWinsSet.effect(of.state, read, context);
      return change && { type: 'set', change };
    }
    case 'map': {
      const read = readMap(op);
      const change = read && mapOfContainers.effect(of.state, read, context);
      return change && { type: 'map', change };
    }
    case 'tree': {
      const step = readTree(op, names);
      if (step !== undefined) addStep(of.state, step, context);
      else addBaseNode(of.state, op, context, names);
      return undefined;
    }
  }
}

/** Carries out what a tree has been given since the last time. */
export function settlePlain(of: PlainState): PlainChange | undefined {
  if (of.type !== 'tree') return undefined;
  const changes = of.state.settle();
  return changes.length === 0 ? undefined : { type: 'tree', changes };
}

function addStep(state: TreeState, step: TreeStep, context: OpContext): void {
  try {
    state.add([step], context);
  } catch (error) {
    // What was forged names nodes that its event has not seen. It is left out by every replica alike.
    if (!CausewayError.is(error, 'decode/invalid')) throw error;
  }
}

/** What would take the operation back, asked before it is carried out; undefined when nothing has to be done. */
export function inverseOf(of: PlainState, op: PlainOp, names: Names): PlainInverse | undefined {
  switch (of.type) {
    case 'counter': {
      const read = readCounter(op);
      if (read === undefined) return undefined;
      const isSet = read.do === 'set';
      const raised = isSet ? read.value - counter.view(of.state) : read.amount;
      return raised === 0 ? undefined : { is: 'count', raised, isSet };
    }
    case 'set': {
      const read = readSet(op);
      if (read === undefined) return undefined;
      if (read.do === 'clear')
        return {
          is: 'members',
          added: [],
          removed: [...of.state.members.values()].map((member) => ({ ...member })),
        };
      const member = of.state.members.get(valueKey(read.value));
      if (read.do === 'add') return member ? undefined : { is: 'members', added: [read.value], removed: [] };
      return member && { is: 'members', added: [], removed: [{ ...member }] };
    }
    case 'map': {
      const read = readMap(op);
      if (read === undefined) return undefined;
      const { key } = read;
      const write = of.state.writes.get(key);
      const beside = write?.beside?.value;
      return { is: 'key', key, entry: entryAt(of.state, key), beside, overwrote: write?.lv };
    }
    case 'tree': {
      const step = readTree(op, names);
      if (step === undefined) return undefined;
      if (step.do === 'create') return { is: 'created' };
      const standing = of.state.standingOf(step.node);
      return standing && { is: 'node', node: step.node, place: standing.place, overwrote: standing.lv };
    }
  }
}

/** Whether this is an operation of a container of this type. */
export function isPlainOp(type: ContainerType, op: PlainOp): boolean {
  if (type === 'tree') return isTreeOp(op);
  if (type === 'list') return isListOp(op);
  if (op.target !== undefined || op.parent !== undefined) return false;
  switch (type) {
    case 'counter':
      return op.key === undefined && readCounter(op) !== undefined;
    case 'set':
      return op.key === undefined && readSet(op) !== undefined;
    case 'map':
      return readMap(op) !== undefined;
    default:
      return false;
  }
}

export function writeCounter(op: CounterCommand): PlainOp {
  return op.do === 'add' ? { kind: 0, value: op.amount } : { kind: 1, value: op.value };
}

export function writeSet(op: SetCommand): PlainOp {
  return op.do === 'clear' ? { kind: 2 } : { kind: op.do === 'add' ? 0 : 1, value: op.value };
}

export function writeMap({ key, entry }: MapOp<ContainerType>): PlainOp {
  switch (entry.is) {
    case 'value':
      return { kind: 0, key, value: entry.value };
    case 'child':
      return { kind: 1, key, value: entry.type };
    case 'absent':
      return { kind: 2, key };
  }
}

export function writeTree(step: TreeStep, names: Names): PlainOp {
  if (step.do === 'delete') return { kind: 2, target: names.dotOf(step.node) };
  const { parent, index } = step.place;
  return {
    kind: step.do === 'create' ? 0 : 1,
    ...(step.do === 'create' ? {} : { target: names.dotOf(step.node) }),
    ...(parent === ROOT ? {} : { parent: names.dotOf(parent) }),
    value: index,
  };
}

function isTreeOp({ kind, key, target, parent, value }: PlainOp): boolean {
  if (key !== undefined || kind > 2 || (kind === 0) !== (target === undefined)) return false;
  if (kind === 2) return parent === undefined && value === undefined;
  return readIndex(value) !== undefined;
}

function readTree(op: PlainOp, names: Names): TreeStep | undefined {
  const node = op.target === undefined ? undefined : names.lvOf(op.target);
  if (op.kind === 2) return node === undefined ? undefined : { do: 'delete', node };
  const parent = op.parent === undefined ? ROOT : names.lvOf(op.parent);
  const index = readIndex(op.value);
  if (parent === undefined || index === undefined) return undefined;
  if (op.kind === 0) return { do: 'create', place: { parent, index } };
  return node === undefined ? undefined : { do: 'move', node, place: { parent, index } };
}

function readIndex(value: Value | undefined): FractionalIndex | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseFractionalIndex(value);
  } catch (error) {
    if (!CausewayError.inFamily(error, 'decode')) throw error;
    return undefined;
  }
}

function readCounter({ kind, value }: PlainOp): CounterCommand | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || kind > 1) return undefined;
  return kind === 0 ? { do: 'add', amount: value } : { do: 'set', value };
}

function readSet({ kind, value }: PlainOp): SetCommand | undefined {
  if (kind === 2) return value === undefined ? { do: 'clear' } : undefined;
  return value !== undefined && kind < 2 ? { do: kind === 0 ? 'add' : 'remove', value } : undefined;
}

function readMap({ kind, key, value }: PlainOp): MapOp<ContainerType> | undefined {
  if (key === undefined) return undefined;
  if (kind === 0) return value === undefined ? undefined : { key, entry: { is: 'value', value } };
  if (kind === 2) return value === undefined ? { key, entry: { is: 'absent' } } : undefined;
  const type = kind === 1 ? typeNamed(value) : undefined;
  return type === undefined ? undefined : { key, entry: { is: 'child', type } };
}

function typeNamed(value: Value | undefined): ContainerType | undefined {
  return CONTAINER_TYPES.find((type) => type === value);
}
