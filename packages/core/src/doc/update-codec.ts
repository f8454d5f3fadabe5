/**
 * Updates as bytes: one format for a keystroke and for a whole history. An update is a header, which says whose events these
 * are and what they have seen, and the content, in columns. See docs/protocol.md for both forms byte by byte.
 *
 *   update   := head, then by its form
 *   columns  := replicas, runs, event lengths, times │ containers, owners, kinds, indexes, plain ops, values, text
 *   single   := replica, seq, [time], [parents]      │ name, index, text or count
 *   snapshot := an update of another form            │ version, texts ready to read (snapshot-codec.ts)
 *
 * `single` is one event of one operation on a text at the root: what typing makes. It is the only form of such an event,
 * so equal batches have equal bytes.
 */
import { Reader, Writer } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import { MAX_HYBRID_COUNTER, MAX_WALL_MS } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import { compareDots, type Dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { BACKSPACE, DELETE, INSERT, type SequenceOpKind } from '../op/sequence/sequence-log.ts';
import { unitsOfText } from '../op/sequence/unit-list.ts';
import {
  CONTAINER_TYPES,
  type ContainerId,
  type ContainerType,
  MAX_CONTAINER_NAME_BYTES,
} from './container-id.ts';
import {
  type EventBatch,
  type EventRun,
  eventStartFrom,
  type LengthMark,
  MAX_DOTS,
  type TimeMark,
} from './event-batch.ts';
import { LIST_MOVE } from './list-content.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { isPlainOp } from './plain-ops.ts';
import { isLowSurrogate } from './surrogates.ts';

/** The low half of the first byte. A change to the order of concurrent insertions is a new version too. */
export const UPDATE_VERSION = 1;

/** The high half of the first byte. */
export const SINGLE = 0x10;
export const SINGLE_DELETES = 0x20;
/** The replica id stands in seven bytes, which is what a random one takes. */
export const SINGLE_LONG_REPLICA = 0x40;
export const SINGLE_HAS_PARENTS = 0x80;

/** The high half of the first byte of a snapshot; without SINGLE. */
export const SNAPSHOT = 0x20;

const WHAT = 'native update';
/** A random id is this long with near certainty, and would take eight bytes as a varint. */
export const LONG_REPLICA = 2 ** 49;

/** Containers within each other; far below what overflows a stack. */
export const MAX_CONTAINER_DEPTH = 64;
/** An op kind and the fields that it has, in one varint with the two bits that mark it as a plain op. */
const PLAIN = 3;
const HAS_KEY = 1;
const HAS_TARGET = 2;
const HAS_PARENT = 4;
const HAS_VALUE = 8;
/** Far more kinds than types need. */
const MAX_PLAIN_KIND = 63;

const PARENTS_OWN = 0;
/** The dot that ends the run before in this update, and that alone. */
const PARENTS_RUN_BEFORE = 1;
/** That, and the replica's own event before. */
const PARENTS_BOTH = 2;
const PARENTS_LISTED = 3;

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const textEncoder = new TextEncoder();

/** The update that changes nothing: no replicas, runs, lengths or times. */
export const EMPTY_UPDATE: Uint8Array = Uint8Array.of(UPDATE_VERSION, 0, 0, 0, 0);

export function encodeUpdate(batch: EventBatch): Uint8Array {
  return encodeSingle(batch) ?? encodeColumns(batch);
}

/** The batch that an update which is no snapshot holds; `decode/*` unless it is one. Costs as much as there are bytes, whatever counts they claim. */
export function decodeBatch(update: Uint8Array): EventBatch {
  const reader = new Reader(update, WHAT);
  const head = reader.u8();
  if ((head & 0x0f) !== UPDATE_VERSION) throw wrongVersion(head & 0x0f);
  if ((head & SINGLE) !== 0) return readSingle(reader, head);
  if ((head & 0xf0) !== 0) throw reader.invalid(`unknown form ${head >>> 4}`);
  return readColumns(reader);
}

export function wrongVersion(found: number): CausewayError<'decode/version'> {
  return new CausewayError(
    'decode/version',
    { what: WHAT, found, supported: UPDATE_VERSION },
    `a native update of version ${found}; this software reads version ${UPDATE_VERSION}`,
  );
}

// ---- One event of one operation on a text at the root ----

function encodeSingle({ runs, ops, length }: EventBatch): Uint8Array | undefined {
  const [run, another] = runs;
  if (run === undefined || another !== undefined || run.lengths[0]?.length !== length) return undefined;
  let count = 0;
  let form: (() => Uint8Array) | undefined;
  ops.visit(run.position, run.position + length, {
    sequence: (container, kind, _lv, index, many, content) => {
      count++;
      const id = ops.containers[container] as ContainerId;
      if (id.at !== 'root' || id.type !== 'text' || kind === BACKSPACE || many !== length) return;
      const text = kind === INSERT ? ops.sequence(container).units.text(content, many) : undefined;
      form = () => writeSingle(run, id.name, index, text, length);
    },
    plain: () => void count++,
  });
  return count === 1 ? form?.() : undefined;
}

function writeSingle(
  run: EventRun,
  name: string,
  index: number,
  text: string | undefined,
  count: number,
): Uint8Array {
  const isLong = run.replica >= LONG_REPLICA;
  const [time] = run.times;
  const writer = new Writer(48);
  writer.u8(
    UPDATE_VERSION |
      SINGLE |
      (text === undefined ? SINGLE_DELETES : 0) |
      (isLong ? SINGLE_LONG_REPLICA : 0) |
      (run.parents === undefined ? 0 : SINGLE_HAS_PARENTS),
  );
  if (isLong) writeLongReplica(writer, run.replica);
  else writer.varint(run.replica);
  writer.varint(run.seq * 2 + (time === undefined ? 0 : 1));
  if (time !== undefined) writer.zigzag(time.wallMs).varint(time.counter);
  if (run.parents !== undefined) {
    writer.varint(run.parents.length);
    for (const parent of run.parents) writer.varint(parent.replica).varint(parent.seq);
  }
  writer.string(name).varint(index);
  if (text !== undefined) writer.raw(textEncoder.encode(text));
  else if (count > 1) writer.varint(count);
  return writer.finish();
}

/** Seven bytes, low first. */
function writeLongReplica(writer: Writer, replica: ReplicaId): void {
  for (let rest: number = replica, i = 0; i < 7; i++) {
    writer.u8(rest % 256);
    rest = Math.floor(rest / 256);
  }
}

function readSingle(reader: Reader, head: number): EventBatch {
  const replica = (head & SINGLE_LONG_REPLICA) === 0 ? readShortReplica(reader) : readLongReplica(reader);
  const seqAndTime = reader.varint();
  const seq = checkSeq(reader, Math.floor(seqAndTime / 2), 1);
  const times = seqAndTime % 2 === 0 ? [] : [{ seq, ...readTime(reader, 0) }];
  const parents = (head & SINGLE_HAS_PARENTS) === 0 ? undefined : readSingleParents(reader, replica, seq);
  const ops = new OpLog();
  const container = ops.meet({ at: 'root', type: 'text', name: readName(reader) });
  const index = reader.varintUpTo(MAX_DOTS, 'index');
  let count = 1;
  if ((head & SINGLE_DELETES) === 0) {
    const text = decodeText(reader, reader.rest());
    if (text.length === 0) throw reader.invalid('an insertion of nothing');
    count = text.length;
    ops.insertText(container, 0, index, text);
  } else {
    if (reader.left > 0) {
      count = reader.varintUpTo(MAX_DOTS, 'deleted units');
      if (count < 2) throw reader.invalid('a count that need not be there');
    }
    reader.end();
    ops.sequenceOp(container, DELETE, 0, index, count);
  }
  checkSeq(reader, seq, count);
  return {
    runs: [{ replica, seq, count, parents, lengths: [{ seq, length: count }], times, position: 0 }],
    ops,
    length: count,
  };
}

function readShortReplica(reader: Reader): ReplicaId {
  const id = parseReplicaId(reader.varint());
  if (id >= LONG_REPLICA) throw reader.invalid('a long replica id in the short form');
  return id;
}

function readLongReplica(reader: Reader): ReplicaId {
  let id = 0;
  let factor = 1;
  for (const byte of reader.raw(7)) {
    id += byte * factor;
    factor *= 256;
  }
  if (id < LONG_REPLICA) throw reader.invalid('a short replica id in the long form');
  return parseReplicaId(id);
}

function readSingleParents(reader: Reader, replica: ReplicaId, seq: number): readonly Dot[] {
  const count = reader.count(MAX_DOTS, 'parents', 2);
  const parents: Dot[] = [];
  for (let i = 0; i < count; i++)
    parents.push({ replica: parseReplicaId(reader.varint()), seq: checkSeq(reader, reader.varint(), 1) });
  checkParents(reader, parents, replica, seq);
  return parents;
}

// ---- Columns ----

function encodeColumns(batch: EventBatch): Uint8Array {
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
  const kinds = new Writer(256);
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
      kinds.varint(kind + 4 * count);
      writeIndex(owner, index, indexAfter(kind, index, count));
      if (kind !== INSERT) return;
      if (!isList) texts.push(sequence.units.text(content, count));
      else for (let i = 0; i < count; i++) valueCodec.write(values, sequence.values[content + i] as Value);
    },
    plain: (container, _lv, op) => {
      const owner = own(container);
      if (isMoveOp(ops.containers[container]?.type, op.kind)) writeIndex(owner, slotIndex, slotIndex + 1);
      kinds.varint(PLAIN + 4 * (fieldsOf(op) + 16 * op.kind));
      if (op.key !== undefined) {
        const known = keys.get(op.key) ?? keys.size;
        keys.set(op.key, known);
        plains.varint(known);
      }
      for (const dot of [op.target, op.parent])
        if (dot !== undefined) plains.varint(replicaOf(dot.replica)).varint(dot.seq);
      if (op.value !== undefined) valueCodec.write(plains, op.value);
    },
  });
  containers.write(writer, replicaOf);
  writer.varint(owners.length / 2);
  for (const number of owners) writer.varint(number);
  writer.varint(count);
  for (const column of [kinds, indexes]) writer.raw(column.finish());
  writer.varint(keys.size);
  for (const key of keys.keys()) writer.string(key);
  writer.raw(plains.finish()).raw(values.finish());
}

