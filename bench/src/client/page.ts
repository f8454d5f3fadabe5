// The page that measures: `globalThis.bench`, for the process that drives the browser. Each function does one piece of work of
// one row with one kind of device, and returns what it took.

import { IndexedDbStore } from '@causeway/client';
import { createDocument } from '@causeway/core/doc';
import { parseDocumentKind, parseDocumentName, randomReplicaId } from '@causeway/core/id';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { type DeviceName, type DeviceOptions, Note, newDevice, type TextDocument } from './device.ts';

/** At this place so many units go, and this comes. */
export type Patch = readonly [at: number, removed: number, inserted: string];

const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

export const bench = {
  /** Keeps the document of a history as a client has it that has typed it, sent it and compacted it. */
  keep: async (kind: DeviceName, device: string, name: string, patches: readonly Patch[]): Promise<void> => {
    if (kind === 'native') {
      const note = createDocument(Note, { replica: randomReplicaId(random), now: () => Date.now() });
      for (const patch of patches) apply(patch, note.body);
      await store(device, name, 'native', note.save());
      return;
    }
    const doc = new Y.Doc();
    const body = doc.getText('body');
    for (const patch of patches) apply(patch, body);
    if (kind === 'yjs') {
      await store(device, name, 'yjs', Y.encodeStateAsUpdate(doc));
      return;
    }
    const kept = new IndexeddbPersistence(`${device}/${name}`, doc);
    await kept.whenSynced;
    await kept.destroy();
    // It does not say when the disk has all; what reads the store now waits for that.
    await keptBytes();
  },

  /** Milliseconds from nothing to readable text, and how long that is. */
  open: async (kind: DeviceName, device: string, name: string): Promise<{ ms: number; length: number }> => {
    const before = performance.now();
    const note = await newDevice(kind, { name: device, server: undefined }).open(name);
    const { length } = note.read();
    return { ms: performance.now() - before, length };
  },

  /** Types a history one key at a time, each in its own turn, and returns the bytes that are kept once all has settled. */
  typed: async (kind: DeviceName, options: DeviceOptions, patches: readonly Patch[]): Promise<number> => {
    const device = newDevice(kind, options);
    const note = await device.open('typed');
    for (const [at, removed, inserted] of patches) {
      if (removed > 0) note.remove(at, removed);
      if (inserted !== '') note.insert(at, inserted);
      await nextTurn();
    }
    await note.settled();
    await device.close();
    return keptBytes();
  },

  /** Milliseconds from each keystroke on one device to the text in the DOM of the other. */
  seen: async (kind: DeviceName, server: string, keystrokes: number): Promise<readonly number[]> => {
    const devices = ['writer', 'reader'].map((name) => newDevice(kind, { name, server }));
    const [writer, reader] = await Promise.all(devices.map((device) => device.open('seen')));
    if (writer === undefined || reader === undefined) throw new Error('two devices were opened');
    const shown = document.body.appendChild(document.createElement('p'));
    reader.onChange(() => {
      shown.textContent = reader.read();
    });
    const samples: number[] = [];
    for (let key = 0; key < WARM_UP + keystrokes; key++) {
      samples.push(await keystroke(writer, shown, key));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    for (const device of devices) await device.close();
    return samples.slice(WARM_UP);
  },

  /** Opens so many documents, with so much text each, and keeps them open. */
  hold: async (kind: DeviceName, server: string, documents: number, length: number): Promise<void> => {
    const device = newDevice(kind, { name: 'holder', server });
    for (let index = 0; index < documents; index++) {
      const note = await device.open(`held ${index}`);
      for (let at = 0; at < length; at += WORD.length) note.insert(at, WORD);
      held.push(note);
    }
    await held.at(-1)?.settled();
  },
};

export type PageBench = typeof bench;

const held: TextDocument[] = [];
const WORD = 'causeway, ';
const WARM_UP = 20;
const PAUSE_MS = 30;

const keystroke = (writer: TextDocument, shown: Element, key: number): Promise<number> =>
  new Promise((resolve) => {
    const before = performance.now();
    const observer = new MutationObserver(() => {
      if ((shown.textContent ?? '').length <= key) return;
      observer.disconnect();
      resolve(performance.now() - before);
    });
    observer.observe(shown, { childList: true, characterData: true, subtree: true });
    writer.insert(key, 'x');
  });

const apply = (
  [at, removed, inserted]: Patch,
  body: { insert(at: number, text: string): void; delete(at: number, count: number): void },
): void => {
  if (removed > 0) body.delete(at, removed);
  if (inserted !== '') body.insert(at, inserted);
};

const store = async (device: string, name: string, kind: string, update: Uint8Array): Promise<void> => {
  const setTimer = (ms: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  const kept = new IndexedDbStore({ database: `causeway:${device}`, now: () => Date.now(), setTimer });
  await kept.open();
  await kept.write(parseDocumentName(name), parseDocumentKind(kind), {
    received: [update],
    position: { epoch: 1, offset: 1 },
  });
  await kept.close();
};

const channel = new MessageChannel();

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });

/** Of all databases of this origin: the bytes of keys and values, without what the browser adds. */
const keptBytes = async (): Promise<number> => {
  let bytes = 0;
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await answerOf(indexedDB.open(name));
    for (const each of database.objectStoreNames) {
      const rows = database.transaction(each).objectStore(each);
      const [keys, values] = await Promise.all([answerOf(rows.getAllKeys()), answerOf(rows.getAll())]);
      bytes += sizeOf(keys) + sizeOf(values);
    }
    database.close();
  }
  return bytes;
};

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const sizeOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 8;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 0);
};

Object.assign(globalThis, { bench });
