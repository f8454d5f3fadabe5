// What the rows start from, made by each engine for itself: its updates for a history, its saved documents. They are made
// in a process of their own and kept in files, so that the process that measures is cold.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Seeded } from '@causeway/core/testing';
import { SMALL_DOCUMENTS, smallDocument } from './small-documents.ts';
import type { Doc, Subject } from './subject.ts';
import {
  type ConcurrentTrace,
  concurrentTrace,
  type SequentialName,
  sequentialTrace,
  Typist,
} from './traces.ts';

/** Each makes the files of one name: `rustcode` makes `rustcode.updates` and so on. */
const makers = {
  'automerge-paper': (subject: Subject) => sequential(subject, 'automerge-paper'),
  rustcode: (subject: Subject) => sequential(subject, 'rustcode'),
  friendsforever: (subject: Subject) => playedByTwo(subject, concurrentTrace()),
  apart: (subject: Subject) => apart(subject),
  replicas: (subject: Subject) => manyReplicas(subject),
  rebased: (subject: Subject) => rebased(subject),
  small: (subject: Subject) => ({ saved: small(subject) }),
} satisfies Record<string, (subject: Subject) => Files>;

export type FixtureName = keyof typeof makers;

export const isFixtureName = (name: string): name is FixtureName => Object.hasOwn(makers, name);

type Files = Readonly<Record<string, readonly Uint8Array[]>>;

export const makeFixture = async (subject: Subject, name: FixtureName, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const [part, chunks] of Object.entries(makers[name](subject))) {
    await writeFile(`${folder}/${name}.${part}`, framed(chunks));
  }
};

export const readFixture = async (folder: string, file: string): Promise<readonly Uint8Array[]> =>
  unframed(await readFile(`${folder}/${file}`));

/** Keystrokes after which someone still wrote who knew only what was before. */
const BEHIND = 1000;

const sequential = (subject: Subject, name: SequentialName): Files => {
  const { txns } = sequentialTrace(name);
  const updates: Uint8Array[] = [];
  const doc = subject.create(1, (update) => updates.push(update));
  for (const { patches } of txns) doc.edit(patches);
  const late: Uint8Array[] = [];
  const other = subject.create(2, (update) => late.push(update));
  other.applyAll(updates.slice(0, -BEHIND));
  other.edit([[Math.floor(other.text().length / 2), 0, 'x']]);
  const state = doc.saveState?.();
  return { updates, late, saved: [doc.save()], ...(state === undefined ? {} : { state: [state] }) };
};

/** The updates of a history of two, in its order; each author knows just what the history says. */
export const playedByTwo = (subject: Subject, { txns }: ConcurrentTrace): Files => {
  const updates: Uint8Array[] = [];
  const docs = [1, 2].map((replica) => subject.create(replica, (update) => updates.push(update)));
  const known = [new Set<number>(), new Set<number>()];
  const learn = (agent: number, txn: number): void => {
    const stack = [txn];
    const lacking: number[] = [];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (known[agent]?.has(next)) continue;
      known[agent]?.add(next);
      lacking.push(next);
      stack.push(...(txns[next]?.parents ?? []));
    }
    for (const each of lacking.sort((a, b) => a - b)) docs[agent]?.apply(updates[each] ?? new Uint8Array());
  };
  for (const [i, { agent, parents, patches }] of txns.entries()) {
    for (const parent of parents) learn(agent, parent);
    known[agent]?.add(i);
    docs[agent]?.edit(patches);
    if (updates.length !== i + 1) throw new Error(`transaction ${i} gave ${updates.length - i} updates`);
  }
  for (const txn of txns.keys()) for (const agent of docs.keys()) learn(agent, txn);
  return { updates, text: [commonText(docs)] };
};

/** What both have, as UTF-8. The histories say what came of one algorithm; another may order insertions at one place otherwise. */
const commonText = ([doc, other]: readonly Doc[]): Uint8Array => {
  const text = doc?.text();
  if (text === undefined || text !== other?.text())
    throw new Error('two replicas with the same edits differ');
  return new TextEncoder().encode(text);
};

export const APART_EDITS = 100_000;
const BASE = 'The tide comes in, and the tide goes out. '.repeat(24);

/** Two replicas with many edits each that the other has not seen. */
const apart = (subject: Subject): Files => {
  const [doc, other] = twoWithBase(subject);
  const changes = doc.changesFromHere();
  const otherChanges = other.changesFromHere();
  typeInto(doc, new Typist(new Seeded(1), 0, BASE));
  typeInto(other, new Typist(new Seeded(2), 0, BASE));
  const saved = doc.save();
  const late = otherChanges();
  doc.applyAll(late);
  other.applyAll(changes());
  return { saved: [saved], changes: late, text: [commonText([doc, other])] };
};

const typeInto = (doc: Doc, typist: Typist): void => {
  for (let i = 0; i < APART_EDITS; i++) doc.edit([typist.type()]);
};

/** Two documents that have seen the same text. */
const twoWithBase = (subject: Subject): readonly [Doc, Doc] => {
  const updates: Uint8Array[] = [];
  const doc = subject.create(1, (update) => updates.push(update));
  doc.edit([[0, 0, BASE]]);
  const other = subject.create(2);
  other.applyAll(updates.slice());
  return [doc, other];
};

export const REPLICAS = 1000;

/** Many replicas with one edit each that nobody else has seen. */
const manyReplicas = (subject: Subject): Files => {
  const random = new Seeded(3);
  const saved = twoWithBase(subject)[0].save();
  const updates: Uint8Array[] = [];
  for (let i = 0; i < REPLICAS; i++) {
    const doc = subject.load(saved, 10 + i, (update) => updates.push(update));
    doc.edit([[random.int(BASE.length), 0, 'word ']]);
  }
  return { saved: [saved], updates };
};

export const REBASED_EDITS = 5000;
/** Where the two write; the branch writes behind the other. */
const MAIN_AT = 100;
const BRANCH_AT = 600;

/** One writes on and never looks; what the other does is the row's work. */
const rebased = (subject: Subject): Files => {
  const base = twoWithBase(subject)[0].save();
  const updates: Uint8Array[] = [];
  const main = subject.load(base, 3, (update) => updates.push(update));
  for (let i = 0; i < REBASED_EDITS; i++) main.edit([[MAIN_AT + i, 0, 'm']]);
  return { base: [base], updates, saved: [main.save()] };
};

/** Where the branch writes its next letter, having seen as many of the other's. */
export const branchPosition = (edits: number): number => BRANCH_AT + 2 * edits + 1;

const small = (subject: Subject): readonly Uint8Array[] =>
  Array.from({ length: SMALL_DOCUMENTS }, (_, i) => {
    const doc = subject.create(1);
    const { entries, paragraph } = smallDocument(i);
    doc.set?.(entries);
    doc.edit([[0, 0, paragraph]]);
    return doc.save();
  });

/** Chunks behind their number and lengths. */
const framed = (chunks: readonly Uint8Array[]): Uint8Array => {
  const head = Uint32Array.of(chunks.length);
  const lengths = Uint32Array.from(chunks, ({ length }) => length);
  return Buffer.concat([new Uint8Array(head.buffer), new Uint8Array(lengths.buffer), ...chunks]);
};

const unframed = (file: Uint8Array): readonly Uint8Array[] => {
  const bytes = Uint8Array.from(file);
  const [count = 0] = new Uint32Array(bytes.buffer, 0, 1);
  const lengths = new Uint32Array(bytes.buffer, 4, count);
  let at = 4 + 4 * count;
  return Array.from(lengths, (length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
};
