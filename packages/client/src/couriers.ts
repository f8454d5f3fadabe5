/**
 * Sends what is unsent of documents that nobody has open: edited offline and closed since, in this page or an earlier one.
 * A courier opens such a document without its engine, waits until the relay has everything, and closes it.
 */
import type { UpdateFormat } from '@causeway/core/format';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { OpenDocument } from './open-document.ts';
import type { StoredEntry } from './storage/document-store.ts';
import type { UpdatesEngine } from './updates-engine.ts';

export interface CouriersOptions {
  readonly list: () => Promise<readonly StoredEntry[]>;
  /** Whether the app has it open, or is about to. */
  readonly isOpen: (name: DocumentName) => boolean;
  /** Undefined when nothing here knows this kind: the document waits until the app opens it. */
  readonly formatOf: (kind: DocumentKind) => UpdateFormat | undefined;
  readonly open: (name: DocumentName, format: UpdateFormat) => Promise<OpenDocument<UpdatesEngine>>;
}

/** Each holds a document in memory. */
const MAX_COURIERS = 4;

export class Couriers {
  readonly #options: CouriersOptions;
  /** Ends the courier of each document that has one. */
  readonly #ends = new Map<DocumentName, AbortController>();
  readonly #underWay = new Map<DocumentName, Promise<void>>();
  /** Refused, only readable or damaged: not tried again in this connection. */
  readonly #hopeless = new Set<DocumentName>();
  #isOnline = false;

  constructor(options: CouriersOptions) {
    this.#options = options;
  }

  /** The app's documents are on their way by themselves; these are looked for now. */
  connected(): void {
    this.#isOnline = true;
    this.#hopeless.clear();
    void this.deliver();
  }

  disconnected(): void {
    this.#isOnline = false;
  }

  has(name: DocumentName): boolean {
    return this.#underWay.has(name);
  }

  /** Sends out couriers for what is unsent, a few at a time. */
  async deliver(): Promise<void> {
    const { list, isOpen, formatOf } = this.#options;
    const entries = this.#isOnline ? await list().catch(() => []) : [];
    for (const { name, kind, pending } of entries) {
      if (!this.#isOnline || this.#underWay.size >= MAX_COURIERS) return;
      if (pending === 0 || isOpen(name) || this.#underWay.has(name) || this.#hopeless.has(name)) continue;
      const format = formatOf(kind);
      if (format !== undefined) this.#send(name, format);
    }
  }

  /** Something changed about this document: it is tried once more. */
  async retry(name: DocumentName): Promise<void> {
    this.#hopeless.delete(name);
    await this.deliver();
  }

  /** Resolves when no courier has this document any more. */
  async release(name: DocumentName): Promise<void> {
    this.#ends.get(name)?.abort();
    await this.#underWay.get(name);
  }

  async close(): Promise<void> {
    this.#isOnline = false;
    for (const end of this.#ends.values()) end.abort();
    await Promise.all(this.#underWay.values());
  }

  #send(name: DocumentName, format: UpdateFormat): void {
    const end = new AbortController();
    this.#ends.set(name, end);
    const carried = this.#carry(name, format, end.signal).catch(() => this.#hopeless.add(name));
    this.#underWay.set(
      name,
      carried.then(() => {
        this.#ends.delete(name);
        this.#underWay.delete(name);
        void this.deliver();
      }),
    );
  }

  async #carry(name: DocumentName, format: UpdateFormat, signal: AbortSignal): Promise<void> {
    const document = await this.#options.open(name, format);
    const isOver = (): boolean => {
      const { pending, error, access } = document.status;
      return pending.disk === 0 || error !== undefined || access === 'read' || signal.aborted;
    };
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isOver()) resolve();
      };
      document.onStatus(look);
      signal.addEventListener('abort', look);
      look();
    });
    if (document.status.pending.disk > 0 && !signal.aborted) this.#hopeless.add(name);
    await document.close();
  }
}
