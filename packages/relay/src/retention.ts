/**
 * What a relay keeps of a document's past, by its name: a choice of whoever runs it. The present is kept whatever is chosen.
 *
 *   entries    every entry of the log stays as it was pushed: nothing is ever folded
 *   content    the log is folded; of a Yjs document, deleted content stays in it
 *   a window   entries older than it are folded, and what nobody can see any more is collected; 0: as soon as it pays
 *
 * To fold a lattice document is to join its states, and the past is gone with it. A native document has its history inside
 * its updates: folded or not, nothing of it is lost, and nothing of it can be collected. Yjs clients collect by themselves what
 * they deleted, so that is what a relay does too unless it is told otherwise.
 */
import { CausewayError } from '@causeway/core';
import type { DocumentName } from '@causeway/core/id';
import { type DocumentPattern, matchesPattern, parseDocumentPattern } from './auth/document-pattern.ts';

export type Keep = 'entries' | 'content' | { readonly ms: number };

export interface RetentionRule {
  readonly documents: DocumentPattern;
  readonly keep: Keep;
}

const AT_ONCE: Keep = { ms: 0 };

/** What the first rule that is for this document says; without one, nothing of the past is kept for its own sake. */
export function keepOf(rules: readonly RetentionRule[], name: DocumentName): Keep {
  return rules.find(({ documents }) => matchesPattern(documents, name))?.keep ?? AT_ONCE;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Rules as they stand on a command line: `notes/*=content, *=7d`. `decode/invalid` when they make no sense. */
export function parseRetention(text: string): readonly RetentionRule[] {
  return text.split(',').map((rule) => {
    const [, documents = '', keep = '', count = '', unit = ''] =
      /^\s*(.+)=(content|entries|(\d{1,6})([smhd]))\s*$/.exec(rule) ?? [];
    if (keep === '') throw noRule(rule);
    const pattern = parseDocumentPattern(documents);
    if (keep === 'content' || keep === 'entries') return { documents: pattern, keep };
    return { documents: pattern, keep: { ms: Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] } };
  });
}

function noRule(rule: string): CausewayError {
  const shown = JSON.stringify(rule.slice(0, 60));
  return new CausewayError(
    'decode/invalid',
    { what: 'rule of what to keep', detail: shown },
    `${shown} says not what to keep: write a pattern, =, and content, entries or a time such as 7d`,
  );
}

/** Ages of documents that are kept track of; beyond, the age of a document's entries counts anew from when it is next written to. */
const MAX_DOCUMENTS = 20_000;
/** Ages of one document: entries are folded at most this part of the window too late. */
const MARKS_PER_WINDOW = 16;

interface Mark {
  readonly at: number;
  readonly offset: number;
}

/**
 * How old the entries of documents with a window are. A log keeps no times, so age counts from when this relay first saw an
 * entry: after a restart entries stay longer than the window, never shorter.
 */
export class EntryAges {
  readonly #marks = new Map<DocumentName, Mark[]>();

  /** At `now` the last entry was `head`. Returns the last offset that is older than `windowMs`; 0 when none is. */
  foldable(name: DocumentName, head: number, windowMs: number, now: number): number {
    const marks = this.#marks.get(name) ?? [];
    this.#marks.delete(name);
    this.#marks.set(name, marks);
    const last = marks.at(-1);
    if (last === undefined || (last.offset < head && now - last.at >= windowMs / MARKS_PER_WINDOW))
      marks.push({ at: now, offset: head });
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= MAX_DOCUMENTS) break;
      this.#marks.delete(oldest);
    }
    const old = marks.filter(({ at }) => now - at >= windowMs);
    // What came after the last of the old marks is younger.
    if (old.length > 1) marks.splice(0, old.length - 1);
    return old.at(-1)?.offset ?? 0;
  }
}
