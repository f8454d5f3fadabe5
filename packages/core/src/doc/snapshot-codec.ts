/**
 * Snapshots as bytes: an update with the whole history, and behind it what a reader wants at once, so that opening a document
 * to read it decodes no history.
 *
 *   snapshot := head, length of the update, update │ version vector, replicas, containers, texts
 *
 * A snapshot is an update, and whoever takes it as one goes by its history alone. Only who opens a store of its own
 * (`NativeDocument.load`) takes the texts on trust until the history is needed.
 */
import { Reader, Writer } from '../bytes/index.ts';
import { type VersionVector, vectorCodec } from '../causality/index.ts';
import { readContainers, readReplicas } from './column-reader.ts';
import { ReplicaTable, UsedContainers } from './column-writer.ts';
import type { ContainerId } from './container-id.ts';
import { type EventBatch, MAX_DOTS } from './event-batch.ts';
import { OpLog } from './op-log.ts';
import { decodeBatch } from './update-codec.ts';
import { SNAPSHOT, UPDATE_VERSION, wrongVersion } from './update-form.ts';

/** A text that is ready to read. Its container is numbered in `containers`. */
export interface ReadyText {
  readonly container: number;
  readonly text: string;
}

export interface Snapshot {
  /** The whole history, of another form. */
  readonly update: Uint8Array;
  /** What of it was taken in. */
  readonly version: VersionVector;
  readonly containers: OpLog;
  readonly texts: readonly ReadyText[];
}

export function encodeSnapshot({ update, version, containers, texts }: Snapshot): Uint8Array {
  const head = new Writer(16);
  head.u8(UPDATE_VERSION | SNAPSHOT).varint(update.length);
  const tail = new Writer(256);
  vectorCodec.write(tail, version);
  const used = new UsedContainers(containers);
  const replicas = new ReplicaTable();
  const numbered = texts.map(({ container, text }) => ({ container: used.use(container), text }));
  const table = new Writer(64);
  used.write(table, (id) => replicas.use(id));
  replicas.write(tail);
  tail.raw(table.finish()).varint(numbered.length);
  for (const { container, text } of numbered) tail.varint(container).string(text);
  return head.raw(update).joinedWith(tail.finish());
}

export function isSnapshot(update: Uint8Array): boolean {
  return update.length > 0 && ((update[0] as number) & 0xf0) === SNAPSHOT;
}

/** `decode/*` unless the bytes are a snapshot. Its update is not looked at. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const reader = new Reader(bytes, 'native snapshot');
  const head = reader.u8();
  if ((head & 0x0f) !== UPDATE_VERSION) throw wrongVersion(head & 0x0f);
  if (head !== (UPDATE_VERSION | SNAPSHOT)) throw reader.invalid(`unknown form ${head >>> 4}`);
  const update = reader.bytes(reader.left, 'update of a snapshot');
  const version = vectorCodec.read(reader);
  const replicas = readReplicas(reader);
  const containers = new OpLog();
  const known = readContainers(reader, replicas, containers);
  const count = reader.count(MAX_DOTS, 'texts', 2);
  const texts: ReadyText[] = [];
  for (let i = 0; i < count; i++) {
    const container = reader.varint();
    if (container >= known || (containers.containers[container] as ContainerId).type !== 'text')
      throw reader.invalid(`a text of container ${container}`);
    texts.push({ container, text: reader.string(reader.left, 'text') });
  }
  reader.end();
  return { update, version, containers, texts };
}

/** The batch that an update of any form holds; `decode/*` unless it is one. Costs as much as there are bytes, whatever counts they claim. */
export function decodeUpdate(update: Uint8Array): EventBatch {
  return decodeBatch(isSnapshot(update) ? decodeSnapshot(update).update : update);
}
