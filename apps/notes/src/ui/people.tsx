/** Who else is in this note: a round sign for each with a letter, and all names for those who cannot see it. */
import type { ReactElement } from 'react';
import type { Person } from '../hooks/use-presence.ts';

/** As many as fit beside the other buttons on a phone. */
const SHOWN = 3;

export function People({ people }: { readonly people: readonly Person[] }): ReactElement {
  const more = people.length - SHOWN;
  const names = people.map((person) => person.name).join(', ');
  return (
    <div
      className="people"
      role="img"
      aria-label={names === '' ? 'Nobody else is here' : `Also here: ${names}`}
      title={names}
    >
      {people.slice(0, SHOWN).map((person) => (
        <span key={person.clientId} className="person" style={{ backgroundColor: person.color }}>
          {initialOf(person.name)}
        </span>
      ))}
      {more > 0 && <span className="person more">+{more}</span>}
    </div>
  );
}

export function initialOf(name: string): string {
  return [...name][0]?.toUpperCase() ?? '?';
}
