/**
 * The one connection to the relay: runs the protocol's connection machine over WebSockets, one after the other, for as
 * long as it is wanted. Leaves out: documents (their frames pass through), tabs.
 *
 *            connect                  welcome
 *   offline ────────▶ connecting ───────────────▶ online
 *                       ▲    │ lost, refused        │ lost
 *                       │    ▼                      │
 *          timer, online event, page shown ── waiting ◀─┘            refused: only `connect` leaves it
 */
import { CausewayError, InvariantError } from '@causeway/core';
import {
  CLIENT_OFFLINE,
  CLOSE_CODES,
  type ClientConnectionEffect,
  type ClientConnectionInput,
  type ClientConnectionState,
  encodeFrame,
  type Frame,
  GREETING_TIMEOUT_MS,
  MIN_MESSAGE_BYTES,
  messagesOf,
  type RelayChannelFrame,
  type RelayError,
  type RetryAdvice,
  type SessionLimits,
  stepClientConnection,
} from '@causeway/core/sync';
import type { Platform, WebSocketLike } from '../platform.ts';
import type { AuthReason, ConnectionStatus } from '../status.ts';
import { backoffMs, RECONNECT_BACKOFF } from './backoff.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** Credentials for the next greeting; undefined when the relay wants none. */
  readonly token: (() => Promise<string | undefined>) | undefined;
  readonly platform: Platform;
  /** The relay takes frames now: open the channels. */
  readonly onWelcome: (limits: SessionLimits) => void;
  readonly onChannelFrame: (frame: RelayChannelFrame) => void;
  /** Follows each `onWelcome` once. */
  readonly onDisconnected: () => void;
  readonly onStatus: (status: ConnectionStatus) => void;
}

/** The app may ask a server for a token; one that does not answer must not hold the connection up for ever. */
const TOKEN_TIMEOUT_MS = 30_000;
const TICK_MS = 1000;
/** Bytes handed to the browser and not yet sent, above which frames wait here, where pings overtake nothing but are small. */
const SOCKET_BUFFER_BYTES = 1024 * 1024;
/** Browsers do not tell when a WebSocket has drained. */
const DRAIN_CHECK_MS = 20;
/** What one side found wrong with what the other sent. */
const FAULTS: ReadonlySet<number> = new Set(
  (['message-too-big', 'bad-frame', 'unexpected-frame', 'too-large'] as const).map(
    (reason) => CLOSE_CODES[reason].code,
  ),
);
/** Connections that end with a fault soon after their start, before it is believed that the next would, too. */
const MAX_FAULTS_IN_A_ROW = 5;
/** A connection that stood this long was a good one: the next failure is the first of its row. */
const STEADY_MS = 10_000;
/** A connection without a proper end: the WebSocket standard's number for it. */
const ABNORMAL_CLOSE = 1006;
const WAKING_EVENTS = ['online', 'pageshow', 'visibilitychange'];

