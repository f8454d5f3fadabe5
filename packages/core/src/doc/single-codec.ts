/**
 * Updates of one event of one operation, which is what most are. No table, no column: what the operation is of stands before it.
 *
 *   single   := replica, seq, [time], [parents] │ name, index, text or count          on a text at the root: typing
 *   lone     := replica, seq, [time], [parents] │ container, code, [index], content   on any other container
 *
 * A container is written as the way to it from the root. Each is the only form of such an event, so that equal batches have
 * equal bytes. Leaves out: which update has which form (update-codec.ts).
 */
import { type Reader, Writer } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import { type Dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { BACKSPACE, DELETE, INSERT, type SequenceOpKind } from '../op/sequence/sequence-log.ts';
import { AT_KEY, IN_ELEMENT } from './columns.ts';
import { CONTAINER_TYPES, type ContainerId, MAX_CONTAINER_DEPTH } from './container-id.ts';
import { type EventBatch, type EventRun, MAX_DOTS } from './event-batch.ts';
import { checkSeq, type EventHead, readEventHead, runOfEvent, writeEventHead } from './event-head.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import {
  checkIndex,
  codeOfPlain,
  codeOfSequence,
  countOfCode,
  isMoveCode,
  isMoveOp,
  isPlainCode,
  kindOfCode,
  readFields,
  readName,
  readText,
  writeFields,
} from './operation-codec.ts';
import { isPlainOp } from './plain-ops.ts';
import {
  LONE,
  LONE_HAS_PARENTS,
  LONE_LONG_REPLICA,
  LONG_REPLICA,
  SINGLE,
  SINGLE_DELETES,
  SINGLE_HAS_PARENTS,
  SINGLE_LONG_REPLICA,
  UPDATE_VERSION,
} from './update-form.ts';

const textEncoder = new TextEncoder();

/** Added to a container on the way in which the next one lies. */
const GOES_ON = 64;
/** In the place of a replica's id: the event's own. */
const OWN = 0;

/** The only operation of a batch; a move with the index of its slot. */
type OnlyOp =
  | {
      readonly is: 'sequence';
      readonly container: number;
      readonly kind: SequenceOpKind;
      readonly index: number;
      readonly content: number;
    }
  | {
      readonly is: 'plain';
      readonly container: number;
      readonly op: PlainOp;
      readonly slot: number | undefined;
    };

/** Undefined unless the batch is one event of one operation. */
export function encodeSingle({ runs, ops, length }: EventBatch): Uint8Array | undefined {
  const [run, another] = runs;
  if (run === undefined || another !== undefined || run.lengths[0]?.length !== length) return undefined;
  const only = onlyOpOf(ops, run.position, length);
  if (only === undefined) return undefined;
  const id = ops.containers[only.container] as ContainerId;
  const isTyping =
    id.at === 'root' && id.type === 'text' && only.is === 'sequence' && only.kind !== BACKSPACE;
  if (!isTyping) return writeLone(run, ops, only, length);
  const text =
    only.kind === INSERT ? ops.sequence(only.container).units.text(only.content, length) : undefined;
  return writeSingle(run, id.name, only.index, text, length);
}

