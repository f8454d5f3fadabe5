/**
 * A `Y.Doc` as an Engine: the app goes on using it, with every Yjs editor binding. Leaves out: awareness (awareness.ts).
 *
 * The document keeps the client id that Yjs gave it. A random one for each `Y.Doc` costs a few bytes per session that
 * writes; one that is used again by mistake, before everything it wrote is loaded, costs the document.
 */
import * as Y from 'yjs';
import { CausewayError } from '../error.ts';
import type { Engine, EngineFactory, UpdateFormat, Version } from '../format/index.ts';
import { Listeners, throwLater } from '../listeners.ts';
import { compose } from './update-compose.ts';
import { endClock, firstClock, isWithin, type Range, takeApart, unite } from './update-parts.ts';
import { yjsFormat } from './yjs-format.ts';

/** Opens `doc` as it is: what it already holds counts as a local change that no listener has heard of yet. */
export function yjsDocument(doc: Y.Doc): EngineFactory<YjsDocument> {
  return () => new YjsDocument(doc);
}

/** What happened before there was a listener. */
interface Unheard {
  /** Content found at the start and local updates since. */
  local: Uint8Array[];
  /** Remote updates since the first of `local`. */
  applied: Uint8Array[];
}

/** Updates kept apart before they are merged into one. */
const MAX_UNHEARD_UPDATES = 500;

export class YjsDocument implements Engine {
  readonly format: UpdateFormat = yjsFormat;
  readonly doc: Y.Doc;
  readonly #listeners = new Listeners<[update: Uint8Array]>();
  readonly #changes = new Listeners<[]>();
  /** Undefined from the first listener on. */
  #unheard: Unheard | undefined = { local: [], applied: [] };
  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this) this.#tell(update);
    this.#changes.tell();
  };

  constructor(doc: Y.Doc) {
    this.doc = doc;
    if (!isBlank(doc)) this.#tell(this.snapshot());
    doc.on('update', this.#onUpdate);
  }

  /** The origin of the transaction is this object, so that observers and undo managers can tell. */
  apply(update: Uint8Array): void {
    const fresh = this.#freshPart(update);
    let failure: unknown;
    try {
      // Yjs nests the inner transaction in the outer one: what the inner call throws is Yjs's own trouble with the
      // update; what the outer one throws comes from observers of the app, when the update is long in the document.
      this.doc.transact(() => {
        try {
          Y.applyUpdate(this.doc, fresh, this);
        } catch (error) {
          failure = error;
        }
      }, this);
    } catch (error) {
      throwLater(error);
    }
    if (failure !== undefined) throw contradiction(failure);
    const unheard = this.#unheard;
    if (unheard !== undefined && unheard.local.length > 0) keep(unheard.applied, update);
  }

  /** The first listener is told at once what has changed before it came, or was in the document from the start. */
  onUpdate(listener: (update: Uint8Array) => void): () => void {
    const stop = this.#listeners.add(listener);
    const unheard = this.#unheard;
    this.#unheard = undefined;
    if (unheard !== undefined && !holdsAll(unheard.applied, unheard.local)) {
      this.#listeners.tell(yjsFormat.merge(unheard.local));
    }
    return stop;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  snapshot(): Uint8Array {
    const { store } = this.doc;
    const { pendingStructs, pendingDs } = store;
    if (pendingStructs === null && pendingDs === null) return Y.encodeStateAsUpdate(this.doc);
    // What waits for a missing part is merged by us: Yjs's merge trusts that no two updates contradict each other.
    store.pendingStructs = null;
    store.pendingDs = null;
    try {
      const waiting = [pendingStructs?.update, pendingDs].filter((update) => update != null);
      return yjsFormat.merge([Y.encodeStateAsUpdate(this.doc), ...waiting.map(Y.convertUpdateFormatV2ToV1)]);
    } finally {
      store.pendingStructs = pendingStructs;
      store.pendingDs = pendingDs;
    }
  }

  version(): Version {
    return yjsFormat.parseVersion(Y.encodeStateVector(this.doc));
  }

  close(): void {
    this.doc.off('update', this.#onUpdate);
    this.#listeners.clear();
    this.#changes.clear();
  }

  #tell(update: Uint8Array): void {
    if (this.#unheard === undefined) this.#listeners.tell(update);
    else keep(this.#unheard.local, update);
  }

  /**
   * The update without structs that the document holds, whole or in part, and with what Yjs had put aside for a missing
   * part. Yjs can cut known parts off itself, but breaks halfway when the rest does not fit what it holds.
   */
  #freshPart(update: Uint8Array): Uint8Array {
    const { store } = this.doc;
    const parts = takeApart(update);
    const waiting = parts.runs.length > 0 ? store.pendingStructs : null;
    const isFresh = parts.runs.every((run) => firstClock(run) >= Y.getState(store, run.client));
    if (waiting === null && isFresh) return update;
    const all = waiting === null ? [parts] : [parts, takeApart(Y.convertUpdateFormatV2ToV1(waiting.update))];
    const fresh = compose(all, (client) => Y.getState(store, client));
    if (waiting !== null) store.pendingStructs = null;
    return fresh;
  }
}

function contradiction(cause: unknown): CausewayError<'decode/invalid'> {
  return new CausewayError(
    'decode/invalid',
    { what: 'Yjs update', detail: String(cause) },
    `Yjs could not apply an update that contradicts what this document holds (${String(cause)}); open the document anew`,
    { cause },
  );
}

function isBlank({ store }: Y.Doc): boolean {
  return store.clients.size === 0 && store.pendingStructs === null && store.pendingDs === null;
}

function keep(updates: Uint8Array[], update: Uint8Array): void {
  updates.push(update);
  if (updates.length > MAX_UNHEARD_UPDATES) updates.splice(0, updates.length, yjsFormat.merge(updates));
}

/** Whether every struct and every deletion of `parts` is in `whole`. */
function holdsAll(whole: readonly Uint8Array[], parts: readonly Uint8Array[]): boolean {
  const held = contentOf(whole);
  const wanted = contentOf(parts);
  return isHeld(wanted.structs, held.structs) && isHeld(wanted.deletions, held.deletions);
}

type RangesByClient = ReadonlyMap<number, readonly Range[]>;

function contentOf(updates: readonly Uint8Array[]): { structs: RangesByClient; deletions: RangesByClient } {
  const { runs, deletions } = takeApart(yjsFormat.merge(updates));
  const structs = new Map<number, Range[]>();
  for (const run of runs) {
    const range: Range = [firstClock(run), endClock(run)];
    const known = structs.get(run.client);
    if (known === undefined) structs.set(run.client, [range]);
    else known.push(range);
  }
  return { structs, deletions };
}

function isHeld(wanted: RangesByClient, held: RangesByClient): boolean {
  return [...wanted].every(([client, ranges]) => isWithin(unite(ranges), unite(held.get(client) ?? [])));
}