export class Connection {
  readonly #options: ConnectionOptions;
  #machine: ClientConnectionState = CLIENT_OFFLINE;
  #status: ConnectionStatus = { state: 'offline', reason: 'app' };
  #socket: WebSocketLike | undefined;
  /** Frames for the socket, oldest first, and messages of a frame that is partly sent. */
  #frames: Frame[] = [];
  #messages: Uint8Array[] = [];
  #maxMessageBytes = MIN_MESSAGE_BYTES;
  #wanted = false;
  /** Counts attempts, so that what belongs to an earlier one is recognised when it comes late. */
  #attempt = 0;
  #failures = 0;
  #deniedInARow = 0;
  #faultsInARow = 0;
  #hasShownToken = false;
  /** Undefined until this attempt is welcomed. */
  #welcomedAt: number | undefined;
  #cancelTimer: () => void = () => {};
  #cancelDrain: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** From now on the connection is made, and made again whenever it is lost. Leaves `refused` and `needs-auth`, cuts `waiting` short. */
  connect(): void {
    const { page } = this.#options.platform;
    if (!this.#wanted) {
      for (const event of WAKING_EVENTS) page?.addEventListener(event, this.#wake);
      page?.addEventListener('offline', this.#networkGone);
    }
    this.#wanted = true;
    if (this.#status.state === 'online' || this.#status.state === 'connecting') return;
    this.#failures = 0;
    this.#deniedInARow = 0;
    this.#faultsInARow = 0;
    this.#begin();
  }

  /** There are other credentials: they are shown on the connection that is up, or on a new one if one is wanted. */
  authenticate(): void {
    if (this.#status.state === 'online') this.#refreshToken();
    else if (this.#wanted) this.connect();
  }

  /** Until `connect`, there is no connection. */
  disconnect(): void {
    const { page } = this.#options.platform;
    for (const event of WAKING_EVENTS) page?.removeEventListener(event, this.#wake);
    page?.removeEventListener('offline', this.#networkGone);
    this.#wanted = false;
    this.#attempt += 1;
    this.#cancelTimer();
    this.#input({ type: 'close' });
    this.#drop(CLOSE_CODES.done.code);
    this.#setStatus({ state: 'offline', reason: 'app' });
  }

  /** Sends after all sent before. Dropped when there is no connection: whoever sends is told by `onDisconnected`. */
  send(frame: Frame): void {
    if (this.#socket === undefined) return;
    this.#frames.push(frame);
    this.#pump();
  }

  /** The relay broke the protocol, as one of the channels found. */
  fail(error: unknown): void {
    this.#input({ type: 'fail', error });
  }

  #begin(): void {
    this.#cancelTimer();
    // Without a network, attempts come to nothing now and then, and are not worth showing.
    if (this.#options.platform.isOnline()) this.#setStatus({ state: 'connecting' });
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#cancelTimer = this.#options.platform.setTimer(TOKEN_TIMEOUT_MS, () => {
      this.#attempt += 1;
      this.#retry(lostError(`no token after ${TOKEN_TIMEOUT_MS} ms`));
    });
    const token = this.#options.token?.() ?? Promise.resolve(undefined);
    token.then(
      (value) => {
        if (attempt === this.#attempt) this.#open(value);
      },
      (error: unknown) => {
        if (attempt === this.#attempt) this.#retry(lostError(`no token: ${String(error)}`));
      },
    );
  }

  #open(token: string | undefined): void {
    const { platform, url } = this.#options;
    this.#cancelTimer();
    let socket: WebSocketLike;
    try {
      socket = new platform.WebSocket(url);
    } catch (error) {
      this.#refuse(lostError(`${url} is no address to connect to: ${String(error)}`));
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#welcomedAt = undefined;
    this.#hasShownToken = token !== undefined;
    // What comes from a socket that was given up is not heard any more.
    const heard = (hear: () => void): void => {
      if (this.#socket === socket) hear();
    };
    socket.addEventListener('open', () =>
      heard(() => {
        this.#tick();
        this.#input({ type: 'opened', now: platform.monotonicNow(), token });
      }),
    );
    socket.addEventListener('message', ({ data }) => heard(() => this.#receive(data)));
    socket.addEventListener('close', ({ code }) => heard(() => this.#drop(code)));
    socket.addEventListener('error', () => {});
    this.#socket = socket;
    this.#cancelTimer = platform.setTimer(GREETING_TIMEOUT_MS, () => this.#drop(ABNORMAL_CLOSE));
  }

  #receive(data: unknown): void {
    const now = this.#options.platform.monotonicNow();
    // Text messages are not part of the protocol; as bytes they are no frame, which is what the machine will find.
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
    this.#input({ type: 'message', now, bytes });
  }

  #tick(): void {
    const { platform } = this.#options;
    this.#cancelTimer();
    this.#cancelTimer = platform.setTimer(TICK_MS, () => {
      this.#tick();
      this.#input({ type: 'tick', now: platform.monotonicNow() });
    });
  }

  #input(input: ClientConnectionInput): void {
    const step = stepClientConnection(this.#machine, input);
    this.#machine = step.state;
    for (const effect of step.effects) this.#act(effect);
  }

  #act(effect: ClientConnectionEffect): void {
    const { platform, onWelcome, onChannelFrame } = this.#options;
    switch (effect.type) {
      case 'send':
        this.send(effect.frame);
        return;
      case 'welcomed':
        this.#maxMessageBytes = effect.limits.maxMessageBytes;
        this.#welcomedAt = platform.monotonicNow();
        this.#deniedInARow = 0;
        this.#setStatus({ state: 'online', relay: effect.relay, session: effect.session });
        onWelcome(effect.limits);
        return;
      case 'channel':
        onChannelFrame(effect.frame);
        return;
      case 'token-wanted':
        this.#refreshToken();
        return;
      case 'close-socket':
        this.#drop(CLOSE_CODES[effect.reason].code);
        return;
      case 'disconnected':
        this.#disconnected(effect.code, effect.retry, effect.error);
        return;
    }
  }

  #refreshToken(): void {
    const attempt = this.#attempt;
    this.#options.token?.().then(
      (token) => {
        if (attempt === this.#attempt && token !== undefined) this.#input({ type: 'token', token });
      },
      () => {
        // The relay closes with `expired` when the time has come, and the next attempt asks again.
      },
    );
  }

  /** The socket is gone, or is given up: it may come to its own end unheard. */
  #drop(code: number): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    this.#cancelTimer();
    this.#cancelDrain();
    this.#frames = [];
    this.#messages = [];
    // Browsers let a page name only 1000 and its own codes.
    if (code === CLOSE_CODES.done.code || code >= 3000) socket.close(code);
    else socket.close();
    if (this.#machine.type !== 'offline') this.#input({ type: 'lost', code });
    else if (this.#wanted) this.#retry(lostError(`no connection to ${this.#options.url}`));
  }

  #disconnected(code: number, retry: RetryAdvice, error: RelayError | undefined): void {
    const { platform, onDisconnected, url } = this.#options;
    onDisconnected();
    if (!this.#wanted) return;
    if (this.#welcomedAt !== undefined && platform.monotonicNow() - this.#welcomedAt >= STEADY_MS) {
      this.#failures = 0;
      this.#faultsInARow = 0;
    }
    this.#faultsInARow = FAULTS.has(code) ? this.#faultsInARow + 1 : 0;
    const said = error === undefined ? `close code ${code}` : `${error.message} (close code ${code})`;
    if (retry === 'backoff' && this.#faultsInARow < MAX_FAULTS_IN_A_ROW) {
      this.#retry(lostError(said));
    } else if (retry !== 'new-token') {
      const data = { what: 'connection', name: url, code: String(code) } as const;
      this.#refuse(new CausewayError('protocol/refused', data, `${url} refuses this client: ${said}`));
    } else {
      this.#deniedInARow += 1;
      const denied = new CausewayError('auth/denied', { reason: said }, `${url}: ${said}; sign in again`);
      // One fresh token is tried; when that is denied too, another from the same place would be.
      if (this.#hasShownToken && this.#deniedInARow === 1) this.#retry(denied);
      else {
        this.#cancelTimer();
        this.#setStatus({ state: 'needs-auth', reason: this.#authReason(code), error: denied });
      }
    }
  }

  #authReason(code: number): AuthReason {
    if (!this.#hasShownToken) return 'missing';
    return code === CLOSE_CODES.expired.code ? 'expired' : 'denied';
  }

  #retry(error: CausewayError): void {
    const { platform } = this.#options;
    this.#failures += 1;
    const inMs = backoffMs(RECONNECT_BACKOFF, this.#failures, platform.random);
    this.#cancelTimer();
    this.#cancelTimer = platform.setTimer(inMs, () => this.#begin());
    this.#setStatus(
      platform.isOnline() ? { state: 'waiting', inMs, error } : { state: 'offline', reason: 'network' },
    );
  }

  #refuse(error: CausewayError): void {
    this.#cancelTimer();
    this.#setStatus({ state: 'refused', error });
  }

  readonly #wake = (event: Event): void => {
    const { state } = this.#status;
    if ((state !== 'waiting' && state !== 'offline') || !this.#options.platform.isOnline()) return;
    if (event.type !== 'visibilitychange') this.#failures = 0;
    this.#begin();
  };

  /** The socket may look fine for minutes after its network has gone. Where the browser is wrong, the next attempt shows it. */
  readonly #networkGone = (): void => {
    if (this.#socket !== undefined) this.#drop(ABNORMAL_CLOSE);
    else if (this.#status.state === 'waiting') this.#setStatus({ state: 'offline', reason: 'network' });
  };

  #pump(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    let sent = 0;
    while (socket.bufferedAmount < SOCKET_BUFFER_BYTES) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        socket.send(plainBytes(message));
        continue;
      }
      const frame = this.#frames[sent];
      if (frame === undefined) break;
      this.#messages = [...messagesOf(encodeFrame(frame), this.#maxMessageBytes)];
      sent += 1;
    }
    this.#frames.splice(0, sent);
    this.#cancelDrain();
    if (this.#frames.length === 0 && this.#messages.length === 0) return;
    this.#cancelDrain = this.#options.platform.setTimer(DRAIN_CHECK_MS, () => this.#pump());
  }

  #setStatus(status: ConnectionStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#options.onStatus(status);
  }
}

function lostError(detail: string): CausewayError<'transport/lost'> {
  return new CausewayError('transport/lost', { detail }, `${detail}; it is tried again`);
}

/** Bytes of our own encoder, which never lie in memory shared with other threads: sockets take no such bytes. */
function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (isPlain(bytes)) return bytes;
  throw new InvariantError('client/plain-bytes', 'a frame was encoded into shared memory');
}

function isPlain(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}
