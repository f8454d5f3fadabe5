/**
 * The difference between two versions of a document, in the shape of its change feed: whoever applies it to what there was at
 * the one has what there was at the other. Of lists and trees as few elements move as can be.
 *
 * A text knows for itself what each version had of it. All other containers are made twice, as they were at either version,
 * and compared by their elements' names. Costs a replay of the history up to each version, and a look at every element.
 */
import type { Value } from '../bytes/value.ts';
import { type Dot, type DotKey, dotKey } from '../id/index.ts';
import { addWinsSet, valueKey } from '../op/add-wins-set.ts';
import { counter } from '../op/counter.ts';
import type { ListEdit } from '../op/list.ts';
import { entryAt, type MapEntry } from '../op/map.ts';
import { ROOT, TRASH, type TreeState } from '../op/tree.ts';
import {
  type ContainerChange,
  type ContainerChanges,
  type KeyEdit,
  lastStep,
  type NodeEdit,
  type Path,
  rootPath,
} from './change.ts';
import type { ContainerType } from './container-id.ts';
import type { ContainerState, TextState } from './container-state.ts';
import type { NativeDocument } from './native-document.ts';
import { Text } from './text.ts';

/** Versions are what `frontier` of the document once was; `decode/invalid` for one that is not known here. */
export function changesBetween(
  document: NativeDocument,
  before: readonly Dot[],
  after: readonly Dot[],
): ContainerChanges {
  const [from, to] = [new PastVersion(document.at(before)), new PastVersion(document.at(after))];
  const changes = new Map<number, ContainerChange>();
  const paths: Path[] = [];
  for (let container = 0; container < document.containers; container++) {
    const id = document.idOf(container);
    const path = id.at === 'root' ? rootPath(id) : [...(paths[id.parent] as Path), lastStep(id)];
    paths.push(path);
    const [a, b] = [from.stateOf(document, container), to.stateOf(document, container)];
    const change =
      id.type === 'text'
        ? textChange(document, container, path, before, after)
        : changeOf(from.document, a, to.document, b, path);
    if (change !== undefined) changes.set(container, change);
  }
  return changes;
}

/** A document as it was. */
class PastVersion {
  readonly document: NativeDocument;
  /** Its numbers of the containers that the present one has. */
  readonly #numbers: number[] = [];

  constructor(document: NativeDocument) {
    this.document = document;
  }

