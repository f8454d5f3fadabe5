/**
 * Map: keys to values, each key written like a register (writes.ts); a deletion is a write of absence. So of a deletion and
 * a write made at the same time the greatest hybrid time is read, and the other is readable as a conflict.
 *
 *   A's operation on k   B's, concurrent     both read at k      conflicts
 *   set x at 10          set y at 12         y                   x
 *   delete at 10         set y at 12         y                   none: absence is no value
 *   delete at 12         set y at 10         not there           y
 *
 * Children of a map are named by map, key and type (doc/container-id.ts); what is written at the key is only which type
 * stands there, so replicas that create one at the same time write the same.
 */
import { canonicalValue, type Value, wellFormed } from '../bytes/value.ts';
import { valueKey } from './add-wins-set.ts';
import type { OpType } from './op-type.ts';
import { valuesBeside, type Write, written } from './writes.ts';

/** What stands at a key. */
export type MapEntry<Type extends string = string> =
  | { readonly is: 'value'; readonly value: Value }
  | { readonly is: 'child'; readonly type: Type }
  | { readonly is: 'absent' };

export interface MapState<Type extends string = string> {
  readonly writes: Map<string, Write<MapEntry<Type>>>;
}

export interface MapOp<Type extends string = string> {
  readonly key: string;
  readonly entry: MapEntry<Type>;
}

export interface MapChange<Type extends string = string> {
  readonly key: string;
  readonly from: MapEntry<Type>;
  readonly to: MapEntry<Type>;
  /** What stands beside it, as `conflictsAt` says, asked for before the next operation. */
  readonly conflicts: readonly MapEntry<Type>[];
}

const ABSENT = { is: 'absent' } as const;

/** Views as what stands at each key, keys in ascending order. */
export function map<Type extends string>(): OpType<
  MapState<Type>,
  MapOp<Type>,
  MapOp<Type>,
  ReadonlyMap<string, MapEntry<Type>>,
  MapChange<Type>
> {
  return {
    create: () => ({ writes: new Map() }),

    prepare: (state, { key: asked, entry }) => {
      const key = wellFormed(asked);
      if (entry.is === 'absent') return entryAt(state, key).is === 'absent' ? undefined : { key, entry };
      if (entry.is === 'child') return { key, entry };
      return { key, entry: { is: 'value', value: canonicalValue(entry.value) } };
    },

    effect: (state, { key, entry }, context) => {
      const before = state.writes.get(key);
      const from = before?.value ?? ABSENT;
      // Absence is kept as a write: a concurrent one that has yet to come has to be compared with it.
      const write = written(before, entry, context);
      state.writes.set(key, write);
      const unseen = from.is === 'absent' && entry.is === 'absent' && before?.beside === undefined;
      if (unseen && write.beside === undefined) return undefined;
      return new KeyChange(state, key, from, write.value);
    },

    view: (state) => {
      const keys = [...state.writes.keys()].sort();
      const entries = keys.map((key) => [key, entryAt(state, key)] as const);
      return new Map(entries.filter(([, entry]) => entry.is !== 'absent'));
    },
  };
}

/** A change whose conflicts are looked up when somebody asks for them: of a thousand writers at once there are as many. */
class KeyChange<Type extends string> implements MapChange<Type> {
  readonly key: string;
  readonly from: MapEntry<Type>;
  readonly to: MapEntry<Type>;
  readonly #state: MapState<Type>;

  constructor(state: MapState<Type>, key: string, from: MapEntry<Type>, to: MapEntry<Type>) {
    this.#state = state;
    this.key = key;
    this.from = from;
    this.to = to;
  }

  get conflicts(): readonly MapEntry<Type>[] {
    return conflictsAt(this.#state, this.key);
  }
}

/** What a reader finds at the key. */
export function entryAt<Type extends string>(state: MapState<Type>, key: string): MapEntry<Type> {
  return state.writes.get(key)?.value ?? ABSENT;
}

/** Values and children written at the same time as what is read, the latest first; the same written twice is none. */
export function conflictsAt<Type extends string>(
  state: MapState<Type>,
  key: string,
): readonly MapEntry<Type>[] {
  return valuesBeside(state.writes.get(key), entryKey).filter((entry) => entry.is !== 'absent');
}

function entryKey(entry: MapEntry): string {
  if (entry.is === 'absent') return entry.is;
  return entry.is === 'child' ? `child ${entry.type}` : `value ${valueKey(entry.value)}`;
}