/** Reads what follows the first byte, `head`, of a `single` update. */
export function readSingle(reader: Reader, head: number): EventBatch {
  const event = readEventHead(reader, (head & SINGLE_LONG_REPLICA) !== 0, (head & SINGLE_HAS_PARENTS) !== 0);
  const ops = new OpLog();
  const container = ops.meet({ at: 'root', type: 'text', name: readName(reader) });
  const index = reader.varintUpTo(MAX_DOTS, 'index');
  let count = 1;
  if ((head & SINGLE_DELETES) === 0) {
    const text = readText(reader);
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
  return { runs: [runOfEvent(reader, event, count)], ops, length: count };
}

/** Reads what follows the first byte, `head`, of a `lone` update. */
export function readLone(reader: Reader, head: number): EventBatch {
  const event = readEventHead(reader, (head & LONE_LONG_REPLICA) !== 0, (head & LONE_HAS_PARENTS) !== 0);
  const ops = new OpLog();
  const container = readWay(reader, event.replica, ops);
  const id = ops.containers[container] as ContainerId;
  const code = reader.varint();
  const isMove = isMoveCode(id.type, code);
  const index =
    isPlainCode(code) && !isMove
      ? 0
      : checkIndex(reader, id.type, code, reader.varintUpTo(MAX_DOTS, 'index'));
  if (isPlainCode(code)) {
    const op = readFields(reader, code, () => readName(reader), dotReader(reader, event.replica));
    if (!isPlainOp(id.type, op)) throw reader.invalid('an operation that its container does not have');
    if (isMove) ops.insertValues(container, 0, index, [undefined]);
    ops.plain(container, isMove ? 1 : 0, op);
    reader.end();
    return batchOf(reader, event, ops, isMove ? 2 : 1);
  }
  const [kind, count] = [kindOfCode(code), countOfCode(code)];
  if (id.at === 'root' && id.type === 'text' && (kind !== BACKSPACE || count === 1))
    throw reader.invalid('typing that is not written as such');
  if (kind !== INSERT) ops.sequenceOp(container, kind, 0, index, count);
  else if (id.type === 'text') {
    const text = readText(reader);
    if (text.length !== count) throw reader.invalid('a text of another length than was inserted');
    ops.insertText(container, 0, index, text);
  } else {
    if (count > reader.left) throw reader.invalid('more values than bytes');
    ops.insertValues(
      container,
      0,
      index,
      Array.from({ length: count }, () => valueCodec.read(reader)),
    );
  }
  reader.end();
  return batchOf(reader, event, ops, count);
}

function batchOf(reader: Reader, head: EventHead, ops: OpLog, count: number): EventBatch {
  return { runs: [runOfEvent(reader, head, count)], ops, length: count };
}

function onlyOpOf(ops: OpLog, from: number, count: number): OnlyOp | undefined {
  const found: OnlyOp[] = [];
  ops.visit(from, from + count, {
    sequence: (container, kind, _lv, index, _count, content) =>
      void found.push({ is: 'sequence', container, kind, index, content }),
    plain: (container, _lv, op) => void found.push({ is: 'plain', container, op, slot: undefined }),
  });
  const [first, second] = found;
  if (found.length === 1) return first;
  if (found.length > 2 || first?.is !== 'sequence' || second?.is !== 'plain' || count !== 2) return undefined;
  const isMove = isMoveOp(ops.containers[second.container]?.type, second.op.kind);
  return isMove && first.container === second.container ? { ...second, slot: first.index } : undefined;
}

function writeSingle(
  run: EventRun,
  name: string,
  index: number,
  text: string | undefined,
  count: number,
): Uint8Array {
  const writer = new Writer();
  writer.u8(
    UPDATE_VERSION |
      SINGLE |
      (text === undefined ? SINGLE_DELETES : 0) |
      (run.replica < LONG_REPLICA ? 0 : SINGLE_LONG_REPLICA) |
      (run.parents === undefined ? 0 : SINGLE_HAS_PARENTS),
  );
  writeEventHead(writer, run);
  writer.string(name).varint(index);
  if (text !== undefined) writer.raw(textEncoder.encode(text));
  else if (count > 1) writer.varint(count);
  return writer.finish();
}

function writeLone(run: EventRun, ops: OpLog, only: OnlyOp, count: number): Uint8Array {
  const { replica } = run;
  const writer = new Writer();
  writer.u8(
    UPDATE_VERSION |
      LONE |
      (replica < LONG_REPLICA ? 0 : LONE_LONG_REPLICA) |
      (run.parents === undefined ? 0 : LONE_HAS_PARENTS),
  );
  writeEventHead(writer, run);
  writeWay(writer, ops, only.container, replica, 0);
  if (only.is === 'plain') {
    writer.varint(codeOfPlain(only.op));
    if (only.slot !== undefined) writer.varint(only.slot);
    writeFields(
      writer,
      only.op,
      (key) => writer.string(key),
      (dot) => writeDot(writer, dot, replica),
    );
    return writer.finish();
  }
  const { container, kind, index, content } = only;
  writer.varint(codeOfSequence(kind, count)).varint(index);
  if (kind !== INSERT) return writer.finish();
  const { units, values } = ops.sequence(container);
  if (ops.containers[container]?.type === 'text')
    return writer.raw(textEncoder.encode(units.text(content, count))).finish();
  for (let i = 0; i < count; i++) valueCodec.write(writer, values[content + i] as Value);
  return writer.finish();
}

/** The containers from the root down to this one. How deep they lie is bounded where they are made. */
function writeWay(writer: Writer, ops: OpLog, container: number, own: ReplicaId, goesOn: number): void {
  const id = ops.containers[container] as ContainerId;
  const type = CONTAINER_TYPES.indexOf(id.type) | goesOn;
  if (id.at === 'root') {
    writer.u8(type).string(id.name);
    return;
  }
  writeWay(writer, ops, id.parent, own, GOES_ON);
  if (id.at === 'key') writer.u8(type | AT_KEY).string(id.key);
  else writeDot(writer.u8(type | IN_ELEMENT), id.element, own);
}

function readWay(reader: Reader, own: ReplicaId, ops: OpLog): number {
  const readDot = dotReader(reader, own);
  let parent = -1;
  for (let depth = 1; ; depth++) {
    if (depth > MAX_CONTAINER_DEPTH)
      throw reader.overLimit('containers within each other', depth, MAX_CONTAINER_DEPTH);
    const head = reader.u8();
    const type = CONTAINER_TYPES[head & 15];
    const place = head & (AT_KEY | IN_ELEMENT);
    if (
      type === undefined ||
      head >= 2 * GOES_ON ||
      (place === 0) !== parent < 0 ||
      place === (AT_KEY | IN_ELEMENT)
    )
      throw reader.invalid(`unknown container ${head}`);
    if (place === 0) parent = ops.meet({ at: 'root', type, name: readName(reader) });
    else if (place === AT_KEY) parent = ops.meet({ at: 'key', type, parent, key: readName(reader) });
    else parent = ops.meet({ at: 'element', type, parent, element: readDot() });
    if ((head & GOES_ON) === 0) return parent;
  }
}

function writeDot(writer: Writer, { replica, seq }: Dot, own: ReplicaId): void {
  writer.varint(replica === own ? OWN : replica).varint(seq);
}

function dotReader(reader: Reader, own: ReplicaId): () => Dot {
  return () => {
    const replica = reader.varint();
    if (replica === own) throw reader.invalid('a replica of its own that is named');
    return {
      replica: replica === OWN ? own : parseReplicaId(replica),
      seq: checkSeq(reader, reader.varint(), 1),
    };
  };
}
