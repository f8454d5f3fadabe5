/** A user's device: one browser with its disk, and its tabs, each with a client and the documents that are open in it. */
import { type Client, createClient, type Platform } from '@causeway/client';
import type { Version } from '@causeway/core/format';
import type { Seeded, SimulatedNetwork, VirtualTime } from '@causeway/core/testing';
import { Broadcasts } from './broadcast.ts';
import { BrowserDisk } from './browser-disk.ts';
import { FORMATS, KINDS, type OpenModel } from './document-model.ts';
import { HostProcess, WALL_CLOCK_START_MS } from './host-process.ts';
import type { Edit } from './ledger.ts';
import type { Rights } from './rights.ts';
import { WebLocks } from './web-locks.ts';
import { webSocketOf } from './web-socket.ts';

export interface DeviceParts {
  readonly time: VirtualTime;
  readonly random: Seeded;
  readonly network: SimulatedNetwork;
  readonly rights: Rights;
}

/** What a tab has of one document. */
export interface TabDocument extends OpenModel {
  readonly name: string;
  /** Made in this tab. */
  readonly edits: Edit[];
  /** As it was last looked at: it only grows. */
  version: Version;
  /** The presence that it shows. */
  cursor: Uint8Array | undefined;
}

export interface Tab {
  readonly name: string;
  readonly process: HostProcess;
  readonly page: EventTarget;
  readonly client: Client;
  readonly documents: TabDocument[];
  /** Why a document could not be opened, when one could not. */
  failure: unknown;
}

/** How long whoever gives out tokens takes. */
const MOST_TOKEN_MS = 200;

export class Device {
  readonly name: string;
  readonly principal: string;
  readonly disk: BrowserDisk;
  readonly locks = new WebLocks();
  readonly broadcasts: Broadcasts;
  readonly #parts: DeviceParts;
  #tabs: Tab[] = [];
  #opened = 0;
  skewMs = 0;
  /** Until then, no tokens are given out. */
  noTokensUntilMs = 0;
  isOnline = true;

  constructor(name: string, parts: DeviceParts) {
    const { time, random } = parts;
    this.name = name;
    this.principal = `user-${name}`;
    this.#parts = parts;
    this.disk = new BrowserDisk(name, time, random.fork());
    this.broadcasts = new Broadcasts(time, random.fork());
  }

  get tabs(): readonly Tab[] {
    return this.#tabs;
  }

  openTab(): Tab {
    const { time, random, network } = this.#parts;
    this.#opened += 1;
    const name = `${this.name}.${this.#opened}`;
    const process = new HostProcess(name, time, random.fork(), this.skewMs);
    const page = new EventTarget();
    const platform: Platform = {
      WebSocket: webSocketOf(network, process),
      now: process.now,
      monotonicNow: process.monotonicNow,
      random: process.random,
      setTimer: process.setTimer,
      page,
      isOnline: () => this.isOnline,
      locks: this.locks.of(process),
      indexedDB: undefined,
      BroadcastChannel: this.broadcasts.of(process),
      localStorage: undefined,
    };
    const client = createClient({
      url: 'ws://relay/sync',
      store: this.disk.open(process),
      token: () => this.#token(process),
      formats: FORMATS,
      platform,
    });
    const tab: Tab = { name, process, page, client, documents: [], failure: undefined };
    this.#tabs.push(tab);
    for (const kind of KINDS) {
      kind.open(client, kind.name, random.fork()).then(
        ({ handle, model }) => {
          tab.documents.push({
            name: kind.name,
            handle,
            model,
            edits: [],
            version: model.engine.version(),
            cursor: undefined,
          });
        },
        (error: unknown) => {
          tab.failure ??= error;
        },
      );
    }
    return tab;
  }

  /** The tab is gone at once; what it had begun to store is stored. `isTold`: its page heard that it goes. */
  endTab(tab: Tab, isTold: boolean): void {
    if (isTold && !tab.process.isFrozen) tab.page.dispatchEvent(new Event('pagehide'));
    tab.process.kill();
    this.#parts.network.crash(tab.name);
    this.locks.drop(tab.process);
    this.broadcasts.drop(tab.process);
    this.#tabs = this.#tabs.filter((other) => other !== tab);
  }

  /** All tabs are gone, and with them maybe the last of what they had begun to store. */
  crash(): void {
    this.disk.crash();
    for (const tab of this.tabs) this.endTab(tab, false);
  }

  /** Closed as an app closes it: everything is stored. */
  forgetTab(tab: Tab): void {
    this.#tabs = this.#tabs.filter((other) => other !== tab);
    this.broadcasts.drop(tab.process);
  }

  setClock(skewMs: number): void {
    this.skewMs = skewMs;
    for (const { process } of this.#tabs) process.skewMs = skewMs;
  }

  #token(process: HostProcess): Promise<string> {
    const { time, random, rights } = this.#parts;
    return new Promise((resolve, reject) => {
      process.setTimer(random.between(1, MOST_TOKEN_MS), () => {
        if (time.now() < this.noTokensUntilMs) reject(new Error('no tokens are given out'));
        else resolve(rights.token(this.principal, WALL_CLOCK_START_MS + time.now()));
      });
    });
  }
}
