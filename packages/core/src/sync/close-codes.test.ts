import { describe, expect, test } from 'vitest';
import { CausewayError, InvariantError } from '../error.ts';
import { CLOSE_CODES, closeReason, closeReasonOf, retryAdvice } from './close-codes.ts';
import { failureOf } from './failure.ts';

describe('close codes', () => {
  test('mean one thing each', () => {
    const codes = Object.values(CLOSE_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('are known by number, and any other is the network: try again', () => {
    expect(closeReason(4406)).toBe('version');
    expect(retryAdvice(4406)).toBe('no');
    expect(retryAdvice(4401)).toBe('new-token');
    expect(closeReason(1006)).toBeUndefined();
    expect(retryAdvice(1006)).toBe('backoff');
  });

  test('tell the other side what it did, and of our own failures nothing', () => {
    const theirs = new CausewayError('decode/limit', { what: 'name', value: 2, limit: 1 }, 'a name of 2');
    expect(failureOf(theirs).frame).toMatchObject({
      closeCode: 4413,
      code: 'decode/limit',
      message: 'a name of 2',
    });
    const ours = new CausewayError(
      'storage/failed',
      { what: 'log', detail: '/secret/path' },
      'no /secret/path',
    );
    for (const error of [ours, new InvariantError('x', '/secret/path'), new TypeError('/secret/path')]) {
      expect(closeReasonOf(error)).toBe('failed');
      expect(failureOf(error).frame).toMatchObject({ closeCode: 4500, code: 'failed' });
      expect(failureOf(error).frame.message).not.toContain('secret');
    }
  });
});
