import { describe, expect, it } from 'vitest';
import { isBetter, type Line, type SaveFacts, saveWords, togetherFacts } from './save-words.ts';

const saved: SaveFacts = {
  saved: 'relay',
  unwritten: 0,
  unsent: 0,
  synced: true,
  refused: 0,
  readOnly: false,
  trouble: undefined,
};
const online: Line = { state: 'online' };
const off: Line = { state: 'switched-off' };

describe('what the chip says', () => {
  it('all is well: saved on relay, and no more', () => {
    const words = saveWords(saved, { line: online, storage: undefined, stuck: false });
    expect(words).toMatchObject({ label: 'Saved on relay', note: '', tone: 'good', more: [] });
  });

  it('offline with edits: on this device, with how many are to be sent', () => {
    const words = saveWords(
      { ...saved, saved: 'disk', unsent: 3 },
      { line: off, storage: undefined, stuck: false },
    );
    expect(words).toMatchObject({ label: 'Saved on this device', note: 'offline, 3 to send', tone: 'warn' });
    expect(words.sentence).toBe('3 edits are on this device’s disk, and not yet on the relay.');
  });

  it('not on the disk is never called saved', () => {
    const memory: SaveFacts = { ...saved, saved: 'memory', unwritten: 1, unsent: 1 };
    const words = saveWords(memory, { line: online, storage: undefined, stuck: false });
    expect(words.label).toBe('Saving…');
    expect(saveWords(memory, { line: online, storage: undefined, stuck: true }).label).toBe(
      'On this page only',
    );
    expect(words.sentence).toBe('One edit is not yet on this device’s disk.');
  });

  it('without storage it says what closing the page would cost', () => {
    const words = saveWords(
      { ...saved, saved: 'memory', unwritten: 2, unsent: 2 },
      { line: off, storage: 'private window', stuck: false },
    );
    expect(words.tone).toBe('warn');
    expect(words.sentence).toBe('2 edits are on this page only: closing it now loses them.');
    expect(words.more).toEqual(['This browser keeps nothing for this page (private window).']);
  });

  it('a refusal is bad news even when everything else is saved', () => {
    const words = saveWords({ ...saved, refused: 2 }, { line: online, storage: undefined, stuck: false });
    expect(words).toMatchObject({ tone: 'bad', note: '2 refused' });
    expect(words.more).toEqual(['The relay refused 2 edits. They are kept here.']);
  });

  it('connected but behind is said', () => {
    const words = saveWords({ ...saved, synced: false }, { line: online, storage: undefined, stuck: false });
    expect(words.note).toBe('catching up');
    expect(words.more).toEqual(['What others wrote is still coming in.']);
  });

  it('a corrupt document is said in words', () => {
    const words = saveWords(
      { ...saved, trouble: 'It cannot be read.' },
      { line: online, storage: undefined, stuck: false },
    );
    expect(words).toMatchObject({ tone: 'bad', label: 'Something is wrong', more: ['It cannot be read.'] });
  });
});

describe('good news', () => {
  const disk: SaveFacts = { ...saved, saved: 'disk', unsent: 2 };
  it('is what is further on, or has less to send', () => {
    expect(isBetter(saved, disk)).toBe(true);
    expect(isBetter({ ...disk, unsent: 1 }, disk)).toBe(true);
  });

  it('is not what is less far, or has more to send', () => {
    expect(isBetter(disk, saved)).toBe(false);
    expect(isBetter({ ...disk, unsent: 3 }, disk)).toBe(false);
    expect(isBetter({ ...disk, saved: 'memory', unsent: 1 }, disk)).toBe(false);
  });
});

describe('several documents together', () => {
  it('are as good as the worst of them, and count all their edits', () => {
    const one: SaveFacts = { ...saved, saved: 'disk', unsent: 2 };
    const two: SaveFacts = { ...saved, saved: 'memory', unwritten: 1, unsent: 1, synced: false };
    expect(togetherFacts([saved, one, two])).toEqual({
      ...saved,
      saved: 'memory',
      unwritten: 1,
      unsent: 3,
      synced: false,
    });
  });

  it('none of them: nothing to save', () => {
    expect(togetherFacts([])).toEqual(saved);
  });
});
