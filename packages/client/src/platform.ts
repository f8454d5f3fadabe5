/** What the client takes from its surroundings: all of it in one place, so that tests and other platforms hand in their own. */

/** As much of a WebSocket as the client uses: browsers have it, and so does the `ws` package in Node. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

/** As much of a BroadcastChannel as is used. */
export interface BroadcastChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

export interface Platform {
  readonly WebSocket: new (url: string) => WebSocketLike;
  /** Milliseconds since 1970, by this device's clock. */
  now(): number;
  /** Milliseconds from any start, never running back. */
  monotonicNow(): number;
  /** An unsigned 32-bit integer that nobody can foresee: ids are made of it. */
  random(): number;
  /** Runs `run` once, `ms` from now. Returns the way to cancel it. */
  setTimer(ms: number, run: () => void): () => void;
  /** Told of online, offline, pagehide, pageshow and visibilitychange; undefined outside of pages. */
  readonly page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> | undefined;
  /** False when the platform is sure that there is no network. */
  isOnline(): boolean;
  /** Web Locks; undefined where there are none, and in insecure contexts. */
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined;
  readonly indexedDB: IDBFactory | undefined;
  /** How tabs talk to each other; undefined where they do not. */
  readonly BroadcastChannel: (new (name: string) => BroadcastChannelLike) | undefined;
  readonly localStorage: Storage | undefined;
}

/** The platform that this program runs on: a page, a worker, or Node. */
export function hostPlatform(): Platform {
  const dice = new Uint32Array(1);
  return {
    WebSocket: globalThis.WebSocket,
    now: () => Date.now(),
    monotonicNow: () => performance.now(),
    random: () => crypto.getRandomValues(dice)[0] ?? 0,
    setTimer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    page: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
    isOnline: () => globalThis.navigator?.onLine !== false,
    locks: globalThis.navigator?.locks,
    indexedDB: globalThis.indexedDB,
    BroadcastChannel: globalThis.BroadcastChannel,
    localStorage: siteStorage(),
  };
}

/** Reading the property alone throws where the user forbids sites to store anything. */
function siteStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
