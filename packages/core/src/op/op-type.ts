/**
 * An op-based type: a state, and operations that change it alike at every replica. `prepare` says at the source what a
 * command means; `effect` carries it out, at the source and everywhere else; `view` is what an app reads. (Shapiro et al.
 * 2011, "A comprehensive study of Convergent and Commutative Replicated Data Types", section 2.)
 *
 *      command ── prepare(state) ──▶ op ──┬── effect ──▶ state at the source
 *                                         └── effect ──▶ state elsewhere, in any causal order
 *
 * The history delivers operations in causal order, each once. What an operation replaces is not written into it: it is what
 * its event's parents have seen, and the context of an effect answers that. Where the event has seen everything
 * (`linear`, nearly always) no question is asked.
 *
 * States change in place, because documents are long-lived; an effect either happens whole or throws before it changes
 * anything. Leaves out: bytes, and sequences, whose places the walker finds (sequence/).
 */
import type { HybridTime } from '../causality/index.ts';

/** What an effect may ask about its operation. */
export interface OpContext {
  /** The local number of the operation's first dot. */
  readonly lv: number;
  /** When its event was made. */
  readonly time: HybridTime;
  /** Its event has seen every operation that was carried out here before. */
  readonly linear: boolean;
  /** Whether its event's parents include this local number, or it came before in the same event. */
  sees(lv: number): boolean;
  /** The event has seen every local number up to this one; -1 when that is not known of any. A shortcut for `sees`. */
  readonly seenUpTo: number;
}

export interface OpType<State, Command, Op, View, Change> {
  create(): State;

  /** The operation that carries the command out in this state; undefined when there is nothing to do. Refuses with `decode/invalid` what makes no sense. */
  prepare(state: State, command: Command): Op | undefined;

  /** Carries the operation out and says what has changed for a reader; undefined when nothing has. */
  effect(state: State, op: Op, context: OpContext): Change | undefined;

  view(state: State): View;
}
