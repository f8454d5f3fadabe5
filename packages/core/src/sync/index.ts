export { parseBatchId, randomBatchId } from './batch-id.ts';
export { type BatchQueue, batchesIn } from './batch-queue.ts';
export {
  type ClientChannelEffect,
  type ClientChannelInput,
  type ClientChannelState,
  type ClientLink,
  clientChannel,
  type OpenLink,
  type PendingBatch,
  stepClientChannel,
  unsettledBatches,
} from './client-channel.ts';
export {
  CLIENT_OFFLINE,
  type ClientConnectionEffect,
  type ClientConnectionInput,
  type ClientConnectionState,
  type RelayError,
  stepClientConnection,
} from './client-connection.ts';
export {
  CLOSE_CODES,
  type CloseCode,
  type CloseCodeEntry,
  type CloseReason,
  closeReason,
  closeReasonOf,
  type RetryAdvice,
  retryAdvice,
} from './close-codes.ts';
export { messageOf } from './failure.ts';
export { messagesOf, type Reassembly } from './fragments.ts';
export {
  type Access,
  type BatchId,
  type ChannelCloseCode,
  type ClientChannelFrame,
  type Frame,
  type FrameOf,
  type NackCode,
  type Position,
  PROTOCOL_VERSION,
  type RelayChannelFrame,
  type SessionLimits,
} from './frame.ts';
export {
  decodeFrame,
  encodeFrame,
  encodeShared,
  type SharedFrame,
  shareFrame,
} from './frame-codec.ts';
export * from './limits.ts';
export {
  type OpenRelayPhase,
  type RelayChannelEffect,
  type RelayChannelInput,
  type RelayChannelPhase,
  type RelayChannelState,
  relayChannel,
  stepRelayChannel,
} from './relay-channel.ts';
export {
  type RelayConnectionEffect,
  type RelayConnectionInput,
  type RelayConnectionOptions,
  type RelayConnectionState,
  type RelayPhase,
  relayConnection,
  stepRelayConnection,
} from './relay-connection.ts';
export type { Step } from './step.ts';
