/**
 * The frames of the protocol: what two sides say to each other over one WebSocket, many documents on it. This file is
 * the vocabulary; frame-codec.ts has the bytes, docs/protocol.md says both in prose. Leaves out: when a frame may be said
 * (the four session files).
 *
 * A channel is a document on one connection, numbered by the client. A log offset counts the entries of a document's log
 * from 1 (0 is before the first); an epoch names one life of that log, so that `{epoch, offset}` is a position.
 */
export const PROTOCOL_VERSION = 1;

/** A position in a document's log: everything up to and including `offset`, in the life of the log named by `epoch`. */
export interface Position {
  readonly epoch: number;
  readonly offset: number;
}

export type Access = 'read' | 'write';

/** What the relay asks a session to keep to; announced in `welcome`. */
export interface SessionLimits {
  /** Largest WebSocket message in bytes; a larger frame travels in fragments. */
  readonly maxMessageBytes: number;
  /** Largest update in one push, in bytes, reassembled. */
  readonly maxUpdateBytes: number;
  /** Documents open at once on one connection. */
  readonly maxChannels: number;
  /** Largest presence state in bytes. */
  readonly maxPresenceBytes: number;
  /** Either side closes after hearing nothing for this long; each sends a ping after a third of it. */
  readonly idleMs: number;
}

/** Why a batch was refused. Retrying the same batch does not help, so the client quarantines it. */
export type NackCode = 'permission' | 'invalid' | 'too-large' | 'quota' | 'rate' | 'storage';

/** Why a channel was closed or not opened by the relay. */
export type ChannelCloseCode =
  | 'done' // the client's own wish
  | 'name' // the name is no document name
  | 'unknown-kind' // no format for this kind
  | 'kind-mismatch' // the document exists with another kind
  | 'forbidden' // no right to read it, or it is not there: the two look the same
  | 'too-many' // more channels than the session may open
  | 'storage' // the relay cannot read this document; others are unharmed
  | 'deleted'; // the document was deleted

export type Frame =
  | { readonly type: 'hello'; readonly protocol: number; readonly token: string | undefined }
  | {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly relay: string;
      readonly session: number;
      readonly limits: SessionLimits;
    }
  | {
      readonly type: 'open';
      readonly channel: number;
      /** As sent: the relay parses both, so that a bad name closes this channel only. */
      readonly name: string;
      readonly kind: string;
      readonly access: Access;
      /** What the client holds of the relay's log; undefined at first contact. */
      readonly position: Position | undefined;
      /** What the client holds, as a version of the format; only at first contact, empty when it holds nothing. */
      readonly version: Uint8Array;
    }
  | {
      readonly type: 'opened';
      readonly channel: number;
      /** The client's position is in this epoch and not past `head`: what follows goes by offset. Else it starts from `version`. */
      readonly resumed: boolean;
      readonly epoch: number;
      /** Caught up is when this offset has been reached. */
      readonly head: number;
      readonly access: Access;
    }
  /** Entries after `after` up to `upTo`, merged into one update; `upTo` > `after`. */
  | {
      readonly type: 'updates';
      readonly channel: number;
      readonly after: number;
      readonly upTo: number;
      readonly update: Uint8Array;
    }
  /** The relay's version, said once after `opened` when `resumed` is false and the client named a position: what it lacks, the client sends again. */
  | { readonly type: 'have'; readonly channel: number; readonly version: Uint8Array }
  | { readonly type: 'push'; readonly channel: number; readonly batch: BatchId; readonly update: Uint8Array }
  /** The batch is durable at `offset`. Entries of others before it were sent before it, unless the session lags. */
  | { readonly type: 'ack'; readonly channel: number; readonly batch: BatchId; readonly offset: number }
  | {
      readonly type: 'nack';
      readonly channel: number;
      readonly batch: BatchId;
      readonly code: NackCode;
      readonly message: string;
    }
  /**
   * Short-lived state of one session in one document; empty bytes say that it is gone. `session` is 0 from a client; 0 with
   * empty bytes from the relay: forget everyone, those who are here follow (the session lagged and missed some).
   */
  | {
      readonly type: 'presence';
      readonly channel: number;
      readonly session: number;
      readonly state: Uint8Array;
    }
  | {
      readonly type: 'close';
      readonly channel: number;
      readonly code: ChannelCloseCode;
      readonly message: string;
    }
  /** The token will expire; the client answers with `refresh`. */
  | { readonly type: 'token'; readonly expiresInMs: number }
  | { readonly type: 'refresh'; readonly token: string }
  /** Said before the connection is closed, with the number it will be closed with. */
  | { readonly type: 'error'; readonly closeCode: number; readonly code: string; readonly message: string }
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  /** A piece of a frame that is larger than a message may be. One frame at a time is under way in each direction. */
  | { readonly type: 'fragment'; readonly total: number; readonly index: number; readonly bytes: Uint8Array };

/** Frames about one document, by who may say them. */
export type ClientChannelFrame = FrameOf<'open' | 'push' | 'presence' | 'close'>;
export type RelayChannelFrame = FrameOf<
  'opened' | 'updates' | 'have' | 'ack' | 'nack' | 'presence' | 'close'
>;

export type FrameOf<T extends Frame['type']> = Extract<Frame, { readonly type: T }>;

declare const batchBrand: unique symbol;

/** Names one push so that it can be acknowledged, and repeated without harm: a random integer from 1 to 2^53 - 1. */
export type BatchId = number & { readonly [batchBrand]: 'BatchId' };
