/**
 * The title, written to the document with every keystroke, so that there is no draft to lose. When several people gave a
 * title at the same time all of them are offered; picking one or typing on settles it.
 */
import { type KeyboardEvent, type ReactElement, type Ref, useId, useState } from 'react';
import { cleanTitle, MAX_TITLE_LENGTH, type Title } from '../model/note-list.ts';

interface TitleFieldProps {
  readonly titles: readonly Title[];
  readonly onTitle: (title: string) => void;
  readonly onEnter: () => void;
  readonly inputRef: Ref<HTMLTextAreaElement>;
}

export function TitleField({ titles, onTitle, onEnter, inputRef }: TitleFieldProps): ReactElement {
  // Of several titles the field shows the one typed here, so that another's does not jump in under one's hands.
  const [typed, setTyped] = useState<string>();
  const shown = (titles.find(({ text }) => text === typed) ?? titles[0])?.text ?? '';
  const hint = useId();

  const write = (title: string): void => {
    setTyped(title);
    if (titles.length !== 1 || title !== titles[0]?.text) onTitle(title);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onEnter();
  };

  return (
    <div className="title-field">
      <div className="title-grow" data-text={shown}>
        <textarea
          ref={inputRef}
          className="title-input"
          aria-label="Title"
          aria-describedby={titles.length > 1 ? hint : undefined}
          placeholder="Untitled"
          rows={1}
          maxLength={MAX_TITLE_LENGTH}
          value={shown}
          onChange={(event) => write(cleanTitle(event.target.value))}
          onKeyDown={onKeyDown}
        />
      </div>
      {titles.length > 1 && (
        <fieldset className="title-conflict">
          <legend id={hint}>
            Titles given at the same time. Pick one, put both in one, or type another.
          </legend>
          <div className="title-choices">
            {titles.map(({ text, given }) => (
              <button key={text} type="button" className="title-choice" onClick={() => write(text)}>
                <span className="title-text">{text.trim() === '' ? 'No title' : text}</span>
                <time className="title-given" dateTime={new Date(given).toISOString()}>
                  {moment.format(given)}
                </time>
              </button>
            ))}
            <button type="button" className="button" onClick={() => write(joinedTitles(titles))}>
              Both in one
            </button>
          </div>
        </fieldset>
      )}
    </div>
  );
}

/** The earliest first, as they would have been written after each other. */
function joinedTitles(titles: readonly Title[]): string {
  const texts = titles.map(({ text }) => text.trim()).filter((text) => text !== '');
  return cleanTitle(texts.reverse().join(' / '));
}

const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});
