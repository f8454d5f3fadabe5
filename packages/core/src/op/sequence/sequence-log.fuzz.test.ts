/** The log against a plain list of operations, one for each element. */
import { expect, test } from 'vitest';
import { Seeded, seedsOfRuns } from '../../testing/seeded.ts';
import { BACKSPACE, DELETE, INSERT, SequenceLog, type SequenceOpKind } from './sequence-log.ts';

interface Step {
  readonly kind: SequenceOpKind;
  readonly lv: number;
  readonly index: number;
  readonly count: number;
}

function randomSteps(random: Seeded): readonly Step[] {
  const steps: Step[] = [];
  let lv = 0;
  let at = 50;
  for (let i = random.between(1, 30); i > 0; i--) {
    const kind = random.pick([INSERT, DELETE, DELETE, BACKSPACE] as const);
    const count = random.pick([1, 1, 1, 2, 3]);
    if (random.chance(0.3)) at = random.between(20, 60);
    if (random.chance(0.1)) lv += random.between(1, 3);
    steps.push({ kind: kind === BACKSPACE && count === 1 ? DELETE : kind, lv, index: at, count });
    lv += count;
    at += kind === INSERT ? count : kind === BACKSPACE ? -count : random.pick([0, -1]);
  }
  return steps;
}

/** Each element's operation: its LV, whether it inserts, its index. */
function elementsOf(log: SequenceLog): readonly string[] {
  const elements: string[] = [];
  for (let run = 0; run < log.runs; run++) {
    const kind = log.kinds.at(run);
    for (let i = 0; i < log.counts.at(run); i++) {
      const index = log.indexes.at(run) + (kind === INSERT ? i : kind === BACKSPACE ? -i : 0);
      const content = kind === INSERT ? ` ${log.contentOf(run, log.starts.at(run) + i)}` : '';
      elements.push(`${log.starts.at(run) + i} ${kind === INSERT ? 'in' : 'out'} ${index}${content}`);
    }
  }
  return elements;
}

function runsOf(log: SequenceLog): readonly (readonly number[])[] {
  return [log.starts, log.kinds, log.indexes, log.counts, log.contents].map((column) =>
    Array.from({ length: log.runs }, (_, run) => column.at(run)),
  );
}

test('runs hold every element, are the same however they came in, and can be taken back', () => {
  for (const seed of seedsOfRuns({}, 300)) {
    const random = new Seeded(seed);
    const steps = randomSteps(random);
    const whole = new SequenceLog();
    const single = new SequenceLog();
    const elements: string[] = [];
    let inserted = 0;
    for (const { kind, lv, index, count } of steps) {
      whole.append(kind, lv, index, count);
      for (let i = 0; i < count; i++) {
        const at = index + (kind === INSERT ? i : kind === BACKSPACE ? -i : 0);
        if (kind === INSERT) single.insert(lv + i, at, 1);
        else single.remove(lv + i, at, 1);
        elements.push(`${lv + i} ${kind === INSERT ? `in ${at} ${inserted++}` : `out ${at}`}`);
      }
    }
    expect(elementsOf(whole), `seed ${seed}`).toEqual(elements);
    expect(runsOf(whole), `seed ${seed}`).toEqual(runsOf(single));
    expect(whole.inserted).toBe(inserted);
    const lv = random.int((steps.at(-1)?.lv ?? 0) + 3);
    whole.truncate(lv);
    const kept = elements.filter((element) => Number.parseInt(element, 10) < lv);
    expect(elementsOf(whole), `seed ${seed}, below ${lv}`).toEqual(kept);
    expect(whole.inserted).toBe(kept.filter((element) => element.includes('in')).length);
  }
});
