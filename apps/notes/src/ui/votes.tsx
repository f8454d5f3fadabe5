/** A note's votes, and the two buttons that change them. */
import type { ReactElement } from 'react';
import { Icon } from './icons.tsx';

interface VotesProps {
  readonly votes: number;
  readonly onVote: (amount: 1 | -1) => void;
}

export function Votes({ votes, onVote }: VotesProps): ReactElement {
  return (
    <fieldset className="votes" aria-label="Votes">
      <button type="button" className="icon-button" aria-label="Vote down" onClick={() => onVote(-1)}>
        <Icon name="down" />
      </button>
      <output className="votes-count" aria-label={`Votes: ${votes}`}>
        {votesText(votes)}
      </output>
      <button type="button" className="icon-button" aria-label="Vote up" onClick={() => onVote(1)}>
        <Icon name="up" />
      </button>
    </fieldset>
  );
}

/** With a real minus sign. */
export function votesText(votes: number): string {
  return votes < 0 ? `\u2212${-votes}` : String(votes);
}
