import { CausewayError } from '@causeway/core';
import { describe, expect, it } from 'vitest';
import { wordsOf } from './error-words.ts';

const corrupt = new CausewayError(
  'storage/corrupt',
  { key: 'chunks/7', detail: 'checksum' },
  'chunks/7: checksum',
);
const failed = new CausewayError('storage/failed', { what: 'write', detail: 'unknown' }, 'write: unknown');
const lost = new CausewayError('transport/lost', { detail: '1006' }, 'the connection was lost');

describe('errors in words', () => {
  it('a code of its own has words of its own, others those of their family', () => {
    expect(wordsOf(corrupt)).toContain('cannot be read');
    expect(wordsOf(failed)).toContain('storage');
    expect(wordsOf(corrupt)).not.toBe(wordsOf(failed));
  });

  it.each([corrupt, failed, lost, new Error('x'), 'x', undefined])(
    '%s: no code, no key, whole sentences',
    (error) => {
      expect(wordsOf(error)).toMatch(/^[A-Z][^/]+\.$/);
    },
  );
});
