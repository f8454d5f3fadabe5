/**
 * A document with a schema: what apps make, edit, listen to and save. Leaves out: the engine (native-document.ts), and what
 * clients and relays do with the bytes (native/).
 */
import type { Dot } from '../id/index.ts';
import type { DocumentChange } from './change.ts';
import { type DocumentSite, NativeDocument } from './native-document.ts';
import { type Fields, type JsonOfFields, type RecordView, recordView } from './record-view.ts';
import type { Schema } from './schema.ts';

export interface DocumentMethods<F extends Fields> {
  /** The engine behind it. */
  readonly native: NativeDocument;
  /** Makes the edits of `edit` one event: others see all of them or none. When `edit` throws, nothing has happened. */
  transact<T>(edit: () => T, origin?: unknown): T;
  /** Takes in an update; `decode/*` unless the bytes are one, and then nothing has changed. */
  apply(update: Uint8Array): void;
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
  const methods: DocumentMethods<F> = {
    native,
    transact: (edit, origin) => native.transact(edit, origin),
    apply: (update) => native.apply(update),
    fork: (site, version) => typedDocument(schema, native.fork(site, version)),
    at: (version) => recordView(native.at(version), schema.fields, undefined).toJSON(),
    save: () => native.save(),
    onUpdate: (listener) => native.onUpdate(listener),
    onChange: (listener) => native.onChange(listener),
  };
  return Object.assign(recordView(native, schema.fields, undefined), methods);
}