/** Whether an operation has an index beside its fields: a list's move does, and takes a dot for its slot. */
function isMoveOp(type: ContainerType | undefined, kind: number): boolean {
  return type === 'list' && kind === LIST_MOVE;
}

/** The kind of a plain operation, from where it stands among all kinds. */
function plainKindOf(kind: number): number {
  return Math.floor(kind / 64);
}

/** Where typing or deleting would go on. */
function indexAfter(kind: SequenceOpKind, index: number, count: number): number {
  return kind === INSERT ? index + count : kind === BACKSPACE ? index - count : index;
}

function fieldsOf(op: PlainOp): number {
  return (
    (op.key === undefined ? 0 : HAS_KEY) |
    (op.target === undefined ? 0 : HAS_TARGET) |
    (op.parent === undefined ? 0 : HAS_PARENT) |
    (op.value === undefined ? 0 : HAS_VALUE)
  );
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
          .u8(type + 16)
          .varint(this.use(id.parent))
          .string(id.key);
      else
        writer
          .u8(type + 32)
          .varint(this.use(id.parent))
          .varint(replicaOf(id.element.replica))
          .varint(id.element.seq);
    }
  }

  #id(container: number): ContainerId {
    return this.#ops.containers[container] as ContainerId;
  }
}

function readColumns(reader: Reader): EventBatch {
  const replicas = readReplicas(reader);
  const runs = readRuns(reader, replicas);
  const length = runs.reduce((sum, run) => sum + run.count, 0);
  readLengths(reader, runs, length);
  readTimes(reader, runs, length);
  if (length === 0) {
    reader.end();
    return { runs, ops: new OpLog(), length };
  }
  const ops = readContent(reader, replicas, runs, length);
  return { runs, ops, length };
}

