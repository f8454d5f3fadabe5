import { describe, expect, test } from 'vitest';
import { NativeDocument } from '../doc/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { NativeEngine } from './native-engine.ts';
import { nativeFormat } from './native-format.ts';

const open = (replica: number): NativeEngine =>
  new NativeEngine(new NativeDocument({ replica: parseReplicaId(replica), now: () => 1_700_000_000_000 }));

describe('a native document as an engine', () => {
  test('tells its first listener what was edited before, and no more than once', () => {
    const engine = open(1);
    engine.document.text('a').insert(0, 'early');
    const told: Uint8Array[] = [];
    engine.onUpdate((update) => told.push(update));
    engine.onUpdate(() => {});
    engine.document.text('a').insert(5, ' late');
    const other = open(2);
    for (const update of told) other.apply(update);
    expect(told.length).toBe(2);
    expect(other.document.text('a').toString()).toBe('early late');
  });

  test('tells nothing of edits that come back from a store', () => {
    const before = open(1);
    before.document.text('a').insert(0, 'kept');
    const again = open(1);
    again.apply(before.snapshot());
    const told: Uint8Array[] = [];
    again.onUpdate((update) => told.push(update));
    expect(told).toEqual([]);
    again.document.text('a').insert(4, '!');
    expect(nativeFormat.versionOf(nativeFormat.merge([before.snapshot(), ...told]))).toEqual(again.version());
  });

  test('tells nobody after it was closed, and the document lives on', () => {
    const engine = open(1);
    const told: Uint8Array[] = [];
    engine.onUpdate((update) => told.push(update));
    engine.close();
    engine.document.text('a').insert(0, 'x');
    expect(told).toEqual([]);
    expect(engine.document.text('a').toString()).toBe('x');
  });
});
