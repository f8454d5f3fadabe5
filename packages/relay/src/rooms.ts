/**
 * The open documents of a relay: each is opened once, when somebody first asks for it, and closed when nobody has been
 * there for a while. A room that cannot be opened leaves nothing behind; whoever asks next tries again.
 *
 *   (not there) ──enter──▶ opening ──▶ open, in use ◀──enter / leave──▶ open, idle ──roomIdleMs──▶ (not there)
 *                             │ failed
 *                             └──────▶ (not there)
 */
import { CausewayError } from '@causeway/core';
import type { FormatRegistry } from '@causeway/core/format';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import { Room, type RoomParts } from './room.ts';
import { kindMismatch } from './storage/log-errors.ts';

interface Place {
  readonly opening: Promise<Room>;
  /** Undefined while it is opening. */
  room: Room | undefined;
  /** Sessions in the room, and those that wait for it to open. */
  users: number;
  /** Time of the first tick at which nobody used it. */
  idleSince: number | undefined;
}

export class Rooms {
  readonly #formats: FormatRegistry;
  readonly #parts: RoomParts;
  readonly #places = new Map<DocumentName, Place>();

  constructor(formats: FormatRegistry, parts: RoomParts) {
    this.#formats = formats;
    this.#parts = parts;
  }

  /** Rooms that are open or opening. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * The room of this document; `leave` it when done. Rejects with `protocol/unknown-kind`, `protocol/kind-mismatch`,
   * `protocol/limit` when too many documents are open, `auth/forbidden` when it is not there and may not be created,
   * `decode/*` for a kind that makes no sense, or `storage/*`.
   */
  async enter(name: DocumentName, kind: DocumentKind, create: boolean): Promise<Room> {
    if (!create && !this.#places.has(name) && (await this.#parts.log.find(name)) === undefined) {
      throw forbidden(name);
    }
    const place = this.#places.get(name) ?? this.#open(name, kind);
    place.users += 1;
    place.idleSince = undefined;
    try {
      const room = await place.opening;
      if (room.kind !== kind) throw kindMismatch(name, room.kind, kind);
      return room;
    } catch (error) {
      place.users -= 1;
      throw error;
    }
  }

  leave(room: Room): void {
    const place = this.#places.get(room.name);
    // Another may stand in the place of one that was ended.
    if (place?.room === room) place.users -= 1;
  }

  /** About once a second: closes rooms that have been idle for long enough. `now` in ms, from a clock that never runs back. */
  tick(now: number): void {
    for (const [name, place] of this.#places) {
      place.room?.tick(now);
      if (!isIdle(place)) place.idleSince = undefined;
      else if (place.idleSince === undefined) {
        place.idleSince = now;
        place.room?.foldWhenIdle();
      } else if (now - place.idleSince >= this.#parts.limits.roomIdleMs) this.#close(name, place);
    }
  }

  /** Deletes a document, and tells everyone who has it open. It stays deleted: see DocumentLog.bury. */
  async bury(name: DocumentName): Promise<void> {
    const place = this.#places.get(name);
    const room = place?.room ?? (await place?.opening.catch(() => undefined));
    if (place !== undefined) this.#close(name, place);
    room?.end('deleted', 'the document was deleted');
    await this.#parts.log.bury(name);
  }

  #open(name: DocumentName, kind: DocumentKind): Place {
    const format = this.#formats.formatOf(kind);
    this.#makeRoom();
    const opening = Room.open(name, format, this.#parts);
    const place: Place = { opening, room: undefined, users: 0, idleSince: undefined };
    this.#places.set(name, place);
    opening.then(
      (room) => {
        place.room = room;
      },
      () => {
        this.#places.delete(name);
      },
    );
    return place;
  }

  /** Sees to it that one more room may be opened: at the bound, the idle ones go at once. */
  #makeRoom(): void {
    const { maxRooms } = this.#parts.limits;
    if (this.#places.size < maxRooms) return;
    for (const [name, place] of this.#places) {
      if (isIdle(place)) this.#close(name, place);
    }
    if (this.#places.size < maxRooms) return;
    throw new CausewayError(
      'protocol/limit',
      { what: 'documents open on this relay', value: this.#places.size + 1, limit: maxRooms },
      `${maxRooms} documents are open on this relay, as many as it allows; try again later`,
    );
  }

  #close(name: DocumentName, place: Place): void {
    place.room?.close();
    this.#places.delete(name);
  }
}

/** No right to read it, or it is not there: the two look the same. */
export function forbidden(name: DocumentName): CausewayError {
  return new CausewayError(
    'auth/forbidden',
    { name, right: 'read' },
    `no document ${JSON.stringify(name)} that this session may read`,
  );
}

function isIdle(place: Place): boolean {
  return place.users === 0 && place.room?.isIdle === true;
}
