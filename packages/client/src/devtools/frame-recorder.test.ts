import { encodeFrame, type Frame } from '@causeway/core/sync';
import { VirtualTime } from '@causeway/core/testing';
import { expect, test } from 'vitest';
import type { WebSocketLike } from '../platform.ts';
import { FrameRecorder } from './frame-recorder.ts';

const OPEN: Frame = {
  type: 'open',
  channel: 1,
  name: 'note',
  kind: 'yjs',
  access: 'write',
  position: undefined,
  version: new Uint8Array(),
};
const OPENED: Frame = { type: 'opened', channel: 1, resumed: false, epoch: 5, head: 2, access: 'write' };
const UPDATES: Frame = { type: 'updates', channel: 1, after: 2, upTo: 4, update: Uint8Array.of(1) };

test('frames are recorded in both directions, with the document that they are about', () => {
  const { recorder, socket, inner } = connected();
  socket.addEventListener('message', () => {});
  socket.send(encodeFrame(OPEN).slice());
  inner.receive(encodeFrame(OPENED));
  inner.receive(encodeFrame(UPDATES));
  inner.receive(Uint8Array.of(255, 255));
  expect(recorder.frames).toMatchObject([
    { direction: 'out', type: 'open', document: 'note', detail: 'to write, first contact' },
    { direction: 'in', type: 'opened', document: 'note', detail: 'may write, head 2, from the start' },
    { direction: 'in', type: 'updates', document: 'note', detail: '3–4' },
    { direction: 'in', type: 'unreadable', document: undefined },
  ]);
  expect(recorder.documents.get('note')).toMatchObject({ kind: 'yjs', access: 'write', epoch: 5, offset: 4 });
  expect(inner.sent).toHaveLength(1);
});

test('tokens are not kept', () => {
  const { recorder, socket } = connected();
  socket.send(encodeFrame({ type: 'hello', protocol: 1, token: 'a secret' }).slice());
  socket.send(encodeFrame({ type: 'refresh', token: 'a secret' }).slice());
  expect(JSON.stringify(recorder.frames)).not.toContain('secret');
});

test('latency holds frames back in both directions, in order, also when it changes', () => {
  const { recorder, socket, inner, time } = connected();
  const heard: unknown[] = [];
  socket.addEventListener('message', ({ data }) => heard.push(data));
  socket.addEventListener('close', ({ code }) => heard.push(code));
  recorder.latencyMs = 100;
  socket.send(Uint8Array.of(1));
  inner.receive(Uint8Array.of(2));
  recorder.latencyMs = 0;
  socket.send(Uint8Array.of(3));
  inner.end(1000);
  expect([inner.sent, heard, socket.bufferedAmount]).toEqual([[], [], 2]);
  time.advance(99);
  expect([inner.sent.length, heard.length]).toEqual([0, 0]);
  time.advance(1);
  expect(inner.sent).toEqual([Uint8Array.of(1), Uint8Array.of(3)]);
  expect(heard).toEqual([Uint8Array.of(2).buffer, 1000]);
  expect(socket.bufferedAmount).toBe(0);
  socket.send(Uint8Array.of(4));
  expect(inner.sent).toHaveLength(3);
});

test('no more frames are kept than anyone reads', () => {
  const { recorder, socket } = connected();
  for (let index = 0; index < 600; index++) socket.send(encodeFrame({ type: 'ping' }).slice());
  expect(recorder.frames).toHaveLength(500);
});

class ScriptedSocket implements WebSocketLike {
  binaryType = 'blob';
  bufferedAmount = 0;
  readonly sent: Uint8Array[] = [];
  readonly #message: ((event: { readonly data: unknown }) => void)[] = [];
  readonly #close: ((event: { readonly code: number }) => void)[] = [];

  addEventListener(
    ...[type, listener]:
      | ['open' | 'error', () => void]
      | ['message', (event: { readonly data: unknown }) => void]
      | ['close', (event: { readonly code: number }) => void]
  ): void {
    if (type === 'message') this.#message.push(listener);
    if (type === 'close') this.#close.push(listener);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {}

  receive(bytes: Uint8Array): void {
    const data = bytes.slice().buffer;
    for (const listener of this.#message) listener({ data });
  }

  end(code: number): void {
    for (const listener of this.#close) listener({ code });
  }
}

function connected() {
  const time = new VirtualTime();
  const sockets: ScriptedSocket[] = [];
  const recorder = new FrameRecorder({
    WebSocket: class extends ScriptedSocket {
      constructor(_url: string) {
        super();
        sockets.push(this);
      }
    },
    monotonicNow: time.now,
    setTimer: time.setTimer,
  });
  const socket = new recorder.WebSocket('ws://relay');
  const [inner] = sockets;
  if (inner === undefined) throw new Error('no socket was made');
  return { recorder, socket, inner, time };
}
