/**
 * A base as bytes. See docs/formats.md.
 *
 *   base := last dot of each replica with its time, heads │ replicas, containers, names, their times │ operations, to the end
 *
 * Names stand in the order of their LVs, and operations too, so that an operation is of the names that come next, and an
 * insertion goes to the end of its container. Leaves out: reading it (base-reader.ts).
 */
import { Writer } from '../bytes/index.ts';
import { type Value, valueCodec } from '../bytes/value.ts';
import type { DotRun, EventTime, HistoryBase } from '../history/index.ts';
import type { ReplicaId } from '../id/index.ts';
import { DELETE, INSERT } from '../op/sequence/sequence-log.ts';
import { ReplicaTable, UsedContainers } from './column-writer.ts';
import type { OpLog } from './op-log.ts';
import { codeOfPlain, codeOfSequence, writeFields } from './operation-codec.ts';

/** A slot of a list that is nobody's own: what would be a deletion of one element, of which a base has none. */
export const EMPTY_SLOT = codeOfSequence(DELETE, 1);

export function encodeBase(base: HistoryBase, ops: OpLog): Uint8Array {
  const writer = new Writer(256);
  writeLast(writer, base);
  const replicas = new ReplicaTable();
  const replicaOf = (id: ReplicaId): number => replicas.use(id);
  const names = new Writer(256);
  writeNames(names, base.names, replicaOf);
  const containers = new UsedContainers(ops);
  const operations = new Writer(256);
  writeOperations(operations, base, ops, containers, replicaOf);
  const table = new Writer(64);
  containers.write(table, replicaOf);
  replicas.write(writer);
  writer.raw(table.finish()).raw(names.finish());
  return writer.joinedWith(operations.finish());
}

function writeLast(writer: Writer, { last, frontier }: HistoryBase): void {
  let wallBefore = 0;
  writer.varint(last.length);
  for (const { replica, seq, wallMs, counter } of last) {
    writer
      .varint(replica)
      .varint(seq)
      .zigzag(wallMs - wallBefore)
      .varint(counter);
    wallBefore = wallMs;
  }
  writer.varint(frontier.length);
  for (const { replica } of frontier) writer.varint(last.findIndex((each) => each.replica === replica));
}

/** A column each for the replicas, seqs, counts and times of the runs, a seq less where its replica's run before ended. */
function writeNames(
  writer: Writer,
  names: readonly (DotRun & EventTime)[],
  replicaOf: (id: ReplicaId) => number,
): void {
  writer.varint(names.length);
  for (const { replica } of names) writer.varint(replicaOf(replica));
  const expected = new Map<ReplicaId, number>();
  for (const { replica, seq, count } of names) {
    writer.zigzag(seq - (expected.get(replica) ?? 1));
    expected.set(replica, seq + count);
  }
  for (const { count } of names) writer.varint(count);
  let wallBefore = 0;
  for (const { wallMs, counter } of names) {
    writer.zigzag(wallMs - wallBefore).varint(counter);
    wallBefore = wallMs;
  }
}

function writeOperations(
  writer: Writer,
  { names }: HistoryBase,
  ops: OpLog,
  containers: UsedContainers,
  replicaOf: (id: ReplicaId) => number,
): void {
  const length = names.reduce((sum, { count }) => sum + count, 0);
  const write = (container: number, code: number): void =>
    void writer.varint(containers.use(container)).varint(code);
  ops.visit(0, length, {
    sequence: (container, _kind, _lv, _index, count, content) => {
      const { units, values } = ops.sequence(container);
      if (ops.containers[container]?.type === 'text') {
        write(container, codeOfSequence(INSERT, count));
        writer.string(units.text(content, count));
        return;
      }
      for (let at = content; at < content + count; ) {
        let end = at;
        while (end < content + count && values[end] !== undefined) end++;
        if (end === at) {
          // Each on its own, so that nobody can claim more of them than there are bytes.
          write(container, EMPTY_SLOT);
          at++;
          continue;
        }
        write(container, codeOfSequence(INSERT, end - at));
        for (; at < end; at++) valueCodec.write(writer, values[at] as Value);
      }
    },
    plain: (container, _lv, op) => {
      write(container, codeOfPlain(op));
      writeFields(
        writer,
        op,
        (key) => void writer.string(key),
        ({ replica, seq }) => void writer.varint(replicaOf(replica)).varint(seq),
      );
    },
  });
}
