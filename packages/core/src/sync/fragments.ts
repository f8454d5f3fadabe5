/**
 * Frames that are larger than a WebSocket message may be: cut into fragments by the sender, put together by the receiver,
 * one at a time. The receiver allocates nothing on the word of the sender: the whole is made when all of it has come.
 */
import { CausewayError } from '../error.ts';
import type { Frame, FrameOf } from './frame.ts';
import { decodeFrame, encodeFrame } from './frame-codec.ts';
import { MIN_FRAGMENT_BYTES, PREFERRED_MESSAGE_BYTES } from './limits.ts';

/** Tag, total and index. */
const FRAGMENT_HEADER_BYTES = 17;

/**
 * The frame's bytes as the messages to send, in order: the bytes themselves, or fragments of at most `maxMessageBytes` and
 * PREFERRED_MESSAGE_BYTES each.
 */
export function messagesOf(frameBytes: Uint8Array, maxMessageBytes: number): readonly Uint8Array[] {
  const largest = Math.min(maxMessageBytes, PREFERRED_MESSAGE_BYTES);
  if (frameBytes.length <= largest) return [frameBytes];
  const piece = largest - FRAGMENT_HEADER_BYTES;
  const messages: Uint8Array[] = [];
  for (let start = 0; start < frameBytes.length; start += piece) {
    const bytes = frameBytes.subarray(start, start + piece);
    messages.push(encodeFrame({ type: 'fragment', total: frameBytes.length, index: messages.length, bytes }));
  }
  return messages;
}

/** What has come of a frame in fragments. A step costs the same however much has come. */
export type Reassembly =
  | { readonly type: 'idle' }
  | {
      readonly type: 'under-way';
      readonly total: number;
      readonly received: number;
      readonly nextIndex: number;
      readonly last: Part;
    };

/** The parts, the latest first. */
interface Part {
  readonly bytes: Uint8Array;
  readonly before: Part | undefined;
}

export const NO_FRAGMENTS: Reassembly = { type: 'idle' };

/**
 * Takes the next fragment; `whole` is the frame's bytes when it was the last one. Throws `decode/limit` when the frame is
 * above `maxFrameBytes`, `decode/invalid` when the fragment does not follow on the one before or is needlessly small.
 */
export function addFragment(
  state: Reassembly,
  fragment: FrameOf<'fragment'>,
  maxFrameBytes: number,
): { readonly state: Reassembly; readonly whole: Uint8Array | undefined } {
  const expected = state.type === 'idle' ? 0 : state.nextIndex;
  if (fragment.index !== expected) throw invalid(`fragment ${fragment.index} came where ${expected} was due`);
  if (state.type === 'under-way' && fragment.total !== state.total) {
    throw invalid(`a total of ${fragment.total} after one of ${state.total}`);
  }
  if (fragment.total > maxFrameBytes) {
    throw new CausewayError(
      'decode/limit',
      { what: 'frame', value: fragment.total, limit: maxFrameBytes },
      `a frame of ${fragment.total} bytes is above the limit of ${maxFrameBytes}`,
    );
  }
  const received = (state.type === 'idle' ? 0 : state.received) + fragment.bytes.length;
  if (received > fragment.total) throw invalid(`${received} bytes of a frame of ${fragment.total}`);
  const last = { bytes: fragment.bytes, before: state.type === 'idle' ? undefined : state.last };
  if (received === fragment.total) return { state: NO_FRAGMENTS, whole: whole(last, received) };
  if (fragment.bytes.length < MIN_FRAGMENT_BYTES) {
    throw invalid(
      `a fragment of ${fragment.bytes.length} bytes that is not the last; the least is ${MIN_FRAGMENT_BYTES}`,
    );
  }
  return {
    state: { type: 'under-way', total: fragment.total, received, nextIndex: expected + 1, last },
    whole: undefined,
  };
}

/** The frame in a message, or undefined when it is a fragment that is not the last. Throws `decode/*`. */
export function receiveMessage(
  state: Reassembly,
  bytes: Uint8Array,
  maxFrameBytes: number,
): { readonly state: Reassembly; readonly frame: Frame | undefined } {
  const frame = decodeFrame(bytes);
  if (frame.type !== 'fragment') return { state, frame };
  const next = addFragment(state, frame, maxFrameBytes);
  if (next.whole === undefined) return { state: next.state, frame: undefined };
  const inner = decodeFrame(next.whole);
  if (inner.type === 'fragment') throw invalid('a fragment inside fragments');
  return { state: next.state, frame: inner };
}

function whole(last: Part, total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let end = total;
  for (let part: Part | undefined = last; part !== undefined; part = part.before) {
    end -= part.bytes.length;
    bytes.set(part.bytes, end);
  }
  return bytes;
}

function invalid(detail: string): CausewayError<'decode/invalid'> {
  return new CausewayError('decode/invalid', { what: 'fragment', detail }, `fragment: ${detail}`);
}
