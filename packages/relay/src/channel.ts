/**
 * The edge around one RelayChannel machine: one document on one connection. It asks for rights, enters the room, reads and
 * appends as the machine says, and gives it what comes back. Decides nothing.
 */
import { CausewayError, InvariantError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import {
  type Access,
  type BatchId,
  type ChannelCloseCode,
  type ClientChannelFrame,
  type Frame,
  type FrameOf,
  type NackCode,
  type RelayChannelEffect,
  type RelayChannelInput,
  type RelayChannelState,
  relayChannel,
  type SessionLimits,
  type SharedFrame,
  type Step,
  stepRelayChannel,
} from '@causeway/core/sync';
import type { Gatekeeper } from './auth/gatekeeper.ts';
import type { Identity } from './auth/identity.ts';
import type { Rights } from './auth/policy.ts';
import type { CommittedEntries } from './committed-entries.ts';
import type { Logger } from './logger.ts';
import type { PresenceChanges } from './presence-changes.ts';
import type { Room, RoomMember } from './room.ts';
import { forbidden, type Rooms } from './rooms.ts';

/** What a channel needs of its connection. */
export interface ChannelHost {
  readonly session: number;
  /** Whose credentials hold now. */
  identity(): Identity;
  readonly limits: SessionLimits;
  readonly gatekeeper: Gatekeeper;
  readonly rooms: Rooms;
  readonly logger: Logger;
  send(frame: Frame): void;
  sendShared(shared: SharedFrame, channel: number): void;
  /** Runs `read` when its turn has come and the socket has room. */
  schedule(read: () => Promise<void>): void;
  /** Bytes pushed and not yet durable: more (positive) or fewer (negative). */
  pending(bytes: number): void;
  /** The connection has to be closed for this. */
  fail(error: unknown): void;
  /** The client has to connect anew, and may do more then. */
  reconnect(): void;
  /** The channel is done. */
  left(channel: number): void;
}

export class Channel implements RoomMember {
  readonly #frame: FrameOf<'open'>;
  readonly #host: ChannelHost;
  readonly #inputs: RelayChannelInput[] = [];
  #state: RelayChannelState | undefined;
  #stepping = false;
  #room: Room | undefined;
  #left = false;
  /** What it may do, by the identity that was asked about last. */
  #rights: { readonly identity: Identity; readonly granted: Rights } | undefined;

  constructor(frame: FrameOf<'open'>, host: ChannelHost) {
    this.#frame = frame;
    this.#host = host;
  }

  /** Asks for the document. Once, before anything else. */
  open(): void {
    this.#stepping = true;
    this.#take(relayChannel(this.#frame, this.#host.limits));
    this.#run();
  }

  get session(): number {
    return this.#host.session;
  }

  frame(frame: Exclude<ClientChannelFrame, { type: 'open' }>): void {
    this.#input({ type: 'frame', frame });
  }

  /** The credentials are new: asks again what they allow. */
  async reauthorize(): Promise<void> {
    if (this.#room === undefined) return;
    const { name, kind } = this.#room;
    try {
      const identity = this.#host.identity();
      const granted = await this.#host.gatekeeper.authorize({ identity, name, kind });
      const before = this.#rights?.granted;
      // Refreshed again meanwhile: what newer credentials allow is asked too, and an answer that comes late counts for nothing.
      if (this.#left || before === undefined || identity !== this.#host.identity()) return;
      this.#rights = { identity, granted };
      const { access, presence } = granted;
      if (access === undefined) throw forbidden(name);
      const gained = (access === 'write' && before.access === 'read') || (presence && !before.presence);
      if (gained) this.#host.reconnect();
      else
        this.#input({
          type: 'restricted',
          access: this.#frame.access === 'read' ? 'read' : access,
          presence,
        });
    } catch (error) {
      this.#notHad(error, 'unknown-kind');
    }
  }

  congested(): void {
    this.#input({ type: 'congested' });
  }

  drained(): void {
    this.#input({ type: 'drained' });
  }

  lost(): void {
    this.#input({ type: 'lost' });
  }

  /** A session that goes by offsets is told of nothing that has none. */
  fresh(): void {}

  committed(committed: CommittedEntries): void {
    for (const [index, { offset, batch, authors }] of committed.entries.entries()) {
      if (authors.includes(this)) {
        this.#input({ type: 'durable', batch, offset });
        continue;
      }
      const shared = committed.shared(index);
      if (shared !== undefined) this.#input({ type: 'committed', offset, shared });
    }
  }

  durable(batch: BatchId, offset: number): void {
    this.#input({ type: 'durable', batch, offset });
  }

  rejected(batch: BatchId, code: NackCode, message: string): void {
    this.#input({ type: 'rejected', batch, code, message });
  }

  failed(error: unknown): void {
    if (!this.#left) this.#host.fail(error);
  }

  presence(changes: PresenceChanges): void {
    for (const shared of changes.sharedWith(this.session)) this.#input({ type: 'peer-presence', shared });
  }

  closed(code: ChannelCloseCode, message: string): void {
    this.#input({ type: 'refused', code, message });
  }

  #input(input: RelayChannelInput): void {
    this.#inputs.push(input);
    if (!this.#stepping) this.#run();
  }

  /** One step at a time: what an effect brings about waits until the step before it is carried out. */
  #run(): void {
    this.#stepping = true;
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      if (this.#state !== undefined) this.#take(stepRelayChannel(this.#state, input));
    }
    this.#stepping = false;
  }

  #take(step: Step<RelayChannelState, RelayChannelEffect>): void {
    const change = pendingBytesOf(step.state) - pendingBytesOf(this.#state);
    this.#state = step.state;
    if (change !== 0) this.#host.pending(change);
    this.#carryOut(step.effects);
  }

  #carryOut(effects: readonly RelayChannelEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'open':
          void this.#open(effect.name, effect.kind, effect.access);
          break;
        case 'read':
          this.#host.schedule(() => this.#read(effect));
          break;
        case 'read-version':
          this.#host.schedule(() => this.#readVersion());
          break;
        case 'append':
          this.#room?.append(this, effect.batch, effect.update);
          break;
        case 'send':
          this.#host.send(effect.frame);
          break;
        case 'send-shared':
          this.#host.sendShared(effect.shared, this.#frame.channel);
          break;
        case 'publish-presence':
          this.#room?.publishPresence(this, effect.state);
          break;
        case 'read-presence':
          if (this.#room !== undefined) this.presence(this.#room.presence());
          break;
        case 'leave':
          this.#leave();
          break;
        case 'fail':
          this.#host.fail(effect.error);
          break;
      }
    }
  }

  async #open(name: DocumentName, kind: DocumentKind, wanted: Access): Promise<void> {
    const { rooms } = this.#host;
    try {
      const identity = this.#host.identity();
      const rights = await this.#host.gatekeeper.authorize({ identity, name, kind });
      this.#rights = { identity, granted: rights };
      if (rights.access === undefined) throw forbidden(name);
      const access = rights.access === 'write' ? wanted : 'read';
      if (this.#left) return;
      const room = await rooms.enter(name, kind, access === 'write');
      this.#enter(room, access, rights.presence);
    } catch (error) {
      this.#notHad(error, 'unknown-kind');
    }
  }

  #enter(room: Room, access: Access, presence: boolean): void {
    if (this.#left) {
      this.#host.rooms.leave(room);
      return;
    }
    this.#room = room;
    if (!room.understands(this.#frame.version)) {
      this.#host.fail(badVersion(this.#frame.name));
      return;
    }
    room.join(this);
    this.#input({ type: 'granted', access, presence, epoch: room.epoch, head: room.head });
    // The credentials were refreshed while it was opened.
    if (this.#rights?.identity !== this.#host.identity()) void this.reauthorize();
  }

  async #read(effect: Extract<RelayChannelEffect, { type: 'read' }>): Promise<void> {
    if (this.#room === undefined) return;
    try {
      const { upTo, update } = await this.#room.read(effect.after, effect.maxBytes, effect.since);
      this.#input({ type: 'entries', upTo, update });
    } catch (error) {
      this.#notHad(error, 'storage');
    }
  }

  async #readVersion(): Promise<void> {
    if (this.#room === undefined) return;
    try {
      this.#input({ type: 'version', version: await this.#room.version() });
    } catch (error) {
      this.#notHad(error, 'storage');
    }
  }

  #leave(): void {
    this.#left = true;
    if (this.#room !== undefined) {
      this.#room.leave(this);
      this.#host.rooms.leave(this.#room);
      this.#room = undefined;
    }
    this.#host.left(this.#frame.channel);
  }

  /** What it means that the document cannot be had: the end of the channel, or of the connection when it may be had later. */
  #notHad(error: unknown, undecodable: ChannelCloseCode): void {
    if (error instanceof InvariantError) throw error;
    if (this.#left) return;
    const code = closeCodeOf(error, undecodable);
    if (code === undefined) {
      this.#host.fail(error);
      return;
    }
    const fields = { document: this.#frame.name, principal: this.#host.identity().principal, err: error };
    if (code === 'storage') this.#host.logger.error(fields, 'a document cannot be read');
    else this.#host.logger.info(fields, 'a document was refused');
    this.closed(code, error instanceof Error ? error.message : String(error));
  }
}

function pendingBytesOf(state: RelayChannelState | undefined): number {
  return state !== undefined && 'pendingBytes' in state.phase ? state.phase.pendingBytes : 0;
}

/** Undefined for what is the relay's trouble for now: the session has to come again. */
function closeCodeOf(error: unknown, undecodable: ChannelCloseCode): ChannelCloseCode | undefined {
  if (!(error instanceof CausewayError)) return undefined;
  switch (error.code) {
    case 'protocol/kind-mismatch':
      return 'kind-mismatch';
    case 'protocol/unknown-kind':
      return 'unknown-kind';
    case 'protocol/limit':
      return 'too-many';
    case 'protocol/deleted':
      return 'deleted';
    case 'auth/denied':
    case 'auth/forbidden':
      return 'forbidden';
    case 'storage/corrupt':
    case 'storage/version':
      return 'storage';
    default:
      return CausewayError.inFamily(error, 'decode') ? undecodable : undefined;
  }
}

function badVersion(name: string): CausewayError {
  const detail = `the version that was sent for ${JSON.stringify(name)} is none of its kind`;
  return new CausewayError(
    'decode/invalid',
    { what: 'version', detail },
    `${detail}: send the version of what is held, or nothing`,
  );
}
