import { expect, it } from 'vitest';
import { randomCast } from '../testing/history.ts';
import { OpHistory, OpReplica, randomOpSteps } from '../testing/op-history.ts';
import { checkOpLaws } from '../testing/op-laws.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { eachOp, type ListAtSite, listSpecification, listSubject } from '../testing/specs/op-list.ts';

it('keeps the laws of op-based types, and is the list of the paper with moves on top', () => {
  checkOpLaws(listSubject, listSpecification, { runs: 200 });
});

it('what is done to elements may come after all that is done to the sequence, as when an update is taken in', () => {
  for (const seed of seedsOfRuns({}, 80)) {
    const random = new Seeded(seed);
    const cast = randomCast(random, 3);
    const history = new OpHistory(listSubject, cast, () => {});
    for (const step of randomOpSteps(random, (source) => listSpecification.command(source), 3, 45))
      history.play(step);
    for (const step of history.everyoneMeets()) history.play(step);
    const later: (() => void)[] = [];
    let view = listSubject.view(listSubject.create(history.fresh(0)));
    let edits: Parameters<ListAtSite['land']>[2] = [];
    const late = new OpReplica(
      {
        ...listSubject,
        effect: (state: ListAtSite, ops, context) => {
          for (const [op, at] of eachOp(ops, context)) {
            state.land(op, at, edits);
            later.push(() => state.change(op, at, edits));
          }
          return undefined;
        },
      },
      cast,
      0,
    );
    const [one] = history.replicas;
    if (one === undefined) throw new Error('no replica');
    const catchUp = (): void => {
      for (const change of later.splice(0)) change();
      view = listSpecification.patched?.(view, edits) ?? view;
      edits = [];
      expect(view, `seed ${seed}`).toEqual(late.view);
    };
    for (const event of one.events) {
      late.learn(event);
      if (random.chance(0.2)) catchUp();
    }
    catchUp();
    expect(late.view, `seed ${seed}`).toEqual(one.view);
  }
});
