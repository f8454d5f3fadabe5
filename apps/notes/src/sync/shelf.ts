/**
 * Keeps the texts of notes open though nobody looks at them, so that they are on this device before the network is gone,
 * what was written offline is sent wherever one is in the app, and the overall status speaks for all of them.
 */
import type { Client, DocumentHandle } from '@causeway/client';
import type { YjsDocument } from '@causeway/core/yjs';
import { bodyFactory, bodyId, bodyName } from '../model/body.ts';
import { wordsOf } from '../model/error-words.ts';
import { type SaveFacts, togetherFacts } from '../model/save-words.ts';
import { factsOf } from './save-facts.ts';

/** Each costs a live Y.Doc and a channel, of which a session has a bounded number; the rest is opened when it is read. */
const MAX_KEPT = 200;

type Kept =
  | { readonly state: 'opening' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'open'; readonly handle: DocumentHandle<YjsDocument>; readonly stop: () => void };

type Follow = (id: string, document: YjsDocument) => () => void;

export class Shelf {
  readonly #client: Client;
  readonly #follow: Follow;
  readonly #kept = new Map<string, Kept>();
  /** Texts that an earlier page had no time to send, also of notes deleted since. */
  #unsent: readonly string[] = [];
  #wanted: readonly string[] = [];
  readonly #listeners = new Set<() => void>();
  #facts: SaveFacts | undefined;
  /** One after the other, so that the note one looks at is not queued behind two hundred others. */
  #opening: Promise<void> = Promise.resolve();

  /** `follow` hears of each text that is open here, until its result is called. */
  constructor(client: Client, follow: Follow = () => () => undefined) {
    this.#client = client;
    this.#follow = follow;
    client.list().then(
      (entries) => {
        this.#unsent = entries.filter(({ pending }) => pending > 0).flatMap(({ name }) => bodyId(name) ?? []);
        this.keep(this.#wanted);
      },
      // The documents that are open say themselves what is wrong with the store.
      () => undefined,
    );
  }

  /** Keeps the first of these open, and lets go of all others. */
  keep(ids: readonly string[]): void {
    this.#wanted = ids;
    const wanted = new Set([...this.#unsent, ...ids].slice(0, MAX_KEPT));
    if (wanted.size === this.#kept.size && [...wanted].every((id) => this.#kept.has(id))) return;
    for (const [id, kept] of this.#kept) {
      if (wanted.has(id)) continue;
      this.#kept.delete(id);
      release(kept);
    }
    for (const id of wanted) {
      if (this.#kept.has(id)) continue;
      this.#kept.set(id, { state: 'opening' });
      this.#opening = this.#opening.then(() => this.#open(id));
    }
    this.#changed();
  }

  /** Of all texts together; the same object until something changes. */
  get facts(): SaveFacts {
    this.#facts ??= togetherFacts([...this.#kept.values()].flatMap(factsOfKept));
    return this.#facts;
  }

  /** The handles with something to say about edits that were refused. */
  get handles(): readonly DocumentHandle<YjsDocument>[] {
    return [...this.#kept.values()].flatMap((kept) => (kept.state === 'open' ? [kept.handle] : []));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  async #open(id: string): Promise<void> {
    if (this.#kept.get(id)?.state !== 'opening') return;
    try {
      const handle = await this.#client.open(bodyName(id), bodyFactory);
      const stops = [handle.onStatus(() => this.#changed()), this.#follow(id, handle.document)];
      const stop = (): void => {
        for (const each of stops) each();
      };
      const kept: Kept = { state: 'open', handle, stop };
      // Let go while it opened.
      if (this.#kept.get(id)?.state === 'opening') this.#kept.set(id, kept);
      else release(kept);
    } catch (error) {
      if (this.#kept.get(id)?.state === 'opening') this.#kept.set(id, { state: 'failed', error });
    }
    this.#changed();
  }

  #changed(): void {
    this.#facts = undefined;
    for (const listener of this.#listeners) listener();
  }
}

function factsOfKept(kept: Kept): readonly SaveFacts[] {
  switch (kept.state) {
    case 'opening':
      return [];
    case 'open':
      return [factsOf(kept.handle.status)];
    case 'failed':
      return [{ ...togetherFacts([]), trouble: `A note cannot be opened. ${wordsOf(kept.error)}` }];
  }
}

function release(kept: Kept): void {
  if (kept.state !== 'open') return;
  kept.stop();
  kept.handle.close().catch((error: unknown) => console.error('a document did not close', error));
}
