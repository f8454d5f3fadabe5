/** What updates of every form say of an event: its replica, its seq, its parents, its time. */
import type { Reader, Writer } from '../bytes/index.ts';
import { MAX_HYBRID_COUNTER, MAX_WALL_MS } from '../causality/index.ts';
import type { EventTime } from '../history/index.ts';
import { compareDots, type Dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import { type EventRun, MAX_DOTS, type TimeMark } from './event-batch.ts';
import { LONG_REPLICA } from './update-form.ts';

const LONG_REPLICA_BYTES = 7;

/** The head of an update of one event; the form says whether the replica is long, and whether there are parents. */
export function writeEventHead(writer: Writer, run: EventRun): void {
  const [time] = run.times;
  if (run.replica >= LONG_REPLICA) writeLongReplica(writer, run.replica);
  else writer.varint(run.replica);
  writer.varint(run.seq * 2 + (time === undefined ? 0 : 1));
  if (time !== undefined) writer.zigzag(time.wallMs).varint(time.counter);
  if (run.parents === undefined) return;
  writer.varint(run.parents.length);
  for (const { replica, seq } of run.parents) writer.varint(replica).varint(seq);
}

export interface EventHead {
  readonly replica: ReplicaId;
  readonly seq: number;
  readonly times: readonly TimeMark[];
  readonly parents: readonly Dot[] | undefined;
}

export function readEventHead(reader: Reader, isLong: boolean, hasParents: boolean): EventHead {
  const replica = isLong ? readLongReplica(reader) : readShortReplica(reader);
  const seqAndTime = reader.varint();
  const seq = checkSeq(reader, Math.floor(seqAndTime / 2), 1);
  const times = seqAndTime % 2 === 0 ? [] : [{ seq, ...readTime(reader, 0) }];
  if (!hasParents) return { replica, seq, times, parents: undefined };
  const parents = readDots(reader, () => parseReplicaId(reader.varint()));
  checkParents(reader, parents, replica, seq);
  return { replica, seq, times, parents };
}

/** The event that fills an update alone, of so many dots. */
export function runOfEvent(reader: Reader, head: EventHead, count: number): EventRun {
  const seq = checkSeq(reader, head.seq, count);
  return { ...head, count, lengths: [{ seq, length: count }], position: 0 };
}

/** A count, and that many dots. */
export function readDots(reader: Reader, readReplica: () => ReplicaId): Dot[] {
  const count = reader.count(MAX_DOTS, 'parents', 2);
  const dots: Dot[] = [];
  for (let i = 0; i < count; i++)
    dots.push({ replica: readReplica(), seq: checkSeq(reader, reader.varint(), 1) });
  return dots;
}

/** Ascending, one of each replica, none from the event's own future; and what goes without saying is not said. */
export function checkParents(reader: Reader, parents: readonly Dot[], replica: ReplicaId, seq: number): void {
  for (const [i, parent] of parents.entries()) {
    if (i > 0 && compareDots(parents[i - 1] as Dot, { ...parent, seq: 0 }) >= 0)
      throw reader.invalid('parents out of order');
    if (parent.replica === replica && parent.seq >= seq)
      throw reader.invalid('a parent that is no earlier event');
  }
  const [only] = parents;
  const isImplied =
    seq === 1
      ? only === undefined
      : parents.length === 1 && only?.replica === replica && only.seq === seq - 1;
  if (isImplied) throw reader.invalid('parents that go without saying');
}

/** A time whose milliseconds are written as their distance from `wallMs`. */
export function readTime(reader: Reader, wallMs: number): EventTime {
  const wall = wallMs + reader.zigzag();
  if (wall < 0 || wall > MAX_WALL_MS) throw reader.invalid('a time that no clock can show');
  return { wallMs: wall, counter: reader.varintUpTo(MAX_HYBRID_COUNTER, 'hybrid counter') };
}

/** `seq` if that many dots from there on can be. */
export function checkSeq(reader: Reader, seq: number, count: number): number {
  if (seq < 1 || seq + count - 1 > MAX_DOTS) throw reader.invalid(`seq ${seq}`);
  return seq;
}

/** Seven bytes, low first. */
function writeLongReplica(writer: Writer, replica: ReplicaId): void {
  for (let rest: number = replica, i = 0; i < LONG_REPLICA_BYTES; i++) {
    writer.u8(rest % 256);
    rest = Math.floor(rest / 256);
  }
}

function readShortReplica(reader: Reader): ReplicaId {
  const id = parseReplicaId(reader.varint());
  if (id >= LONG_REPLICA) throw reader.invalid('a long replica id in the short form');
  return id;
}

function readLongReplica(reader: Reader): ReplicaId {
  let id = 0;
  let factor = 1;
  for (const byte of reader.raw(LONG_REPLICA_BYTES)) {
    id += byte * factor;
    factor *= 256;
  }
  if (id < LONG_REPLICA) throw reader.invalid('a short replica id in the long form');
  return parseReplicaId(id);
}
