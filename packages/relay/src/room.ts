/**
 * A document that is open on the relay: its log, the sessions that follow it, their presence. Nothing that counts leaves a
 * room before it is durable: an entry is acknowledged to its author and told with its offset to the others when the log says
 * that it is on disk, in the order of offsets. Sessions that go by no offset are shown an update ahead of that.
 *
 *   push ─▶ known batch? ─▶ validate ─▶ log.append ─ ─ ─ fsync ─ ─ ─▶ ack to the author
 *              │ yes            │ bad      │                         └▶ committed to the others
 *              ▼                ▼          └▶ fresh, to those without offsets
 *         ack, old offset     nack
 *
 * Leaves out: what a session has been sent (core/sync/relay-channel.ts), opening and closing of rooms (rooms.ts).
 */
import { CausewayError, InvariantError, invariant } from '@causeway/core';
import { equalBytes } from '@causeway/core/bytes';
import type { UpdateFormat, Version } from '@causeway/core/format';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId, ChannelCloseCode, NackCode } from '@causeway/core/sync';
import type { Activity } from './activity.ts';
import type { ByteBudget } from './byte-budget.ts';
import { CommittedEntries, type CommittedEntry } from './committed-entries.ts';
import type { Folding } from './folding/folding.ts';
import { type FreshUpdate, FreshUpdates } from './fresh-updates.ts';
import { HeldPushes, isPassing } from './held-pushes.ts';
import type { RelayLimits } from './limits.ts';
import { endOf, foldLog, READ_BYTES, readLog, updatesOf } from './log-fold.ts';
import { LogPiece } from './log-piece.ts';
import type { Logger } from './logger.ts';
import { PresenceChanges } from './presence-changes.ts';
import { type EntryAges, type Keep, keepOf, type RetentionRule } from './retention.ts';
import type { DocumentLog, LogHead } from './storage/document-log.ts';

/** A session in a room. The room calls these in the order in which they are to happen. */
export interface RoomMember {
  readonly session: number;
  /** Updates came in, maybe own ones among them; they are not yet on disk. */
  fresh(fresh: FreshUpdates): void;
  /** Entries are on disk, maybe own ones among them. */
  committed(committed: CommittedEntries): void;
  /** Own push is on disk since long, or became durable after its author had left the room. */
  durable(batch: BatchId, offset: number): void;
  rejected(batch: BatchId, code: NackCode, message: string): void;
  /** The log could not store: the session has to come again. */
  failed(error: unknown): void;
  /** Sessions, maybe this one among them, show another presence. */
  presence(changes: PresenceChanges): void;
  /** The document is closed to everyone. */
  closed(code: ChannelCloseCode, message: string): void;
}

export interface RoomParts {
  readonly activity: Activity;
  readonly log: DocumentLog;
  readonly limits: RelayLimits;
  readonly cache: ByteBudget;
  /** Bytes of pushes that the disk would not take, over all rooms. */
  readonly held: ByteBudget;
  readonly folding: Folding;
  /** The first rule that is for a document says what is kept of its past. */
  readonly retention: readonly RetentionRule[];
  readonly ages: EntryAges;
  readonly logger: Logger;
  /** Calls `run` after `ms`, once. */
  after(ms: number, run: () => void): void;
  /** Calls `run` when everything that has arrived has been looked at, once. */
  soon(run: () => void): void;
}

