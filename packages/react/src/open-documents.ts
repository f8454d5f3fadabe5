/**
 * The documents that components of one client show. A component that waits for its document is thrown away by React and
 * made anew, so what it waits for is kept here, by name, and not in the component.
 *
 *   ask ──▶ opening ──▶ open ──hold──▶ held ──last one lets go──▶ idle ──after a while──▶ closed
 *                         └──────────── nobody holds it ───────────┘
 *
 * It stays open for a while after the last component has let go: one that React mounts twice, or the next page that shows
 * the same document, finds it there.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import type { Engine, EngineFactory } from '@causeway/core/format';

/** Long enough for a component that waited to be drawn, also in a tab in the background; short beside a visit. */
const IDLE_MS = 5000;

/** A document that somebody has asked for. */
export interface WantedDocument<E extends Engine> {
  /** The same promise for all who ask, as `use` wants it. */
  readonly opened: Promise<DocumentHandle<E>>;
  /** Keeps it open until the result is called. */
  hold(): () => void;
}

export class OpenDocuments {
  readonly #client: Client;
  readonly #entries = new Map<string, Entry>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** One name has one engine, that of the first who asks, as with `client.open`. */
  want<E extends Engine>(name: string, factory: EngineFactory<E>): WantedDocument<E> {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = new Entry(this.#client.open(name, factory), () => this.#entries.delete(name));
      this.#entries.set(name, entry);
    }
    // Who asks for one name as two kinds of document gets the first for both, which the types cannot know.
    return entry as unknown as WantedDocument<E>;
  }
}

class Entry implements WantedDocument<Engine> {
  readonly opened: Promise<DocumentHandle>;
  readonly #forget: () => void;
  #holders = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(opened: Promise<DocumentHandle>, forget: () => void) {
    this.opened = opened;
    this.#forget = forget;
    const rest = (): void => {
      if (this.#holders === 0) this.#rest();
    };
    // Those who wait are told why it failed; whoever asks again after a while tries again.
    opened.then(rest, rest);
  }

  hold(): () => void {
    this.#holders++;
    clearTimeout(this.#idle);
    let holds = true;
    return () => {
      if (!holds) return;
      holds = false;
      if (--this.#holders === 0) this.#rest();
    };
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#forget();
      this.opened.then(close, () => undefined);
    }, IDLE_MS);
  }
}

function close(handle: DocumentHandle): void {
  // What could not be stored is still sent by this page while it lasts; the next one to open the document hears of it.
  handle.close().catch((error: unknown) => reportError(error));
}
