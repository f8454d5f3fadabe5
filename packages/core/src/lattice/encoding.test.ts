/** The bytes of types without contexts, written out, so that a change of a format cannot go unseen. */
import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import type { HybridTime } from '../causality/index.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { boundedCounter } from './bounded-counter.ts';
import { gCounter } from './g-counter.ts';
import { gSet } from './g-set.ts';
import type { Lattice } from './lattice.ts';
import { numberLeaf, stringLeaf, valueLeaf } from './leaf.ts';
import { lwwElementSet } from './lww-element-set.ts';
import { lwwRegister } from './lww-register.ts';
import { max } from './max.ts';
import { pnCounter } from './pn-counter.ts';
import { twoPhaseSet } from './two-phase-set.ts';

const [a, b] = [dot(parseReplicaId(7), 1), dot(parseReplicaId(9), 2)];
const time: HybridTime = { wallMs: 5, counter: 1, replica: parseReplicaId(7) };
const timeBytes = [5, 1, 7];

const written: readonly (readonly [Lattice<unknown>, unknown, readonly number[]])[] = [
  [gCounter, [], [0]],
  [
    gCounter,
    [
      { key: a, value: 3 },
      { key: b, value: 4 },
    ],
    [2, 7, 1, 3, 9, 2, 4],
  ],
  [pnCounter, [{ key: a, value: { up: 3, down: 1 } }], [1, 7, 1, 3, 1]],
  [
    boundedCounter,
    [
      { key: a, value: { created: 10, used: 6, given: [{ key: b, value: 4 }] } },
      { key: b, value: { created: 0, used: 3, given: [] } },
    ],
    [2, 7, 1, 10, 6, 1, 9, 2, 4, 9, 2, 0, 3, 0],
  ],
  [max(numberLeaf), undefined, [0]],
  [max(numberLeaf), { value: -3 }, [1, 3, 5]],
  [
    lwwRegister(valueLeaf),
    { time, value: { b: [true], a: null } },
    [1, ...timeBytes, 9, 2, 1, 97, 0, 1, 98, 8, 1, 2],
  ],
  [gSet(stringLeaf), [{ key: 'x', value: true }], [1, 1, 120]],
  [
    twoPhaseSet(stringLeaf),
    [
      { key: 'x', value: true },
      { key: 'y', value: false },
    ],
    [2, 1, 120, 1, 1, 121, 0],
  ],
  [lwwElementSet(stringLeaf), [{ key: 'x', value: { time, present: true } }], [1, 1, 120, ...timeBytes, 1]],
];

it.each(written)('$descriptor %#', (lattice, state, bytes) => {
  expect([...encode(lattice.codec, state)]).toEqual(bytes);
  expect(decode(lattice.codec, Uint8Array.from(bytes), 'state')).toEqual(state);
});

const refused: readonly (readonly [string, Lattice<unknown>, readonly number[]])[] = [
  ['a counter account with nothing in it', gCounter, [1, 7, 1, 0]],
  ['an account that neither rose nor fell', pnCounter, [1, 7, 1, 0, 0]],
  ['rights given of none', boundedCounter, [1, 7, 1, 1, 0, 1, 9, 2, 0]],
  ['accounts out of order', gCounter, [2, 9, 2, 4, 7, 1, 3]],
  ['an account twice', gCounter, [2, 7, 1, 3, 7, 1, 3]],
  ['a dot with seq 0', gCounter, [1, 7, 0, 3]],
  ['a register that is neither empty nor full', max(numberLeaf), [2]],
  ['an element that is neither there nor removed', twoPhaseSet(stringLeaf), [1, 1, 120, 2]],
  ['elements out of order', gSet(stringLeaf), [2, 1, 121, 1, 120]],
];

it.each(refused)('%s has no bytes', (_, lattice, bytes) => {
  expect(() => decode(lattice.codec, Uint8Array.from(bytes), 'state')).toThrow(/^decode\/invalid/);
});
