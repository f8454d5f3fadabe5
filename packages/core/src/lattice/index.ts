export { MAX_VALUE_BYTES, MAX_VALUE_DEPTH, type Value, valueCodec } from '../bytes/value.ts';
export { type AwMap, type AwMapState, awMap } from './aw-map.ts';
export { type AwSet, type AwSetState, awSet } from './aw-set.ts';
export {
  type BoundedCounter,
  type BoundedCounterState,
  boundedCounter,
  type RightsAccount,
  type Spending,
} from './bounded-counter.ts';
export { type Causal, type CausalLattice, causal } from './causal.ts';
export { latticeOf, MAX_DESCRIPTOR_DEPTH } from './descriptor.ts';
export {
  type DotFun,
  type DotFunValues,
  type DotMap,
  type DotMapEntry,
  type DotMapStore,
  type DotSet,
  type DotStore,
  type DotValue,
  dotFun,
  dotMap,
  dotSet,
  leafValues,
} from './dot-store.ts';
export { type DwFlag, type DwFlagState, dwFlag } from './dw-flag.ts';
export type { Entries, Entry } from './entry-map.ts';
export { type EwFlag, type EwFlagState, ewFlag } from './ew-flag.ts';
export { type GCounter, type GCounterState, gCounter } from './g-counter.ts';
export { type GSet, type GSetState, gSet } from './g-set.ts';
export type { DotSource, Lattice, StateOf, ViewOf } from './lattice.ts';
export {
  booleanLeaf,
  bytesLeaf,
  type Leaf,
  leafNamed,
  leafOf,
  numberLeaf,
  stringLeaf,
  valueLeaf,
} from './leaf.ts';
export {
  type LwwElementSet,
  type LwwElementSetState,
  lwwElementSet,
  type TimedPresence,
} from './lww-element-set.ts';
export { type LwwRegister, type LwwRegisterState, lwwRegister, type TimedValue } from './lww-register.ts';
export { type Extremum, type ExtremumState, max } from './max.ts';
export { min } from './min.ts';
export { type MvRegister, type MvRegisterState, mvRegister } from './mv-register.ts';
export { type PnCounter, type PnCounterState, pnCounter, type UpAndDown } from './pn-counter.ts';
export { type Product, type ProductFields, type ProductState, type ProductView, product } from './product.ts';
export { type Resolve, type ResolverRegister, resolverRegister } from './resolver-register.ts';
export { type RwSet, type RwSetState, rwSet } from './rw-set.ts';
export { type TwoPhaseSet, type TwoPhaseSetState, twoPhaseSet } from './two-phase-set.ts';
