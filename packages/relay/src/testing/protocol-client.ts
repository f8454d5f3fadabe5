/**
 * A small client for tests of a relay: the client machines of core on a real WebSocket, with documents in memory. It keeps
 * its outbox and positions over reconnects as a client with a store would. Leaves out: engines, stores, backing off.
 */
import type { UpdateFormat } from '@causeway/core/format';
import { type DocumentName, parseDocumentName } from '@causeway/core/id';
import {
  type Access,
  type BatchId,
  CLIENT_OFFLINE,
  CLOSE_CODES,
  type ClientChannelEffect,
  type ClientChannelInput,
  type ClientChannelState,
  type ClientConnectionEffect,
  type ClientConnectionInput,
  type ClientConnectionState,
  clientChannel,
  encodeFrame,
  type Frame,
  messagesOf,
  type NackCode,
  type Position,
  randomBatchId,
  type SessionLimits,
  stepClientChannel,
  stepClientConnection,
} from '@causeway/core/sync';

/** The part of the WebSocket API that is used here. The test passes a class that has it. */
export interface WebSocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: Uint8Array): void;
  close(code?: number): void;
}

export interface ProtocolClientOptions {
  readonly url: string;
  readonly WebSocket: new (url: string) => WebSocketLike;
  /** Unsigned 32-bit integers. */
  readonly random: () => number;
  readonly token?: string;
}

export type Outcome =
  | { readonly type: 'acknowledged' }
  | { readonly type: 'refused'; readonly code: NackCode; readonly message: string };

export class ProtocolClient {
  readonly #options: ProtocolClientOptions;
  readonly #documents = new Map<DocumentName, ProtocolDocument>();
  #state: ClientConnectionState = CLIENT_OFFLINE;
  #socket: WebSocketLike | undefined;
  #limits: SessionLimits | undefined;
  #channels: ProtocolDocument[] = [];
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** How each connection ended, as close codes. */
  readonly closeCodes: number[] = [];

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
  }

  /** Resolves when the relay has welcomed us; rejects when the connection ended before. */
  async connect(url: string = this.#options.url): Promise<void> {
    const socket = new this.#options.WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const ended = new Promise<void>((_, reject) => {
      socket.onclose = ({ code }: { readonly code: number }) => {
        clearInterval(this.#ticking);
        this.closeCodes.push(code);
        this.#input({ type: 'lost', code });
        reject(new Error(`the connection ended with ${code}`));
      };
    });
    ended.catch(() => undefined);
    this.ended = ended.catch(() => undefined);
    socket.onerror = () => undefined;
    socket.onmessage = ({ data }: { readonly data: ArrayBuffer }) => {
      this.#input({ type: 'message', now: performance.now(), bytes: new Uint8Array(data) });
    };
    const welcomed = new Promise<void>((resolve) => {
      this.#whenWelcomed = resolve;
    });
    socket.onopen = () => {
      this.#input({ type: 'opened', now: performance.now(), token: this.#options.token });
    };
    this.#ticking = setInterval(() => this.#input({ type: 'tick', now: performance.now() }), 1000);
    await Promise.race([welcomed, ended]);
  }

  /** Resolves when the present connection has ended. */
  ended: Promise<void> = Promise.resolve();
  #whenWelcomed: () => void = () => undefined;

  /** Shows other credentials on the same connection. */
  refresh(token: string): void {
    this.#input({ type: 'token', token });
  }

  /** Ends the connection and waits for its end. Documents stay. */
  async disconnect(): Promise<void> {
    this.#input({ type: 'close' });
    await this.ended;
  }

  /** The document, opened on the relay when connected; the same one for the same name. */
  open(name: string, format: UpdateFormat, access: Access = 'write'): ProtocolDocument {
    const parsed = parseDocumentName(name);
    const known = this.#documents.get(parsed);
    if (known !== undefined) return known;
    const document = new ProtocolDocument(parsed, format, access, {
      send: (frame) => this.#send(frame),
      fail: (error) => this.#input({ type: 'fail', error }),
      random: this.#options.random,
    });
    this.#documents.set(parsed, document);
    this.#openChannel(document);
    return document;
  }

  #openChannel(document: ProtocolDocument): void {
    if (this.#limits === undefined) return;
    this.#channels.push(document);
    document.connected(this.#channels.length, this.#limits);
  }

  #input(input: ClientConnectionInput): void {
    const step = stepClientConnection(this.#state, input);
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #carryOut(effect: ClientConnectionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.frame);
        break;
      case 'welcomed':
        this.#limits = effect.limits;
        for (const document of this.#documents.values()) this.#openChannel(document);
        this.#whenWelcomed();
        break;
      case 'channel':
        this.#channels[effect.frame.channel - 1]?.input({ type: 'frame', frame: effect.frame });
        break;
      case 'close-socket':
        this.#socket?.close(CLOSE_CODES[effect.reason].code);
        break;
      case 'disconnected':
        this.#limits = undefined;
        this.#channels = [];
        for (const document of this.#documents.values()) document.disconnected();
        break;
      case 'token-wanted':
        break;
    }
  }

  #send(frame: Frame): void {
    const limit = this.#limits?.maxMessageBytes ?? Number.POSITIVE_INFINITY;
    for (const message of messagesOf(encodeFrame(frame), limit)) this.#socket?.send(message);
  }
}

