/** The awareness of each room that y-websocket sessions are in: made for the first of them, forgotten with the last. */
import type { Room } from '../room.ts';
import { CLOCK_UNIT_MS, RoomAwareness } from './room-awareness.ts';

export class Awarenesses {
  readonly #rooms = new Map<Room, RoomAwareness>();
  readonly #now: () => number;

  /** The time of the wall clock, in ms. */
  constructor(now: () => number) {
    this.#now = () => Math.floor(now() / CLOCK_UNIT_MS);
  }

  join(room: Room, session: number): RoomAwareness {
    const known = this.#rooms.get(room);
    const awareness = known ?? new RoomAwareness(room.presence(), this.#now);
    if (known === undefined) this.#rooms.set(room, awareness);
    awareness.join(session);
    return awareness;
  }

  leave(room: Room, session: number): void {
    const awareness = this.#rooms.get(room);
    awareness?.leave(session);
    if (awareness?.size === 0) this.#rooms.delete(room);
  }
}
