/**
 * Updates in columns: any number of events of any number of replicas. A header says whose events these are and what they have
 * seen; the content has a column for each part of an operation, so that what is alike stands together. See docs/formats.md.
 *
 *   replicas, runs, event lengths, times │ containers, owners, codes, indexes, keys, fields, values, text
 *
 * Leaves out: reading them (column-reader.ts).
 */
import { Writer } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import type { Dot, ReplicaId } from '../id/index.ts';
import { INSERT } from '../op/sequence/sequence-log.ts';
import {
  AT_KEY,
  IN_ELEMENT,
  PARENTS_BOTH,
  PARENTS_LISTED,
  PARENTS_OWN,
  PARENTS_RUN_BEFORE,
} from './columns.ts';
import { CONTAINER_TYPES, type ContainerId } from './container-id.ts';
import type { EventBatch, EventRun } from './event-batch.ts';
import type { OpLog } from './op-log.ts';
import { codeOfPlain, codeOfSequence, indexAfter, isMoveOp, writeFields } from './operation-codec.ts';
import { UPDATE_VERSION } from './update-form.ts';

const textEncoder = new TextEncoder();

export function encodeColumns(batch: EventBatch): Uint8Array {
  const writer = new Writer(256);
  writer.u8(UPDATE_VERSION);
  const { runs, length } = batch;
  const replicas = new ReplicaTable();
  const replicaOf = (id: ReplicaId): number => replicas.use(id);
  const content = new Writer(256);
  const texts: string[] = [];
  if (length > 0) writeContent(content, batch, replicaOf, texts);
  const runBytes = new Writer(256);
  writeRuns(runBytes, runs, replicaOf);
  replicas.write(writer);
  writer.raw(runBytes.finish());
  writeLengths(writer, runs);
  writeTimes(writer, runs);
  if (length > 0) writer.raw(content.finish());
  return writer.joinedWith(textEncoder.encode(texts.join('')));
}

function writeRuns(writer: Writer, runs: readonly EventRun[], replicaOf: (id: ReplicaId) => number): void {
  writer.varint(runs.length);
  const expected = new Map<ReplicaId, number>();
  let before: Dot | undefined;
  for (const { replica, seq, count, parents } of runs) {
    const mode = parentsMode(parents, replica, seq, before);
    writer.varint(replicaOf(replica) * 4 + mode);
    writer.zigzag(seq - (expected.get(replica) ?? 1)).varint(count);
    if (mode === PARENTS_LISTED) {
      const listed = parents ?? [];
      writer.varint(listed.length);
      for (const parent of listed) writer.varint(replicaOf(parent.replica)).varint(parent.seq);
    }
    expected.set(replica, seq + count);
    before = { replica, seq: seq + count - 1 };
  }
}

function parentsMode(
  parents: readonly Dot[] | undefined,
  replica: ReplicaId,
  seq: number,
  before: Dot | undefined,
): number {
  if (parents === undefined) return PARENTS_OWN;
  if (before === undefined || before.replica === replica) return PARENTS_LISTED;
  const isBefore = (dot: Dot | undefined): boolean =>
    dot?.replica === before.replica && dot.seq === before.seq;
  const isOwn = (dot: Dot | undefined): boolean => dot?.replica === replica && dot.seq === seq - 1;
  const [a, b] = parents;
  if (parents.length === 1 && isBefore(a)) return PARENTS_RUN_BEFORE;
  if (parents.length === 2 && ((isBefore(a) && isOwn(b)) || (isOwn(a) && isBefore(b)))) return PARENTS_BOTH;
  return PARENTS_LISTED;
}

/** How long events are and how many so in a row, over all runs. */
function writeLengths(writer: Writer, runs: readonly EventRun[]): void {
  const pairs: number[] = [];
  for (const run of runs) {
    for (const [i, { seq, length }] of run.lengths.entries()) {
      const events = ((run.lengths[i + 1]?.seq ?? run.seq + run.count) - seq) / length;
      if (pairs.length > 0 && pairs[pairs.length - 2] === length)
        pairs[pairs.length - 1] = (pairs[pairs.length - 1] as number) + events;
      else pairs.push(length, events);
    }
  }
  writer.varint(pairs.length / 2);
  for (const number of pairs) writer.varint(number);
}

/** Positions of the dots from which on a new time holds, each less the one before. */
function writeTimes(writer: Writer, runs: readonly EventRun[]): void {
  writer.varint(runs.reduce((sum, run) => sum + run.times.length, 0));
  let [lastAt, lastWallMs] = [0, 0];
  for (const run of runs) {
    for (const { seq, wallMs, counter } of run.times) {
      const at = run.position + seq - run.seq;
      writer
        .varint(at - lastAt)
        .zigzag(wallMs - lastWallMs)
        .varint(counter);
      [lastAt, lastWallMs] = [at, wallMs];
    }
  }
}