export function readReplicas(reader: Reader): readonly ReplicaId[] {
  const count = reader.count(MAX_DOTS, 'replicas');
  const replicas = new Set<ReplicaId>();
  for (let i = 0; i < count; i++) replicas.add(parseReplicaId(reader.varint()));
  if (replicas.size < count) throw reader.invalid('a replica that is listed twice');
  return [...replicas];
}

/** A run while its columns are read. */
interface OpenRun extends EventRun {
  readonly lengths: LengthMark[];
  readonly times: TimeMark[];
}

function readRuns(reader: Reader, replicas: readonly ReplicaId[]): readonly OpenRun[] {
  const count = reader.count(MAX_DOTS, 'runs of events', 3);
  const runs: OpenRun[] = [];
  const expected = new Map<ReplicaId, number>();
  let position = 0;
  for (let i = 0; i < count; i++) {
    const replicaAndMode = reader.varint();
    const replica = replicaAt(reader, replicas, Math.floor(replicaAndMode / 4));
    const first = (expected.get(replica) ?? 1) + reader.zigzag();
    const many = reader.varintUpTo(MAX_DOTS, 'dots of a run');
    if (many === 0) throw reader.invalid('an empty run');
    const seq = checkSeq(reader, first, many);
    const parents = readParents(reader, replicas, replicaAndMode % 4, replica, seq, runs[i - 1]);
    if (position + many > MAX_DOTS) throw reader.overLimit('dots', position + many, MAX_DOTS);
    runs.push({ replica, seq, count: many, parents, lengths: [], times: [], position });
    expected.set(replica, seq + many);
    position += many;
  }
  return runs;
}

