/**
 * Between the change sets of an editor and the edits of a native text, as pure functions. Both count UTF-16 units; a line
 * break is one unit in an editor, so in an editor of shared text only `\n` is one, and `\r` is a character like any other.
 * Leaves out: when to translate what (text-binding.ts).
 */

import type { TextEdit } from '@causeway/core/doc';
import { ChangeSet, Text as Lines } from '@codemirror/state';

/** What both kinds of text have. */
export interface Units {
  readonly length: number;
  slice(start: number, end: number): string;
}

/**
 * The edits that make `changes` in `text`, from its end to its start, so that each can be carried out where it says. One that
 * begins or ends within a surrogate pair takes the pair out and puts back the half that stays.
 */
export function editsOf(changes: ChangeSet, text: Units): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  changes.iterChanges((fromA, toA, _fromB, _toB, lines) => {
    const from = isWithinPair(text, fromA) ? fromA - 1 : fromA;
    const to = isWithinPair(text, toA) ? toA + 1 : toA;
    const inserted = text.slice(from, fromA) + lines.toString() + text.slice(toA, to);
    const removed = text.slice(from, to);
    // A pair that is put back as it was has not been touched: others may be deleting it.
    if (to > toA && inserted.endsWith(removed))
      edits.push({ index: from, removed: 0, inserted: inserted.slice(0, -removed.length) });
    else edits.push({ index: from, removed: to - from, inserted });
  });
  return edits.reverse();
}

/** The change set of edits that were made one after the other, the first in a text of `length` units. */
export function changesOf(edits: readonly TextEdit[], length: number): ChangeSet {
  const lengths = [length];
  for (const { removed, inserted } of edits) lengths.push((lengths.at(-1) ?? 0) - removed + inserted.length);
  // Halves first: put together from the left, a catch-up of many edits would take their square.
  const compose = (start: number, end: number): ChangeSet => {
    const at = lengths[start] ?? length;
    const edit = edits[start];
    if (edit === undefined || start === end) return ChangeSet.empty(at);
    if (end - start === 1) {
      const { index, removed, inserted } = edit;
      return ChangeSet.of({ from: index, to: index + removed, insert: linesOf(inserted) }, at);
    }
    const middle = (start + end) >> 1;
    return compose(start, middle).compose(compose(middle, end));
  };
  return compose(0, edits.length);
}

/**
 * What is still to be done after `changes` in `text`, so that no half of a surrogate pair stands alone and every line break
 * that came in is `\n`; undefined when all is well. What is inserted within a pair comes before it.
 */
export function mendingOf(changes: ChangeSet, text: Units): ChangeSet | undefined {
  const mendings: { from: number; to: number; insert: Lines }[] = [];
  changes.iterChanges((fromA, toA, fromB, toB, lines) => {
    const inserted = lines.toString();
    const cutsStart = isWithinPair(text, fromA);
    const cutsEnd = isWithinPair(text, toA);
    const before = cutsStart ? text.slice(fromA - 1, fromA) : '';
    const after = cutsEnd ? text.slice(toA, toA + 1) : '';
    if (!inserted.includes('\r') && !/\p{Surrogate}/u.test(before + inserted + after)) return;
    const mended = mendedInsertion(inserted);
    const opened = fromA === toA && cutsStart;
    const insert = opened ? mended + before : mended;
    mendings.push({
      from: cutsStart ? fromB - 1 : fromB,
      to: cutsEnd && !opened ? toB + 1 : toB,
      insert: linesOf(insert),
    });
  });
  return mendings.length === 0 ? undefined : ChangeSet.of(mendings, changes.newLength);
}

/** What makes `shown` what is `wanted`, in one piece. */
export function differenceOf(shown: string, wanted: string): ChangeSet {
  const shorter = Math.min(shown.length, wanted.length);
  let start = 0;
  while (start < shorter && shown[start] === wanted[start]) start++;
  let end = 0;
  while (end < shorter - start && shown.at(-1 - end) === wanted.at(-1 - end)) end++;
  const insert = linesOf(wanted.slice(start, wanted.length - end));
  return ChangeSet.of({ from: start, to: shown.length - end, insert }, shown.length);
}

/** The changes that touch the units from `start` to `end`, and the others, each over the text that `changes` are over. */
export function dividedAt(
  changes: ChangeSet,
  start: number,
  end: number,
): { readonly near: ChangeSet; readonly far: ChangeSet } {
  const near: { from: number; to: number; insert: Lines }[] = [];
  const far: { from: number; to: number; insert: Lines }[] = [];
  changes.iterChanges((from, to, _fromB, _toB, insert) => {
    const side = to < start || from > end ? far : near;
    side.push({ from, to, insert });
  });
  return { near: ChangeSet.of(near, changes.length), far: ChangeSet.of(far, changes.length) };
}

function linesOf(text: string): Lines {
  return Lines.of(text.split('\n'));
}

function mendedInsertion(inserted: string): string {
  return inserted.replace(/\r\n?/g, '\n').replace(/\p{Surrogate}/gu, '\ufffd');
}

function isWithinPair(text: Units, index: number): boolean {
  if (index === 0 || index >= text.length) return false;
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(index - 1, index + 1));
}
