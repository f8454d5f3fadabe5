/** The editor's buttons: one stop for Tab, arrows go from one to the next. */
import { type Editor, useEditorState } from '@tiptap/react';
import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { Icon, type IconName } from './icons.tsx';

interface Tool {
  readonly label: string;
  /** In the notation of `aria-keyshortcuts`, where Tiptap has one. */
  readonly keys?: string;
  readonly face: IconName | 'H1' | 'H2';
  readonly run: (editor: Editor) => void;
  readonly isOn?: (editor: Editor) => boolean;
  readonly isPossible?: (editor: Editor) => boolean;
}

/** In groups, drawn with a space between them. */
const TOOLS: readonly (readonly Tool[])[] = [
  [heading(1), heading(2)],
  [
    mark('Bold', 'bold', 'Control+B', (editor) => editor.chain().focus().toggleBold().run()),
    mark('Italic', 'italic', 'Control+I', (editor) => editor.chain().focus().toggleItalic().run()),
    mark('Struck through', 'strike', 'Control+Shift+S', (editor) =>
      editor.chain().focus().toggleStrike().run(),
    ),
    mark('Code', 'code', 'Control+E', (editor) => editor.chain().focus().toggleCode().run()),
  ],
  [
    {
      label: 'Bulleted list',
      keys: 'Control+Shift+8',
      face: 'bullets',
      run: (editor) => editor.chain().focus().toggleBulletList().run(),
      isOn: (editor) => editor.isActive('bulletList'),
    },
    {
      label: 'Numbered list',
      keys: 'Control+Shift+7',
      face: 'numbers',
      run: (editor) => editor.chain().focus().toggleOrderedList().run(),
      isOn: (editor) => editor.isActive('orderedList'),
    },
    {
      label: 'Quote',
      keys: 'Control+Shift+B',
      face: 'quote',
      run: (editor) => editor.chain().focus().toggleBlockquote().run(),
      isOn: (editor) => editor.isActive('blockquote'),
    },
    {
      label: 'Code block',
      keys: 'Control+Alt+C',
      face: 'codeBlock',
      run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
      isOn: (editor) => editor.isActive('codeBlock'),
    },
  ],
  [
    {
      label: 'Undo',
      keys: 'Control+Z',
      face: 'undo',
      run: (editor) => editor.chain().focus().undo().run(),
      isPossible: (editor) => editor.can().undo(),
    },
    {
      label: 'Redo',
      keys: 'Control+Shift+Z',
      face: 'redo',
      run: (editor) => editor.chain().focus().redo().run(),
      isPossible: (editor) => editor.can().redo(),
    },
  ],
];

const ALL_TOOLS = TOOLS.flat();

export function Toolbar({ editor }: { readonly editor: Editor }): ReactElement {
  const [stop, setStop] = useState(0);
  const states = useEditorState({
    editor,
    selector: () =>
      ALL_TOOLS.map((tool) => ({ on: tool.isOn?.(editor), possible: tool.isPossible?.(editor) ?? true })),
  });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (stop + step + ALL_TOOLS.length) % ALL_TOOLS.length;
    setStop(next);
    event.currentTarget.querySelectorAll<HTMLButtonElement>('button')[next]?.focus();
  };

  return (
    <div className="toolbar" role="toolbar" aria-label="Formatting" onKeyDown={onKeyDown}>
      {TOOLS.map((group) => (
        <div key={group[0]?.label} className="toolbar-group">
          {group.map((tool) => {
            const index = ALL_TOOLS.indexOf(tool);
            return (
              <button
                key={tool.label}
                type="button"
                className="icon-button"
                tabIndex={index === stop ? 0 : -1}
                title={tool.label}
                aria-label={tool.label}
                aria-keyshortcuts={tool.keys}
                aria-pressed={states[index]?.on}
                // Not `disabled`: a button that loses the focus with its use would throw a keyboard user out.
                aria-disabled={states[index]?.possible === false}
                onFocus={() => setStop(index)}
                // The selection in the text stays where it is.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => tool.run(editor)}
              >
                {tool.face === 'H1' || tool.face === 'H2' ? (
                  <b data-face={tool.face} />
                ) : (
                  <Icon name={tool.face} />
                )}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function heading(level: 1 | 2): Tool {
  return {
    label: level === 1 ? 'Heading' : 'Smaller heading',
    keys: `Control+Alt+${level}`,
    face: `H${level}`,
    run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
    isOn: (editor) => editor.isActive('heading', { level }),
  };
}

function mark(
  label: string,
  name: 'bold' | 'italic' | 'strike' | 'code',
  keys: string,
  run: Tool['run'],
): Tool {
  return { label, keys, face: name, run, isOn: (editor) => editor.isActive(name) };
}