export class Room {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly epoch: number;
  readonly #format: UpdateFormat;
  readonly #parts: RoomParts;
  readonly #members = new Set<RoomMember>();
  readonly #presences = new Map<number, Uint8Array>();
  /** Presence that the members have not been told of, by session. */
  #newPresence = new Map<number, Uint8Array>();
  /** Members were told less than a tick ago: what changes now waits for its end. */
  #presenceTicking = false;
  /** Batches of the latest entries with their offsets, oldest first. */
  readonly #remembered = new Map<BatchId, number>();
  /** Who waits for a batch that is not yet durable: its author, or its author's next connection too. */
  readonly #pending = new Map<BatchId, RoomMember[]>();
  /** What the disk would not take. */
  readonly #held: HeldPushes<Push>;
  /** Appends under way. */
  #appending = 0;
  /** Updates that came in and have not been shown. */
  #fresh: FreshUpdate[] = [];
  /** How many updates have been shown ahead of the disk. */
  #shown = 0;
  /** The last append succeeded: what comes in will most likely be stored, and may be shown ahead of that. */
  #storing = true;
  /** What became durable in the commit that is being told, in the order of offsets. */
  #committedNow: CommittedEntry[] = [];
  #head: number;
  #snapshot: number;
  #snapshotBytes: number;
  #tailBytes: number;
  /** Folding is next considered when the tail has this many bytes. */
  #foldAtBytes = 0;
  #folding: Promise<void> | undefined;
  readonly #keepsPast: Keep;
  /** Entries after this offset are too young to be folded. */
  #foldable: number;
  #merging: Promise<LogPiece> | undefined;
  #merged: LogPiece | undefined;
  /** Somebody read it since the last tick; and the time of the tick that saw it last. */
  #served = false;
  #servedAt: number | undefined;
  /** The version as of an offset, of a large document that was asked for it. */
  #version: VersionAt | undefined;
  /** It is being made for somebody: who comes meanwhile shares it. */
  #counting: Promise<VersionAt> | undefined;
  /** The version of a document without content. */
  readonly #nothing: Version;
  /** Bytes of the entries after `#merged`. */
  #bytesSinceMerged = 0;

  /** Opens the document's log, creating it when it is new. Rejects with `storage/*` or `protocol/kind-mismatch`; nothing has changed then. */
  static async open(name: DocumentName, format: UpdateFormat, parts: RoomParts): Promise<Room> {
    const head = await parts.log.open(name, format.kind);
    const room = new Room(name, format, parts, head);
    await room.#rememberTail(head);
    return room;
  }

  private constructor(name: DocumentName, format: UpdateFormat, parts: RoomParts, head: LogHead) {
    this.name = name;
    this.kind = format.kind;
    this.epoch = head.epoch;
    this.#format = format;
    this.#nothing = format.versionOf(format.empty);
    this.#parts = parts;
    const { held, after } = parts;
    this.#held = new HeldPushes({ budget: held, after, store: (push) => this.#append(push) });
    this.#head = head.head;
    this.#snapshot = head.snapshot;
    this.#snapshotBytes = head.snapshotBytes;
    this.#tailBytes = head.tailBytes;
    this.#keepsPast = keepOf(parts.retention, name);
    this.#foldable =
      isWindow(this.#keepsPast) || this.#keepsPast === 'entries' ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Updates shown ahead of the disk so far: the ticket of the last. */
  get shown(): number {
    return this.#shown;
  }

  /** Offset of the last durable entry. */
  get head(): number {
    return this.#head;
  }

  /** Nobody is here and nothing is under way. */
  get isIdle(): boolean {
    return (
      this.#members.size === 0 &&
      this.#appending === 0 &&
      !this.#held.isHolding &&
      this.#folding === undefined &&
      this.#merging === undefined
    );
  }

  /** True when these bytes are empty or a version of this document's format. */
  understands(version: Uint8Array): boolean {
    try {
      return version.length === 0 || this.#format.parseVersion(version) !== undefined;
    } catch (error) {
      if (CausewayError.inFamily(error, 'decode')) return false;
      throw error;
    }
  }

  /** From now on the member is told of every entry after `head`. */
  join(member: RoomMember): void {
    this.#members.add(member);
  }

  leave(member: RoomMember): void {
    this.#members.delete(member);
    this.publishPresence(member, NOTHING);
  }

  /** Stores an update and tells everyone, or answers for the push it repeats, or refuses it. */
  append(member: RoomMember, batch: BatchId, update: Uint8Array): void {
    const known = this.#remembered.get(batch);
    const waiting = this.#pending.get(batch);
    if (known !== undefined) member.durable(batch, known);
    else if (waiting !== undefined) waiting.push(member);
    else this.#store(member, batch, update, true);
  }

  /** The same for a push that is never repeated: its batch is not remembered. False when it was refused. */
  appendOnce(member: RoomMember, batch: BatchId, update: Uint8Array): boolean {
    return this.#store(member, batch, update, false);
  }

  /** Stores an update of no session. Resolves when it is durable; rejects with `decode/*` or `storage/*`. */
  take(batch: BatchId, update: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.append(new Bringer(resolve, reject), batch, update);
    });
  }

