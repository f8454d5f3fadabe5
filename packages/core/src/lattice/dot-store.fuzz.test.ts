/** Joins of dot maps against the table at the head of dot-store.ts, applied to one dot at a time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CausalContext, contextHas, contextOf } from '../causality/index.ts';
import { type Dot, dot, parseReplicaId } from '../id/index.ts';
import { type DotMap, type DotSet, dotMap, dotSet } from './dot-store.ts';
import { numberLeaf } from './leaf.ts';

interface Side {
  readonly store: DotMap<number, DotSet>;
  readonly context: CausalContext;
}

const KEYS = 40;
const stores = dotMap(numberLeaf, dotSet);

/** Each dot always names the same key: two of them name one, from either replica. */
const universe = [3, 8]
  .map(parseReplicaId)
  .flatMap((replica) => Array.from({ length: KEYS }, (_, i) => dot(replica, i + 1)));
const keyOf = (each: Dot): number => (each.seq * 7) % KEYS;

const side: fc.Arbitrary<Side> = fc
  .record({
    // From a handful of dots to nearly all: the short way and the long way of a join.
    share: fc.constantFrom(0.03, 0.2, 0.9),
    dice: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
      minLength: universe.length,
      maxLength: universe.length,
    }),
  })
  .map(({ share, dice }) => {
    const seen = universe.filter((_, i) => (dice[i]?.[0] ?? 1) < share);
    return sideOf(seen, (each) => dice[universe.indexOf(each)]?.[1] === true);
  });

it('keeps, takes and drops each dot as the table says', () => {
  fc.assert(
    fc.property(side, side, (a, b) => {
      const joined = stores.join(a.store, a.context, b.store, b.context);
      const live = universe.filter((each) => {
        const [inA, inB] = [isLive(a, each), isLive(b, each)];
        if (inA && inB) return true;
        return (inA && !contextHas(b.context, each)) || (inB && !contextHas(a.context, each));
      });
      expect(joined).toEqual(storeOf(live));
      expect(joined === a.store).toBe(
        live.length === stores.dots(a.store).length && live.every((each) => isLive(a, each)),
      );
    }),
    { numRuns: 300 },
  );
});

it('joins a change made with knowledge of everything by the short way to the same', () => {
  fc.assert(
    fc.property(side, fc.integer({ min: 0, max: KEYS - 1 }), (a, key) => {
      const fresh = dot(parseReplicaId(9), 1);
      const replaced = stores.at(a.store, key);
      const delta = { store: [{ key, store: [fresh] }], context: contextOf([fresh, ...replaced]) };
      const joined = stores.join(a.store, a.context, delta.store, delta.context);
      expect(stores.at(joined, key)).toEqual([fresh]);
      expect(joined.filter((entry) => entry.key !== key)).toEqual(
        a.store.filter((entry) => entry.key !== key),
      );
      expect(joined.map((entry) => entry.key)).toEqual(
        [...new Set([...a.store.map((entry) => entry.key), key])].sort((x, y) => x - y),
      );
    }),
  );
});

function sideOf(seen: readonly Dot[], lives: (each: Dot) => boolean): Side {
  return { store: storeOf(seen.filter(lives)), context: contextOf(seen) };
}

function storeOf(live: readonly Dot[]): DotMap<number, DotSet> {
  return Array.from({ length: KEYS }, (_, key) => ({
    key,
    store: live.filter((each) => keyOf(each) === key),
  })).filter((entry) => entry.store.length > 0);
}

function isLive(from: Side, each: Dot): boolean {
  return stores
    .at(from.store, keyOf(each))
    .some((other) => other.replica === each.replica && other.seq === each.seq);
}
