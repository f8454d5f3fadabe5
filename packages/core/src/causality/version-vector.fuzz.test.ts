/** Version vectors against the simplest model: a map from replica to number. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import { dot, parseReplicaId, type ReplicaId } from '../id/index.ts';
import {
  advanceVector,
  compareVectors,
  emptyVector,
  mergeVectors,
  type VersionVector,
  vectorCodec,
  vectorHas,
  vectorOf,
} from './version-vector.ts';

const replicas = [1, 2, 3, 2 ** 53 - 1].map(parseReplicaId);
const entries = fc.array(fc.tuple(fc.constantFrom(...replicas), fc.integer({ min: 0, max: 6 })), {
  maxLength: 6,
});

it('holds, merges and compares as a map of numbers does', () => {
  fc.assert(
    fc.property(entries, entries, (left, right) => {
      const a = vectorOf(left);
      const b = vectorOf(right);
      const modelA = modelOf(left);
      const modelB = modelOf(right);
      expect(read(a)).toEqual(read(modelA));
      expect(read(mergeVectors(a, b))).toEqual(read(modelOf([...left, ...right])));
      const inB = replicas.every((replica) => (modelA.get(replica) ?? 0) <= (modelB.get(replica) ?? 0));
      const inA = replicas.every((replica) => (modelB.get(replica) ?? 0) <= (modelA.get(replica) ?? 0));
      expect(compareVectors(a, b)).toBe(inB ? (inA ? 'equal' : 'before') : inA ? 'after' : 'concurrent');
      for (const replica of replicas) {
        for (let seq = 1; seq <= 7; seq++) {
          expect(vectorHas(a, dot(replica, seq))).toBe(seq <= (modelA.get(replica) ?? 0));
        }
      }
    }),
  );
});

it('is what advancing dot by dot makes of it', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const vector = vectorOf(list);
      let grown = emptyVector;
      for (const [replica, last] of vector) {
        for (let seq = 1; seq <= last; seq++) grown = advanceVector(grown, dot(replica, seq));
      }
      expect(compareVectors(grown, vector)).toBe('equal');
    }),
  );
});

it('reads what it wrote, and equal vectors have equal bytes', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const bytes = encode(vectorCodec, vectorOf(list));
      expect(encode(vectorCodec, vectorOf([...list].reverse()))).toEqual(bytes);
      expect(encode(vectorCodec, decode(vectorCodec, bytes, 'vector'))).toEqual(bytes);
    }),
  );
});

it('reads random bytes as nothing, or as the one vector that has those bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 }), (list) => {
      const bytes = Uint8Array.from(list);
      let vector: VersionVector;
      try {
        vector = decode(vectorCodec, bytes, 'vector');
      } catch (error) {
        expect(CausewayError.inFamily(error, 'decode')).toBe(true);
        return;
      }
      expect(encode(vectorCodec, vector)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

function modelOf(list: readonly (readonly [ReplicaId, number])[]): ReadonlyMap<ReplicaId, number> {
  const model = new Map<ReplicaId, number>();
  for (const [replica, seq] of list) model.set(replica, Math.max(seq, model.get(replica) ?? 0));
  return model;
}

function read(vector: ReadonlyMap<ReplicaId, number>): readonly number[] {
  return replicas.map((replica) => vector.get(replica) ?? 0);
}
