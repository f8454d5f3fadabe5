export { checkFormat, type DocumentSubject } from './format-contract.ts';
export { byTime, type Commands, isCausallyClosed, type Operation, type Site } from './history.ts';
export { hostileBytes } from './hostile-bytes.ts';
export { checkLaws } from './lattice-laws.ts';
export type { OpSite, OpSubject } from './op-history.ts';
export { checkOpLaws, type OpSpecification } from './op-laws.ts';
export { freshSeed, Seeded, type SuiteOptions, seedsOfRuns } from './seeded.ts';
export {
  CALM,
  type MsRange,
  type NetworkConditions,
  SimulatedNetwork,
  type SimulatedSocket,
  type SocketHandlers,
} from './simulated-network.ts';
export { checkSpecification, type Specification } from './specification.ts';
export * from './specs/index.ts';
export { SuiteFailure } from './suite-failure.ts';
export { VirtualTime } from './virtual-time.ts';