function readParents(
  reader: Reader,
  replicas: readonly ReplicaId[],
  mode: number,
  replica: ReplicaId,
  seq: number,
  before: EventRun | undefined,
): readonly Dot[] | undefined {
  if (mode === PARENTS_OWN) return undefined;
  if (mode === PARENTS_LISTED) {
    const count = reader.count(MAX_DOTS, 'parents', 2);
    const parents: Dot[] = [];
    for (let i = 0; i < count; i++)
      parents.push({
        replica: replicaAt(reader, replicas, reader.varint()),
        seq: checkSeq(reader, reader.varint(), 1),
      });
    checkParents(reader, parents, replica, seq);
    return parents;
  }
  if (before === undefined) throw reader.invalid('no run before the first one');
  const parents = [{ replica: before.replica, seq: before.seq + before.count - 1 }];
  if (mode === PARENTS_BOTH) parents.push({ replica, seq: seq - 1 });
  parents.sort(compareDots);
  checkParents(reader, parents, replica, seq);
  return parents;
}

/** Ascending, one of each replica, none from the event's own future; and what goes without saying is not said. */
function checkParents(reader: Reader, parents: readonly Dot[], replica: ReplicaId, seq: number): void {
  for (const [i, parent] of parents.entries()) {
    if (i > 0 && (parents[i - 1] as Dot).replica >= parent.replica)
      throw reader.invalid('parents out of order');
    if (parent.seq < 1 || (parent.replica === replica && parent.seq >= seq))
      throw reader.invalid('a parent that is no earlier event');
  }
  const [only] = parents;
  const isImplied =
    seq === 1
      ? only === undefined
      : parents.length === 1 && only?.replica === replica && only.seq === seq - 1;
  if (isImplied) throw reader.invalid('parents that go without saying');
}

