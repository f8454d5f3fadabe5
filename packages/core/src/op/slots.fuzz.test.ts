import { expect, test } from 'vitest';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { Slots } from './slots.ts';

interface PlainSlot {
  readonly lv: number;
  item: string | undefined;
}

/** How many slots are hidden decides which way is taken. */
const SHARES_HIDDEN = [0, 0.1, 0.5, 0.9];

test('slots are where a plain array has them, whatever is edited and hidden', () => {
  for (const seed of seedsOfRuns({}, 60)) {
    const random = new Seeded(seed);
    const share = random.pick(SHARES_HIDDEN);
    const slots = new Slots<string>();
    const plain: PlainSlot[] = [];
    let lv = 0;
    for (let step = 0; step < 120; step++) {
      const raw = random.int(plain.length + 1);
      const dice = random.int(6);
      const slot = plain[raw];
      if (dice < 3) {
        const items = Array.from({ length: random.between(1, 4) }, () =>
          random.chance(share) ? undefined : random.pick([...'abc']),
        );
        slots.insert(raw, lv, items);
        plain.splice(raw, 0, ...items.map((item, nth) => ({ lv: lv + nth, item })));
        lv += items.length;
      } else if (dice === 3) {
        const count = random.int(Math.min(5, plain.length - raw + 1));
        slots.remove(raw, count);
        plain.splice(raw, count);
      } else if (slot !== undefined && slot.item === undefined) {
        slot.item = 's';
        slots.show(raw, 's');
      } else if (slot !== undefined && random.chance(share)) {
        slot.item = undefined;
        slots.hide(raw);
      } else if (slot !== undefined) {
        slot.item = 'i';
        slots.setItem(raw, 'i');
      }
      checkAlike(slots, plain, random, `seed ${seed}, step ${step}`);
    }
  }
});

function checkAlike(slots: Slots<string>, plain: readonly PlainSlot[], random: Seeded, where: string): void {
  const visible = plain.flatMap(({ item }, raw) => (item === undefined ? [] : [raw]));
  expect([slots.length, slots.visible], where).toEqual([plain.length, visible.length]);
  expect(slots.items(0, plain.length), where).toEqual(visible.map((raw) => plain[raw]?.item));
  for (let i = 0; i < 3; i++) {
    const raw = random.int(plain.length + 1);
    expect(slots.visibleBefore(raw), where).toBe(visible.filter((other) => other < raw).length);
    const slot = plain[raw];
    if (slot === undefined) continue;
    expect([slots.lvAt(raw), slots.itemAt(raw), slots.isHidden(raw)], where).toEqual([
      slot.lv,
      slot.item,
      slot.item === undefined,
    ]);
    expect(slots.find(slot.lv), where).toBe(raw);
    const nth = random.int(Math.max(1, visible.length));
    if (nth < visible.length) expect(slots.rawOf(nth), where).toBe(visible[nth]);
  }
  expect(slots.find(1_000_000), where).toBe(-1);
}
