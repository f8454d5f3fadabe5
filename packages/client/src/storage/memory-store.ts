/**
 * A store in memory: the fallback where there is no IndexedDB, and the model that the durable stores are held to. Nothing
 * here is ever under way, and nothing survives the page.
 */
import type { DocumentKind, DocumentName, ReplicaId } from '@causeway/core/id';
import type { BatchId, Position } from '@causeway/core/sync';
import { applyChanges, byMaking, type Dated, namedBatches } from './apply-changes.ts';
import { changesNothing } from './change.ts';
import type {
  Batch,
  DocumentChange,
  DocumentStore,
  MergeChunks,
  QuarantinedBatch,
  StoredDocument,
  StoredEntry,
  StoredSize,
} from './document-store.ts';
import { kindMismatch, storeClosed } from './failure.ts';
import { firstToMerge } from './tail.ts';

interface Kept {
  readonly kind: DocumentKind;
  position: Position | undefined;
  readonly chunks: Uint8Array[];
  readonly outbox: Map<BatchId, Dated<Batch>>;
  readonly quarantine: Map<BatchId, Dated<QuarantinedBatch>>;
}

export class MemoryStore implements DocumentStore {
  readonly durable: boolean = false;
  readonly place: string | undefined = undefined;
  readonly #documents = new Map<DocumentName, Kept>();
  readonly #replicas = new Set<ReplicaId>();
  readonly #now: () => number;
  #lastMadeAt = 0;
  #closed = false;

  /** `now`: milliseconds since 1970, for the age of what is pending. Without it batches only have an order. */
  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  async open(): Promise<void> {
    this.#check('open');
  }

  async load(name: DocumentName): Promise<StoredDocument | undefined> {
    this.#check('load');
    const kept = this.#documents.get(name);
    if (kept === undefined) return undefined;
    const { kind, position, chunks } = kept;
    const outbox = [...kept.outbox.values()].sort(byMaking).map(withOwnBytes);
    const quarantine = [...kept.quarantine.values()].sort(byMaking).map(withOwnBytes);
    return { name, kind, position, chunks: chunks.map(copyOf), outbox, quarantine, damage: [] };
  }

  async write(name: DocumentName, kind: DocumentKind, ...changes: readonly DocumentChange[]): Promise<void> {
    this.#check('write');
    if (changes.every(changesNothing)) return;
    const kept = this.#documents.get(name) ?? blank(kind);
    if (kept.kind !== kind) throw kindMismatch(name, kept.kind, kind);
    this.#documents.set(name, kept);
    const named = namedBatches(changes);
    const before = {
      position: kept.position,
      outbox: pick(kept.outbox, named.outbox),
      quarantine: pick(kept.quarantine, named.quarantine),
    };
    const after = applyChanges(before, changes, () => this.#nextMadeAt());
    kept.position = after.position;
    kept.chunks.push(...after.chunks.map(copyOf));
    replace(kept.outbox, before.outbox, ownBytes(before.outbox, after.outbox));
    replace(kept.quarantine, before.quarantine, after.quarantine);
  }

  async size(name: DocumentName): Promise<StoredSize> {
    this.#check('size');
    const chunks = this.#documents.get(name)?.chunks ?? [];
    return { chunks: chunks.length, bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0) };
  }

  async compact(name: DocumentName, merge: MergeChunks): Promise<void> {
    this.#check('compact');
    const chunks = this.#documents.get(name)?.chunks ?? [];
    const first = firstToMerge(chunks.map((chunk) => chunk.length));
    if (first < chunks.length) chunks.splice(first, chunks.length, merge(chunks.slice(first), first === 0));
  }

  async list(): Promise<readonly StoredEntry[]> {
    this.#check('list');
    return [...this.#documents].map(([name, { kind, outbox, quarantine }]) => ({
      name,
      kind,
      pending: outbox.size,
      quarantined: quarantine.size,
    }));
  }

  async delete(name: DocumentName): Promise<void> {
    this.#check('delete');
    this.#documents.delete(name);
    this.#replicas.clear();
  }

  async wipe(): Promise<void> {
    this.#check('wipe');
    this.#documents.clear();
    this.#replicas.clear();
  }

  async replicas(): Promise<readonly ReplicaId[]> {
    this.#check('replicas');
    return [...this.#replicas];
  }

  async addReplica(id: ReplicaId): Promise<void> {
    this.#check('addReplica');
    this.#replicas.add(id);
  }

  async retireReplica(id: ReplicaId): Promise<void> {
    this.#check('retireReplica');
    this.#replicas.delete(id);
  }

  onLost(): () => void {
    return () => {};
  }

  async recover(): Promise<void> {
    this.#check('recover');
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #nextMadeAt(): number {
    this.#lastMadeAt = Math.max(this.#lastMadeAt + 1, Math.floor(this.#now()));
    return this.#lastMadeAt;
  }

  #check(what: string): void {
    if (this.#closed) throw storeClosed(what);
  }
}

function blank(kind: DocumentKind): Kept {
  return { kind, position: undefined, chunks: [], outbox: new Map(), quarantine: new Map() };
}

function pick<K, V>(map: ReadonlyMap<K, V>, keys: readonly K[]): Map<K, V> {
  return new Map(
    keys.flatMap((key) => {
      const value = map.get(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function replace<K, V>(map: Map<K, V>, before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): void {
  for (const key of before.keys()) map.delete(key);
  for (const [key, value] of after) map.set(key, value);
}

function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

function withOwnBytes<B extends Batch>(batch: B): B {
  return { ...batch, update: copyOf(batch.update) };
}

/** Those that are new, with bytes that nobody else can change. */
function ownBytes<B extends Batch>(
  before: ReadonlyMap<BatchId, B>,
  after: ReadonlyMap<BatchId, B>,
): ReadonlyMap<BatchId, B> {
  return new Map(
    [...after].map(([id, batch]) => [id, batch === before.get(id) ? batch : withOwnBytes(batch)]),
  );
}