function readLengths(reader: Reader, runs: readonly OpenRun[], dots: number): void {
  const pairs = reader.count(MAX_DOTS, 'event lengths', 2);
  let [run, done, left] = [0, 0, dots];
  for (let i = 0; i < pairs; i++) {
    const length = reader.varintUpTo(MAX_DOTS, 'dots of an event');
    let events = reader.varintUpTo(MAX_DOTS, 'events');
    if (length === 0 || events === 0) throw reader.invalid('an event of nothing');
    if (events * length > left) throw reader.invalid('events beyond the last run');
    left -= events * length;
    while (events > 0) {
      const open = runs[run] as OpenRun;
      const fit = Math.min(events, Math.floor((open.count - done) / length));
      if (fit === 0) throw reader.invalid('an event across two runs');
      if (open.lengths.at(-1)?.length !== length) open.lengths.push({ seq: open.seq + done, length });
      done += fit * length;
      events -= fit;
      if (done === open.count) [run, done] = [run + 1, 0];
    }
  }
  if (left > 0) throw reader.invalid('dots without events');
}

function readTimes(reader: Reader, runs: readonly OpenRun[], dots: number): void {
  const count = reader.count(MAX_DOTS, 'times', 3);
  let [run, at, wallMs] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const step = reader.varint();
    if (i > 0 && step === 0) throw reader.invalid('two times of one event');
    at += step;
    if (at >= dots) throw reader.invalid('a time beyond the last event');
    const time = readTime(reader, wallMs);
    wallMs = time.wallMs;
    while (at >= (runs[run] as OpenRun).position + (runs[run] as OpenRun).count) run++;
    const open = runs[run] as OpenRun;
    open.times.push({ seq: open.seq + at - open.position, ...time });
  }
}

/** A time whose milliseconds are written as their distance from `wallMs`; in the single form, from 0, without a sign. */
function readTime(reader: Reader, wallMs: number): { readonly wallMs: number; readonly counter: number } {
  const wall = wallMs + reader.zigzag();
  if (wall < 0 || wall > MAX_WALL_MS) throw reader.invalid('a time that no clock can show');
  return { wallMs: wall, counter: reader.varintUpTo(MAX_HYBRID_COUNTER, 'hybrid counter') };
}

function readContent(
  reader: Reader,
  replicas: readonly ReplicaId[],
  runs: readonly EventRun[],
  length: number,
): OpLog {
  const ops = new OpLog();
  const containers = readContainers(reader, replicas, ops);
  const owners = readPairs(reader, 'owners');
  const count = reader.count(MAX_DOTS, 'operations');
  const kinds = readVarints(reader, count);
  const owned: number[] = [];
  for (let i = 0; i < owners.length; i += 2) {
    const owner = owners[i] as number;
    const many = owners[i + 1] as number;
    if (owner >= containers || many === 0 || owned.length + many > count)
      throw reader.invalid('operations of no container');
    for (let j = 0; j < many; j++) owned.push(owner);
  }
  if (owned.length !== count) throw reader.invalid('operations without container');
  const indexes = readIndexes(reader, ops, owned, kinds);
  const keys = readKeys(reader);
  const plains: PlainOp[] = [];
  for (const kind of kinds)
    if (kind % 4 === PLAIN) plains.push(readPlain(reader, replicas, keys, Math.floor(kind / 4)));
  fillOps(reader, ops, runs, length, owned, kinds, indexes, plains);
  return ops;
}