interface DocumentHost {
  send(frame: Frame): void;
  fail(error: unknown): void;
  random(): number;
}

export class ProtocolDocument {
  readonly #host: DocumentHost;
  readonly #format: UpdateFormat;
  readonly #waiting = new Map<BatchId, (outcome: Outcome) => void>();
  readonly #peers = new Map<number, Uint8Array>();
  #state: ClientChannelState;
  #updates: Uint8Array[] = [];
  #caughtUp = deferred<void>();
  readonly #closed = deferred<{ readonly code: string; readonly message: string }>();
  #whenPeersChange = deferred<void>();
  #whenMoved = deferred<void>();
  /** Every position that was reached, in order. */
  readonly positions: Position[] = [];
  /** How often the relay asked for everything, having lost its log. */
  newEpochs = 0;

  constructor(name: DocumentName, format: UpdateFormat, wanted: Access, host: DocumentHost) {
    this.#host = host;
    this.#format = format;
    this.#state = clientChannel({ name, kind: format.kind, wanted, position: undefined, outbox: [] });
  }

  /** Everything that is here, merged. */
  get content(): Uint8Array {
    const merged = this.#format.merge(this.#updates);
    this.#updates = [merged];
    return merged;
  }

  get position(): Position | undefined {
    return this.#state.position;
  }

  /** Other sessions' presence. */
  get peers(): ReadonlyMap<number, Uint8Array> {
    return this.#peers;
  }

  /** Resolves when what the relay had at the opening is here, in this connection. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Resolves when the relay refuses or closes the document. */
  get closed(): Promise<{ readonly code: string; readonly message: string }> {
    return this.#closed.promise;
  }

  /** Resolves at the next change of `peers`. */
  get peersChanged(): Promise<void> {
    return this.#whenPeersChange.promise;
  }

  /** Resolves when everything up to this offset of the relay's log is here. */
  async reached(offset: number): Promise<void> {
    while ((this.position?.offset ?? 0) < offset) await this.#whenMoved.promise;
  }

  /** Puts an edit into the document and the outbox; resolves when the relay has acknowledged or refused it. */
  edit(update: Uint8Array): Promise<Outcome> {
    this.#updates.push(update);
    return this.#push(update);
  }

  show(state: Uint8Array | undefined): void {
    this.input({ type: 'presence', state });
  }

  connected(channel: number, limits: SessionLimits): void {
    this.input({ type: 'connected', channel, limits, version: this.#format.versionOf(this.content) });
  }

  disconnected(): void {
    this.#caughtUp = deferred();
    this.input({ type: 'disconnected' });
  }

  input(input: ClientChannelInput): void {
    const step = stepClientChannel(this.#state, input);
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #push(update: Uint8Array): Promise<Outcome> {
    const id = randomBatchId(this.#host.random);
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.input({ type: 'enqueue', batch: { id, update } });
    return outcome;
  }

  #carryOut(effect: ClientChannelEffect): void {
    switch (effect.type) {
      case 'send':
        this.#host.send(effect.frame);
        break;
      case 'opened':
        break;
      case 'apply':
        this.#updates.push(effect.update);
        this.#moveTo(effect.position);
        break;
      case 'settled':
        this.#moveTo(effect.position);
        this.#settle(effect.batch, { type: 'acknowledged' });
        break;
      case 'refused':
        this.#settle(effect.batch, { type: 'refused', code: effect.code, message: effect.message });
        break;
      case 'new-epoch':
        this.newEpochs += 1;
        this.#moveTo(effect.position);
        if (effect.version !== undefined) {
          const version = this.#format.parseVersion(effect.version);
          void this.#push(this.#format.diff(this.content, version));
        }
        break;
      case 'caught-up':
        this.#caughtUp.resolve();
        break;
      case 'peer-presence':
        if (effect.state.length === 0) this.#peers.delete(effect.session);
        else this.#peers.set(effect.session, effect.state);
        this.#peersMoved();
        break;
      case 'peers-lost':
        this.#peers.clear();
        this.#peersMoved();
        break;
      case 'closed':
        this.#closed.resolve({ code: effect.code, message: effect.message });
        break;
      case 'fail':
        this.#host.fail(effect.error);
        break;
    }
  }

  #moveTo(position: Position | undefined): void {
    if (position === undefined) return;
    this.positions.push(position);
    this.#whenMoved.resolve();
    this.#whenMoved = deferred();
  }

  #settle(batch: BatchId, outcome: Outcome): void {
    this.#waiting.get(batch)?.(outcome);
    this.#waiting.delete(batch);
  }

  #peersMoved(): void {
    this.#whenPeersChange.resolve();
    this.#whenPeersChange = deferred();
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
