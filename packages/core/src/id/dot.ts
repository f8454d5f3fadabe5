/**
 * Dot: the name of one element of one operation, `{replica, seq}`. A replica's seq starts at 1 and counts elements, so an
 * inserted run of five characters takes five dots. Dots are ordered by replica, then seq; the order means nothing but
 * gives equal sets equal bytes.
 */
import type { Codec } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import { parseReplicaId, type ReplicaId, replicaIdCodec } from './replica-id.ts';

export interface Dot {
  readonly replica: ReplicaId;
  readonly seq: number;
}

/** A dot as a map key: `replica.seq`, both decimal. */
export type DotKey = `${number}.${number}`;

/** `decode/invalid` unless seq is an integer from 1 to 2^53 - 1. */
export function dot(replica: ReplicaId, seq: number): Dot {
  if (!Number.isSafeInteger(seq) || seq < 1) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'dot', detail: `seq ${seq}` },
      `${seq} is no seq: dots count from 1`,
    );
  }
  return { replica, seq };
}

export function dotKey(value: Dot): DotKey {
  return `${value.replica}.${value.seq}`;
}

/** The dot of a key that may have come from elsewhere; `decode/invalid` for what is none. */
export function parseDotKey(key: string): Dot {
  const [replica = '', seq = '', more] = key.split('.');
  if (more !== undefined || !/^\d{1,16}$/.test(replica) || !/^\d{1,16}$/.test(seq))
    throw new CausewayError(
      'decode/invalid',
      { what: 'dot', detail: key.slice(0, 60) },
      `${JSON.stringify(key.slice(0, 60))} is no name of an element: take one that was read from a document`,
    );
  return dot(parseReplicaId(Number(replica)), Number(seq));
}

export function compareDots(a: Dot, b: Dot): number {
  return a.replica - b.replica || a.seq - b.seq;
}

export function equalDots(a: Dot, b: Dot): boolean {
  return a.replica === b.replica && a.seq === b.seq;
}

export const dotCodec: Codec<Dot> = {
  write: (writer, value) => {
    replicaIdCodec.write(writer, value.replica);
    writer.varint(value.seq);
  },
  read: (reader) => dot(replicaIdCodec.read(reader), reader.varint()),
};
