/** The awareness of each room that y-websocket sessions are in: made for the first of them, forgotten with the last. */
import type { Room } from '../room.ts';
import { RoomAwareness } from './room-awareness.ts';

export class Awarenesses {
  readonly #rooms = new Map<Room, RoomAwareness>();
  readonly #seconds: () => number;

  /** Seconds of the wall clock. */
  constructor(seconds: () => number) {
    this.#seconds = seconds;
  }

  join(room: Room, session: number): RoomAwareness {
    const known = this.#rooms.get(room);
    const awareness = known ?? new RoomAwareness(room.presence(), this.#seconds);
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
