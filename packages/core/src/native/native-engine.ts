/**
 * A native document as an Engine: what a client keeps, sends and loads. The app goes on using the document itself.
 */
import { type Fields, NativeDocument, type Schema, type TypedDocument, typedDocument } from '../doc/index.ts';
import type { Engine, EngineFactory, UpdateFormat, Version } from '../format/index.ts';
import { Listeners } from '../listeners.ts';
import { nativeFormat, versionOfVector } from './native-format.ts';

/**
 * Makes documents of this schema, each written by the site's replica with the site's clock. What an app edits is `content`:
 *
 *     const { document } = await client.open('notes/1', nativeDocument(Note))
 *     document.content.title.set('Shopping')
 */
export function nativeDocument<F extends Fields>(schema: Schema<F>): EngineFactory<SchemaEngine<F>> {
  return (site) => new SchemaEngine(schema, new NativeDocument(site));
}

/** Opens `document` as it is: this replica's own edits that it already holds count as local changes that no listener has heard of. */
export function nativeEngine(document: NativeDocument): EngineFactory<NativeEngine> {
  return () => new NativeEngine(document);
}

export class NativeEngine implements Engine {
  readonly format: UpdateFormat = nativeFormat;
  readonly document: NativeDocument;
  readonly #listeners = new Listeners<[update: Uint8Array]>();
  readonly #changes = new Listeners<[]>();
  #stop: (() => void) | undefined;
  #stopChanges: (() => void) | undefined;
  /** The first of this replica's own seqs that is new; undefined from the first listener on. */
  #unheardFrom: number | undefined = 1;

  constructor(document: NativeDocument) {
    this.document = document;
  }

  /** This replica's own edits that come back, from a store, are none that anybody has to be told of. */
  apply(update: Uint8Array): void {
    const from = this.#unheardFrom;
    const before = from === undefined ? 0 : this.document.ownSeq;
    this.document.apply(update);
    if (from === before + 1) this.#unheardFrom = this.document.ownSeq + 1;
  }

  /** The first listener is told at once what was edited before it came. */
  onUpdate(listener: (update: Uint8Array) => void): () => void {
    const stop = this.#listeners.add(listener);
    this.#stop ??= this.document.onUpdate((update) => this.#listeners.tell(update));
    const from = this.#unheardFrom;
    this.#unheardFrom = undefined;
    if (from !== undefined && this.document.ownSeq >= from)
      this.#listeners.tell(this.document.ownUpdateSince(from));
    return stop;
  }

  onChange(listener: () => void): () => void {
    const stop = this.#changes.add(listener);
    this.#stopChanges ??= this.document.onChange(() => this.#changes.tell());
    return stop;
  }

  snapshot(): Uint8Array {
    return this.document.save();
  }

  version(): Version {
    return versionOfVector(this.document.version);
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#listeners.clear();
    this.#stopChanges?.();
    this.#stopChanges = undefined;
    this.#changes.clear();
  }
}

/** The engine of a document with a schema. */
export class SchemaEngine<F extends Fields> extends NativeEngine {
  /** The document as its schema says. */
  readonly content: TypedDocument<F>;

  constructor(schema: Schema<F>, document: NativeDocument) {
    super(document);
    this.content = typedDocument(schema, document);
  }
}
