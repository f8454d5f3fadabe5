/** Frontiers against the definition: the events of a random history that no other event has seen. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '../bytes/index.ts';
import { type Dot, type DotKey, dot, dotKey, parseReplicaId } from '../id/index.ts';
import { advanceFrontier, emptyFrontier, type Frontier, frontierCodec, frontierOf } from './frontier.ts';

interface Step {
  readonly replica: number;
  /** The replica whose events are taken in before the next one is made; the same replica for none. */
  readonly hears: number;
}

const REPLICAS = 4;
const index = fc.integer({ min: 0, max: REPLICAS - 1 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ replica: index, hears: index }), {
  maxLength: 25,
});

it('holds the events that no other has seen, in every replica and over the whole history', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const pasts = new Map<DotKey, ReadonlySet<DotKey>>();
      const replicas = Array.from({ length: REPLICAS }, (_, i) => ({
        id: parseReplicaId(i + 1),
        events: [] as readonly Event[],
        frontier: emptyFrontier,
      }));
      const all: Event[] = [];
      for (const step of list) {
        const self = replicas[step.replica];
        const other = replicas[step.hears];
        if (self === undefined || other === undefined) throw new Error('no such replica');
        for (const event of other.events) {
          if (!self.events.includes(event)) take(self, event);
        }
        expect(self.frontier).toEqual(headsOf(self.events, pasts));
        const made: Event = {
          dot: dot(self.id, 1 + self.events.filter((event) => event.dot.replica === self.id).length),
          parents: self.frontier,
        };
        pasts.set(dotKey(made.dot), new Set(self.events.map((event) => dotKey(event.dot))));
        take(self, made);
        all.push(made);
      }
      const whole = all.reduce<Frontier>(
        (known, event) => advanceFrontier(known, event.dot, event.parents),
        emptyFrontier,
      );
      expect(whole).toEqual(headsOf(all, pasts));
      expect(decode(frontierCodec, encode(frontierCodec, whole), 'frontier')).toEqual(whole);
    }),
  );
});

interface Event {
  readonly dot: Dot;
  readonly parents: Frontier;
}

function take(replica: { events: readonly Event[]; frontier: Frontier }, event: Event): void {
  replica.events = [...replica.events, event];
  replica.frontier = advanceFrontier(replica.frontier, event.dot, event.parents);
}

function headsOf(events: readonly Event[], pasts: ReadonlyMap<DotKey, ReadonlySet<DotKey>>): Frontier {
  const heads = events.filter(
    (event) => !events.some((other) => pasts.get(dotKey(other.dot))?.has(dotKey(event.dot)) === true),
  );
  return frontierOf(heads.map((event) => event.dot));
}
