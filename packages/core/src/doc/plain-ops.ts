/**
 * The operations of the types that are no sequences, as they stand in the log, and back. A register is a key of a map.
 *
 *      counter    0 add value        1 set value
 *      set        0 add value        1 remove value        2 clear
 *      map        0 write key value  1 child key (value: its type)   2 delete key
 */
import type { Value } from '../bytes/value.ts';
import { addWinsSet, has, type SetCommand, type SetState } from '../op/add-wins-set.ts';
import { type CounterCommand, type CounterState, counter } from '../op/counter.ts';
import { entryAt, type MapOp, type MapState, map } from '../op/map.ts';
import type { OpContext } from '../op/op-type.ts';
import { CONTAINER_TYPES, type ContainerType } from './container-id.ts';
import type { PlainOp } from './op-log.ts';

export type PlainType = 'counter' | 'set' | 'map';

export type PlainState =
  | { readonly type: 'counter'; readonly state: CounterState }
  | { readonly type: 'set'; readonly state: SetState }
  | { readonly type: 'map'; readonly state: MapState<ContainerType> };

export const mapOfContainers = map<ContainerType>();

export function isPlainType(type: ContainerType): type is PlainType {
  return type === 'counter' || type === 'set' || type === 'map';
}

export function createPlain(type: PlainType): PlainState {
  switch (type) {
    case 'counter':
      return { type, state: counter.create() };
    case 'set':
      return { type, state: addWinsSet.create() };
    case 'map':
      return { type, state: mapOfContainers.create() };
  }
}

/** Carries out an operation of the log. One that is none of the type's changes nothing: whoever reads bytes asks `isPlainOp` first. */
export function effectPlain(of: PlainState, op: PlainOp, context: OpContext): void {
  switch (of.type) {
    case 'counter': {
      const read = readCounter(op);
      if (read !== undefined) counter.effect(of.state, read, context);
      return;
    }
    case 'set': {
      const read = readSet(op);
      if (read !== undefined) addWinsSet.effect(of.state, read, context);
      return;
    }
    case 'map': {
      const read = readMap(op);
      if (read !== undefined) mapOfContainers.effect(of.state, read, context);
    }
  }
}

/** What takes an operation back that was carried out here. */
export interface Inverse {
  readonly ops: readonly PlainOp[];
  /** Of a map: only while the key's write is still the one that is taken back. */
  readonly key?: string;
  /** The LV of the write that it was made over. */
  readonly overwrote?: number;
}

/** What would take the operation back, asked before it is carried out; undefined when nothing has to be done. */
export function inverseOf(of: PlainState, op: PlainOp): Inverse | undefined {
  switch (of.type) {
    case 'counter': {
      const read = readCounter(op);
      if (read === undefined) return undefined;
      // Others may have counted since, and their increments stay.
      const amount = read.do === 'add' ? -read.amount : counter.view(of.state) - read.value;
      return amount === 0 ? undefined : { ops: [writeCounter({ do: 'add', amount })] };
    }
    case 'set': {
      const read = readSet(op);
      if (read === undefined) return undefined;
      if (read.do === 'clear')
        return { ops: addWinsSet.view(of.state).map((value) => writeSet({ do: 'add', value })) };
      if (has(of.state, read.value) === (read.do === 'add')) return undefined;
      return { ops: [writeSet({ do: read.do === 'add' ? 'remove' : 'add', value: read.value })] };
    }
    case 'map': {
      const read = readMap(op);
      if (read === undefined) return undefined;
      const { key } = read;
      const write = of.state.writes.get(key);
      const ops = [writeMap({ key, entry: entryAt(of.state, key) })];
      return { ops, key, ...(write === undefined ? {} : { overwrote: write.lv }) };
    }
  }
}

/** The LV of the write that is read at a key of a map. */
export function writeAt(of: PlainState, key: string): number | undefined {
  return of.type === 'map' ? of.state.writes.get(key)?.lv : undefined;
}

/** Whether this is an operation of a container of this type. */
export function isPlainOp(type: ContainerType, op: PlainOp): boolean {
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