function writeContent(
  writer: Writer,
  { ops, length }: EventBatch,
  replicaOf: (id: ReplicaId) => number,
  texts: string[],
): void {
  const containers = new UsedContainers(ops);
  const owners: number[] = [];
  const codes = new Writer(256);
  const indexes = new Writer(256);
  const plains = new Writer(64);
  const values = new Writer(64);
  const keys = new Map<string, number>();
  const expected: number[] = [];
  let count = 0;
  let slotIndex = 0;
  const writeIndex = (owner: number, index: number, next: number): void => {
    indexes.zigzag(index - (expected[owner] ?? 0));
    expected[owner] = next;
  };
  const own = (container: number): number => {
    const owner = containers.use(container);
    if (owners.length > 0 && owners[owners.length - 2] === owner)
      owners[owners.length - 1] = (owners[owners.length - 1] as number) + 1;
    else owners.push(owner, 1);
    count++;
    return owner;
  };
  const writeKey = (key: string): void => {
    const known = keys.get(key) ?? keys.size;
    keys.set(key, known);
    plains.varint(known);
  };
  ops.visit(0, length, {
    sequence: (container, kind, _lv, index, many, content) => {
      const sequence = ops.sequence(container);
      const isList = ops.containers[container]?.type === 'list';
      // The slot of a move is written with the move, which comes next.
      const isMove = isList && kind === INSERT && sequence.values[content + many - 1] === undefined;
      const count = isMove ? many - 1 : many;
      if (isMove) slotIndex = index + count;
      if (count === 0) return;
      const owner = own(container);
      codes.varint(codeOfSequence(kind, count));
      writeIndex(owner, index, indexAfter(kind, index, count));
      if (kind !== INSERT) return;
      if (!isList) texts.push(sequence.units.text(content, count));
      else for (let i = 0; i < count; i++) valueCodec.write(values, sequence.values[content + i] as Value);
    },
    plain: (container, _lv, op) => {
      const owner = own(container);
      if (isMoveOp(ops.containers[container]?.type, op.kind)) writeIndex(owner, slotIndex, slotIndex + 1);
      codes.varint(codeOfPlain(op));
      writeFields(plains, op, writeKey, ({ replica, seq }) => plains.varint(replicaOf(replica)).varint(seq));
    },
  });
  containers.write(writer, replicaOf);
  writer.varint(owners.length / 2);
  for (const number of owners) writer.varint(number);
  writer.varint(count);
  for (const column of [codes, indexes]) writer.raw(column.finish());
  writer.varint(keys.size);
  for (const key of keys.keys()) writer.string(key);
  writer.raw(plains.finish()).raw(values.finish());
}

/** Replicas as they come up. */
export class ReplicaTable {
  readonly #numbers = new Map<ReplicaId, number>();

  use(id: ReplicaId): number {
    const known = this.#numbers.get(id) ?? this.#numbers.size;
    this.#numbers.set(id, known);
    return known;
  }

  write(writer: Writer): void {
    writer.varint(this.#numbers.size);
    for (const id of this.#numbers.keys()) writer.varint(id);
  }
}

/** The containers that a batch's operations are of and those they lie in, numbered as they come up, parents first. */
export class UsedContainers {
  readonly #ops: OpLog;
  readonly #numbers = new Map<number, number>();
  readonly #used: number[] = [];

  constructor(ops: OpLog) {
    this.#ops = ops;
  }

  use(container: number): number {
    const known = this.#numbers.get(container);
    if (known !== undefined) return known;
    const id = this.#id(container);
    if (id.at !== 'root') this.use(id.parent);
    this.#numbers.set(container, this.#used.length);
    return this.#used.push(container) - 1;
  }

  write(writer: Writer, replicaOf: (id: ReplicaId) => number): void {
    writer.varint(this.#used.length);
    for (const container of this.#used) {
      const id = this.#id(container);
      const type = CONTAINER_TYPES.indexOf(id.type);
      if (id.at === 'root') writer.u8(type).string(id.name);
      else if (id.at === 'key')
        writer
          .u8(type + AT_KEY)
          .varint(this.use(id.parent))
          .string(id.key);
      else
        writer
          .u8(type + IN_ELEMENT)
          .varint(this.use(id.parent))
          .varint(replicaOf(id.element.replica))
          .varint(id.element.seq);
    }
  }

  #id(container: number): ContainerId {
    return this.#ops.containers[container] as ContainerId;
  }
}