  /**
   * What follows `after` in one update, as much as about `maxBytes`, or the whole document where that is at hand. With
   * `since`, what a holder of that version has is left out. Rejects with `storage/*` or `decode/*`.
   */
  async read(after: number, maxBytes: number, since: Uint8Array | undefined): Promise<LogPiece> {
    this.#served = true;
    const piece = await this.#piece(after, maxBytes);
    if (since === undefined) return piece;
    const version = this.#format.parseVersion(since);
    if (equalBytes(version, this.#nothing)) return piece;
    return new LogPiece(piece.upTo, await this.#parts.folding.diff(this.#format, piece.update, version));
  }

  /** The whole document, when it is at hand as of now. */
  get wholeAtHand(): Uint8Array | undefined {
    return this.#merged?.upTo === this.#head ? this.#merged.update : undefined;
  }

  /** The version of everything that is durable. Rejects as `read` does. */
  async version(): Promise<Version> {
    const { limits, folding } = this.#parts;
    if (this.#head === 0) return this.#nothing;
    if (
      this.#format.advance === undefined ||
      this.#snapshotBytes + this.#tailBytes <= limits.maxMergedAtOnceBytes
    ) {
      return folding.versionOf(this.#format, (await this.#mergeAll()).update);
    }
    this.#counting ??= this.#countOn().finally(() => {
      this.#counting = undefined;
    });
    return (await this.#counting).version;
  }

  /**
   * Shows a member's presence to the others, and to those who come. Empty: it is gone. The others are told at once, and from
   * then on once a tick, each time of the latest only: many cursors that move cost no more than one.
   */
  publishPresence({ session }: RoomMember, state: Uint8Array): void {
    if (state.length > 0) this.#presences.set(session, state);
    else if (!this.#presences.delete(session)) return;
    this.#newPresence.set(session, state);
    if (!this.#presenceTicking) this.#tellPresence();
  }

  /** The presence of everyone, as it is now. */
  presence(): PresenceChanges {
    return new PresenceChanges(this.#presences);
  }

  /** About once a second: gives back what it keeps for those who come, when nobody has for long enough. `now` as for Rooms. */
  tick(now: number): void {
    if (this.#served || this.#servedAt === undefined) {
      this.#servedAt = now;
      this.#served = false;
    } else if (now - this.#servedAt >= this.#parts.limits.cacheIdleMs) this.#keep(undefined);
    if (!isWindow(this.#keepsPast)) return;
    this.#foldable = this.#parts.ages.foldable(this.name, this.#head, this.#keepsPast.ms, now);
    this.#foldWhenDue();
  }

  /** Nobody is here any more: what was left for later because it was little is folded now. */
  foldWhenIdle(): void {
    const { minIdleFoldBytes } = this.#parts.limits;
    // A deletion takes a few bytes, and may give back all there is.
    const collects = this.#format.collect !== undefined && this.#keepsPast !== 'content';
    if (collects && this.#snapshotBytes <= SMALL_SNAPSHOT_BYTES) this.#foldAbove(0);
    else this.#foldAbove(Math.max(minIdleFoldBytes, this.#snapshotBytes / IDLE_FOLD_PART));
  }

  /** Folds what may be folded, however little. Resolves when that is done, or has failed, which is logged. */
  async fold(): Promise<void> {
    this.#foldAtBytes = 0;
    this.#foldAbove(0);
    await this.#folding;
  }

  /** Gives back what the room shares with others. The room is not used after it. */
  close(): void {
    this.#keep(undefined);
  }

  #store(member: RoomMember, batch: BatchId, update: Uint8Array, repeats: boolean): boolean {
    const fault = this.#faultOf(update);
    this.#parts.activity.pushed += 1;
    if (fault !== undefined) {
      member.rejected(batch, 'invalid', fault);
      return false;
    }
    const { maxDocumentBytes } = this.#parts.limits;
    const bytes = this.#snapshotBytes + this.#tailBytes + update.length;
    if (bytes > maxDocumentBytes) {
      member.rejected(batch, 'quota', tooMuch(bytes, maxDocumentBytes));
      return false;
    }
    const authors = [member];
    if (repeats) this.#pending.set(batch, authors);
    const push: Push = { batch, update, authors, repeats, ticket: this.#show(member, update) };
    if (!this.#held.isHolding) this.#append(push);
    else if (!this.#held.hold(push)) this.#giveUp(push, heldFull());
    return true;
  }

  #append(push: Push): void {
    const { batch, update, authors, repeats, ticket } = push;
    this.#appending += 1;
    this.#parts.log.append(this.name, batch, update).then(
      (offset) => {
        if (repeats) this.#settled(batch, offset);
        this.#committed({ offset, batch, update, authors, ticket });
      },
      (error: unknown) => this.#notStored(push, error),
    );
  }

  /** The ticket of an update that is shown ahead of the disk; 0 for one that is not. */
  #show(author: RoomMember, update: Uint8Array): number {
    if (!this.#storing) return 0;
    this.#fresh.push({ author, update });
    if (this.#fresh.length === 1) this.#parts.soon(() => this.#tellFresh());
    this.#shown += 1;
    return this.#shown;
  }

  #tellFresh(): void {
    const fresh = new FreshUpdates(this.#fresh);
    this.#fresh = [];
    for (const member of this.#members) member.fresh(fresh);
  }

  #faultOf(update: Uint8Array): string | undefined {
    try {
      this.#format.validate(update);
      return undefined;
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      if (CausewayError.inFamily(error, 'decode')) return error.message;
      // A format has to say decode/*; one that does not must not take the relay down for it.
      this.#parts.logger.error(
        { document: this.name, kind: this.kind, err: error },
        'a format failed on an update',
      );
      return 'the update could not be read';
    }
  }

  #settled(batch: BatchId, offset: number): void {
    this.#pending.delete(batch);
    this.#remember(batch, offset);
  }

  #committed(entry: CommittedEntry): void {
    const { offset, update } = entry;
    invariant(offset === this.#head + 1, 'R1', () => `${this.name}: entry ${offset} after ${this.#head}`);
    this.#appending -= 1;
    this.#storing = true;
    this.#parts.activity.wasStored();
    this.#head = offset;
    this.#tailBytes += update.length;
    this.#bytesSinceMerged += update.length;
    this.#committedNow.push(entry);
    if (this.#held.isHolding) this.#held.stored();
    // The other entries of the commit settle in this same turn: they are told together, behind the last of them.
    if (this.#committedNow.length === 1) queueMicrotask(() => this.#tellCommitted());
    this.#foldWhenDue();
  }

  #tellCommitted(): void {
    const committed = new CommittedEntries(this.#committedNow);
    this.#committedNow = [];
    for (const member of this.#members) member.committed(committed);
    for (const { authors, batch, offset } of committed.entries) {
      for (const author of authors) if (!this.#members.has(author)) author.durable(batch, offset);
    }
  }

  #notStored(push: Push, error: unknown): void {
    if (error instanceof InvariantError) throw error;
    const isFirst = this.#storing;
    this.#appending -= 1;
    this.#storing = false;
    this.#parts.activity.wasNotStored();
    if (isPassing(error) && this.#held.hold(push)) {
      const fields = { document: this.name, err: error };
      if (isFirst) this.#parts.logger.error(fields, 'updates are not stored: they wait for the disk');
    } else {
      this.#held.drop(push);
      this.#giveUp(push, error);
    }
  }

  /** Its authors have to come again with it. */
  #giveUp({ batch, authors }: Push, error: unknown): void {
    this.#pending.delete(batch);
    this.#parts.logger.error({ document: this.name, batch, err: error }, 'an update was not stored');
    for (const author of authors) author.failed(error);
  }

  async #piece(after: number, maxBytes: number): Promise<LogPiece> {
    const { maxCachedDocumentBytes, maxMergedAtOnceBytes } = this.#parts.limits;
    const bytes = this.#snapshotBytes + this.#tailBytes;
    if (bytes <= maxCachedDocumentBytes && (after === 0 || after < this.#snapshot)) {
      const first = bytes <= maxMergedAtOnceBytes ? await this.#whole() : await this.#first();
      if (first !== undefined && first.upTo > after) return first;
    }
    const slice = await this.#parts.log.read(this.name, after, maxBytes);
    return new LogPiece(endOf(slice, after), await this.#mergeOf(updatesOf(slice)));
  }

  async #whole(): Promise<LogPiece | undefined> {
    return this.#isFresh() ? this.#merged : this.#mergeAll();
  }

  /** The snapshot of a large document as it is, or what else was kept merged: to merge the rest into it takes longer than to send it behind. */
  async #first(): Promise<LogPiece | undefined> {
    if (this.#merged !== undefined && this.#merged.upTo >= this.#snapshot) return this.#merged;
    const slice = await this.#parts.log.read(this.name, 0, 1);
    const first = new LogPiece(endOf(slice, 0), await this.#mergeOf(updatesOf(slice)));
    if (first.upTo >= this.#snapshot) this.#keep(first);
    return first;
  }

  /** What is kept merged is nearly all there is: who gets it reads the rest from the log, which costs less than merging anew. */
  #isFresh(): boolean {
    return this.#merged !== undefined && this.#bytesSinceMerged <= this.#merged.update.length / 4;
  }

  /** The version as of now, of the one as of then and what has come since. */
  async #countOn(): Promise<VersionAt> {
    let { upTo, version } = this.#version ?? (await this.#versionOfFirst());
    while (upTo < this.#head) {
      const slice = await this.#parts.log.read(this.name, upTo, READ_BYTES);
      const update = await this.#mergeOf(updatesOf(slice));
      version = this.#format.advance?.(version, update) ?? version;
      upTo = endOf(slice, upTo);
    }
    this.#version = { upTo, version };
    return this.#version;
  }

  async #versionOfFirst(): Promise<VersionAt> {
    const first = await this.#first();
    if (first === undefined) return { upTo: 0, version: this.#nothing };
    return { upTo: first.upTo, version: await this.#parts.folding.versionOf(this.#format, first.update) };
  }

  /** The whole document as of now or of a merge that is under way: many who come at once share one. */
  #mergeAll(): Promise<LogPiece> {
    this.#merging ??= this.#mergeFrom(this.#merged).finally(() => {
      this.#merging = undefined;
    });
    return this.#merging;
  }

  async #mergeFrom(merged: LogPiece | undefined): Promise<LogPiece> {
    if (merged !== undefined && merged.upTo === this.#head) return merged;
    const { log, soon } = this.#parts;
    const { upTo, updates } = await readLog({ name: this.name, log, soon }, merged?.upTo ?? 0);
    const bytesRead = this.#bytesSinceMerged;
    const whole = new LogPiece(
      upTo,
      await this.#mergeOf(merged === undefined ? updates : [merged.update, ...updates]),
    );
    this.#bytesSinceMerged -= bytesRead;
    this.#keep(whole);
    return whole;
  }

  async #mergeOf(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    return (await this.#parts.folding.merge(this.#format, updates, false)).update;
  }

  /** Keeps the merged document in place of an earlier one, when the bounds allow it. */
  #keep(merged: LogPiece | undefined): void {
    const { cache, limits } = this.#parts;
    if (this.#merged !== undefined) cache.give(this.#merged.update.length);
    const bytes = merged?.update.length ?? 0;
    const allowed = merged !== undefined && bytes <= limits.maxCachedDocumentBytes && cache.take(bytes);
    this.#merged = allowed ? merged : undefined;
  }

  /** The document is not there any more: closes it for everyone. */
  end(code: ChannelCloseCode, message: string): void {
    for (const member of [...this.#members]) member.closed(code, message);
  }

  #foldWhenDue(): void {
    // One entry is as good as a snapshot: what it could be collected of has time until everybody has left.
    if (this.#head === 1) return;
    this.#foldAbove(Math.max(this.#parts.limits.minFoldBytes, this.#snapshotBytes));
  }

  /** Folds when the tail has more than so many bytes, and is neither too young nor too large for it. */
  #foldAbove(bytes: number): void {
    const { limits, folding } = this.#parts;
    if (
      this.#folding !== undefined ||
      this.#tailBytes === 0 ||
      this.#tailBytes < Math.max(bytes, this.#foldAtBytes)
    )
      return;
    const most = folding.isApart(this.kind) ? limits.maxFoldBytes : limits.maxFoldOnLoopBytes;
    if (this.#snapshotBytes + this.#tailBytes > most) return;
    const upTo = Math.min(this.#head, this.#foldable);
    if (upTo <= this.#snapshot) return;
    this.#folding = this.#fold(upTo).finally(() => {
      this.#folding = undefined;
    });
  }

  /** Puts a snapshot in place of the tail. The room goes on: what comes meanwhile is the next tail. */
  async #fold(end: number): Promise<void> {
    const { log, folding, logger, activity, soon } = this.#parts;
    const begunAt = performance.now();
    try {
      const { name } = this;
      const collect = this.#keepsPast !== 'content';
      const fold = { name, format: this.#format, log, folding, upTo: end, collect, logger, soon };
      const folded = await foldLog(fold);
      const head = await log.find(name);
      if (head === undefined) return;
      logger.debug(
        { document: name, upTo: folded.upTo, before: this.#tailBytes, after: head.snapshotBytes },
        'folded',
      );
      this.#snapshot = head.snapshot;
      this.#snapshotBytes = head.snapshotBytes;
      this.#tailBytes = head.tailBytes;
      this.#foldAtBytes = 0;
      // Who comes gets what is collected. A version stands for the same as before.
      if (this.#merged !== undefined) this.#keep(folded);
      this.#bytesSinceMerged = head.tailBytes;
      activity.folds += 1;
      activity.foldSeconds += (performance.now() - begunAt) / 1000;
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      if (CausewayError.is(error, 'storage/closed')) return;
      // The log is as it was. Tried again when there is twice as much to fold, so that a lasting fault costs little.
      this.#foldAtBytes = this.#tailBytes * 2;
      activity.foldsFailed += 1;
      logger.warn({ document: this.name, err: error }, 'a log could not be folded');
    }
  }

  async #rememberTail(head: LogHead): Promise<void> {
    const first = Math.max(head.snapshot, head.head - this.#parts.limits.maxRememberedBatches);
    for (let after = first; after < head.head; ) {
      const slice = await this.#parts.log.read(this.name, after, READ_BYTES);
      for (const entry of slice.entries) this.#remember(entry.batch, entry.offset);
      after = endOf(slice, after);
    }
  }

  #remember(batch: BatchId, offset: number): void {
    this.#remembered.set(batch, offset);
    if (this.#remembered.size <= this.#parts.limits.maxRememberedBatches) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  #tellPresence(): void {
    this.#presenceTicking = this.#newPresence.size > 0;
    if (!this.#presenceTicking) return;
    const changes = new PresenceChanges(this.#newPresence);
    this.#newPresence = new Map();
    for (const member of this.#members) member.presence(changes);
    this.#parts.after(this.#parts.limits.presenceTickMs, () => this.#tellPresence());
  }
}

/** Brings one update in and waits for nothing else. */
class Bringer implements RoomMember {
  readonly session = 0;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(resolve: () => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  durable(): void {
    this.#resolve();
  }

  rejected(_: BatchId, code: NackCode, message: string): void {
    this.#reject(new CausewayError('decode/invalid', { what: 'update', detail: code }, message));
  }

  failed(error: unknown): void {
    this.#reject(error);
  }

  fresh(): void {}
  committed(): void {}
  presence(): void {}
  closed(): void {}
}

const NOTHING = new Uint8Array();
/** An update on its way to the disk. */
interface Push {
  readonly batch: BatchId;
  readonly update: Uint8Array;
  readonly authors: RoomMember[];
  /** It may come again under the same batch id. */
  readonly repeats: boolean;
  readonly ticket: number;
}

function tooMuch(bytes: number, limit: number): string {
  return `the document would have ${bytes} bytes, of ${limit} that one may have: begin another, or ask whoever runs the relay to compact it`;
}

function heldFull(): CausewayError {
  return new CausewayError(
    'storage/full',
    { what: 'updates that wait for the disk' },
    'as many updates wait for the disk as the relay keeps: make room on it; clients keep theirs and come again',
  );
}

/** To write a snapshot of this size anew costs little, whatever it is for. */
const SMALL_SNAPSHOT_BYTES = 64 * 1024;
/** To write a larger one anew, this part of it must have come in. */
const IDLE_FOLD_PART = 16;

/** What a document's version was when this offset was its head. */
interface VersionAt {
  readonly upTo: number;
  readonly version: Version;
}

function isWindow(keep: Keep): keep is { readonly ms: number } {
  return typeof keep === 'object' && keep.ms > 0;
}
