/**
 * The way back through an event graph from one or two versions at once: which runs have been reached, how far up each, and
 * which comes next, the deepest first. A run is a chain, so what a version has of it is told by the highest LV.
 *
 *      in A  ─────────────┐
 *      run   0 1 2 3 4 5 6 7          topA 6, topB 3: A alone has 4, 5, 6
 *      in B  ───────┘
 *
 * It is made once for all graphs and begun anew for every question, so that asking makes nothing. Leaves out: the graph.
 */

export const IN_A = 1;
export const IN_B = 2;

const NONE = -1;
/** Above every LV: a run that has been followed is reached by nothing any more. */
const CLOSED = 2 ** 30;

export class GraphWalk {
  /** The run that `next` found, and the depth that it was waiting at. */
  run = NONE;
  depth = 0;
  /** Runs that have been reached, and further by one version than by the other. */
  uneven = 0;
  // By run; what `#stamps` does not say to be of this walk is of an earlier one.
  #stamps = new Int32Array(0);
  #topsA = new Int32Array(0);
  #topsB = new Int32Array(0);
  #stamp = 0;
  // A binary heap, the deepest on top. A run that was reached further up since is in it twice.
  readonly #depths: number[] = [];
  readonly #runs: number[] = [];

  /** Forgets everything; the graph has so many runs. */
  begin(runs: number): void {
    if (this.#stamps.length < runs || this.#stamp === CLOSED) {
      const size = Math.max(8, runs, Math.min(2 * this.#stamps.length, 2 * runs));
      this.#stamps = new Int32Array(size);
      this.#topsA = new Int32Array(size);
      this.#topsB = new Int32Array(size);
      this.#stamp = 0;
    }
    this.#stamp++;
    this.#depths.length = 0;
    this.#runs.length = 0;
    this.uneven = 0;
  }

  topA(run: number): number {
    return this.#topsA[run] as number;
  }

  topB(run: number): number {
    return this.#topsB[run] as number;
  }

  /** These versions have `lv`, which is in `run` and of this depth. */
  reach(run: number, lv: number, versions: number, depth: number): void {
    if (this.#stamps[run] !== this.#stamp) {
      this.#stamps[run] = this.#stamp;
      this.#topsA[run] = NONE;
      this.#topsB[run] = NONE;
    }
    const topA = this.#topsA[run] as number;
    const topB = this.#topsB[run] as number;
    const raisesA = (versions & IN_A) !== 0 && lv > topA;
    const raisesB = (versions & IN_B) !== 0 && lv > topB;
    if (!raisesA && !raisesB) return;
    if (raisesA) this.#topsA[run] = lv;
    if (raisesB) this.#topsB[run] = lv;
    const isEven = this.#topsA[run] === this.#topsB[run];
    if (isEven !== (topA === topB)) this.uneven += isEven ? -1 : 1;
    this.#push(depth, run);
  }

  /** Finds the deepest run that is reached and not closed. False when there is none. */
  next(): boolean {
    while (this.#runs.length > 0) {
      this.run = this.#runs[0] as number;
      this.depth = this.#depths[0] as number;
      this.#pop();
      if (this.#topsA[this.run] !== CLOSED) return true;
    }
    return false;
  }

  /** The run found comes again when nothing deeper is left. */
  wait(depth: number): void {
    this.#push(depth, this.run);
  }

  /** The run found has been followed. */
  close(): void {
    const { run } = this;
    if (this.#topsA[run] !== this.#topsB[run]) this.uneven--;
    this.#topsA[run] = CLOSED;
    this.#topsB[run] = CLOSED;
  }

  #push(depth: number, run: number): void {
    const depths = this.#depths;
    const runs = this.#runs;
    let at = runs.length;
    depths.push(depth);
    runs.push(run);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = depths[above] as number;
      if (other >= depth) break;
      depths[at] = other;
      runs[at] = runs[above] as number;
      at = above;
    }
    depths[at] = depth;
    runs[at] = run;
  }

  #pop(): void {
    const depths = this.#depths;
    const runs = this.#runs;
    const depth = depths.pop() as number;
    const run = runs.pop() as number;
    const length = runs.length;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && (depths[below + 1] as number) > (depths[below] as number)) below++;
      if ((depths[below] as number) <= depth) break;
      depths[at] = depths[below] as number;
      runs[at] = runs[below] as number;
      at = below;
    }
    depths[at] = depth;
    runs[at] = run;
  }
}
