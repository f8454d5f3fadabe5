/**
 * A document with a schema: what apps make, edit, listen to and save. Leaves out: the engine (native-document.ts), and what
 * clients and relays do with the bytes (native/).
 */
import type { Dot } from '../id/index.ts';
import type { DocumentChange } from './change.ts';
import { type DocumentSite, NativeDocument } from './native-document.ts';
import {
  defineFields,
  type Fields,
  type JsonOfFields,
  type RecordView,
  RecordViewBase,
} from './record-view.ts';
import type { Schema } from './schema.ts';

export interface DocumentMethods<F extends Fields> {
  /** The engine behind it. */
  readonly native: NativeDocument;
  /** Makes the edits of `edit` one event: others see all of them or none. When `edit` throws, nothing has happened. */
  transact<T>(edit: () => T, origin?: unknown): T;
  /** Takes in an update; `decode/*` unless the bytes are one, and then nothing has changed. */
  apply(update: Uint8Array): void;
  /** Takes in updates that have come together: as `apply`, but told as one change, and all or none. */
  applyAll(updates: readonly Uint8Array[]): void;
  /** A document of another site with what this one has, or had at a version that `native.frontier` once was. */
  fork(site: DocumentSite, version?: readonly Dot[]): TypedDocument<F>;
  /** What it held at such a version, as `toJSON` has it. Costs a replay of the history up to there. */
  at(version: readonly Dot[]): JsonOfFields<F>;
  /** The document as one update. */
  save(): Uint8Array;
  /** Calls `listener` with the bytes of every local transaction. Returns the way to stop. */
  onUpdate(listener: (update: Uint8Array) => void): () => void;
  /** Calls `listener` after every transaction and every update that changed something. Returns the way to stop. */
  onChange(listener: (change: DocumentChange) => void): () => void;
}

export type TypedDocument<F extends Fields> = RecordView<F> & DocumentMethods<F>;

export function createDocument<F extends Fields>(schema: Schema<F>, site: DocumentSite): TypedDocument<F> {
  return typedDocument(schema, new NativeDocument(site));
}

/**
 * Opens what `save` wrote, from a store that is trusted: see NativeDocument.load. `decode/*` unless the bytes are a document.
 */
export function loadDocument<F extends Fields>(
  schema: Schema<F>,
  saved: Uint8Array,
  site: DocumentSite,
): TypedDocument<F> {
  return typedDocument(schema, NativeDocument.load(saved, site));
}

/** A document that is open already, as its schema says. */
export function typedDocument<F extends Fields>(schema: Schema<F>, native: NativeDocument): TypedDocument<F> {
  // The fields are reached by the getters of its class.
  return new (documentClass(schema))(schema, native) as DocumentView<F> & TypedDocument<F>;
}

class DocumentView<F extends Fields> extends RecordViewBase<F> implements DocumentMethods<F> {
  readonly native: NativeDocument;
  readonly #schema: Schema<F>;

  constructor(schema: Schema<F>, native: NativeDocument) {
    super(native, schema.fields, undefined);
    this.native = native;
    this.#schema = schema;
  }

  transact<T>(edit: () => T, origin?: unknown): T {
    return this.native.transact(edit, origin);
  }

  apply(update: Uint8Array): void {
    this.native.apply(update);
  }

  applyAll(updates: readonly Uint8Array[]): void {
    this.native.applyAll(updates);
  }

  fork(site: DocumentSite, version?: readonly Dot[]): TypedDocument<F> {
    return typedDocument(this.#schema, this.native.fork(site, version));
  }

  at(version: readonly Dot[]): JsonOfFields<F> {
    return new RecordViewBase(this.native.at(version), this.#schema.fields, undefined).toJSON();
  }

  save(): Uint8Array {
    return this.native.save();
  }

  onUpdate(listener: (update: Uint8Array) => void): () => void {
    return this.native.onUpdate(listener);
  }

  onChange(listener: (change: DocumentChange) => void): () => void {
    return this.native.onChange(listener);
  }
}

type DocumentClass = new <F extends Fields>(schema: Schema<F>, native: NativeDocument) => DocumentView<F>;

const documentClasses = new WeakMap<Schema<Fields>, DocumentClass>();

/** The class of documents with this schema: one for all of them, so that what each costs beside its content is little. */
function documentClass(schema: Schema<Fields>): DocumentClass {
  let made = documentClasses.get(schema);
  if (made === undefined) {
    made = class<F extends Fields> extends DocumentView<F> {};
    defineFields(made.prototype, schema.fields);
    documentClasses.set(schema, made);
  }
  return made;
}
