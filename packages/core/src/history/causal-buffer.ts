/**
 * Holds what came before something it depends on. Each item waits for one dot; whoever takes events in wakes what waits for
 * a replica when more of it is known, tries it again, and lets it wait for the next dot that it lacks.
 *
 *      known  A.1 A.2        waiting  of A   4 → x   7 → y
 *      A.3 A.4 come          wake(A, 4) → x                       y waits on
 *
 * Bounded by the total of what its items say they weigh, since a peer may send what nothing will ever complete.
 */
import type { ReplicaId } from '../id/index.ts';

interface Waiting<T> {
  readonly seq: number;
  readonly item: T;
  readonly weight: number;
}

export class CausalBuffer<T> {
  readonly #limit: number;
  readonly #byReplica = new Map<ReplicaId, Waiting<T>[]>();
  #size = 0;
  #weight = 0;

  /** `limit` is the greatest total weight, in the unit that the weights have. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** The weight that may still be added. */
  get room(): number {
    return this.#limit - this.#weight;
  }

  /** Keeps an item until the dot `seq` of this replica is known. False when there is no room for it. */
  add(replica: ReplicaId, seq: number, item: T, weight: number): boolean {
    if (weight > this.room) return false;
    let heap = this.#byReplica.get(replica);
    if (heap === undefined) {
      heap = [];
      this.#byReplica.set(replica, heap);
    }
    push(heap, { seq, item, weight });
    this.#size++;
    this.#weight += weight;
    return true;
  }

  /** Takes out what waits for dots of this replica up to `seq`, lowest first. */
  wake(replica: ReplicaId, seq: number): readonly T[] {
    const heap = this.#byReplica.get(replica);
    const woken: T[] = [];
    while (heap !== undefined && heap.length > 0 && (heap[0] as Waiting<T>).seq <= seq) {
      const { item, weight } = pop(heap);
      woken.push(item);
      this.#size--;
      this.#weight -= weight;
    }
    if (heap?.length === 0) this.#byReplica.delete(replica);
    return woken;
  }

  /** Takes out what waits for dots up to the last one that `lastSeq` says is known of their replica. */
  wakeDue(lastSeq: (replica: ReplicaId) => number): readonly T[] {
    const woken: T[] = [];
    for (const replica of [...this.#byReplica.keys()]) {
      for (const item of this.wake(replica, lastSeq(replica))) woken.push(item);
    }
    return woken;
  }

  /** Everything that waits, in no order. */
  items(): readonly T[] {
    return [...this.#byReplica.values()].flatMap((heap) => heap.map(({ item }) => item));
  }
}

/** A binary heap, lowest seq at the root. */
function push<T>(heap: Waiting<T>[], entry: Waiting<T>): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const above = heap[parent] as Waiting<T>;
    if (above.seq <= entry.seq) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop<T>(heap: Waiting<T>[]): Waiting<T> {
  const top = heap[0] as Waiting<T>;
  const last = heap.pop() as Waiting<T>;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Waiting<T>).seq < (heap[child] as Waiting<T>).seq)
      child++;
    if ((heap[child] as Waiting<T>).seq >= last.seq) break;
    heap[at] = heap[child] as Waiting<T>;
    at = child;
  }
  heap[at] = last;
  return top;
}
