/**
 * Looks at what goes over the client's WebSocket, and slows it down when asked to: a WebSocket around the real one, so that a
 * client without devtools knows nothing of it. Keeps what frames say about the protocol, never content or tokens.
 *
 *   client ──send──▶ RecordedSocket ──after latency──▶ WebSocket
 *          ◀─message─               ◀──────────────────
 */
import { CausewayError, Listeners } from '@causeway/core';
import { decodeFrame, type Frame } from '@causeway/core/sync';
import { hostPlatform, type Platform, type WebSocketLike } from '../platform.ts';

export interface RecordedFrame {
  /** Milliseconds since the recorder was made. */
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  readonly type: Frame['type'] | 'unreadable';
  /** The name of the document that it is about. */
  readonly document: string | undefined;
  readonly bytes: number;
  /** Offsets, codes and the like, in words. */
  readonly detail: string;
}

/** What the frames of one document have said. */
export interface DocumentTraffic {
  readonly kind: string;
  readonly access: 'read' | 'write' | undefined;
  readonly epoch: number | undefined;
  /** The last offset of the relay's log that was heard of here. */
  readonly offset: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type FrameRecorderOptions = Pick<Platform, 'WebSocket' | 'monotonicNow' | 'setTimer'>;

/** More are more than anyone reads; the oldest give way. */
const MAX_FRAMES = 500;
/** A page that shows more documents than this has other troubles. */
const MAX_DOCUMENTS = 10_000;

export class FrameRecorder {
  /** For `createClient({ platform: { WebSocket: recorder.WebSocket } })`. */
  readonly WebSocket: Platform['WebSocket'];
  /** Each frame waits for so long on its way, in either direction. */
  latencyMs = 0;
  readonly #options: FrameRecorderOptions;
  readonly #startedAt: number;
  readonly #listeners = new Listeners<[]>();
  readonly #documents = new Map<string, DocumentTraffic>();
  readonly #names = new Map<number, string>();
  #frames: readonly RecordedFrame[] = [];

  constructor(options: FrameRecorderOptions = hostPlatform()) {
    this.#options = options;
    this.#startedAt = options.monotonicNow();
    const recorder = this;
    this.WebSocket = class extends RecordedSocket {
      constructor(url: string) {
        super(new options.WebSocket(url), options, recorder);
        recorder.#names.clear();
      }
    };
  }

  /** The latest, oldest first: another array after each change. */
  get frames(): readonly RecordedFrame[] {
    return this.#frames;
  }

  get documents(): ReadonlyMap<string, DocumentTraffic> {
    return this.#documents;
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  record(direction: 'in' | 'out', message: Uint8Array): void {
    const frame = frameIn(message);
    const document = frame && this.#noteDocument(direction, frame, message.length);
    const recorded: RecordedFrame = {
      atMs: this.#options.monotonicNow() - this.#startedAt,
      direction,
      type: frame?.type ?? 'unreadable',
      document,
      bytes: message.length,
      detail: frame === undefined ? '' : detailOf(frame),
    };
    this.#frames = [...this.#frames.slice(-(MAX_FRAMES - 1)), recorded];
    this.#listeners.tell();
  }

  #noteDocument(direction: 'in' | 'out', frame: Frame, bytes: number): string | undefined {
    if (!('channel' in frame)) return undefined;
    if (frame.type === 'open') this.#names.set(frame.channel, frame.name);
    const name = this.#names.get(frame.channel);
    if (name === undefined) return undefined;
    const before = this.#documents.get(name) ?? BLANK_TRAFFIC;
    if (before === BLANK_TRAFFIC && this.#documents.size >= MAX_DOCUMENTS) return name;
    const counted: DocumentTraffic =
      direction === 'in'
        ? { ...before, bytesIn: before.bytesIn + bytes }
        : { ...before, bytesOut: before.bytesOut + bytes };
    this.#documents.set(name, trafficAfter(counted, frame));
    return name;
  }
}

const BLANK_TRAFFIC: DocumentTraffic = {
  kind: '',
  access: undefined,
  epoch: undefined,
  offset: 0,
  bytesIn: 0,
  bytesOut: 0,
};

function trafficAfter(before: DocumentTraffic, frame: Frame): DocumentTraffic {
  switch (frame.type) {
    case 'open':
      return { ...before, kind: frame.kind };
    case 'opened':
      return { ...before, access: frame.access, epoch: frame.epoch, offset: frame.head };
    case 'updates':
      return { ...before, offset: Math.max(before.offset, frame.upTo) };
    case 'ack':
      return { ...before, offset: Math.max(before.offset, frame.offset) };
    default:
      return before;
  }
}

function frameIn(message: Uint8Array): Frame | undefined {
  try {
    return decodeFrame(message);
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) return undefined;
    throw error;
  }
}

function detailOf(frame: Frame): string {
  switch (frame.type) {
    case 'welcome':
      return `session ${frame.session} at ${frame.relay}`;
    case 'open':
      return frame.position === undefined
        ? `to ${frame.access}, first contact`
        : `to ${frame.access}, from ${frame.position.offset}`;
    case 'opened':
      return `may ${frame.access}, head ${frame.head}${frame.resumed ? '' : ', from the start'}`;
    case 'updates':
      return `${frame.after + 1}–${frame.upTo}`;
    case 'ack':
      return `offset ${frame.offset}`;
    case 'nack':
    case 'error':
      return `${frame.code}: ${frame.message}`;
    case 'close':
      return frame.code;
    case 'token':
      return `expires in ${frame.expiresInMs} ms`;
    case 'fragment':
      return `from byte ${frame.index} of ${frame.total}`;
    default:
      return '';
  }
}

interface SocketEvents {
  open: () => void;
  error: () => void;
  message: (event: { readonly data: unknown }) => void;
  close: (event: { readonly code: number }) => void;
}

class RecordedSocket implements WebSocketLike {
  readonly #inner: WebSocketLike;
  readonly #recorder: FrameRecorder;
  readonly #out: DelayedQueue;
  readonly #in: DelayedQueue;
  /** Bytes that wait here. */
  #held = 0;

