/**
 * What tabs on one store tell each other: changes that they have stored, so that an edit made offline in one shows in the
 * other; what was deleted; and, by a lock that falls open, that one of them is gone and may have left something unsent.
 * Each tab has its own connection; who hears of a change here and from the relay has it once.
 */
import type { DocumentKind, DocumentName, ReplicaId } from '@causeway/core/id';
import type { BroadcastChannelLike, Platform } from '../platform.ts';
import { replicaGone } from '../replica-lease.ts';
import { parseTabMessage, type TabMessage } from './tab-message.ts';

export interface TabsOptions {
  /** What the stores of these tabs share: its name is their channel's. */
  readonly place: string;
  readonly platform: Pick<Platform, 'BroadcastChannel' | 'locks'>;
  /** Another tab has this in the store's outbox now. */
  readonly onChanged: (name: DocumentName, kind: DocumentKind, update: Uint8Array) => void;
  readonly onDeleted: (name: DocumentName) => void;
  /** Another tab is about to delete everything: this one has to let go. */
  readonly onWiped: () => void;
  /** A tab that has changed something is gone. */
  readonly onGone: () => void;
}

export class Tabs {
  readonly #options: TabsOptions;
  readonly #channel: BroadcastChannelLike | undefined;
  /** Tabs whose end is awaited. */
  readonly #neighbours = new Set<ReplicaId>();
  readonly #end = new AbortController();

  constructor(options: TabsOptions) {
    this.#options = options;
    const { BroadcastChannel } = options.platform;
    this.#channel = BroadcastChannel && new BroadcastChannel(options.place);
    this.#channel?.addEventListener('message', ({ data }) => {
      const message = parseTabMessage(data);
      if (message !== undefined && !this.#end.signal.aborted) this.#hear(message);
    });
  }

  /** To the other tabs, not to this one. */
  tell(message: TabMessage): void {
    if (!this.#end.signal.aborted) this.#channel?.postMessage(message);
  }

  close(): void {
    this.#end.abort();
    this.#channel?.close();
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case 'writing':
        void this.#awaitEnd(message.from);
        return;
      case 'changed':
        this.#options.onChanged(message.name, message.kind, message.update);
        void this.#awaitEnd(message.from);
        return;
      case 'deleted':
        this.#options.onDeleted(message.name);
        return;
      case 'wiped':
        this.#options.onWiped();
        return;
    }
  }

  async #awaitEnd(id: ReplicaId): Promise<void> {
    if (this.#neighbours.has(id)) return;
    this.#neighbours.add(id);
    const { platform, place, onGone } = this.#options;
    const isGone = await replicaGone(platform, place, id, this.#end.signal);
    this.#neighbours.delete(id);
    if (isGone) onGone();
  }
}
