/**
 * Reads a base (base-writer.ts), and refuses one that no document could have been: whoever begins with it need not look again.
 * Costs as much as there are bytes, whatever counts they claim.
 */
import { Reader } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import { type DotRun, type EventTime, type HistoryBase, ReplicaLog } from '../history/index.ts';
import { compareDots, type Dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { INSERT } from '../op/sequence/sequence-log.ts';
import { EMPTY_SLOT } from './base-writer.ts';
import { readContainers, readReplicas } from './column-reader.ts';
import type { ContainerType } from './container-id.ts';
import {
  type DocumentBase,
  LATEST_STEP,
  NODE_IN_TRASH,
  NODE_STANDS,
  readStanding,
  SLOT_LEFT,
  SLOT_SET,
  SLOT_TAKEN,
} from './document-base.ts';
import { MAX_DOTS } from './event-batch.ts';
import { checkSeq, readTime } from './event-head.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { countOfCode, isPlainCode, kindOfCode, readFields, readName } from './operation-codec.ts';
import { isPlainOp } from './plain-ops.ts';

/** `decode/*` unless the bytes are a base. */
export function decodeBase(bytes: Uint8Array): DocumentBase {
  const reader = new Reader(bytes, 'native base');
  const last = readLast(reader);
  const frontier = readFrontier(reader, last);
  const replicas = readReplicas(reader);
  const ops = new OpLog();
  readContainers(reader, replicas, ops);
  const names = readNames(reader, replicas);
  const base = { last, frontier, names, ops, bytes };
  checkNames(reader, base);
  new OperationsReader(reader, replicas, base).read();
  return base;
}

function readLast(reader: Reader): DocumentBase['last'] {
  const count = reader.count(MAX_DOTS, 'replicas', 4);
  if (count === 0) throw reader.invalid('a base of nothing');
  const last: (Dot & EventTime)[] = [];
  let wallMs = 0;
  for (let i = 0; i < count; i++) {
    const replica = parseReplicaId(reader.varint());
    if (replica <= (last[i - 1]?.replica ?? -1)) throw reader.invalid('replicas out of order');
    const seq = checkSeq(reader, reader.varint(), 1);
    const time = readTime(reader, wallMs);
    wallMs = time.wallMs;
    last.push({ replica, seq, ...time });
  }
  return last;
}

/** The heads: each is the last dot of its replica. */
function readFrontier(reader: Reader, last: readonly Dot[]): readonly Dot[] {
  const count = reader.count(last.length, 'heads');
  if (count === 0) throw reader.invalid('a base without heads');
  const heads: Dot[] = [];
  let before = -1;
  for (let i = 0; i < count; i++) {
    const at = reader.varint();
    const head = last[at];
    if (head === undefined || at <= before) throw reader.invalid('a head that is none');
    heads.push({ replica: head.replica, seq: head.seq });
    before = at;
  }
  return heads;
}

function readNames(reader: Reader, replicas: readonly ReplicaId[]): readonly (DotRun & EventTime)[] {
  const count = reader.count(MAX_DOTS, 'names', 5);
  const ids = Array.from({ length: count }, () => replicaAt(reader, replicas));
  const steps = ids.map(() => reader.zigzag());
  const counts = ids.map(() => reader.varintUpTo(MAX_DOTS, 'dots of a name'));
  const expected = new Map<ReplicaId, number>();
  let wallMs = 0;
  return ids.map((replica, i) => {
    const many = counts[i] as number;
    if (many === 0) throw reader.invalid('a name of nothing');
    const seq = checkSeq(reader, (expected.get(replica) ?? 1) + (steps[i] as number), many);
    expected.set(replica, seq + many);
    const time = readTime(reader, wallMs);
    wallMs = time.wallMs;
    return { replica, seq, count: many, ...time };
  });
}

/** Names are dots of the base, each once. */
function checkNames(reader: Reader, { last, names }: HistoryBase): void {
  const seqs = new Map(last.map(({ replica, seq }) => [replica, seq]));
  const sorted = [...names].sort(compareDots);
  let [total, before]: [number, DotRun | undefined] = [0, undefined];
  for (const run of sorted) {
    const { replica, seq, count } = run;
    if (before?.replica === replica && before.seq + before.count > seq)
      throw reader.invalid('a dot that is named twice');
    if (seq + count - 1 > (seqs.get(replica) ?? 0)) throw reader.invalid('a name beyond the base');
    total += count;
    before = run;
  }
  if (total >= MAX_DOTS) throw reader.overLimit('dots', total, MAX_DOTS);
}

function replicaAt(reader: Reader, replicas: readonly ReplicaId[]): ReplicaId {
  const id = replicas[reader.varint()];
  if (id === undefined) throw reader.invalid('a replica that is not listed');
  return id;
}

class OperationsReader {
  readonly #reader: Reader;
  readonly #replicas: readonly ReplicaId[];
  readonly #ops: OpLog;
  readonly #names: ReplicaLog;
  readonly #length: number;
  /** Slots of lists with an element of their own, and without, by container. */
  readonly #born: (Set<number> | undefined)[] = [];
  readonly #empty: (Set<number> | undefined)[] = [];
  /** Nodes of trees with the dot of what they stand under, by container. */
  readonly #nodes: (Map<number, Dot | undefined> | undefined)[] = [];
  /** Elements that slots were given to, which may come after them. */
  readonly #elements: { readonly container: number; readonly lv: number }[] = [];
  #lv = 0;

  constructor(reader: Reader, replicas: readonly ReplicaId[], { last, names, ops }: DocumentBase) {
    this.#reader = reader;
    this.#replicas = replicas;
    this.#ops = ops;
    this.#names = new ReplicaLog();
    this.#names.begin(new Map(last.map(({ replica, seq }) => [replica, seq])), names);
    this.#length = names.reduce((sum, { count }) => sum + count, 0);
  }

  read(): void {
    const reader = this.#reader;
    while (reader.left > 0) {
      const container = reader.varint();
      const type = this.#ops.containers[container]?.type;
      if (type === undefined) throw reader.invalid(`an operation of container ${container}`);
      const code = reader.varint();
      if (isPlainCode(code)) this.#plain(container, type, code);
      else this.#insertion(container, type, code);
    }
    if (this.#lv !== this.#length) throw reader.invalid('names that nothing has');
    if (!this.#elements.every(({ container, lv }) => this.#born[container]?.has(lv) === true))
      throw reader.invalid('an element that its list does not have');
    for (const nodes of this.#nodes) if (nodes !== undefined) this.#checkTree(nodes);
  }

  #insertion(container: number, type: ContainerType, code: number): void {
    const reader = this.#reader;
    const count = countOfCode(code);
    const kind = kindOfCode(code);
    if (count === 0 || this.#lv + count > this.#length) throw reader.invalid('an insertion beyond its names');
    const index = this.#ops.sequence(container).log.inserted;
    if (type === 'text' && kind === INSERT) {
      const text = reader.string(reader.left, 'text');
      if (text.length !== count) throw reader.invalid('a text of another length than its names');
      this.#ops.insertText(container, this.#lv, index, text);
    } else if (type === 'list' && code === EMPTY_SLOT) {
      setAt(this.#empty, container).add(this.#lv);
      this.#ops.insertValues(container, this.#lv, index, [undefined]);
    } else if (type === 'list' && kind === INSERT) {
      const slots = setAt(this.#born, container);
      const values: Value[] = [];
      for (let i = 0; i < count; i++) {
        values.push(valueCodec.read(reader));
        slots.add(this.#lv + i);
      }
      this.#ops.insertValues(container, this.#lv, index, values);
    } else throw reader.invalid(`an insertion into a ${type}`);
    this.#lv += count;
  }

  #plain(container: number, type: ContainerType, code: number): void {
    const reader = this.#reader;
    if (this.#lv >= this.#length) throw reader.invalid('an operation without a name');
    const op = readFields(
      reader,
      code,
      () => readName(reader),
      () => ({
        replica: replicaAt(reader, this.#replicas),
        seq: checkSeq(reader, reader.varint(), 1),
      }),
    );
    const isRight =
      type === 'list'
        ? this.#isSlotOp(container, op)
        : type === 'tree'
          ? this.#isNodeOp(container, op)
          : type !== 'text' && isPlainOp(type, op);
    if (!isRight) throw reader.invalid('an operation that its container does not have');
    this.#ops.plain(container, this.#lv, op);
    this.#lv++;
  }

  #isSlotOp(container: number, { kind, key, target, parent, value }: PlainOp): boolean {
    if (key !== undefined || parent !== undefined || target === undefined) return false;
    this.#elements.push({ container, lv: this.#names.lvOfDot(target) });
    if (kind === SLOT_SET) return value !== undefined;
    // A slot is one element's.
    const isSlot = this.#empty[container]?.delete(this.#lv - 1) === true;
    return (kind === SLOT_TAKEN || kind === SLOT_LEFT) && value === undefined && isSlot;
  }

  #isNodeOp(container: number, op: PlainOp): boolean {
    const { kind, key, target, parent } = op;
    if (key !== undefined || target !== undefined || readStanding(op) === undefined) return false;
    if (kind === LATEST_STEP) return parent === undefined;
    if (kind !== NODE_STANDS && (kind !== NODE_IN_TRASH || parent !== undefined)) return false;
    this.#nodes[container] ??= new Map();
    this.#nodes[container].set(this.#lv, parent);
    return true;
  }

  /** Every node stands under another, or at the top, and none under itself. */
  #checkTree(nodes: ReadonlyMap<number, Dot | undefined>): void {
    const ends = new Set<number>();
    for (const node of nodes.keys()) {
      const path = new Set<number>();
      for (let at = node; !ends.has(at); ) {
        if (path.has(at)) throw this.#reader.invalid('a node below itself');
        path.add(at);
        const parent = nodes.get(at);
        if (parent === undefined) break;
        at = this.#names.lvOfDot(parent);
        if (!nodes.has(at)) throw this.#reader.invalid('a node below what is none');
      }
      for (const each of path) ends.add(each);
    }
  }
}

function setAt(sets: (Set<number> | undefined)[], container: number): Set<number> {
  const known = sets[container];
  if (known !== undefined) return known;
  const made = new Set<number>();
  sets[container] = made;
  return made;
}
