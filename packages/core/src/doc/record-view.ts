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
  const views = new Map<string, View<unknown>>();
  const viewOf = (name: string): View<unknown> => {
    const known = views.get(name);
    if (known !== undefined) return known;
    const made = openField(document, fields[name] as Field, parent, name);
    views.set(name, made);
    return made;
  };
  const names = Object.keys(fields);
  let json: Readonly<Record<string, unknown>> | undefined;
  const base: View<Readonly<Record<string, unknown>>> = {
    toJSON: () => {
      json = sameRecord(json, Object.fromEntries(names.map((name) => [name, viewOf(name).toJSON()])));
      return json;
    },
    clear: () => {
      document.transact(() => {
        for (const name of names) viewOf(name).clear();
      });
    },
  };
  for (const name of names) Object.defineProperty(base, name, { get: () => viewOf(name), enumerable: true });
  // The properties that were just defined are those of the type.
  return base as RecordView<F>;
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
