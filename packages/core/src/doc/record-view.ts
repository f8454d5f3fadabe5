/**
 * Views of a record's fields, each reached by its name: what a document with a schema is, and every record and tree node
 * within one. Leaves out: the words by which an app says what a record has (schema.ts).
 */
import type { Value } from '../bytes/value.ts';
import type { ContainerId, ContainerType } from './container-id.ts';
import { checkKey } from './key.ts';
import type { NativeDocument } from './native-document.ts';
import type { Register } from './register.ts';
import { type JsonOf, sameRecord, type View } from './view.ts';

/** A field that is a container of its own. */
export interface ContainerField<V extends View<unknown>> {
  readonly is: 'container';
  readonly type: ContainerType;
  open(document: NativeDocument, container: number): V;
}

/** A field that is a key of the map around it. */
export interface RegisterField<T extends Value> {
  readonly is: 'register';
  open(document: NativeDocument, map: number, key: string): Register<T>;
}

export type Field = ContainerField<View<unknown>> | RegisterField<Value>;

export type Fields = Readonly<Record<string, Field>>;

/** What an app gets for each field. */
export type ViewsOf<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]['open']> };

export type JsonOfFields<F extends Fields> = { readonly [K in keyof F]: JsonOf<ReturnType<F[K]['open']>> };

/** The record of views of a record, which is one itself: its fields are reached by name. */
export type RecordView<F extends Fields> = ViewsOf<F> & View<JsonOfFields<F>>;

/** Registers at the root are keys of this map, whose name no field can have. */
const ROOT_MAP: ContainerId = { at: 'root', type: 'map', name: '' };

/** Names that a record's view has for itself, or the document. */
const RESERVED: readonly string[] = [
  ...['toJSON', 'clear', 'constructor', 'then', '__proto__'],
  ...['native', 'transact', 'apply', 'fork', 'at', 'save', 'onUpdate', 'onChange'],
];

/** The views of fields that are keys of the map `parent`, or at the root when that is undefined. Each is made when it is first asked for. */
export function recordView<F extends Fields>(
  document: NativeDocument,
  fields: F,
  parent: number | undefined,
): RecordView<F> {
  // The fields are reached by the getters of its class.
  return new (recordClass(fields))(document, fields, parent) as RecordViewBase<F> & RecordView<F>;
}

/** A record without the getters of its fields. */
export class RecordViewBase<F extends Fields> implements View<JsonOfFields<F>> {
  readonly #document: NativeDocument;
  readonly #fields: F;
  readonly #parent: number | undefined;
  /** By the place of their fields; undefined before the first is asked for. */
  #views: View<unknown>[] | undefined;
  #json: Readonly<Record<string, unknown>> | undefined;

  constructor(document: NativeDocument, fields: F, parent: number | undefined) {
    this.#document = document;
    this.#fields = fields;
    this.#parent = parent;
  }

  toJSON(): JsonOfFields<F> {
    const entries = Object.keys(this.#fields).map(
      (name, at) => [name, this.#view(name, at).toJSON()] as const,
    );
    this.#json = sameRecord(this.#json, Object.fromEntries(entries));
    // It has what each field's view has.
    return this.#json as JsonOfFields<F>;
  }

  clear(): void {
    this.#document.transact(() => {
      for (const [at, name] of Object.keys(this.#fields).entries()) this.#view(name, at).clear();
    });
  }

  /** The view of a field of a record, and its place among the fields. */
  static viewOf(record: RecordViewBase<Fields>, name: string, at: number): View<unknown> {
    return record.#view(name, at);
  }

  #view(name: string, at: number): View<unknown> {
    this.#views ??= [];
    let view = this.#views[at];
    if (view === undefined) {
      view = openField(this.#document, this.#fields[name] as Field, this.#parent, name);
      this.#views[at] = view;
    }
    return view;
  }
}

type RecordClass = new <F extends Fields>(
  document: NativeDocument,
  fields: F,
  parent: number | undefined,
) => RecordViewBase<F>;

const recordClasses = new WeakMap<Fields, RecordClass>();

/** The class of records with these fields: one for all of them, so that a record is one small object. */
function recordClass(fields: Fields): RecordClass {
  let made = recordClasses.get(fields);
  if (made === undefined) {
    made = class<F extends Fields> extends RecordViewBase<F> {};
    defineFields(made.prototype, fields);
    recordClasses.set(fields, made);
  }
  return made;
}

/** Gives the objects that have this prototype a getter for each field. */
export function defineFields(prototype: object, fields: Fields): void {
  for (const [at, name] of Object.keys(fields).entries()) {
    Object.defineProperty(prototype, name, {
      get(this: RecordViewBase<Fields>) {
        return RecordViewBase.viewOf(this, name, at);
      },
      enumerable: true,
    });
  }
}

function openField(
  document: NativeDocument,
  field: Field,
  parent: number | undefined,
  name: string,
): View<unknown> {
  if (field.is === 'register') return field.open(document, parent ?? document.container(ROOT_MAP), name);
  const { type } = field;
  const id: ContainerId =
    parent === undefined ? { at: 'root', type, name } : { at: 'key', type, parent, key: name };
  return field.open(document, document.container(id));
}

/** Throws TypeError for a name that no field can have. */
export function checkFields(fields: Fields): void {
  for (const name of Object.keys(fields)) {
    checkKey(name);
    if (name === '' || RESERVED.includes(name))
      throw new TypeError(`${JSON.stringify(name)} is no name for a field: the view needs it; take another`);
  }
}
