export { type AwMapCommand, awMapSpecification } from './aw-map.ts';
export { type AwSetCommand, awSetSpecification } from './aw-set.ts';
export { type BoundedCounterCommand, boundedCounterSpecification } from './bounded-counter.ts';
export { extremumSpecification } from './extremum.ts';
export { dwFlagSpecification, ewFlagSpecification, type FlagCommand } from './flags.ts';
export { gCounterSpecification } from './g-counter.ts';
export { gSetSpecification } from './g-set.ts';
export { type LwwElementSetCommand, lwwElementSetSpecification } from './lww-element-set.ts';
export { lwwRegisterSpecification } from './lww-register.ts';
export {
  mvRegisterSpecification,
  type RegisterCommand,
  resolverRegisterSpecification,
} from './mv-register.ts';
export { type ListPlace, type ListWish, listSpecification, listSubject } from './op-list.ts';
export { type NamedTree, type TreeWish, treeSpecification, treeSubject } from './op-tree.ts';
export {
  counterSpecification,
  type MapWithConflicts,
  mapSpecification,
  mapWithConflicts,
  registerSpecification,
  setSpecification,
} from './op-types.ts';
export { latest, operationsOn } from './operations.ts';
export { pnCounterSpecification } from './pn-counter.ts';
export { type FieldSpecifications, type ProductCommand, productSpecification } from './product.ts';
export { type RwSetCommand, rwSetSpecification } from './rw-set.ts';
export { type TwoPhaseSetCommand, twoPhaseSetSpecification } from './two-phase-set.ts';
