// What the two formats cost as bytes and as time: encode a document, merge many updates, find what a stale holder lacks.
// Beside each of ours stands what Yjs itself does for the same document. Seeded, so every run has the same work.

import type { UpdateFormat } from '@causeway/core/format';
import { parseReplicaId } from '@causeway/core/id';
import {
  awMap,
  awSet,
  mvRegister,
  pnCounter,
  product,
  type StateOf,
  stringLeaf,
  type ViewOf,
} from '@causeway/core/lattice';
import { type LatticeDocument, latticeDocument } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { YjsDocument, yjsFormat } from '@causeway/core/yjs';
import * as Y from 'yjs';
import type { Bench } from './bench.ts';
import { measure } from './measure.ts';
import type { Table } from './table.ts';

const SEED = 20_110_713;
const KEYSTROKES = 10_000;
const NOTES = 1000;
const TAIL = 1000;

/** A document as a relay sees it: what it held before, and the updates that came since. */
interface Work {
  readonly format: UpdateFormat;
  readonly before: Uint8Array;
  readonly updates: readonly Uint8Array[];
}

export const formats: Bench = {
  name: 'formats',
  run: async () => ({
    tables: [
      await encodings(),
      await tableOf('A text of 10,000 keystrokes, the last 1,000 as updates', 'yjs format', typedText()),
      await tableOf('A list of 1,000 notes, then 1,000 edits as updates', 'lattice format', noteList()),
      await tableOf('The same list as a Y.Map of Y.Maps', 'yjs format', noteListInYjs()),
    ],
  }),
};

const tableOf = async (title: string, by: string, work: Work): Promise<Table> => {
  const { format, before, updates } = work;
  const stale = format.versionOf(before);
  const whole = format.merge([before, ...updates]);
  const jobs: Job[] = [
    ['merge all updates', by, () => format.merge([before, ...updates])],
    ['diff to a stale holder', by, () => format.diff(whole, stale)],
    ['diff to one who has all', by, () => format.diff(whole, format.versionOf(whole))],
  ];
  if (format.kind === 'yjs') {
    jobs.push(['merge all updates', 'Yjs itself', () => Y.mergeUpdates([before, ...updates])]);
    jobs.push(['diff to a stale holder', 'Yjs itself', () => Y.diffUpdate(whole, stale)]);
  }
  return measured(title, jobs);
};

/** A live document as one update: what a client stores when it compacts. */
const encodings = async (): Promise<Table> => {
  const text = typedText().document;
  const notes = noteList().document;
  const notesInYjs = noteListInYjs().document;
  return measured('Encode a live document', [
    ['text of 10,000 keystrokes', 'yjs document', () => text.snapshot()],
    ['text of 10,000 keystrokes', 'Yjs itself', () => Y.encodeStateAsUpdate(text.doc)],
    ['list of 1,000 notes', 'lattice document', () => notes.snapshot()],
    ['list of 1,000 notes', 'Yjs itself', () => Y.encodeStateAsUpdate(notesInYjs.doc)],
  ]);
};

/** What is done, by whom, and the doing, which gives bytes. */
type Job = readonly [what: string, by: string, run: () => Uint8Array];

const measured = async (title: string, jobs: readonly Job[]): Promise<Table> => {
  const rows: (readonly (string | number)[])[] = [];
  for (const [what, by, run] of jobs) {
    const { coldMs, medianMs, worstMs } = await measure({ prepare: () => undefined, run });
    rows.push([what, by, coldMs, medianMs, worstMs, run().length]);
  }
  const columns = ['work', 'done by', 'cold', 'median', 'worst', 'bytes'];
  return { title, columns, rows, note: 'Milliseconds.' };
};

const typedText = (): Work & { readonly document: YjsDocument } => {
  const random = new Seeded(SEED);
  const doc = new Y.Doc();
  doc.clientID = 1;
  const text = doc.getText('text');
  let at = 0;
  const key = (): void => {
    if (random.chance(0.02)) at = random.int(text.length + 1);
    if (random.chance(0.1) && at > 0) text.delete(--at, 1);
    else text.insert(at++, String.fromCharCode(97 + random.int(26)));
  };
  for (let i = 0; i < KEYSTROKES - TAIL; i++) key();
  const before = Y.encodeStateAsUpdate(doc);
  const updates = listening(doc, () => repeat(TAIL, key));
  return { format: yjsFormat, before, updates, document: new YjsDocument(doc) };
};

const note = product({
  title: mvRegister(stringLeaf),
  tags: awSet(stringLeaf),
  votes: pnCounter,
});
const list = awMap(stringLeaf, note);
type NoteList = LatticeDocument<StateOf<typeof list>, ViewOf<typeof list>>;
const WORDS = ['milk', 'bread', 'plan', 'trip', 'list', 'idea', 'draft', 'call'];

const noteList = (): Work & { readonly document: NoteList } => {
  const random = new Seeded(SEED);
  const site = { replica: parseReplicaId(1), now: () => 1_700_000_000_000, random: () => random.u32() };
  const document: NoteList = latticeDocument(list)(site);
  const rename = (key: string): void =>
    document.mutate((state, source) =>
      list.update(state, source, key, ({ title }, dots) =>
        note.delta({ title: note.fields.title.set(title, dots.next(), phrase(random)) }),
      ),
    );
  const edit = (): void => {
    const key = `note-${random.int(NOTES)}`;
    const dice = random.int(3);
    if (dice === 0) {
      rename(key);
      return;
    }
    document.mutate((state, source) =>
      list.update(state, source, key, ({ tags, votes }, dots) =>
        dice === 1
          ? note.delta({ tags: note.fields.tags.add(tags, dots.next(), random.pick(WORDS)) })
          : note.delta({ votes: note.fields.votes.add(votes, dots, 1) }),
      ),
    );
  };
  for (let i = 0; i < NOTES; i++) rename(`note-${i}`);
  const before = document.snapshot();
  const updates: Uint8Array[] = [];
  document.onUpdate(() => undefined)();
  const stop = document.onUpdate((update) => updates.push(update));
  repeat(TAIL, edit);
  stop();
  return { format: document.format, before, updates, document };
};

const noteListInYjs = (): Work & { readonly document: YjsDocument } => {
  const random = new Seeded(SEED);
  const doc = new Y.Doc();
  doc.clientID = 1;
  const notes = doc.getMap<Y.Map<unknown>>('notes');
  for (let i = 0; i < NOTES; i++) {
    const entry = new Y.Map<unknown>();
    entry.set('title', phrase(random));
    notes.set(`note-${i}`, entry);
  }
  const before = Y.encodeStateAsUpdate(doc);
  const edit = (): void => {
    const entry = notes.get(`note-${random.int(NOTES)}`);
    const dice = random.int(3);
    if (dice === 0) entry?.set('title', phrase(random));
    else if (dice === 1) entry?.set(`tag:${random.pick(WORDS)}`, true);
    else entry?.set('votes', Number(entry.get('votes') ?? 0) + 1);
  };
  const updates = listening(doc, () => repeat(TAIL, edit));
  return { format: yjsFormat, before, updates, document: new YjsDocument(doc) };
};

const listening = (doc: Y.Doc, work: () => void): readonly Uint8Array[] => {
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  work();
  return updates;
};

const phrase = (random: Seeded): string => `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.int(100)}`;

const repeat = (times: number, work: () => void): void => {
  for (let i = 0; i < times; i++) work();
};
