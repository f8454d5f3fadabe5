/** What an effect asks about an operation that is in the history. */
import type { HybridTime } from '../causality/index.ts';
import type { EventGraph } from '../history/index.ts';
import type { OpContext } from '../op/op-type.ts';

export class PastContext implements OpContext {
  readonly lv: number;
  readonly time: HybridTime;
  readonly linear: boolean;
  readonly seenUpTo: number;
  readonly #graph: EventGraph;
  /** The run that the operation is in, and the newest that this run's first event has seen. */
  readonly #start: number;
  readonly #newest: number;

  constructor(graph: EventGraph, lv: number, time: HybridTime, linear: boolean) {
    this.lv = lv;
    this.time = time;
    this.linear = linear;
    this.seenUpTo = linear ? lv - 1 : -1;
    this.#graph = graph;
    this.#start = graph.runStart(lv);
    this.#newest = graph.parentsOf(this.#start).at(-1) ?? -1;
  }

  sees(other: number): boolean {
    // What came here between the two has been seen by none of the run.
    if (other > this.#newest && other < this.#start) return false;
    return this.#graph.includes([this.lv], other);
  }
}
