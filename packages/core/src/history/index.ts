export { CausalBuffer } from './causal-buffer.ts';
export { type Difference, EventGraph, type LocalFrontier, sameFrontier } from './event-graph.ts';
export { EventLog, type EventTime, type FoundVersion, type HistoryBase } from './event-log.ts';
export { IntList } from './int-list.ts';
export { type DotRun, lastAtMost, ReplicaLog } from './replica-log.ts';
