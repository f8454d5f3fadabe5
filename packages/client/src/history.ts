/**
 * The history of a native document as people look at it: a list of versions, each a stretch of work that a pause ended.
 * Reading the document at one is `document.at(version)`, what changed between two `changesBetween`, who wrote what
 * `authors()`. Leaves out: Yjs documents, which keep no history.
 */
import type { NativeDocument } from '@causeway/core/doc';
import type { Dot, ReplicaId } from '@causeway/core/id';

export { changesBetween, restoreVersion } from '@causeway/core/doc';

export interface ListedVersion {
  /** For `at`, `fork`, `changesBetween` and `restoreVersion`: numbers, which can be kept. */
  readonly version: readonly Dot[];
  /** When its first and its last edit were made, in ms since 1970, as their devices' clocks had it. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Who edited, in the order of their first edits. */
  readonly authors: readonly ReplicaId[];
  /** Characters typed, elements deleted, values written and the like. */
  readonly operations: number;
}

export interface VersionsOptions {
  /** So long a time without an edit ends a version. */
  readonly pauseMs?: number;
}

const DEFAULT_PAUSE_MS = 5 * 60_000;

interface Span {
  readonly last: Dot;
  readonly wallMs: number;
  readonly count: number;
}

/**
 * Versions of the document, oldest first; the last is what it is now. What an edit had seen is in each version that has the
 * edit. Costs a look at each stretch of typing.
 */
export function versionsOf(
  document: NativeDocument,
  { pauseMs = DEFAULT_PAUSE_MS }: VersionsOptions = {},
): readonly ListedVersion[] {
  const lastOf = new Map<ReplicaId, Dot>();
  const versions: ListedVersion[] = [];
  for (const stretch of stretchesOf(spansOf(document), pauseMs)) {
    for (const { last } of stretch) lastOf.set(last.replica, last);
    versions.push({
      version: document.localVersion([...lastOf.values()]).map((lv) => document.dotOf(lv)),
      fromMs: stretch[0]?.wallMs ?? 0,
      untilMs: stretch.at(-1)?.wallMs ?? 0,
      authors: [...new Set(stretch.map(({ last }) => last.replica))],
      operations: stretch.reduce((sum, { count }) => sum + count, 0),
    });
  }
  return versions;
}

/** By time. One replica's are in the order in which it made them, since its hybrid clock never runs back. */
function spansOf(document: NativeDocument): readonly Span[] {
  const spans: Span[] = [];
  for (let lv = document.firstLv; lv < document.nextLv; ) {
    const { wallMs, count } = document.spanOf(lv);
    lv += count;
    spans.push({ last: document.dotOf(lv - 1), wallMs, count });
  }
  return spans.sort((a, b) => a.wallMs - b.wallMs);
}

function stretchesOf(spans: readonly Span[], pauseMs: number): readonly (readonly Span[])[] {
  const stretches: Span[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    const current = stretches.at(-1);
    if (current === undefined || span.wallMs - until > pauseMs) stretches.push([span]);
    else current.push(span);
    until = span.wallMs;
  }
  return stretches;
}
