/** Causal contexts against the simplest model: a set of dot keys. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import { type Dot, type DotKey, dot, dotKey, parseReplicaId } from '../id/index.ts';
import {
  addToContext,
  type CausalContext,
  closeGapsInContext,
  compareContexts,
  contextCodec,
  contextHas,
  contextOf,
  contextOfVector,
  countShared,
  emptyContext,
  isGapless,
  lastSeqInContext,
  mergeContexts,
  prefixOf,
  subtractContexts,
} from './causal-context.ts';
import { vectorHas } from './version-vector.ts';

const MAX_SEQ = 14;
const replicas = [1, 2, 2 ** 53 - 1].map(parseReplicaId);
const universe = replicas.flatMap((replica) =>
  Array.from({ length: MAX_SEQ }, (_, i) => dot(replica, i + 1)),
);
const dots = fc.array(fc.constantFrom(...universe), { maxLength: 30 });

it('merges, subtracts and compares as sets of dots do', () => {
  fc.assert(
    fc.property(dots, dots, (left, right) => {
      const a = contextOf(left);
      const b = contextOf(right);
      const modelA = modelOf(left);
      const modelB = modelOf(right);
      expect(seen(a)).toEqual(listed(modelA));
      expect(seen(mergeContexts(a, b))).toEqual(listed(modelOf([...left, ...right])));
      const rest = new Set([...modelA].filter((key) => !modelB.has(key)));
      expect(seen(subtractContexts(a, b))).toEqual(listed(rest));
      expect(countShared(a, b)).toBe([...modelA].filter((key) => modelB.has(key)).length);
      const inB = [...modelA].every((key) => modelB.has(key));
      const inA = [...modelB].every((key) => modelA.has(key));
      expect(compareContexts(a, b)).toBe(inB ? (inA ? 'equal' : 'before') : inA ? 'after' : 'concurrent');
    }),
  );
});

it('closes the gaps of one replica above a seq and below something seen, and no others', () => {
  fc.assert(
    fc.property(
      dots,
      fc.constantFrom(...replicas),
      fc.integer({ min: 0, max: MAX_SEQ }),
      (list, replica, above) => {
        const context = contextOf(list);
        const closed = closeGapsInContext(context, replica, above);
        const own = list.filter((each) => each.replica === replica).map((each) => each.seq);
        for (const each of universe) {
          // The gap that a dot lies in: from the last one seen before it to the next one seen.
          const before = Math.max(0, ...own.filter((seq) => seq < each.seq));
          const isInGap = before > 0 && own.some((seq) => seq > each.seq);
          const isClosed = each.replica === replica && isInGap && before >= above;
          expect(contextHas(closed, each)).toBe(contextHas(context, each) || isClosed);
        }
      },
    ),
  );
});

it('is one and the same, by whichever way it was reached', () => {
  fc.assert(
    fc.property(dots, dots, (left, right) => {
      const whole = contextOf([...left, ...right]);
      const added = [...right, ...left].reduce(addToContext, emptyContext);
      const merged = mergeContexts(contextOf(left), contextOf(right));
      const parted = mergeContexts(subtractContexts(whole, contextOf(left)), contextOf(left));
      for (const other of [added, merged, parted]) {
        expect(other).toEqual(whole);
        expect(encode(contextCodec, other)).toEqual(encode(contextCodec, whole));
      }
      expect(decode(contextCodec, encode(contextCodec, whole), 'context')).toEqual(whole);
    }),
  );
});

it('has as its prefix what is seen up to the first gap', () => {
  fc.assert(
    fc.property(dots, (list) => {
      const context = contextOf(list);
      const model = modelOf(list);
      const prefix = prefixOf(context);
      for (const each of universe) {
        const unbroken = Array.from({ length: each.seq }, (_, i) => dot(each.replica, i + 1));
        expect(vectorHas(prefix, each)).toBe(unbroken.every((earlier) => model.has(dotKey(earlier))));
      }
      expect(isGapless(context)).toBe(compareContexts(contextOfVector(prefix), context) === 'equal');
      for (const replica of replicas) {
        const seqs = list.filter((each) => each.replica === replica).map((each) => each.seq);
        expect(lastSeqInContext(context, replica)).toBe(Math.max(0, ...seqs));
      }
    }),
  );
});

it('reads random bytes as nothing, or as the one context that has those bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 14 }), (list) => {
      const bytes = Uint8Array.from(list);
      let context: CausalContext;
      try {
        context = decode(contextCodec, bytes, 'context');
      } catch (error) {
        expect(CausewayError.inFamily(error, 'decode')).toBe(true);
        return;
      }
      expect(encode(contextCodec, context)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

function modelOf(list: readonly Dot[]): ReadonlySet<DotKey> {
  return new Set(list.map(dotKey));
}

function listed(model: ReadonlySet<DotKey>): readonly Dot[] {
  return universe.filter((each) => model.has(dotKey(each)));
}

function seen(context: CausalContext): readonly Dot[] {
  return universe.filter((each) => contextHas(context, each));
}
