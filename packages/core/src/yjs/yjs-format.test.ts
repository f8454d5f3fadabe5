import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { yjsDocument } from './yjs-document.ts';
import { yjsFormat } from './yjs-format.ts';

const site = { replica: 1 as never, now: () => 0, random: () => 0 };

describe('yjs format', () => {
  test('keystrokes of one writer merge into one text', () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let i = 0; i < 1000; i++) doc.getText('t').insert(i, 'x');
    const merged = yjsFormat.merge(updates);
    expect(merged.length).toBeLessThan(1030);
    const other = new Y.Doc();
    yjsDocument(other)(site).apply(merged);
    expect(other.getText('t').toString()).toBe('x'.repeat(1000));
    expect(yjsFormat.versionOf(merged)).toEqual(Y.encodeStateVector(doc));
  });
});
