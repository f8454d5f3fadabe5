/**
 * Every bound of the protocol, each with its reason. What a relay may set for itself is in `SessionLimits`, announced in
 * `welcome`; the rest is part of the protocol: both sides hold to it without a word.
 */
import type { SessionLimits } from './frame.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What a relay announces unless it is told otherwise. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  /** Proxies and WebSocket libraries let this through; more would hold up pings and other documents behind it. */
  maxMessageBytes: 1 * MIB,
  /** The paste of a large text or a small image; a relay holds one such update per connection while it is put together. */
  maxUpdateBytes: 32 * MIB,
  /** A notes app with a document per note, all open at once. */
  maxChannels: 1000,
  /** Cursor, selection, name, colour and some room; it is fanned out to everyone at each move. */
  maxPresenceBytes: 16 * KIB,
  /** Below the 60 s after which common proxies drop a silent connection, above a phone's longest radio pause. */
  idleMs: 30_000,
};

/** Batches sent and not yet acknowledged, in one channel: fills a link of 50 ms and 1,000 batches a second. */
export const MAX_BATCHES_IN_FLIGHT = 64;
/** Bytes of the same; a single batch may be larger when nothing else is in flight. */
export const MAX_IN_FLIGHT_BYTES = 4 * MIB;

/** The window of both sides: whether a batch of this size may follow on those in flight. */
export function hasRoom(batchesInFlight: number, bytesInFlight: number, bytes: number): boolean {
  if (batchesInFlight === 0) return true;
  return batchesInFlight < MAX_BATCHES_IN_FLIGHT && bytesInFlight + bytes <= MAX_IN_FLIGHT_BYTES;
}

/** A relay reads a log for catch-up in pieces of about this size: one is in memory for each reader. */
export const CATCH_UP_PIECE_BYTES = 256 * KIB;
/** Bytes waiting in a socket above which a session lags: live updates stop, and it catches up from the log when it has drained. */
export const SOCKET_HIGH_WATER_BYTES = 1 * MIB;
/** What a client takes from its relay in one frame: the snapshot of a very large document. */
export const MAX_RECEIVED_FRAME_BYTES = 256 * MIB;
/** What a frame takes beside its update: tag, channel and batch. */
export const MAX_FRAME_OVERHEAD_BYTES = 64;
/** Larger frames are cut in fragments even where a message may be larger: on a slow link each must arrive well within idleMs. */
export const PREFERRED_MESSAGE_BYTES = 64 * KIB;
/** Fragments but the last hold at least this, so that the parts under way cost little more than their bytes. */
export const MIN_FRAGMENT_BYTES = 1 * KIB;
/** No relay may announce less: the first frames, with a token or a long kind, and fragments of a sensible size fit. */
export const MIN_MESSAGE_BYTES = 16 * KIB;
/** A signed token with many claims; the limit of common HTTP servers for one header. */
export const MAX_TOKEN_BYTES = 8 * KIB;
/** The name a relay gives itself. */
export const MAX_RELAY_NAME_BYTES = 256;
/** A sentence for a human in nack, close and error; longer ones are cut when written. */
export const MAX_MESSAGE_TEXT_BYTES = 512;
/** An error code such as `protocol/kind-mismatch`. */
export const MAX_ERROR_CODE_BYTES = 64;
/** Longer than a document name may be, so that a name that is too long closes its channel and not the connection. */
export const MAX_NAME_FIELD_BYTES = 4 * KIB;
/** The same for kinds. */
export const MAX_KIND_FIELD_BYTES = 8 * KIB;
/** Channels are numbered from 1 and never reused in a connection; at one a millisecond these last for seven weeks. */
export const MAX_CHANNEL = 2 ** 32 - 1;
/** From the opening of a socket until hello, and until welcome: signing in may ask another server. */
export const GREETING_TIMEOUT_MS = 10_000;
/** How long before a token expires the relay says so: a round trip to whoever issues tokens, with retries. */
export const TOKEN_NOTICE_MS = 60_000;
/** Between two checks of refreshed tokens on one connection: each asks again what every document of the session allows. */
export const MIN_REFRESH_INTERVAL_MS = 1_000;
