import { expect, test } from 'vitest';
import { playedByTwo } from './fixtures.ts';
import { subject } from './subjects/ours.ts';
import { madeUpPair, madeUpTrace } from './traces.ts';

test('a made-up history ends with the content it says', () => {
  const { txns, endContent } = madeUpTrace('rustcode');
  let text = '';
  for (const [position, deleted, inserted] of txns.flatMap(({ patches }) => patches)) {
    text = text.slice(0, position) + inserted + text.slice(position + deleted);
  }
  expect(text === endContent).toBe(true);
});

test('a made-up history of two ends with the content it says, for both', () => {
  const trace = madeUpPair(3000);
  const { text = [] } = playedByTwo(subject, trace);
  expect(new TextDecoder().decode(text[0])).toBe(trace.endContent);
});