/** Puts the columns together; what is left of the bytes are the values of lists, then the text. */
function fillOps(
  reader: Reader,
  ops: OpLog,
  runs: readonly EventRun[],
  length: number,
  owned: readonly number[],
  kinds: readonly number[],
  indexes: readonly number[],
  plains: readonly PlainOp[],
): void {
  const inserted: Value[][] = [];
  let units = 0;
  for (const [i, kind] of kinds.entries()) {
    if (kind % 4 !== INSERT) continue;
    const many = Math.floor(kind / 4);
    if (ops.containers[owned[i] as number]?.type === 'text') units += many;
    else {
      if (many > reader.left) throw reader.invalid('more values than bytes');
      inserted.push(Array.from({ length: many }, () => valueCodec.read(reader)));
    }
  }
  const utf8 = reader.rest();
  const text = unitsOfText(decodeText(reader, utf8));
  const isAscii = utf8.length === text.length;
  if (text.length !== units) throw reader.invalid('a text of another length than was inserted');
  let [lv, at, list, plain, sequence] = [0, 0, 0, 0, 0];
  for (const [i, kind] of kinds.entries()) {
    const container = owned[i] as number;
    const many = Math.floor(kind / 4);
    if (kind % 4 === PLAIN) {
      const op = plains[plain++] as PlainOp;
      const { type } = ops.containers[container] as ContainerId;
      if (!isPlainOp(type, op)) throw reader.invalid('an operation that its container does not have');
      if (isMoveOp(type, op.kind)) {
        if (beginsEvent(runs, lv + 1)) throw reader.invalid('an event that begins within a move');
        ops.insertValues(container, lv, indexes[sequence++] as number, [undefined]);
        lv++;
      }
      ops.plain(container, lv, op);
      lv++;
      continue;
    }
    const index = indexes[sequence++] as number;
    if (kind % 4 !== INSERT) ops.sequenceOp(container, (kind % 4) as SequenceOpKind, lv, index, many);
    else if (ops.containers[container]?.type === 'text') {
      if (isLowSurrogate(text[at] as number))
        throw reader.invalid('an insertion that begins within a character');
      // Updates are cut between events, and no half of a character has bytes.
      if (!isAscii && isCharacterCut(text.subarray(at, at + many), runs, lv))
        throw reader.invalid('an event that begins within a character');
      ops.insertUnits(container, lv, index, text, at, many);
      at += many;
    } else ops.insertValues(container, lv, index, inserted[list++] as Value[]);
    lv += many;
  }
  if (lv !== length) throw reader.invalid('operations that do not fill their events');
}

/** Whether an event begins at this position. */
function beginsEvent(runs: readonly EventRun[], position: number): boolean {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle] as EventRun).position <= position) low = middle + 1;
    else high = middle;
  }
  const run = runs[low - 1] as EventRun;
  const seq = run.seq + position - run.position;
  return eventStartFrom(run, seq) === seq;
}

/** Whether an event begins between the two units of a character that was inserted from `position` on. */
function isCharacterCut(text: Uint16Array, runs: readonly EventRun[], position: number): boolean {
  let run = 0;
  for (let i = 1; i < text.length; i++) {
    if (!isLowSurrogate(text[i] as number)) continue;
    const at = position + i;
    while (run + 1 < runs.length && (runs[run + 1] as EventRun).position <= at) run++;
    const { seq, position: start } = runs[run] as EventRun;
    if (eventStartFrom(runs[run] as EventRun, seq + at - start) === seq + at - start) return true;
  }
  return false;
}

export function readContainers(reader: Reader, replicas: readonly ReplicaId[], ops: OpLog): number {
  const count = reader.count(MAX_DOTS, 'containers', 2);
  const depths: number[] = [];
  for (let i = 0; i < count; i++) {
    const head = reader.u8();
    const type = CONTAINER_TYPES[head & 15];
    if (type === undefined || head >= 48) throw reader.invalid(`unknown container ${head}`);
    let parent = -1;
    if (head < 16) ops.meet({ at: 'root', type, name: readName(reader) });
    else {
      parent = reader.varint();
      if (parent >= i) throw reader.invalid('a container before the one it lies in');
      if (head < 32) ops.meet({ at: 'key', type, parent, key: readName(reader) });
      else {
        const replica = replicaAt(reader, replicas, reader.varint());
        ops.meet({
          at: 'element',
          type,
          parent,
          element: { replica, seq: checkSeq(reader, reader.varint(), 1) },
        });
      }
    }
    depths.push(parent < 0 ? 1 : (depths[parent] as number) + 1);
    if ((depths[i] as number) > MAX_CONTAINER_DEPTH)
      throw reader.overLimit('containers within each other', depths[i] as number, MAX_CONTAINER_DEPTH);
    if (ops.containers.length !== i + 1) throw reader.invalid('a container that is listed twice');
  }
  return count;
}

