/** Where the edits are, in a few words; pressed, in full sentences, with what can be done about refused ones. */
import type { DocumentHandle } from '@causeway/client';
import type { Engine } from '@causeway/core/format';
import type { ReactElement, ReactNode } from 'react';
import type { Level, SaveFacts, SaveWords } from '../model/save-words.ts';
import { Causeway } from './icons.tsx';
import { Popover } from './popover.tsx';

interface StatusChipProps {
  /** What it speaks of: `This note` or `All notes`. */
  readonly of: string;
  readonly words: SaveWords;
  readonly facts: SaveFacts;
  readonly side: 'above' | 'below';
  /** The documents it speaks of. */
  readonly handles: readonly DocumentHandle<Engine>[];
}

const REACHED: Readonly<Record<Level, number>> = { memory: 1, disk: 2, relay: 3 };

export function StatusChip({ of, words, facts, side, handles }: StatusChipProps): ReactElement {
  const face = (
    <>
      <Causeway reached={REACHED[words.level]} />
      <span className="chip-words">
        <span className="chip-label">{words.label}</span>
        <span className="chip-note">{words.note}</span>
      </span>
    </>
  );
  const spoken = words.note === '' ? words.label : `${words.label}, ${words.note}`;
  return (
    <div className="chip-place" data-tone={words.tone}>
      <Popover label={`${of}: ${spoken}`} className="chip" button={face} side={side}>
        <div className="save-detail">
          <h2>{of}</h2>
          <ol className="stations">
            <Station name="This page" at="memory" words={words} waiting={facts.unwritten} />
            <Station name="This device" at="disk" words={words} waiting={facts.unsent - facts.unwritten} />
            <Station name="Relay" at="relay" words={words} waiting={0} />
          </ol>
          <p>{words.sentence}</p>
          <p>{words.connection}</p>
          {words.more.map((sentence) => (
            <p key={sentence} className="detail-more">
              {sentence}
            </p>
          ))}
          {facts.refused > 0 && <RefusedEdits handles={handles} />}
        </div>
      </Popover>
    </div>
  );
}

interface StationProps {
  readonly name: string;
  readonly at: Level;
  readonly words: SaveWords;
  /** Edits that have come this far and no further. */
  readonly waiting: number;
}

function Station({ name, at, words, waiting }: StationProps): ReactElement {
  return (
    <li className="station" data-reached={REACHED[at] <= REACHED[words.level] ? '' : undefined}>
      <span className="station-name">{name}</span>
      <span className="station-count">{waitingText(waiting)}</span>
    </li>
  );
}

function waitingText(count: number): ReactNode {
  if (count === 0) return null;
  return count === 1 ? '1 edit waits' : `${count} edits wait`;
}

/** What can be done about each: offer it again, or let this device go on with it alone. */
function RefusedEdits({ handles }: { readonly handles: readonly DocumentHandle<Engine>[] }): ReactElement {
  return (
    <ul className="refused">
      {handles.flatMap((handle) =>
        handle.quarantined.map((batch) => (
          <li key={`${handle.name} ${batch.id}`}>
            <span>{batch.message}</span>
            <button type="button" className="button" onClick={() => handle.retry(batch.id)}>
              Send again
            </button>
            <button type="button" className="button" onClick={() => handle.discard(batch.id)}>
              Keep it here only
            </button>
          </li>
        )),
      )}
    </ul>
  );
}
