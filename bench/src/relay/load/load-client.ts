// A y-websocket client without a document: it sends bytes that were made before, and hands on what it gets. Hocuspocus speaks
// the same behind the document's name, and asks for a token first.

import { WebSocket } from 'ws';
import { Cursor, varint } from './updates.ts';

export interface Target {
  readonly port: number;
  /** Messages carry the document's name. */
  readonly named: boolean;
}

export interface LoadEvents {
  /** An update, or the answer to step 1; `answer` tells which. `bytes` are those of the whole message. */
  update?(update: Uint8Array, answer: boolean, bytes: number): void;
  awareness?(update: Uint8Array): void;
  /** What this client holds: an update. It is brought in when the relay asks, or after a while when it does not. */
  readonly holds?: Uint8Array;
}

/** A relay that keeps no documents asks nobody for theirs. */
const ASKED_WITHIN_MS = 1_000;
const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const SYNC_REPLY = 4;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const AUTHENTICATED = 2;
const NOTHING = Uint8Array.of(0, 0);
const textEncoder = new TextEncoder();

export class LoadClient {
  readonly socket: WebSocket;
  readonly #prefix: readonly number[];
  readonly #events: LoadEvents;
  /** Resolves when step 1 has been answered. */
  readonly synced: Promise<void>;
  #brought = false;
  #whenSynced: () => void = () => undefined;

  constructor({ port, named }: Target, room: string, events: LoadEvents = {}) {
    this.#events = events;
    const name = textEncoder.encode(room);
    this.#prefix = named ? [name.length, ...name] : [];
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/${room}`, {
      perMessageDeflate: false,
      maxPayload: 0,
    });
    this.synced = new Promise((resolve, reject) => {
      this.#whenSynced = resolve;
      this.socket.on('error', reject);
      this.socket.on('close', () => reject(new Error(`${room}: the relay closed the connection`)));
    });
    this.synced.catch(() => undefined);
    if (events.holds !== undefined) setTimeout(() => this.#bringIn(), ASKED_WITHIN_MS);
    this.socket.on('open', () => (named ? this.#authenticate() : this.askForDocument()));
    this.socket.on('message', (data: Buffer) => this.#receive(data));
  }

  askForDocument(): void {
    this.#send(SYNC, [STEP_1], Uint8Array.of(0));
  }

  sendUpdate(update: Uint8Array): void {
    this.#send(SYNC, [UPDATE], update);
  }

  sendAwareness(update: Uint8Array): void {
    this.#send(AWARENESS, [], update);
  }

  close(): void {
    this.socket.terminate();
  }

  #bringIn(): void {
    if (!this.#brought) this.sendUpdate(this.#events.holds ?? NOTHING);
    this.#brought = true;
  }

  #authenticate(): void {
    this.#send(AUTH, [0], textEncoder.encode('token'));
  }

  #send(type: number, head: readonly number[], field: Uint8Array): void {
    const bytes = [...this.#prefix, type, ...head];
    varint(bytes, field.length);
    const message = new Uint8Array(bytes.length + field.length);
    message.set(bytes);
    message.set(field, bytes.length);
    this.socket.send(message);
  }

  #receive(data: Buffer): void {
    const cursor = new Cursor(data);
    cursor.at = this.#prefix.length;
    const type = cursor.varint();
    if (type === AWARENESS) {
      this.#events.awareness?.(cursor.field());
      return;
    }
    if (type === AUTH) {
      if (cursor.varint() === AUTHENTICATED) this.askForDocument();
      return;
    }
    if (type !== SYNC && type !== SYNC_REPLY) return;
    const step = cursor.varint();
    if (step === STEP_1) {
      this.#brought = true;
      this.#send(SYNC, [STEP_2], this.#events.holds ?? NOTHING);
      return;
    }
    this.#events.update?.(cursor.field(), step === STEP_2, data.length);
    if (step === STEP_2) this.#whenSynced();
  }
}
