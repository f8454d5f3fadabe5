/**
 * What one transaction or one update changed, for whoever shows the document: by container, each with its path and what
 * happened in it, so that a reader who applies it to what he had has what there is.
 *
 *   path ['sections', 'one', 'text']      the text in the record at the key `one` of the map `sections` of the root
 *   path ['todos', '5.12']                the container of the element 5.12 of the list `todos`
 *   path []                               the registers of the root
 *
 * The difference between two versions (version-changes.ts) has the same shape. Leaves out: who edits and who listens
 * (native-document.ts), and how changes are put together (change-notes.ts).
 */
import type { Value } from '../bytes/value.ts';
import { type DotKey, dotKey } from '../id/index.ts';
import type { ListEdit } from '../op/list.ts';
import type { MapEntry } from '../op/map.ts';
import type { ContainerId, ContainerType } from './container-id.ts';
import type { ContainerInverse } from './inverse.ts';

/** Field names, keys, and the names of elements, from the root to the container. */
export type Path = readonly string[];

/** A text edit as it happened: at `index`, `removed` units made way for `inserted`. Indexes are those of the moment. */
export interface TextEdit {
  readonly index: number;
  readonly removed: number;
  readonly inserted: string;
}

/** A key that was written; `from` and `to` are equal where only what is in conflict with it may have changed. */
export interface KeyEdit {
  readonly key: string;
  readonly from: MapEntry<ContainerType>;
  readonly to: MapEntry<ContainerType>;
}

/** Where a node of a tree is seen: below which node, undefined at the top, and how many siblings come before it. */
export interface NodePlace {
  readonly parent: DotKey | undefined;
  readonly at: number;
}

/**
 * A node that stands elsewhere than before. Whoever takes all these nodes out, and then puts them in their places in the
 * order in which they come, has the children of every node in order.
 */
export interface NodeEdit {
  readonly node: DotKey;
  /** The node that it was below, with undefined for the top; undefined as a whole for one that was not there. */
  readonly from: Pick<NodePlace, 'parent'> | undefined;
  /** Undefined for one that is deleted. */
  readonly to: NodePlace | undefined;
}

export type ContainerChange =
  | { readonly type: 'text'; readonly path: Path; readonly edits: readonly TextEdit[] }
  /** Of a list of containers the items are what they are called inside; read the elements again at these indexes. */
  | { readonly type: 'list'; readonly path: Path; readonly edits: readonly ListEdit<Value>[] }
  /** Of a record too: the keys that were written, registers and children alike. */
  | { readonly type: 'map'; readonly path: Path; readonly edits: readonly KeyEdit[] }
  | { readonly type: 'counter'; readonly path: Path; readonly from: number; readonly to: number }
  | {
      readonly type: 'set';
      readonly path: Path;
      readonly added: readonly Value[];
      readonly removed: readonly Value[];
    }
  | { readonly type: 'tree'; readonly path: Path; readonly edits: readonly NodeEdit[] };

/** By container number, which views know as `container`. */
export type ContainerChanges = ReadonlyMap<number, ContainerChange>;

/** What one transaction or one update changed. */
export interface DocumentChange {
  readonly local: boolean;
  /** What the transaction was labelled with; undefined for updates. */
  readonly origin: unknown;
  readonly containers: ContainerChanges;
  /** The local numbers of a transaction's operations, [start, end); empty for updates. */
  readonly start: number;
  readonly end: number;
  /** What takes the transaction's operations back, those on texts aside; in their order. */
  readonly inverses: readonly ContainerInverse[];
}

type RootId = Extract<ContainerId, { readonly at: 'root' }>;

/** The path of a container at the root: registers there are in the map without a name. */
export function rootPath({ name }: RootId): Path {
  return name === '' ? [] : [name];
}

/** What the path of a container has behind that of the one it lies in. */
export function lastStep(id: Exclude<ContainerId, RootId>): string {
  return id.at === 'key' ? id.key : dotKey(id.element);
}
