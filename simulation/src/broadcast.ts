/** BroadcastChannels of one browser: what one tab posts, the others hear, in order and a moment later. */
import type { BroadcastChannelLike, Platform } from '@causeway/client';
import type { Seeded, VirtualTime } from '@causeway/core/testing';
import type { HostProcess } from './host-process.ts';

const MOST_DELAY_MS = 4;

export class Broadcasts {
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #open = new Set<TabChannel>();
  #lastArrivalMs = 0;

  constructor(time: VirtualTime, random: Seeded) {
    this.#time = time;
    this.#random = random;
  }

  get open(): number {
    return this.#open.size;
  }

  /** The BroadcastChannel class of one tab. */
  of(process: HostProcess): NonNullable<Platform['BroadcastChannel']> {
    const hub = this;
    return class extends TabChannel {
      constructor(name: string) {
        super(hub, process, name);
        hub.#open.add(this);
      }
    };
  }

  post(from: TabChannel, message: unknown): void {
    const copy: unknown = structuredClone(message);
    this.#lastArrivalMs = Math.max(
      this.#lastArrivalMs,
      this.#time.now() + this.#random.between(0, MOST_DELAY_MS),
    );
    this.#time.setTimer(this.#lastArrivalMs - this.#time.now(), () => {
      for (const channel of this.#open) {
        if (channel.name === from.name && channel.process !== from.process)
          channel.process.deliver(() => channel.hear(structuredClone(copy)));
      }
    });
  }

  close(channel: TabChannel): void {
    this.#open.delete(channel);
  }

  /** The tab is dead. */
  drop(process: HostProcess): void {
    for (const channel of [...this.#open]) if (channel.process === process) this.#open.delete(channel);
  }
}

class TabChannel implements BroadcastChannelLike {
  readonly name: string;
  readonly process: HostProcess;
  readonly #hub: Broadcasts;
  readonly #listeners: ((event: { readonly data: unknown }) => void)[] = [];
  #isClosed = false;

  constructor(hub: Broadcasts, process: HostProcess, name: string) {
    this.#hub = hub;
    this.process = process;
    this.name = name;
  }

  postMessage(message: unknown): void {
    if (!this.#isClosed && this.process.isAlive) this.#hub.post(this, message);
  }

  addEventListener(_type: 'message', listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#hub.close(this);
  }

  hear(data: unknown): void {
    if (this.#isClosed) return;
    for (const hear of this.#listeners) hear({ data });
  }
}
