/** Which kinds of lattice documents there are, and how a relay keeps those whose type it does not know. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type DocumentKind, parseDocumentKind, parseReplicaId } from '../id/index.ts';
import { awSet, max, stringLeaf } from '../lattice/index.ts';
import { latticeDocument } from './lattice-document.ts';
import { latticeFormats } from './lattice-formats.ts';

const formatOf = (kind: string) => latticeFormats().formatOf(parseDocumentKind(kind));
const appTags = { ...awSet(stringLeaf), descriptor: 'app:tags' };

/** Updates of three replicas, one tag each. */
const updates = [1, 2, 3].map((replica) => {
  const document = latticeDocument(appTags)({
    replica: parseReplicaId(replica),
    now: () => 0,
    random: () => 4,
  });
  document.mutate((state, source) => appTags.add(state, source.next(), `tag ${replica}`));
  return document.snapshot();
});

describe('kinds', () => {
  test.each([
    'lattice/ew-flag',
    'lattice/aw-map(string,product(votes:pn-counter))',
    'lattice/app:tags',
    'lattice/aw-map(string,app:tags)',
  ])('%s has a format', (kind) => {
    expect(formatOf(kind).kind).toBe(kind);
  });

  test.each([
    ['lattice', 'protocol/unknown-kind'],
    ['lattice/no-such-type', 'protocol/unknown-kind'],
    ['lattice/aw-set(happy:leaf)', 'protocol/unknown-kind'],
    ['lattice/aw-set(string', 'decode/invalid'],
  ])('%s has none: %s', (kind, code) => {
    expect(() => formatOf(kind)).toThrow(code);
  });

  test('of another family are not looked at', () => {
    expect(() => latticeFormats().formatOf('yjs' as DocumentKind)).toThrow('protocol/unknown-kind');
  });
});

describe('a relay that does not know the type', () => {
  const relay = formatOf('lattice/app:tags');

  test('keeps every state once, in one order', () => {
    const merged = relay.merge([...updates, ...updates]);
    expect(relay.merge([...updates].reverse())).toEqual(merged);
    expect(merged.length).toBeLessThan(updates.reduce((sum, update) => sum + update.length, 0) + 4);
  });

  test('brings everyone all it has, whatever they hold', () => {
    const merged = relay.merge(updates);
    const client = latticeDocument(appTags)({ replica: parseReplicaId(9), now: () => 0, random: () => 4 });
    client.apply(merged);
    expect(client.value).toEqual(['tag 1', 'tag 2', 'tag 3']);
    expect(relay.diff(merged, relay.parseVersion(client.version()))).toEqual(merged);
  });

  test('lets a client make one state of many', () => {
    const client = latticeDocument(appTags)({ replica: parseReplicaId(9), now: () => 0, random: () => 4 });
    client.apply(relay.merge(updates));
    expect(client.snapshot().length).toBeLessThan(relay.merge(updates).length);
    relay.validate(client.snapshot());
  });
});

test('states that are not sorted, or there twice, are refused', () => {
  const relay = formatOf('lattice/app:tags');
  for (const bytes of [
    [1, 2, 1, 5, 1, 4],
    [1, 2, 1, 4, 1, 4],
    [1, 1],
    [1, 0, 0],
    [2, 0],
    [1, 9, 1, 4],
  ]) {
    expect(() => relay.validate(Uint8Array.from(bytes)), String(bytes)).toThrow('decode/');
  }
  relay.validate(Uint8Array.of(1, 2, 1, 4, 1, 5));
});

describe('docs/formats.md', () => {
  const page = readFile(new URL('../../../../docs/formats.md', import.meta.url), 'utf8');
  const known = formatOf('lattice/max(string)');
  const unknown = formatOf('lattice/app:max');
  const type = max(stringLeaf);
  const put = (text: string): Uint8Array => {
    const document = latticeDocument(type)({ replica: parseReplicaId(1), now: () => 0, random: () => 4 });
    document.mutate((state) => type.put(state, text));
    return document.snapshot();
  };

  test.each([
    ['no change', known.empty],
    ['hi', put('hi')],
    ['hi and ho, unknown type', unknown.merge([put('ho'), put('hi')])],
    ['version', known.versionOf(put('hi'))],
  ])('has the bytes of: %s', async (_what, bytes) => {
    expect(await page).toContain(
      `\`${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}\``,
    );
  });
});
