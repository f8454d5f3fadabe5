/**
 * Real editing histories, keystroke by keystroke, and made-up ones where the real ones are not at hand: the folder is that
 * of CAUSEWAY_TRACES, or one beside the repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseReplicaId } from '../id/index.ts';
import { Seeded } from '../testing/seeded.ts';
import { NativeDocument } from './native-document.ts';
import type { Text } from './text.ts';

type Patch = readonly [position: number, deleted: number, inserted: string];

interface SequentialTrace {
  readonly endContent: string;
  readonly txns: readonly { readonly patches: readonly Patch[] }[];
}

interface ConcurrentTrace {
  readonly endContent: string;
  readonly txns: readonly {
    readonly parents: readonly number[];
    readonly agent: number;
    readonly patches: readonly Patch[];
  }[];
}

const folder =
  process.env['CAUSEWAY_TRACES'] ?? fileURLToPath(new URL('../../../../../shared/traces', import.meta.url));

function read<T>(name: string): T | undefined {
  const path = `${folder}/${name}.json.gz`;
  return existsSync(path) ? (JSON.parse(gunzipSync(readFileSync(path)).toString()) as T) : undefined;
}

/** What somebody might type: runs of letters here and there, words taken back, now and then a paste. */
function madeUp(seed: number): SequentialTrace {
  const random = new Seeded(seed);
  const txns: { patches: Patch[] }[] = [];
  let text = '';
  let at = 0;
  const play = (position: number, deleted: number, inserted: string): void => {
    txns.push({ patches: [[position, deleted, inserted]] });
    text = text.slice(0, position) + inserted + text.slice(position + deleted);
    at = position + inserted.length;
  };
  while (txns.length < 20_000) {
    if (random.chance(0.1)) at = random.int(text.length + 1);
    if (random.chance(0.02)) play(at, 0, 'lorem ipsum '.repeat(random.between(1, 9)));
    for (let i = random.int(20); i > 0; i--) play(at, 0, random.pick([...'etaoin ']));
    for (let i = random.int(6); i > 0 && at > 0; i--) play(at - 1, 1, '');
  }
  return { endContent: text, txns };
}

function open(replica: number): { readonly document: NativeDocument; readonly text: Text } {
  const document = new NativeDocument({ replica: parseReplicaId(replica), now: () => 1_700_000_000_000 });
  return { document, text: document.text('text') };
}

/** Positions of the traces count code points; only where there are surrogates does that differ. */
function edit(text: Text, [position, deleted, inserted]: Patch): void {
  if (deleted > 0) text.delete(position, deleted);
  if (inserted !== '') text.insert(position, inserted);
}

function checkSequential(trace: SequentialTrace): void {
  const { document, text } = open(1);
  const other = open(2);
  const late = open(3);
  const updates: Uint8Array[] = [];
  document.onUpdate((update) => updates.push(update));
  for (const { patches } of trace.txns)
    document.transact(() => {
      for (const patch of patches) edit(text, patch);
    });
  expect(text.toString() === trace.endContent).toBe(true);
  for (const update of updates) other.document.apply(update);
  expect(other.text.toString() === trace.endContent).toBe(true);
  late.document.apply(document.save());
  expect(late.text.toString() === trace.endContent).toBe(true);
  expect(late.document.save()).toEqual(document.save());
}

describe('editing histories', () => {
  test('one author: the document, a follower and a late reader reach the text', () => {
    for (const name of ['automerge-paper', 'rustcode']) {
      const trace = read<SequentialTrace>(name) ?? madeUp(name.length);
      expect([...trace.endContent].length).toBe(trace.endContent.length);
      checkSequential(trace);
    }
    checkSequential(madeUp(7));
  });

  test('two authors at once, each keystroke at the version it was made at', () => {
    const trace = read<ConcurrentTrace>('friendsforever') ?? twoAuthors();
    const authors = [open(1), open(2)] as const;
    const updates: Uint8Array[] = [];
    const known: Set<number>[] = [new Set(), new Set()];
    const learn = (agent: number, txn: number): void => {
      const stack = [txn];
      const lacking: number[] = [];
      while (stack.length > 0) {
        const next = stack.pop() as number;
        if (known[agent]?.has(next)) continue;
        known[agent]?.add(next);
        lacking.push(next);
        stack.push(...(trace.txns[next]?.parents ?? []));
      }
      for (const each of lacking.sort((a, b) => a - b))
        authors[agent as 0 | 1].document.apply(updates[each] as Uint8Array);
    };
    for (const [agent, { document }] of authors.entries())
      document.onUpdate((update) => {
        known[agent]?.add(updates.length);
        updates.push(update);
      });
    for (const { agent, parents, patches } of trace.txns) {
      for (const parent of parents) learn(agent, parent);
      const { document, text } = authors[agent as 0 | 1];
      document.transact(() => {
        for (const patch of patches) edit(text, patch);
      });
    }
    for (const [agent, { text }] of authors.entries()) {
      for (const txn of updates.keys()) learn(agent, txn);
      expect(text.toString()).toBe(trace.endContent);
    }
    const late = open(3);
    late.document.apply(authors[0].document.save());
    expect(late.text.toString()).toBe(trace.endContent);
  });
});

/** Two who type at both ends of one text, and read each other every few keystrokes. */
function twoAuthors(): ConcurrentTrace {
  const random = new Seeded(11);
  const txns: { parents: number[]; agent: number; patches: Patch[] }[] = [];
  const typed = ['', ''];
  const seen = ['', ''];
  const last = [-1, -1];
  const read = [-1, -1];
  for (let i = 0; i < 4000; i++) {
    const agent = random.int(2);
    const other = 1 - agent;
    if (random.chance(0.2)) {
      seen[agent] = typed[other] as string;
      read[agent] = last[other] as number;
    }
    const letter = random.pick([...'etaoin ']);
    const position =
      agent === 0 ? (typed[0] as string).length : (seen[1] as string).length + (typed[1] as string).length;
    const parents = [last[agent] as number, read[agent] as number].filter((txn) => txn >= 0);
    txns.push({ agent, parents: [...new Set(parents)], patches: [[position, 0, letter]] });
    typed[agent] += letter;
    last[agent] = i;
  }
  return { endContent: typed.join(''), txns };
}
