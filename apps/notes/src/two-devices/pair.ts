/**
 * The two devices: each a client of its own with a database, a connection and a clock of its own, on one page. Both have the
 * same note of the same relay. Leaves out: what it looks like (page.tsx).
 */
import { type Client, createClient, type DocumentHandle } from '@causeway/client';
import { counter, register, schema, text } from '@causeway/core/doc';
import { nativeDocument, type SchemaEngine } from '@causeway/core/native';
import { arrived, edited, type History, NOTHING_YET, type Side } from './history.ts';
import { slowSockets } from './slow-socket.ts';

const Note = schema({ title: register<string>(), body: text(), votes: counter() });
export type NoteHandle = DocumentHandle<SchemaEngine<(typeof Note)['fields']>>;

export interface Device {
  readonly side: Side;
  readonly client: Client;
  /** How far its clock is ahead, and how long a message takes each way. Read at each edit and message. */
  skewMs: number;
  latencyMs: number;
  isPlugged: boolean;
}

export interface OpenPair {
  readonly left: NoteHandle;
  readonly right: NoteHandle;
}

export class Pair {
  readonly left: Device;
  readonly right: Device;
  readonly #listeners = new Set<() => void>();
  #opened: OpenPair | undefined;
  #history = NOTHING_YET;
  #revision = 0;

  constructor(url: string) {
    this.left = this.#device('left', url);
    this.right = this.#device('right', url);
  }

  /** Undefined until both devices have looked into their databases. */
  get opened(): OpenPair | undefined {
    return this.#opened;
  }

  get history(): History {
    return this.#history;
  }

  /** Another number after each change of anything here. */
  get revision(): number {
    return this.#revision;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  async open(name: string): Promise<OpenPair> {
    const [left, right] = await Promise.all(
      [this.left, this.right].map(({ client }) => client.open(name, nativeDocument(Note))),
    );
    if (left === undefined || right === undefined) throw new Error('both devices open the note');
    this.#follow('left', left, 'right', right);
    this.#follow('right', right, 'left', left);
    this.#opened = { left, right };
    this.#tell();
    return this.#opened;
  }

  plug(device: Device, isPlugged: boolean): void {
    device.isPlugged = isPlugged;
    if (isPlugged) device.client.connect();
    else device.client.disconnect();
    this.#tell();
  }

  set(device: Device, setting: 'skewMs' | 'latencyMs', value: number): void {
    device[setting] = value;
    this.#tell();
  }

  /** Gives both the same note, pulls both cables, and lets each go on alone. Waits for the relay, for as long as it takes. */
  async goApart({ left, right }: OpenPair): Promise<void> {
    left.document.document.transact(() => {
      left.document.content.title.set('Trip to the island');
      left.document.content.body.insert(0, 'Pack:\n- boots\n- bread\n');
    });
    await left.saved('relay');
    await this.#until(() => isSame({ left, right }));
    for (const device of [this.left, this.right]) this.plug(device, false);
    left.document.content.title.set('Island at low tide');
    left.document.content.body.insert(left.document.content.body.length, '- the lantern\n');
    left.document.content.votes.add(2);
    right.document.content.title.set('Weekend on the island');
    right.document.content.body.insert(6, '- tea for two\n');
    right.document.content.votes.add(1);
  }

  #device(side: Side, url: string): Device {
    const device: Device = {
      side,
      skewMs: 0,
      latencyMs: 0,
      isPlugged: true,
      client: createClient({
        url,
        namespace: `two-devices-${side}`,
        platform: {
          now: () => Date.now() + device.skewMs,
          WebSocket: slowSockets(() => device.latencyMs),
        },
      }),
    };
    device.client.onConnection(() => this.#tell());
    return device;
  }

  #follow(side: Side, handle: NoteHandle, otherSide: Side, other: NoteHandle): void {
    const { document } = handle.document;
    document.onChange(({ local }) => {
      this.#history = local
        ? edited(this.#history, side, document.ownSeq)
        : arrived(this.#history, otherSide, document.version.get(other.document.document.replica) ?? 0);
      this.#tell();
    });
    handle.onStatus(() => this.#tell());
  }

  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const stop = this.subscribe(() => {
        if (!condition()) return;
        stop();
        resolve();
      });
    });
  }

  #tell(): void {
    this.#revision += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether both have each other's edits. */
export function isSame({ left, right }: OpenPair): boolean {
  const [a, b] = [left.document.document.version, right.document.document.version];
  return a.size === b.size && [...a].every(([replica, seq]) => b.get(replica) === seq);
}
