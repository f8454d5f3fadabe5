/** A lattice as a live document: changes, dots, time, listeners. */
import { describe, expect, test, vi } from 'vitest';
import type { Site } from '../format/index.ts';
import { type Dot, parseReplicaId } from '../id/index.ts';
import { awMap, awSet, gCounter, lwwElementSet, lwwRegister, stringLeaf } from '../lattice/index.ts';
import { VirtualTime } from '../testing/index.ts';
import { type LatticeDocument, latticeDocument, MAX_CLOCK_DRIFT_MS } from './lattice-document.ts';

const tags = awSet(stringLeaf);
const title = lwwRegister(stringLeaf);

function siteAt(replica: number, time = new VirtualTime(1_700_000_000_000)): Site {
  return { replica: parseReplicaId(replica), now: time.now, random: () => 4 };
}

function addTag(
  document: LatticeDocument<ReturnType<typeof tags.add>, readonly string[]>,
  tag: string,
): void {
  document.mutate((state, source) => tags.add(state, source.next(), tag));
}

function setTitle(
  document: LatticeDocument<ReturnType<typeof title.set>, string | undefined>,
  text: string,
): void {
  document.mutate((state, source) => title.set(state, source.now(), text));
}

describe('mutate', () => {
  test('changes the value and tells the update, in this order', () => {
    const document = latticeDocument(tags)(siteAt(1));
    const heard: unknown[] = [];
    document.onUpdate(() => heard.push(document.value));
    document.onChange(() => heard.push('changed'));
    addTag(document, 'x');
    expect(heard).toEqual([['x'], 'changed']);
  });

  test('that throws has not happened, and its dots are not used up', () => {
    const document = latticeDocument(tags)(siteAt(1));
    const dots: Dot[] = [];
    expect(() =>
      document.mutate((_state, source) => {
        dots.push(source.next(), source.next());
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(document.value).toEqual([]);
    document.mutate((state, source) => {
      const dot = source.next();
      dots.push(dot);
      return tags.add(state, dot, 'x');
    });
    expect(dots.map(({ seq }) => seq)).toEqual([1, 2, 1]);
  });

  test('that adds nothing tells nobody', () => {
    const document = latticeDocument(tags)(siteAt(1));
    const told = vi.fn();
    document.onUpdate(told);
    document.onChange(told);
    document.mutate(() => tags.bottom);
    document.mutate((state) => state);
    expect(told).not.toHaveBeenCalled();
  });

  test('inside of a change is refused', () => {
    const document = latticeDocument(tags)(siteAt(1));
    expect(() =>
      document.mutate((state, source) => {
        addTag(document, 'inner');
        return tags.add(state, source.next(), 'outer');
      }),
    ).toThrow('lattice-doc/one-change-at-a-time');
    expect(document.value).toEqual(['inner']);
  });

  test('goes on counting dots where the document that was stored left off', () => {
    const before = latticeDocument(tags)(siteAt(1));
    addTag(before, 'x');
    addTag(before, 'y');
    const after = latticeDocument(tags)(siteAt(1));
    after.apply(before.snapshot());
    after.mutate((state, source) => {
      const dot = source.next();
      expect(dot.seq).toBe(3);
      return tags.add(state, dot, 'z');
    });
  });
});

describe('value', () => {
  test('is the same object while the document is unchanged', () => {
    const document = latticeDocument(tags)(siteAt(1));
    addTag(document, 'x');
    const { value } = document;
    document.apply(document.snapshot());
    expect(document.value).toBe(value);
    addTag(document, 'y');
    expect(document.value).not.toBe(value);
  });
});

describe('listeners', () => {
  test('hear of remote changes, but not of updates that add nothing', () => {
    const [a, b] = [latticeDocument(tags)(siteAt(1)), latticeDocument(tags)(siteAt(2))];
    addTag(a, 'x');
    const told = vi.fn();
    b.onChange(told);
    b.apply(a.snapshot());
    b.apply(a.snapshot());
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('do not hear each other fail', () => {
    const late: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => late.push(callback));
    const document = latticeDocument(tags)(siteAt(1));
    const told = vi.fn();
    document.onChange(() => {
      throw new Error('of the app');
    });
    document.onChange(told);
    addTag(document, 'x');
    vi.unstubAllGlobals();
    expect(told).toHaveBeenCalledTimes(1);
    expect(late[0]).toThrow('of the app');
  });
});

describe('time', () => {
  test('of a new write is above that of every write seen', () => {
    const time = new VirtualTime(1_700_000_000_000);
    const ahead = latticeDocument(title)(siteAt(1, new VirtualTime(time.now() + 60_000)));
    const behind = latticeDocument(title)(siteAt(2, time));
    setTitle(ahead, 'first');
    behind.apply(ahead.snapshot());
    setTitle(behind, 'second');
    ahead.apply(behind.snapshot());
    expect([ahead.value, behind.value]).toEqual(['second', 'second']);
    expect(behind.skewMs).toBe(0);
  });

  test('of a removal from a set is above that of the addition it takes back', () => {
    const words = lwwElementSet(stringLeaf);
    const time = new VirtualTime(1_700_000_000_000);
    const ahead = latticeDocument(words)(siteAt(1, new VirtualTime(time.now() + 60_000)));
    const behind = latticeDocument(words)(siteAt(2, time));
    ahead.mutate((state, source) => words.add(state, source.now(), 'x'));
    behind.apply(ahead.snapshot());
    behind.mutate((state, source) => words.remove(state, source.now(), 'x'));
    expect(behind.value).toEqual([]);
  });

  test('far ahead is reported and not followed', () => {
    const time = new VirtualTime(1_700_000_000_000);
    const wrong = latticeDocument(title)(siteAt(1, new VirtualTime(time.now() + MAX_CLOCK_DRIFT_MS + 1_000)));
    const right = latticeDocument(title)(siteAt(2, time));
    setTitle(wrong, 'from the future');
    right.apply(wrong.snapshot());
    expect(right.skewMs).toBe(MAX_CLOCK_DRIFT_MS + 1_000);
    right.mutate((state, source) => {
      expect(source.now().wallMs).toBe(time.now());
      return state;
    });
    expect(right.value).toBe('from the future');
  });

  test('that was far ahead is followed when the clock has come near it', () => {
    const time = new VirtualTime(1_700_000_000_000);
    const wrong = latticeDocument(title)(siteAt(1, new VirtualTime(time.now() + 2 * MAX_CLOCK_DRIFT_MS)));
    const right = latticeDocument(title)(siteAt(2, time));
    setTitle(wrong, 'from the future');
    right.apply(wrong.snapshot());
    setTitle(right, 'too early');
    expect([right.value, right.skewMs]).toEqual(['from the future', 2 * MAX_CLOCK_DRIFT_MS]);
    time.advance(MAX_CLOCK_DRIFT_MS);
    setTitle(right, 'now');
    expect([right.value, right.skewMs]).toEqual(['now', 0]);
  });

  test('far ahead does not hide others that came with it', () => {
    const time = new VirtualTime(1_700_000_000_000);
    const titles = awMap(stringLeaf, title);
    const set = (
      document: LatticeDocument<ReturnType<typeof titles.remove>, unknown>,
      key: string,
      text: string,
    ): void =>
      document.mutate((state, source) =>
        titles.update(state, source, key, (old) => title.set(old, source.now(), text)),
      );
    const wrong = latticeDocument(titles)(siteAt(1, new VirtualTime(time.now() + 9 * MAX_CLOCK_DRIFT_MS)));
    const ahead = latticeDocument(titles)(siteAt(2, new VirtualTime(time.now() + 1_000)));
    const right = latticeDocument(titles)(siteAt(3, time));
    set(wrong, 'a', 'from the future');
    set(ahead, 'b', 'first');
    right.apply(right.format.merge([wrong.snapshot(), ahead.snapshot()]));
    set(right, 'b', 'second');
    expect(right.value).toEqual(
      new Map([
        ['a', 'from the future'],
        ['b', 'second'],
      ]),
    );
  });

  test('of this replica is followed however far ahead: its next write has to come after', () => {
    const time = new VirtualTime(1_700_000_000_000);
    const before = latticeDocument(title)(siteAt(1, new VirtualTime(time.now() + 10 * MAX_CLOCK_DRIFT_MS)));
    setTitle(before, 'with a wrong clock');
    const after = latticeDocument(title)(siteAt(1, time));
    after.apply(before.snapshot());
    setTitle(after, 'with the right one');
    expect(after.value).toBe('with the right one');
    expect(after.skewMs).toBe(0);
  });
});

test('bytes of another type, or of none, leave the document as it was', () => {
  const document = latticeDocument(tags)(siteAt(1));
  addTag(document, 'x');
  const other = latticeDocument(gCounter)(siteAt(2));
  other.mutate((state, source) => gCounter.increment(state, source, 7));
  for (const bytes of [other.snapshot(), Uint8Array.of(), Uint8Array.of(2, 0), Uint8Array.of(1, 1, 200)]) {
    expect(() => document.apply(bytes)).toThrow('decode/');
    expect(document.value).toEqual(['x']);
  }
});
