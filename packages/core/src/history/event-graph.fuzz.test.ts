import { describe, expect, test } from 'vitest';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { EventGraph, type LocalFrontier } from './event-graph.ts';

/** A graph, and of every LV the set of what it has seen, itself too. */
class Twin {
  readonly graph = new EventGraph();
  readonly seen: ReadonlySet<number>[] = [];

  append(count: number, parents: LocalFrontier): void {
    const before = this.seenBy(parents);
    const lv = this.graph.append(count, parents);
    for (let i = 0; i < count; i++) before.add(lv + i) && this.seen.push(new Set(before));
  }

  seenBy(version: LocalFrontier): Set<number> {
    return new Set(version.flatMap((lv) => [...(this.seen[lv] as ReadonlySet<number>)]));
  }

  headsOf(lvs: readonly number[]): LocalFrontier {
    const all = [...new Set(lvs)];
    return all
      .filter((lv) => !all.some((other) => other !== lv && this.seen[other]?.has(lv)))
      .sort((a, b) => a - b);
  }
}

function lvsOf(ranges: readonly number[]): number[] {
  const lvs: number[] = [];
  for (let i = 0; i < ranges.length; i += 2)
    for (let lv = (ranges[i + 1] as number) - 1; lv >= (ranges[i] as number); lv--) lvs.push(lv);
  return lvs;
}

/** Branches that go on, fork and merge; `wild` ones take any heads as parents. */
function randomTwin(random: Seeded): Twin {
  const twin = new Twin();
  const branches: LocalFrontier[] = Array.from({ length: random.between(1, 6) }, () => []);
  const wild = random.chance(0.3);
  for (let step = random.between(1, 50); step > 0; step--) {
    const branch = random.int(branches.length);
    const own = branches[branch] as LocalFrontier;
    const other = random.pick(branches);
    const any = Array.from({ length: random.int(4) }, () => random.int(Math.max(1, twin.seen.length)));
    const sees = wild && twin.seen.length > 0 ? any : random.chance(0.4) ? [...own, ...other] : own;
    twin.append(random.pick([1, 1, 1, 3, 9]), twin.headsOf(sees));
    branches[branch] = [twin.seen.length - 1];
  }
  return twin;
}

function randomVersion(random: Seeded, twin: Twin): LocalFrontier {
  return twin.headsOf(Array.from({ length: random.int(5) }, () => random.int(twin.seen.length)));
}

describe('the event graph against sets', () => {
  test('difference, membership and heads are those of the sets', () => {
    for (const seed of seedsOfRuns({}, 400)) {
      const random = new Seeded(seed);
      const twin = randomTwin(random);
      const { graph } = twin;
      if (random.chance(0.3)) {
        const length = random.between(1, twin.seen.length);
        graph.truncate(length);
        twin.seen.length = length;
      }
      for (let query = 0; query < 20; query++) {
        const [a, b] = [randomVersion(random, twin), randomVersion(random, twin)];
        const [inA, inB] = [twin.seenBy(a), twin.seenBy(b)];
        const downward = (x: number, y: number): number => y - x;
        const onlyA = [...inA].filter((lv) => !inB.has(lv)).sort(downward);
        const onlyB = [...inB].filter((lv) => !inA.has(lv)).sort(downward);
        const difference = graph.difference(a, b);
        expect(lvsOf(difference.onlyA), `seed ${seed}: ${a} without ${b}`).toEqual(onlyA);
        expect(lvsOf(difference.onlyB), `seed ${seed}: ${b} without ${a}`).toEqual(onlyB);
        const limit = random.int(12);
        const limited = graph.difference(a, b, limit);
        if (limited !== undefined) expect(limited, `seed ${seed}, limit ${limit}`).toEqual(difference);
        else expect(limit, `seed ${seed}: ${a} and ${b}`).toBeLessThan(twin.seen.length);
        const lv = random.int(twin.seen.length);
        expect(graph.includes(a, lv), `seed ${seed}: ${lv} in ${a}`).toBe(inA.has(lv));
        const lvs = Array.from({ length: random.int(6) }, () => random.int(twin.seen.length));
        expect(graph.headsOf(lvs), `seed ${seed}: heads of ${lvs}`).toEqual(twin.headsOf(lvs));
      }
    }
  });
});
