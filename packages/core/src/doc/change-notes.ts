/**
 * Puts the changes of a transaction or an update together while it is carried out. Of texts and lists the edits are noted as they
 * happen; of all else what there was before, since only what there is in the end counts.
 *
 *      noted    votes: 3      tags: milk was not in, eggs were      then    votes 3 → 5      + milk
 */
import type { Value } from '../bytes/value.ts';
import { dotKey } from '../id/index.ts';
import { valueKey } from '../op/add-wins-set.ts';
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
  type TextEdit,
} from './change.ts';
import type { ContainerId, ContainerType } from './container-id.ts';
import type { Names, PlainChange, PlainState } from './plain-ops.ts';

/** What was noted of a container. */
type Note =
  | { readonly type: 'text'; readonly edits: TextEdit[] }
  | { readonly type: 'list'; readonly edits: ListEdit<Value>[] }
  | { readonly type: 'map'; readonly before: Map<string, MapEntry<ContainerType>> }
  | { readonly type: 'counter'; readonly before: number }
  /** By the value's key: whether it was in. */
  | { readonly type: 'set'; readonly before: Map<string, { readonly value: Value; readonly was: boolean }> }
  /** By node: the parent it had, TRASH for none. */
  | { readonly type: 'tree'; readonly before: Map<number, number> };

type PlainNote = Exclude<Note, { readonly type: 'text' | 'list' }>;

export class ChangeNotes {
  readonly #containers: readonly ContainerId[];
  readonly #names: Names;
  readonly #paths: Path[] = [];
  #notes: Map<number, Note> | undefined;

  /** `containers` is read when something is noted, and grows. */
  constructor(containers: readonly ContainerId[], names: Names) {
    this.#containers = containers;
    this.#names = names;
  }

  get isEmpty(): boolean {
    return this.#notes === undefined;
  }

  text(container: number, edit: TextEdit): void {
    const note = this.#note(container, () => ({ type: 'text', edits: [] }));
    if (note.type === 'text') note.edits.push(edit);
  }

  /** Where edits of this list are to be added. */
  list(container: number): ListEdit<Value>[] {
    const note = this.#note(container, () => ({ type: 'list', edits: [] }));
    return note.type === 'list' ? note.edits : [];
  }

  /** What an operation has changed in a container of another type. */
  plain(container: number, change: PlainChange): void {
    const note = this.#note(container, () => firstNote(change));
    if (note.type === 'map' && change.type === 'map') {
      const { key, from } = change.change;
      if (!note.before.has(key)) note.before.set(key, from);
    } else if (note.type === 'set' && change.type === 'set') {
      for (const [values, was] of [
        [change.change.added, false] as const,
        [change.change.removed, true] as const,
      ])
        for (const value of values) {
          const key = valueKey(value);
          if (!note.before.has(key)) note.before.set(key, { value, was });
        }
    } else if (note.type === 'tree' && change.type === 'tree') {
      for (const { node, from } of change.changes)
        if (!note.before.has(node)) note.before.set(node, from?.parent ?? TRASH);
    }
  }

  /** What was changed since the last time, read from the states as they are now; undefined when a reader would find everything as it was. */
  take(stateOf: (container: number) => { readonly type: ContainerType }): ContainerChanges | undefined {
    const notes = this.#notes;
    this.#notes = undefined;
    if (notes === undefined) return undefined;
    const changes = new Map<number, ContainerChange>();
    for (const [container, note] of notes) {
      const path = this.#pathOf(container);
      const change =
        note.type === 'text' || note.type === 'list'
          ? { ...note, path }
          : changeSince(note, stateOf(container) as PlainState, path, this.#names);
      if (change !== undefined) changes.set(container, change);
    }
    return changes.size === 0 ? undefined : changes;
  }

  /** Forgets what was noted. */
  clear(): void {
    this.#notes = undefined;
  }

  #note(container: number, make: () => Note): Note {
    this.#notes ??= new Map();
    let note = this.#notes.get(container);
    if (note === undefined) {
      note = make();
      this.#notes.set(container, note);
    }
    return note;
  }

  /** How deep containers lie is bounded where they are read. */
  #pathOf(container: number): Path {
    const known = this.#paths[container];
    if (known !== undefined) return known;
    const id = this.#containers[container] as ContainerId;
    const path = id.at === 'root' ? rootPath(id) : [...this.#pathOf(id.parent), lastStep(id)];
    this.#paths[container] = path;
    return path;
  }
}

function firstNote(change: PlainChange): PlainNote {
  switch (change.type) {
    case 'counter':
      return { type: 'counter', before: change.change.from };
    case 'map':
      return { type: 'map', before: new Map() };
    case 'set':
      return { type: 'set', before: new Map() };
    case 'tree':
      return { type: 'tree', before: new Map() };
  }
}

function changeSince(note: PlainNote, of: PlainState, path: Path, names: Names): ContainerChange | undefined {
  if (note.type === 'counter' && of.type === 'counter') {
    const to = counter.view(of.state);
    return to === note.before ? undefined : { type: 'counter', path, from: note.before, to };
  }
  if (note.type === 'map' && of.type === 'map') {
    const edits = [...note.before].map(([key, from]): KeyEdit => ({ key, from, to: entryAt(of.state, key) }));
    return { type: 'map', path, edits };
  }
  if (note.type === 'set' && of.type === 'set') {
    const changed = [...note.before].filter(([key, { was }]) => of.state.members.has(key) !== was);
    if (changed.length === 0) return undefined;
    const valuesThat = (was: boolean): Value[] =>
      changed.flatMap(([, each]) => (each.was === was ? [each.value] : []));
    return { type: 'set', path, added: valuesThat(false), removed: valuesThat(true) };
  }
  if (note.type === 'tree' && of.type === 'tree') {
    const edits = nodeEdits(note.before, of.state, names);
    return edits.length === 0 ? undefined : { type: 'tree', path, edits };
  }
  return undefined;
}

/** By parent, each in the order of its siblings; what is deleted first. */
function nodeEdits(before: ReadonlyMap<number, number>, state: TreeState, names: Names): readonly NodeEdit[] {
  const edits: { readonly parent: number; readonly at: number; readonly edit: NodeEdit }[] = [];
  for (const [node, parentBefore] of before) {
    const parent = state.placeOf(node)?.parent ?? TRASH;
    if (parent === TRASH && parentBefore === TRASH) continue;
    const at = parent === TRASH ? 0 : state.childrenOf(parent).indexOf(node);
    const from = parentBefore === TRASH ? undefined : { parent: parentKey(parentBefore, names) };
    const to = parent === TRASH ? undefined : { parent: parentKey(parent, names), at };
    edits.push({ parent, at, edit: { node: dotKey(names.dotOf(node)), from, to } });
  }
  return edits.sort((a, b) => a.parent - b.parent || a.at - b.at).map(({ edit }) => edit);
}

function parentKey(parent: number, names: Names) {
  return parent === ROOT ? undefined : dotKey(names.dotOf(parent));
}
