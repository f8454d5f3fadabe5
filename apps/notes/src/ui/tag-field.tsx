/** The tags of a note: each can be taken off, and a field adds more by Enter, comma or moving on. */
import { type KeyboardEvent, type ReactElement, useId, useState } from 'react';
import { cleanTag, MAX_TAG_LENGTH, MAX_TAGS_PER_NOTE } from '../model/note-list.ts';
import { Icon } from './icons.tsx';

interface TagFieldProps {
  readonly tags: readonly string[];
  /** Tags used elsewhere, to offer. */
  readonly known: readonly string[];
  readonly onAdd: (tags: readonly string[]) => void;
  readonly onRemove: (tag: string) => void;
}

export function TagField({ tags, known, onAdd, onRemove }: TagFieldProps): ReactElement {
  const [text, setText] = useState('');
  const list = useId();

  const add = (words: string): void => {
    setText('');
    const added = words
      .split(',')
      .map(cleanTag)
      .filter((tag) => tag !== '' && !tags.includes(tag));
    if (added.length > 0) onAdd(added);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      add(text);
    } else if (event.key === 'Escape' && text !== '') {
      event.stopPropagation();
      setText('');
    }
  };

  return (
    <ul className="tags" aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>
          <span className="tag">
            <span>{tag}</span>
            <button
              type="button"
              className="tag-remove"
              aria-label={`Remove tag ${tag}`}
              onClick={() => onRemove(tag)}
            >
              <Icon name="close" />
            </button>
          </span>
        </li>
      ))}
      {tags.length < MAX_TAGS_PER_NOTE && (
        <li>
          <input
            className="tag-input"
            aria-label="Add a tag"
            placeholder="Add a tag"
            autoCapitalize="none"
            autoComplete="off"
            enterKeyHint="done"
            list={list}
            maxLength={MAX_TAG_LENGTH}
            value={text}
            onChange={(event) =>
              event.target.value.includes(',') ? add(event.target.value) : setText(event.target.value)
            }
            onKeyDown={onKeyDown}
            onBlur={() => add(text)}
          />
          <datalist id={list}>
            {known
              .filter((tag) => !tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </li>
      )}
    </ul>
  );
}
