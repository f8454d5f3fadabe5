// docs/protocol.md says what the source does: every table of it, both ways.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CausewayError, type ErrorCode } from '../error.ts';
import { CLOSE_CODES, closeReasonOf } from './close-codes.ts';
import type { Frame } from './frame.ts';
import { CHANNEL_CLOSE_CODES, decodeFrame, encodeFrame, FRAME_TAGS, NACK_CODES } from './frame-codec.ts';
import * as limits from './limits.ts';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const document = await read('../../../../docs/protocol.md');

/** The rows of the table with these columns, without the ticks around code. */
function table(...columns: readonly string[]): readonly (readonly string[])[] {
  const lines = document.split('\n');
  const start = lines.indexOf(`| ${columns.join(' | ')} |`);
  expect(start, `a table of ${columns.join(', ')}`).toBeGreaterThan(0);
  const body = lines.slice(start + 2);
  return body
    .slice(
      0,
      body.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
    );
}

describe('docs/protocol.md lists', () => {
  test('the tag of every frame', () => {
    const rows = table('tag', 'frame', 'said by', 'fields').map(([tag, frame]) => [frame, Number(tag)]);
    expect(Object.fromEntries(rows)).toEqual(FRAME_TAGS);
  });

  test('every nack code', () => {
    const rows = table('byte', 'nack code', 'meaning').map(([byte, code]) => [code, Number(byte)]);
    expect(Object.fromEntries(rows)).toEqual(NACK_CODES);
  });

  test('every channel close code', () => {
    const rows = table('byte', 'channel close code', 'meaning').map(([byte, code]) => [code, Number(byte)]);
    expect(Object.fromEntries(rows)).toEqual(CHANNEL_CLOSE_CODES);
  });

  test('every close code, with its advice and meaning', () => {
    const rows = table('code', 'name', 'client then', 'meaning');
    const listed = rows.map(([code, name, retry, meaning]) => [name, { code: Number(code), retry, meaning }]);
    expect(Object.fromEntries(listed)).toEqual(CLOSE_CODES);
  });

  test('every limit, with its value', () => {
    const numbers = Object.entries(limits).filter(([, value]) => typeof value === 'number');
    const rows = table('limit', 'value').map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(numbers));
  });

  test('every limit that a relay announces, with its default', () => {
    const rows = table('limit', 'default', 'unit').map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(limits.DEFAULT_SESSION_LIMITS);
  });

  test('every error code, with the code it closes with', async () => {
    const declared = [...(await read('../error.ts')).matchAll(/^ {2}readonly '([a-z]+\/[a-z-]+)':/gm)];
    const rows = table('code', 'says', 'closes with');
    expect(rows.map(([code]) => code)).toEqual(declared.map(([, code]) => code));
    for (const [code, , closesWith] of rows) {
      const error = new CausewayError(code as ErrorCode, {} as never, '');
      const reason = closeReasonOf(error);
      expect(reason === 'failed' ? '–' : String(CLOSE_CODES[reason].code), code).toBe(closesWith);
    }
  });

  test('example bytes that are just those frames', () => {
    const rows = table('bytes', 'frame');
    expect(rows.length).toBeGreaterThan(5);
    for (const [hex = '', json = ''] of rows) {
      const bytes = Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
      const frame: Frame = decodeFrame(bytes);
      const shown = JSON.stringify(frame, (_, value) => (value instanceof Uint8Array ? hexOf(value) : value));
      expect(JSON.parse(shown), hex).toEqual(JSON.parse(json));
      expect(hexOf(encodeFrame(frame)), json).toBe(hex.replaceAll(' ', ''));
    }
  });

  test('limits and rules that exist, where it names them', () => {
    const named = new Set(document.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g));
    for (const name of named) expect(Object.keys(limits), name).toContain(name);
    const rules = new Set([...document.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, rule]) => rule));
    for (const [reference] of document.matchAll(/\b[CDPE]\d{1,2}\b/g))
      expect([...rules]).toContain(reference);
  });
});

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
