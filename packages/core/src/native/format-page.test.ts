/** docs/formats.md shows bytes of native updates; here they are written. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { counter, createDocument, register, schema, type TypedDocument, text } from '../doc/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { nativeFormat } from './native-format.ts';

const Note = schema({ title: register<string>(), body: text(), votes: counter() });

type NoteDocument = TypedDocument<(typeof Note)['fields']>;

/** A document whose clock stands still, and the updates that it tells. */
function open(replica: number): { readonly note: NoteDocument; readonly updates: Uint8Array[] } {
  const note = createDocument(Note, { replica: parseReplicaId(replica), now: () => 1000 });
  const updates: Uint8Array[] = [];
  note.onUpdate((update) => updates.push(update));
  return { note, updates };
}

function typed(): readonly Uint8Array[] {
  const { note, updates } = open(5);
  note.body.insert(0, 'hi');
  note.body.insert(2, '!');
  note.body.delete(0, 2);
  return updates;
}

function atOnce(): readonly Uint8Array[] {
  const [one, two] = [open(1), open(2)];
  one.note.body.insert(0, 'a');
  two.note.body.insert(0, 'b');
  for (const update of two.updates) one.note.apply(update);
  one.note.title.set('T');
  return [...one.updates, ...two.updates];
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

describe('docs/formats.md', () => {
  const page = readFileSync(new URL('../../../../docs/formats.md', import.meta.url), 'utf8');

  /** The first cells of the table with this heading, each without its backticks. */
  const bytesUnder = (heading: string): readonly string[] => {
    const [, after] = page.split(`| bytes | ${heading} |\n| --- | --- |\n`);
    const rows = (after ?? '').split('\n\n')[0] as string;
    return rows
      .split('\n')
      .flatMap((row) => row.match(/^\| ([0-9a-f` ]+) \|/)?.[1]?.replaceAll('`', '') ?? []);
  };

  test('has the updates of single edits, and the version they make', () => {
    const updates = typed();
    const whole = nativeFormat.merge(updates);
    const { note, updates: later } = open(5);
    for (const update of updates) note.apply(update);
    note.votes.add(3);
    for (const bytes of [...updates, ...later, nativeFormat.empty, nativeFormat.versionOf(whole)])
      expect(page).toContain(`| \`${hexOf(bytes)}\` |`);
  });

  test('has a snapshot, piece by piece', () => {
    const { note } = open(6);
    note.apply(nativeFormat.merge(typed()));
    expect(bytesUnder('the three, merged and kept as a snapshot').join(' ')).toBe(
      hexOf(note.native.snapshot()),
    );
  });

  test('has a merge of what was done at once, piece by piece', () => {
    const heading = 'two replicas insert at once; the first hears of it, and sets the register `title`';
    expect(bytesUnder(heading).join(' ')).toBe(hexOf(nativeFormat.merge(atOnce())));
  });
});
