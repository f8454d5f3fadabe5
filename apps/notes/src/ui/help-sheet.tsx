/** All keys of the app. */
import type { ReactElement } from 'react';
import type { Command } from '../model/command.ts';
import { Keys } from './keys.tsx';
import { Sheet } from './sheet.tsx';

interface HelpSheetProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

const MORE: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'In the folders',
    keys: [
      ['Alt+ArrowUp', 'Move it up'],
      ['Alt+ArrowDown', 'Move it down'],
      ['Alt+ArrowRight', 'Move it into the folder above'],
      ['Alt+ArrowLeft', 'Move it out of its folder'],
      ['F2', 'Rename it'],
      ['Delete', 'Remove it'],
    ],
  },
  {
    title: 'In a text',
    keys: [
      ['Mod+B', 'Bold'],
      ['Mod+I', 'Italic'],
      ['Mod+E', 'Code'],
      ['Mod+Alt+1', 'Heading'],
      ['Mod+Shift+8', 'Bulleted list'],
      ['Mod+Z', 'Undo your own edits'],
    ],
  },
];

export function HelpSheet({ commands, onClose }: HelpSheetProps): ReactElement {
  const everywhere = commands.flatMap(({ name, keys }) =>
    keys === undefined ? [] : [[keys, name] as const],
  );
  const sections = [
    { title: 'Where nothing is typed', keys: [...everywhere, ['Mod+K', 'Everything by its name'] as const] },
    ...MORE,
  ];
  return (
    <Sheet label="Keyboard shortcuts" className="help" onClose={onClose}>
      <div className="dialog-body">
        <h2>Keyboard shortcuts</h2>
        <div className="help-columns">
          {sections.map(({ title, keys }) => (
            <section key={title}>
              <h3>{title}</h3>
              <ul>
                {keys.map(([each, words]) => (
                  <li key={words}>
                    <span>{words}</span>
                    <Keys keys={each} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Sheet>
  );
}