  constructor(
    inner: WebSocketLike,
    clock: Pick<Platform, 'monotonicNow' | 'setTimer'>,
    recorder: FrameRecorder,
  ) {
    this.#inner = inner;
    this.#recorder = recorder;
    this.#out = new DelayedQueue(clock, recorder);
    this.#in = new DelayedQueue(clock, recorder);
  }

  get binaryType(): string {
    return this.#inner.binaryType;
  }

  set binaryType(type: string) {
    this.#inner.binaryType = type;
  }

  get bufferedAmount(): number {
    return this.#inner.bufferedAmount + this.#held;
  }

  addEventListener(type: 'open' | 'error', listener: SocketEvents['open']): void;
  addEventListener(type: 'message', listener: SocketEvents['message']): void;
  addEventListener(type: 'close', listener: SocketEvents['close']): void;
  addEventListener(
    ...[type, listener]:
      | ['open' | 'error', SocketEvents['open']]
      | ['message', SocketEvents['message']]
      | ['close', SocketEvents['close']]
  ): void {
    switch (type) {
      case 'open':
      case 'error':
        this.#inner.addEventListener(type, () => this.#in.put(listener));
        return;
      case 'message':
        this.#inner.addEventListener(type, ({ data }) =>
          this.#in.put(() => {
            if (data instanceof ArrayBuffer) this.#recorder.record('in', new Uint8Array(data));
            listener({ data });
          }),
        );
        return;
      case 'close':
        this.#inner.addEventListener(type, ({ code }) => this.#in.put(() => listener({ code })));
        return;
    }
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#recorder.record('out', bytes);
    this.#held += bytes.length;
    this.#out.put(() => {
      this.#held -= bytes.length;
      this.#inner.send(bytes);
    });
  }

  /** What was sent before is sent before. */
  close(code?: number): void {
    this.#out.put(() => this.#inner.close(code));
  }
}

/** Does things in order, each after the latency of its time; at once when there is none. */
class DelayedQueue {
  readonly #clock: Pick<Platform, 'monotonicNow' | 'setTimer'>;
  readonly #recorder: FrameRecorder;
  #waiting = 0;
  #lastDueAt = 0;

  constructor(clock: Pick<Platform, 'monotonicNow' | 'setTimer'>, recorder: FrameRecorder) {
    this.#clock = clock;
    this.#recorder = recorder;
  }

  put(action: () => void): void {
    const { latencyMs } = this.#recorder;
    if (latencyMs === 0 && this.#waiting === 0) {
      action();
      return;
    }
    const now = this.#clock.monotonicNow();
    this.#lastDueAt = Math.max(this.#lastDueAt, now + latencyMs);
    this.#waiting += 1;
    this.#clock.setTimer(this.#lastDueAt - now, () => {
      this.#waiting -= 1;
      action();
    });
  }
}
