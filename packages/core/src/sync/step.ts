/**
 * What a step of a protocol machine gives: the next state, and what the outside is to do about it. Machines touch no
 * socket, timer or store; whoever runs one keeps its state, feeds it inputs in order, and carries out the effects in order.
 */
export interface Step<S, E> {
  readonly state: S;
  readonly effects: readonly E[];
}
