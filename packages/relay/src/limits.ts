/**
 * Every bound that a relay sets for itself, each with its reason. What a session has to keep to (`session`) is announced to
 * it; the bounds that are part of the protocol are in core/sync.
 */
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from '@causeway/core/sync';

const KIB = 1024;
const MIB = 1024 * KIB;

export interface RelayLimits {
  readonly session: SessionLimits;
  /** Sockets at once, greeted or not. */
  readonly maxConnections: number;
  /** Sockets at once from one address (client-address.ts); those of this machine are not counted. */
  readonly maxConnectionsPerAddress: number;
  /** Sockets that one address may open in a minute, at once or one after the other. */
  readonly maxConnectsPerMinute: number;
  /** Sockets at once of one user, where users are told apart. */
  readonly maxConnectionsPerPrincipal: number;
  /** Messages that are read of one socket in a second; it may send five times as many at once. The rest waits in the network. */
  readonly messagesPerSecond: number;
  /** Bytes of the same; four times as many at once. */
  readonly bytesPerSecond: number;
  /** Bytes that are read in a minute, also at once, of all sockets of one user; of one address where users are not told apart. */
  readonly bytesPerMinuteOfSender: number;
  /** Documents that one of those opens in a minute, on native connections; also at once. */
  readonly opensPerMinuteOfSender: number;
  /** Documents open at once. Idle ones make room. */
  readonly maxRooms: number;
  /** Bytes that one document has in the log: what comes beyond is refused. What is under way to the disk is not counted. */
  readonly maxDocumentBytes: number;
  /** A room without sessions stays open for this long. */
  readonly roomIdleMs: number;
  /** Batch ids that a room remembers, to recognise a push that is repeated after a reconnect. */
  readonly maxRememberedBatches: number;
  /** A room tells its sessions of changed presence at most this often. */
  readonly presenceTickMs: number;
  /** A log is folded when the tail outweighs both this and the snapshot. */
  readonly minFoldBytes: number;
  /** When the last session has left, less is folded: this much, and a part of a large snapshot. What people typed in a sitting. */
  readonly minIdleFoldBytes: number;
  /** Larger documents are not folded. */
  readonly maxFoldBytes: number;
  /** The same where there are no worker threads for documents of that kind. */
  readonly maxFoldOnLoopBytes: number;
  /** A document up to this size is merged whole for whoever comes; of a larger one the snapshot goes out as it is, and the rest behind it. */
  readonly maxMergedAtOnceBytes: number;
  /** A document up to this size is kept merged while its room is open. */
  readonly maxCachedDocumentBytes: number;
  /** A merged document that nobody was sent for this long is given back. */
  readonly cacheIdleMs: number;
  /** Bytes of merged documents over all rooms. */
  readonly maxCacheBytes: number;
  /** Bytes of updates that wait for a disk that takes none, over all rooms; beyond, their authors have to come again. */
  readonly maxHeldBytes: number;
  /** Bytes pushed by one connection and not yet durable, above which its socket is not read. */
  readonly maxPendingBytes: number;
  /** Catch-up reads under way for one connection. */
  readonly maxReadsAtOnce: number;
  /** Bytes of answers (acks, presence, pongs) to a session that does not read, above which it is closed. */
  readonly maxUnreadAnswerBytes: number;
  /** From SIGTERM until the relay ends, whoever is still there. */
  readonly drainMs: number;
}

export const DEFAULT_RELAY_LIMITS: RelayLimits = {
  session: DEFAULT_SESSION_LIMITS,
  /** Some 20 KB each, kernel buffers included; below the usual limit of open files once that is raised for a server. */
  maxConnections: 10_000,
  /** An office, or a school, behind one address. */
  maxConnectionsPerAddress: 1_000,
  /** All of them coming back after a restart, and some trying twice. */
  maxConnectsPerMinute: 2_000,
  /** Five devices with twenty tabs each. */
  maxConnectionsPerPrincipal: 100,
  /** A hundred times what somebody types while they draw; a script that imports is slowed down, not turned away. */
  messagesPerSecond: 2_000,
  /** More than most links carry. */
  bytesPerSecond: 32 * MIB,
  /** A user who imports for half a minute as fast as one connection may. */
  bytesPerMinuteOfSender: 1024 * MIB,
  /** Twenty tabs that come back after a restart, each with more documents than anybody looks at. */
  opensPerMinuteOfSender: 12_000,
  /** A room takes a few kilobytes. */
  maxRooms: 20_000,
  /** More than a page can hold of one document, and not enough to fill a disk by mistake. */
  maxDocumentBytes: 256 * MIB,
  /** A page that is reloaded finds its documents open. */
  roomIdleMs: 30_000,
  /** Sixteen sessions with all that may be in flight of one document. */
  maxRememberedBatches: 1024,
  /** A cursor that is drawn twenty times a second moves smoothly. */
  presenceTickMs: 50,
  /** Some thousand keystrokes: below it a fold costs more than it saves. */
  minFoldBytes: 256 * KIB,
  /** Some hundred keystrokes. */
  minIdleFoldBytes: 4 * KIB,
  /** About a second of a thread, and several times as much memory of the process while it lasts. */
  maxFoldBytes: 16 * MIB,
  /** Half a second of the event loop, and about three times as much memory. */
  maxFoldOnLoopBytes: 16 * MIB,
  /** Some ten milliseconds of the event loop. */
  maxMergedAtOnceBytes: 512 * KIB,
  /** A long book. */
  maxCachedDocumentBytes: 8 * MIB,
  /** Reading it again takes milliseconds; who comes at once with others finds it. */
  cacheIdleMs: 3_000,
  maxCacheBytes: 128 * MIB,
  /** An hour of typing of a hundred people. */
  maxHeldBytes: 64 * MIB,
  /** Twice what one document may have in flight: only a slow disk gets there. */
  maxPendingBytes: 8 * MIB,
  /** Enough to keep a link busy; each holds one piece of a log. */
  maxReadsAtOnce: 4,
  /** An honest client has at most 64 batches in flight in each document. */
  maxUnreadAnswerBytes: 2 * MIB,
  /** Half of what container platforms wait before they kill. */
  drainMs: 5_000,
};
