// What an engine under test must do. One file in subjects/ for each engine adapts it, in the way its own documentation
// says is best; what an engine cannot do it leaves out, and the rows that ask for it print a dash.

/** At `position`, in UTF-16 units, `deleted` units make way for `inserted`. */
export type Patch = readonly [position: number, deleted: number, inserted: string];

/** Told the bytes of every local transaction. */
export type UpdateListener = (update: Uint8Array) => void;

export interface Subject {
  /** What `save` writes holds the whole history; else the state, with what is needed to merge. */
  readonly savesHistory: boolean;
  /** An empty document of this replica; they number from 1. All of one subject can be merged. */
  create(replica: number, onUpdate?: UpdateListener): Doc;
  /** Opens what `save` wrote. */
  load(saved: Uint8Array, replica: number, onUpdate?: UpdateListener): Doc;
}

export interface Doc {
  /** Edits the text: one transaction, and so one update. */
  edit(patches: readonly Patch[]): void;
  text(): string;

  /** Takes in one update. */
  apply(update: Uint8Array): void;
  /** Takes in many, which came together. */
  applyAll(updates: readonly Uint8Array[]): void;

  save(): Uint8Array;
  /** Only the state: what a peer needs that will never ask for the history. */
  saveState?(): Uint8Array;
  /** Call the result to have all local changes since as updates: one, if the engine can put them together. */
  changesFromHere(): () => readonly Uint8Array[];

  /** Sets keys of a map at the root: one transaction. */
  set?(entries: Readonly<Record<string, Value>>): void;
  map?(): Readonly<Record<string, unknown>>;
  /** Inserts into an array at the root: one transaction. */
  insertItems?(index: number, items: readonly Value[]): void;
  items?(): readonly unknown[];
}

/** A JSON value that is written as a whole. */
export type Value = string | number | boolean | Readonly<Record<string, string>>;
