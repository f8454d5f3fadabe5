/**
 * Which element is where in a sequence, at the end and at any version: a tracker of the whole history, made when it is first
 * asked for and kept up to date from then on. Costs the memory of one span for each run of elements, and, the first time,
 * a replay. Elements are named by the LV that inserted them.
 */
import { type EventGraph, type LocalFrontier, sameFrontier } from '../../history/event-graph.ts';
import type { SequenceLog } from './sequence-log.ts';
import type { SequenceTracker } from './sequence-tracker.ts';
import { SequenceWalker } from './sequence-walker.ts';

/** Elements in a row that one version has and another has not, or both have. */
export interface ElementSpan {
  readonly lv: number;
  readonly count: number;
  readonly before: boolean;
  readonly after: boolean;
}

export class SequenceIdentity {
  readonly #graph: EventGraph;
  readonly #walker: SequenceWalker;

  constructor(graph: EventGraph, log: SequenceLog, compareReplicas: (a: number, b: number) => number) {
    this.#graph = graph;
    this.#walker = new SequenceWalker(graph, log, compareReplicas);
  }

  /** The LV of the element at `index`, which must be within the sequence. */
  at(index: number): number {
    return this.#tracker().idAtEnd(index);
  }

  /** Where the element stands, or would if it had not been deleted. */
  indexOf(lv: number): number {
    return this.#tracker().endIndexOf(lv);
  }

  has(lv: number): boolean {
    return this.#tracker().isThereAtEnd(lv);
  }

  /** The element that the deletion by this LV deleted. */
  targetOf(lv: number): number {
    return this.#tracker().targetOf(lv);
  }

  /** Visits the elements that are there, in order, in runs of LVs that follow each other. */
  forEach(visit: (lv: number, count: number) => void): void {
    this.#tracker().forEach((lv, count, there) => {
      if (there) visit(lv, count);
    });
  }

  /** Visits all elements there ever were, in order, in runs of LVs that follow each other and are all there or all deleted. */
  forEachEver(visit: (lv: number, count: number, there: boolean) => void): void {
    this.#tracker().forEach(visit);
  }

  /** What two versions have, in order: all spans that either has. Costs a walk through the sequence and the events between. */
  compare(before: LocalFrontier, after: LocalFrontier): readonly ElementSpan[] {
    const tracker = this.#tracker();
    const lane = this.#walker.stand(before);
    if (!sameFrontier(before, after)) this.#walker.standBeside(lane, after);
    const spans: ElementSpan[] = [];
    tracker.forEach((lv, count, _there, inFirst, inSecond) => {
      const [own, other] = lane === 0 ? [inFirst, inSecond] : [inSecond, inFirst];
      const isAfter = sameFrontier(before, after) ? own : other;
      if (own || isAfter) spans.push({ lv, count, before: own, after: isAfter });
    });
    return spans;
  }

  /** Gives up the tracker: histories that are taken back leave it wrong. */
  rest(): void {
    this.#walker.rest();
  }

  #tracker(): SequenceTracker {
    return this.#walker.whole(this.#graph.length);
  }
}
