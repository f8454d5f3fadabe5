/**
 * WebSocket frames as a server sends them (RFC 6455): whole messages of bytes, unmasked. Made here so that a message for
 * many is framed once; everything else of the protocol is ws's (websocket-server.ts).
 *
 *   82 length                    up to 125 bytes
 *   82 7e length (2 bytes)       up to 65,535
 *   82 7f length (8 bytes)
 */
const FINAL_BINARY = 0x82;
const TWO_BYTE_LENGTH = 126;
const EIGHT_BYTE_LENGTH = 127;

/** The answer to a ping carries what the ping did, at most this much. */
export const PONG = { maxBytes: 125, opcode: 0x8a } as const;

/** Bytes before a message of this length. */
export function frameHeadBytes(length: number): number {
  if (length < TWO_BYTE_LENGTH) return 2;
  return length <= 0xffff ? 4 : 10;
}

/** Writes what stands before a message of this length; returns where the message begins. */
export function writeFrameHead(target: Uint8Array, at: number, length: number): number {
  target[at] = FINAL_BINARY;
  if (length < TWO_BYTE_LENGTH) {
    target[at + 1] = length;
    return at + 2;
  }
  if (length <= 0xffff) {
    target[at + 1] = TWO_BYTE_LENGTH;
    target[at + 2] = length >>> 8;
    target[at + 3] = length & 0xff;
    return at + 4;
  }
  target[at + 1] = EIGHT_BYTE_LENGTH;
  new DataView(target.buffer, target.byteOffset + at + 2, 8).setBigUint64(0, BigInt(length));
  return at + 10;
}

/** One message as a frame. */
export function frameOf(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(frameHeadBytes(message.length) + message.length);
  frame.set(message, writeFrameHead(frame, 0, message.length));
  return frame;
}

/** The answer to a ping with this in it. */
export function pongFrame(data: Uint8Array): Uint8Array {
  const frame = frameOf(data);
  frame[0] = PONG.opcode;
  return frame;
}
