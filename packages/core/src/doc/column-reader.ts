/** Reads updates in columns (column-writer.ts). Costs as much as there are bytes, whatever counts they claim. */
import type { Reader } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import { compareDots, type Dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { INSERT } from '../op/sequence/sequence-log.ts';
import { unitsOfText } from '../op/sequence/unit-list.ts';
import { AT_KEY, IN_ELEMENT, PARENTS_BOTH, PARENTS_LISTED, PARENTS_OWN } from './columns.ts';
import { CONTAINER_TYPES, type ContainerId, MAX_CONTAINER_DEPTH } from './container-id.ts';
import {
  type EventBatch,
  type EventRun,
  eventStartFrom,
  type LengthMark,
  MAX_DOTS,
  type TimeMark,
} from './event-batch.ts';
import { checkParents, checkSeq, readDots, readTime } from './event-head.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import {
  checkIndex,
  countOfCode,
  indexAfter,
  isMoveCode,
  isPlainCode,
  kindOfCode,
  readFields,
  readName,
  readText,
} from './operation-codec.ts';
import { isPlainOp } from './plain-ops.ts';
import { isLowSurrogate } from './surrogates.ts';

export function readColumns(reader: Reader): EventBatch {
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
    const parents = readDots(reader, () => replicaAt(reader, replicas, reader.varint()));
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
  const codes = readVarints(reader, count);
  const owned: number[] = [];
  for (let i = 0; i < owners.length; i += 2) {
    const owner = owners[i] as number;
    const many = owners[i + 1] as number;
    if (owner >= containers || many === 0 || owned.length + many > count)
      throw reader.invalid('operations of no container');
    for (let j = 0; j < many; j++) owned.push(owner);
  }
  if (owned.length !== count) throw reader.invalid('operations without container');
  const indexes = readIndexes(reader, ops, owned, codes);
  const keys = readKeys(reader);
  const readKey = (): string => {
    const key = keys[reader.varint()];
    if (key === undefined) throw reader.invalid('a key that is not listed');
    return key;
  };
  const readDot = (): Dot => ({
    replica: replicaAt(reader, replicas, reader.varint()),
    seq: checkSeq(reader, reader.varint(), 1),
  });
  const plains = codes.flatMap((code) =>
    isPlainCode(code) ? [readFields(reader, code, readKey, readDot)] : [],
  );
  fillOps(reader, ops, runs, length, owned, codes, indexes, plains);
  return ops;
}

/** Puts the columns together; what is left of the bytes are the values of lists, then the text. */
function fillOps(
  reader: Reader,
  ops: OpLog,
  runs: readonly EventRun[],
  length: number,
  owned: readonly number[],
  codes: readonly number[],
  indexes: readonly number[],
  plains: readonly PlainOp[],
): void {
  const inserted: Value[][] = [];
  let units = 0;
  for (const [i, code] of codes.entries()) {
    if (kindOfCode(code) !== INSERT) continue;
    const many = countOfCode(code);
    if (ops.containers[owned[i] as number]?.type === 'text') units += many;
    else {
      if (many > reader.left) throw reader.invalid('more values than bytes');
      inserted.push(Array.from({ length: many }, () => valueCodec.read(reader)));
    }
  }
  const bytes = reader.left;
  const text = unitsOfText(readText(reader));
  const isAscii = bytes === text.length;
  if (text.length !== units) throw reader.invalid('a text of another length than was inserted');
  let [lv, at, list, plain, sequence] = [0, 0, 0, 0, 0];
  for (const [i, code] of codes.entries()) {
    const container = owned[i] as number;
    const [kind, many] = [kindOfCode(code), countOfCode(code)];
    if (isPlainCode(code)) {
      const op = plains[plain++] as PlainOp;
      const { type } = ops.containers[container] as ContainerId;
      if (!isPlainOp(type, op)) throw reader.invalid('an operation that its container does not have');
      if (isMoveCode(type, code)) {
        if (beginsEvent(runs, lv + 1)) throw reader.invalid('an event that begins within a move');
        ops.insertValues(container, lv, indexes[sequence++] as number, [undefined]);
        lv++;
      }
      ops.plain(container, lv, op);
      lv++;
      continue;
    }
    const index = indexes[sequence++] as number;
    if (kind !== INSERT) ops.sequenceOp(container, kind, lv, index, many);
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
    if (type === undefined || head >= AT_KEY + IN_ELEMENT) throw reader.invalid(`unknown container ${head}`);
    let parent = -1;
    if (head < AT_KEY) ops.meet({ at: 'root', type, name: readName(reader) });
    else {
      parent = reader.varint();
      if (parent >= i) throw reader.invalid('a container before the one it lies in');
      if (head < IN_ELEMENT) ops.meet({ at: 'key', type, parent, key: readName(reader) });
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
  codes: readonly number[],
): readonly number[] {
  const indexes: number[] = [];
  const expected: number[] = [];
  for (const [i, code] of codes.entries()) {
    const owner = owned[i] as number;
    const { type } = ops.containers[owner] as ContainerId;
    const isPlain = isPlainCode(code);
    if (isPlain && !isMoveCode(type, code)) continue;
    const index = checkIndex(reader, type, code, (expected[owner] ?? 0) + reader.zigzag());
    expected[owner] = isPlain ? index + 1 : indexAfter(kindOfCode(code), index, countOfCode(code));
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

function readPairs(reader: Reader, what: string): readonly number[] {
  return readVarints(reader, 2 * reader.count(MAX_DOTS, what, 2));
}

function readVarints(reader: Reader, count: number): readonly number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(reader.varint());
  return numbers;
}

function replicaAt(reader: Reader, replicas: readonly ReplicaId[], index: number): ReplicaId {
  const id = replicas[index];
  if (id === undefined) throw reader.invalid(`replica ${index} of ${replicas.length}`);
  return id;
}
