// What a row's work sees of the relay: where it listens, and what its process says of itself. The work runs in a process of its
// own; its figures go back by id.

import type { Question } from '../server-process.ts';
import type { Target } from './load-client.ts';

export type Figures = Readonly<Record<string, number>>;

export interface RelayAtWork extends Target {
  ask(question: Exclude<Question, 'close'>): Promise<number>;
  /** Stops the relay and starts it again on what it has kept. Resolves to where it listens then. */
  restart(): Promise<Target>;
}

export type RowLoad = (relay: RelayAtWork) => Promise<Figures>;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
