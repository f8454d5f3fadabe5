/** placeholder for types */
import type { Frame, FrameOf } from './frame.ts';

declare const sharedBrand: unique symbol;
/** A frame encoded once for any number of channels: all of it but the channel number. */
export interface SharedFrame {
  readonly [sharedBrand]: 'SharedFrame';
  readonly tag: number;
  readonly body: Uint8Array;
}

export function encodeFrame(frame: Frame): Uint8Array {
  throw new Error(frame.type);
}
/** `decode/*` on anything else than one frame. Byte fields are views on `bytes`. */
export function decodeFrame(bytes: Uint8Array): Frame {
  throw new Error(String(bytes.length));
}
export function shareFrame(frame: FrameOf<'updates' | 'presence'>): SharedFrame {
  throw new Error(frame.type);
}
export function encodeShared(shared: SharedFrame, channel: number): Uint8Array {
  throw new Error(`${shared.tag} ${channel}`);
}
/** The frame's bytes as the WebSocket messages to send: one, or fragments when it is above `maxMessageBytes`. */
export function messagesOf(frameBytes: Uint8Array, maxMessageBytes: number): readonly Uint8Array[] {
  throw new Error(`${frameBytes.length} ${maxMessageBytes}`);
}