  /** Of a container of the present document; those before it have been asked for. */
  stateOf(present: NativeDocument, container: number): ContainerState {
    const id = present.idOf(container);
    const number = this.document.container(
      id.at === 'root' ? id : { ...id, parent: this.#numbers[id.parent] as number },
    );
    this.#numbers.push(number);
    return this.document.state(number);
  }
}

function textChange(
  document: NativeDocument,
  container: number,
  path: Path,
  before: readonly Dot[],
  after: readonly Dot[],
): ContainerChange | undefined {
  const text = new Text(document, container, document.state(container) as TextState);
  const edits = text.changesBetween(before, after);
  return edits.length === 0 ? undefined : { type: 'text', path, edits };
}

function changeOf(
  from: NativeDocument,
  a: ContainerState,
  to: NativeDocument,
  b: ContainerState,
  path: Path,
): ContainerChange | undefined {
  if (a.type === 'counter' && b.type === 'counter') {
    const [was, is] = [counter.view(a.state), counter.view(b.state)];
    return was === is ? undefined : { type: 'counter', path, from: was, to: is };
  }
  if (a.type === 'set' && b.type === 'set') {
    const lacking = (these: typeof a, others: typeof a): readonly Value[] =>
      addWinsSet.view(these.state).filter((value) => !others.state.members.has(valueKey(value)));
    const [added, removed] = [lacking(b, a), lacking(a, b)];
    return added.length + removed.length === 0 ? undefined : { type: 'set', path, added, removed };
  }
  if (a.type === 'map' && b.type === 'map') {
    const keys = new Set([...a.state.writes.keys(), ...b.state.writes.keys()]);
    const edits = [...keys]
      .map((key): KeyEdit => ({ key, from: entryAt(a.state, key), to: entryAt(b.state, key) }))
      .filter((edit) => entryKey(edit.from) !== entryKey(edit.to));
    return edits.length === 0 ? undefined : { type: 'map', path, edits };
  }
  if (a.type === 'list' && b.type === 'list') {
    const itemsOf = (document: NativeDocument, { items }: typeof a): readonly Item[] =>
      items.items().map((item, index) => {
        const name = dotKey(document.dotOf(items.elementAt(index)));
        return { name, item, conflicts: items.conflictsAt(index) };
      });
    const edits = listEdits(itemsOf(from, a), itemsOf(to, b));
    return edits.length === 0 ? undefined : { type: 'list', path, edits };
  }
  if (a.type === 'tree' && b.type === 'tree') {
    const edits = nodeEdits(familiesOf(from, a.state), familiesOf(to, b.state));
    return edits.length === 0 ? undefined : { type: 'tree', path, edits };
  }
  return undefined;
}

function entryKey(entry: MapEntry<ContainerType>): string {
  if (entry.is === 'absent') return '';
  return entry.is === 'child' ? `child ${entry.type}` : `value ${valueKey(entry.value)}`;
}

interface Item {
  readonly name: DotKey;
  readonly item: Value;
  readonly conflicts: readonly Value[];
}

/** What goes, from the end to the start; then what comes and what moves, from the start to the end; then what is set. */
function listEdits(before: readonly Item[], after: readonly Item[]): readonly ListEdit<Value>[] {
  const edits: ListEdit<Value>[] = [];
  const afterAt = new Map(after.map(({ name }, index) => [name, index]));
  const now = [...before];
  for (let end = now.length; end > 0; ) {
    let start = end;
    while (start > 0 && !afterAt.has((now[start - 1] as Item).name)) start--;
    if (start < end)
      edits.push({
        do: 'delete',
        index: start,
        items: now.splice(start, end - start).map(({ item }) => item),
      });
    end = Math.min(start, end - 1);
  }
  const known = new Map(now.map((item) => [item.name, item]));
  const stay = namesThatStay(
    now.map(({ name }) => name),
    afterAt,
  );
  /** Where the next one goes: behind the one before, over those that will move away from there. */
  let place = 0;
  for (const { name, item } of after) {
    const held = known.get(name);
    if (stay.has(name)) while (now[place] !== held) place++;
    else if (held === undefined) {
      now.splice(place, 0, { name, item, conflicts: [] });
      edits.push({ do: 'insert', index: place, items: [item] });
    } else {
      const from = now.indexOf(held);
      now.splice(from, 1);
      if (from < place) place--;
      now.splice(place, 0, held);
      if (from !== place) edits.push({ do: 'move', from, to: place, item: held.item });
    }
    place++;
  }
  for (const [index, { name, item, conflicts }] of after.entries()) {
    const from = known.get(name)?.item;
    if (from !== undefined && valueKey(from) !== valueKey(item))
      edits.push({ do: 'set', index, from, to: item, conflicts });
  }
  return edits;
}

/** A node's parent, `top`, or nothing for what is deleted; and by parent its children in order. */
interface Families {
  readonly parents: ReadonlyMap<DotKey, DotKey | typeof TOP>;
  readonly children: ReadonlyMap<DotKey | typeof TOP, readonly DotKey[]>;
}

const TOP = Symbol('top');

function familiesOf(document: NativeDocument, state: TreeState): Families {
  const nameOf = (lv: number): DotKey | typeof TOP => (lv === ROOT ? TOP : dotKey(document.dotOf(lv)));
  const parents = new Map<DotKey, DotKey | typeof TOP>();
  const children = new Map<DotKey | typeof TOP, readonly DotKey[]>();
  const nodes = state.nodes();
  for (const node of nodes) {
    const parent = state.placeOf(node)?.parent ?? TRASH;
    if (parent !== TRASH) parents.set(dotKey(document.dotOf(node)), nameOf(parent));
  }
  for (const parent of [ROOT, ...nodes])
    children.set(
      nameOf(parent),
      state.childrenOf(parent).map((node) => dotKey(document.dotOf(node))),
    );
  return { parents, children };
}

/** Deletions first, then by parent, each in the order of its siblings. */
function nodeEdits(before: Families, after: Families): readonly NodeEdit[] {
  const fromOf = (node: DotKey): NodeEdit['from'] => {
    const parent = before.parents.get(node);
    return parent === undefined ? undefined : { parent: parent === TOP ? undefined : parent };
  };
  const edits: NodeEdit[] = [];
  for (const node of before.parents.keys())
    if (!after.parents.has(node)) edits.push({ node, from: fromOf(node), to: undefined });
  for (const [parent, nodes] of after.children) {
    const afterAt = new Map(nodes.map((node, at) => [node, at]));
    const same = (before.children.get(parent) ?? []).filter((node) => afterAt.has(node));
    const stay = namesThatStay(same, afterAt);
    for (const [at, node] of nodes.entries()) {
      if (stay.has(node)) continue;
      edits.push({ node, from: fromOf(node), to: { parent: parent === TOP ? undefined : parent, at } });
    }
  }
  return edits;
}

/**
 * Of names in their old order, a longest choice that is in the new order too: the others have to move. (Schensted 1961,
 * "Longest increasing and decreasing subsequences", in the form that keeps the lowest end for each length.)
 */
function namesThatStay(names: readonly DotKey[], placeOf: ReadonlyMap<DotKey, number>): ReadonlySet<DotKey> {
  const places = names.map((name) => placeOf.get(name) ?? 0);
  /** By length less 1, the last of the choice of that length that ends lowest. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [i, place] of places.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((places[ends[middle] as number] as number) < place) low = middle + 1;
      else high = middle;
    }
    previous.push(ends[low - 1] ?? -1);
    ends[low] = i;
  }
  const stay = new Set<DotKey>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = previous[i] as number) stay.add(names[i] as DotKey);
  return stay;
}