function readIndexes(
  reader: Reader,
  ops: OpLog,
  owned: readonly number[],
  kinds: readonly number[],
): readonly number[] {
  const indexes: number[] = [];
  const expected: number[] = [];
  for (const [i, kind] of kinds.entries()) {
    const owner = owned[i] as number;
    const { type } = ops.containers[owner] as ContainerId;
    if (kind % 4 === PLAIN) {
      if (!isMoveOp(type, plainKindOf(kind))) continue;
      const index = (expected[owner] ?? 0) + reader.zigzag();
      if (index < 0 || index > MAX_DOTS) throw reader.invalid(`index ${index}`);
      expected[owner] = index + 1;
      indexes.push(index);
      continue;
    }
    if (type !== 'text' && type !== 'list') throw reader.invalid('an index where there is no order');
    const many = Math.floor(kind / 4);
    if (many === 0 || many > MAX_DOTS) throw reader.invalid(`an operation on ${many} elements`);
    const index = (expected[owner] ?? 0) + reader.zigzag();
    const lowest = kind % 4 === BACKSPACE ? index - many + 1 : index;
    if (lowest < 0 || index > MAX_DOTS) throw reader.invalid(`index ${index}`);
    expected[owner] = indexAfter((kind % 4) as SequenceOpKind, index, many);
    indexes.push(index);
  }
  return indexes;
}

function readKeys(reader: Reader): readonly string[] {
  const count = reader.count(MAX_DOTS, 'keys');
  const keys: string[] = [];
  for (let i = 0; i < count; i++) keys.push(readName(reader));
  return keys;
}

function readPlain(
  reader: Reader,
  replicas: readonly ReplicaId[],
  keys: readonly string[],
  head: number,
): PlainOp {
  const kind = Math.floor(head / 16);
  if (kind > MAX_PLAIN_KIND) throw reader.invalid(`unknown operation ${kind}`);
  const readDot = (): Dot => ({
    replica: replicaAt(reader, replicas, reader.varint()),
    seq: checkSeq(reader, reader.varint(), 1),
  });
  const key = (head & HAS_KEY) === 0 ? undefined : keys[reader.varint()];
  if (key === undefined && (head & HAS_KEY) !== 0) throw reader.invalid('a key that is not listed');
  return {
    kind,
    ...(key === undefined ? {} : { key }),
    ...((head & HAS_TARGET) === 0 ? {} : { target: readDot() }),
    ...((head & HAS_PARENT) === 0 ? {} : { parent: readDot() }),
    ...((head & HAS_VALUE) === 0 ? {} : { value: valueCodec.read(reader) }),
  };
}

// ---- Helpers ----

function readPairs(reader: Reader, what: string): readonly number[] {
  return readVarints(reader, 2 * reader.count(MAX_DOTS, what, 2));
}

function readVarints(reader: Reader, count: number): readonly number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(reader.varint());
  return numbers;
}

function readName(reader: Reader): string {
  return reader.string(MAX_CONTAINER_NAME_BYTES, 'name');
}

function replicaAt(reader: Reader, replicas: readonly ReplicaId[], index: number): ReplicaId {
  const id = replicas[index];
  if (id === undefined) throw reader.invalid(`replica ${index} of ${replicas.length}`);
  return id;
}

/** `seq` if that many dots from there on can be. */
function checkSeq(reader: Reader, seq: number, count: number): number {
  if (seq < 1 || seq + count - 1 > MAX_DOTS) throw reader.invalid(`seq ${seq}`);
  return seq;
}

function decodeText(reader: Reader, bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch {
    throw reader.invalid('text that is not UTF-8');
  }
}
