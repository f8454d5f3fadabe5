/**
 * A live document that is one lattice: any state-based type as an Engine. An app changes it by delta-mutators of the
 * type and reads its view.
 *
 *   mutate ── delta ──▶ state ⊔ delta ──▶ listeners of the value
 *                └──── as bytes ────────▶ listeners of updates (outbox)
 *   apply ─── update ─▶ state ⊔ update ─▶ listeners of the value
 */
import { compareTimes, type HybridTime, hybridClock, receive, tick } from '../causality/index.ts';
import { InvariantError } from '../error.ts';
import type { Engine, EngineFactory, Site, UpdateFormat, Version } from '../format/index.ts';
import { type Dot, dot, type ReplicaId } from '../id/index.ts';
import type { DotSource, Lattice } from '../lattice/lattice.ts';
import { Listeners } from '../listeners.ts';
import { type LatticeFormat, latticeFormat } from './lattice-format.ts';

/** What a change may use: fresh dots, and the time, of the replica that makes it. */
export interface ChangeSource extends DotSource {
  /** A hybrid time above all that this document has given or seen, but for those of clocks that are wrong. */
  now(): HybridTime;
}

/** Clocks of devices that nobody has set are wrong by minutes, seldom by more. */
export const MAX_CLOCK_DRIFT_MS = 300_000;

/** Makes documents of this type. */
export function latticeDocument<S, V>(type: Lattice<S, V>): EngineFactory<LatticeDocument<S, V>> {
  const format = latticeFormat(type);
  return (site) => new LatticeDocument(type, format, site);
}

export class LatticeDocument<S, V> implements Engine {
  readonly #type: Lattice<S, V>;
  readonly #format: LatticeFormat<S>;
  readonly #site: Site;
  readonly #updates = new Listeners<[update: Uint8Array]>();
  readonly #changes = new Listeners<[]>();
  #state: S;
  /** Undefined when the state has changed since it was last asked for. */
  #view: { readonly value: V } | undefined;
  /** The highest seq of this replica in the state. */
  #lastSeq = 0;
  #clock: HybridTime;
  /** The greatest time that the clock has not followed. */
  #refused: HybridTime | undefined;
  /** Local changes that no listener of updates has heard of; undefined from the first listener on. */
  #unheard: S | undefined;

  constructor(type: Lattice<S, V>, format: LatticeFormat<S>, site: Site) {
    this.#type = type;
    this.#format = format;
    this.#site = site;
    this.#state = type.bottom;
    this.#unheard = type.bottom;
    this.#clock = hybridClock(site.replica);
  }

  get format(): UpdateFormat {
    return this.#format;
  }

  get state(): S {
    return this.#state;
  }

  /** What an app reads; the same object until it changes. */
  get value(): V {
    this.#view ??= { value: this.#type.view(this.#state) };
    return this.#view.value;
  }

  /**
   * How far a time in this document is ahead of this device's clock, when that is more than MAX_CLOCK_DRIFT_MS: some
   * device's clock is wrong, maybe this one's. 0 otherwise. What was written last-writer-wins at such a time wins over new
   * writes for as long as this is so.
   */
  get skewMs(): number {
    if (this.#refused === undefined) return 0;
    return receive(this.#clock, this.#refused, this.#site.now(), MAX_CLOCK_DRIFT_MS).skewMs;
  }

  /**
   * Changes the document by the delta that `change` returns. All or nothing: when `change` throws, nothing has happened and
   * the dots it took are not used up. A delta that adds nothing is no change. Listeners hear of it before this returns.
   */
  mutate(change: (state: S, source: ChangeSource) => S): void {
    if (this.#refused !== undefined) this.#seeTime(this.#refused);
    const source = new TrialSource(this.#site, this.#lastSeq, this.#clock);
    const before = this.#state;
    const delta = change(before, source);
    if (this.#state !== before)
      throw new InvariantError('lattice-doc/one-change-at-a-time', 'the document changed inside of a change');
    const joined = this.#type.join(before, delta);
    if (joined === before) return;
    const update = this.#format.updateOf(delta);
    this.#lastSeq = source.lastSeq;
    this.#clock = source.clock;
    this.#become(joined);
    if (this.#unheard === undefined) this.#updates.tell(update);
    else this.#unheard = this.#type.join(this.#unheard, delta);
    this.#changes.tell();
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  apply(update: Uint8Array): void {
    const delta = this.#format.stateOf(update);
    const joined = this.#type.join(this.#state, delta);
    if (joined === this.#state) return;
    this.#lastSeq = Math.max(this.#lastSeq, this.#type.lastSeq(delta, this.#site.replica));
    this.#type.eachTime?.(delta, (time) => this.#seeTime(time));
    this.#become(joined);
    this.#changes.tell();
  }

  /** The first listener is told at once what has changed before it came. */
  onUpdate(listener: (update: Uint8Array) => void): () => void {
    const stop = this.#updates.add(listener);
    const unheard = this.#unheard;
    this.#unheard = undefined;
    if (unheard !== undefined && unheard !== this.#type.bottom)
      this.#updates.tell(this.#format.updateOf(unheard));
    return stop;
  }

  snapshot(): Uint8Array {
    return this.#format.updateOf(this.#state);
  }

  version(): Version {
    return this.#format.versionOfState(this.#state);
  }

  close(): void {
    this.#updates.clear();
    this.#changes.clear();
  }

  #become(state: S): void {
    this.#state = state;
    this.#view = undefined;
  }

  /** A time of this replica itself is taken whatever the wall clock says now: new writes have to come after it. */
  #seeTime(time: HybridTime): void {
    const maxDriftMs = time.replica === this.#site.replica ? Number.POSITIVE_INFINITY : MAX_CLOCK_DRIFT_MS;
    const { clock, skewMs } = receive(this.#clock, time, this.#site.now(), maxDriftMs);
    this.#clock = clock;
    if (skewMs > 0 && (this.#refused === undefined || compareTimes(time, this.#refused) > 0))
      this.#refused = time;
  }
}

/** Dots and times on trial: they count once the change they are for has come about. */
class TrialSource implements ChangeSource {
  readonly replica: ReplicaId;
  lastSeq: number;
  clock: HybridTime;
  readonly #now: () => number;

  constructor(site: Site, lastSeq: number, clock: HybridTime) {
    this.replica = site.replica;
    this.lastSeq = lastSeq;
    this.clock = clock;
    this.#now = () => site.now();
  }

  next(): Dot {
    this.lastSeq++;
    return dot(this.replica, this.lastSeq);
  }

  now(): HybridTime {
    this.clock = tick(this.clock, this.#now());
    return this.clock;
  }
}
