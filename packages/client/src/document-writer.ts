/**
 * Writes one document's changes to the store, one transaction after the other: what comes while one is under way goes
 * into the next, together. A change that fails is kept and tried again, before and with what comes later, so that a stored
 * position never claims content that is not stored. Leaves out: new local content, which is written at once.
 */
import type { CausewayError } from '@causeway/core';
import type { Platform } from './platform.ts';
import { withChange } from './storage/change.ts';
import type { DocumentChange } from './storage/document-store.ts';
import { storageFailure } from './storage/failure.ts';
import { backoffMs, STORAGE_BACKOFF } from './transport/backoff.ts';

export interface DocumentWriterOptions {
  readonly write: (changes: readonly DocumentChange[]) => Promise<void>;
  readonly platform: Pick<Platform, 'setTimer' | 'random'>;
  readonly onWritten: (changes: readonly DocumentChange[]) => void;
  /** These are still to be written. */
  readonly onFailure: (changes: readonly DocumentChange[]) => void;
}

export class DocumentWriter {
  readonly #options: DocumentWriterOptions;
  #waiting: readonly DocumentChange[] = [];
  /** Never rejects. */
  #underWay: Promise<void> | undefined;
  #failure: CausewayError | undefined;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(options: DocumentWriterOptions) {
    this.#options = options;
  }

  /** Why what waits was not written; undefined when all is well. */
  get failure(): CausewayError | undefined {
    return this.#failure;
  }

  /** Nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#underWay === undefined;
  }

  /** The change is written as soon as can be, or waits for its next try. */
  write(change: DocumentChange): void {
    this.#waiting = withChange(this.#waiting, change);
    if (this.#cancelRetry === undefined) this.#pump();
  }

  /** Tries what waits now, whatever comes of it. */
  hurry(): void {
    this.#stopWaiting();
    this.#pump();
  }

  /** Tries what waits now. Resolves when nothing waits; rejects when it could not be written, and tries on all the same. */
  async flush(): Promise<void> {
    this.hurry();
    while (this.#underWay !== undefined) await this.#underWay;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives up what could not be written. */
  close(): void {
    this.#stopWaiting();
    this.#waiting = [];
  }

  #pump(): void {
    const changes = this.#waiting;
    if (changes.length === 0 || this.#underWay !== undefined) return;
    this.#waiting = [];
    const { write, platform, onWritten, onFailure } = this.#options;
    this.#underWay = write(changes).then(
      () => {
        this.#underWay = undefined;
        this.#failures = 0;
        this.#failure = undefined;
        onWritten(changes);
        this.#pump();
      },
      (error: unknown) => {
        this.#underWay = undefined;
        this.#waiting = [...changes, ...this.#waiting];
        this.#failures += 1;
        this.#failure = storageFailure(error, 'write');
        this.#cancelRetry = platform.setTimer(
          backoffMs(STORAGE_BACKOFF, this.#failures, platform.random),
          () => {
            this.#cancelRetry = undefined;
            this.#pump();
          },
        );
        onFailure(changes);
      },
    );
  }

  #stopWaiting(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }
}
