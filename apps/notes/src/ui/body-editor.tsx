/**
 * The text of a note: a rich text editor on its Yjs document, with the others' carets. Leaves out: where the document
 * comes from (note-page.tsx).
 */
import type { DocumentHandle } from '@causeway/client';
import type { YjsDocument } from '@causeway/core/yjs';
import Collaboration from '@tiptap/extension-collaboration';
import CollaborationCaret from '@tiptap/extension-collaboration-caret';
import { Placeholder } from '@tiptap/extensions';
import { type Editor, EditorContent, useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { type ReactElement, type Ref, useEffect, useImperativeHandle, useState } from 'react';
import type { Awareness } from 'y-protocols/awareness';
import { useReadOnly } from '../hooks/use-status.ts';
import { BODY_FIELD } from '../model/body.ts';
import { type Profile, parseProfile } from '../model/profile.ts';
import { Toolbar } from './toolbar.tsx';
import { Trouble } from './trouble.tsx';

export interface BodyEditorHandle {
  focus(): void;
}

interface BodyEditorProps {
  readonly body: DocumentHandle<YjsDocument>;
  readonly awareness: Awareness;
  readonly profile: Profile;
  readonly handleRef: Ref<BodyEditorHandle>;
}

export function BodyEditor({ body, awareness, profile, handleRef }: BodyEditorProps): ReactElement {
  const { doc } = body.document;
  const readOnly = useReadOnly(body);
  const [unknown, setUnknown] = useState<Error>();
  const editor: Editor = useEditor(
    {
      extensions: [
        // Collaboration has its own undo. A trailing paragraph would be an edit made by merely looking.
        StarterKit.configure({
          undoRedo: false,
          trailingNode: false,
          heading: { levels: [1, 2, 3] },
          link: { openOnClick: false, defaultProtocol: 'https' },
        }),
        Placeholder.configure({ placeholder: 'Write something' }),
        Collaboration.configure({ document: doc, field: BODY_FIELD }),
        CollaborationCaret.configure({ provider: { awareness }, user: { ...profile }, render: caretOf }),
      ],
      editorProps: {
        attributes: {
          class: 'prose',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': 'Text of the note',
        },
      },
      // Content that this version does not know is left alone rather than dropped and so deleted for everyone.
      enableContentCheck: true,
      onContentError: ({ editor: failed, error }) => {
        failed.setEditable(false, false);
        setUnknown(error);
      },
      shouldRerenderOnTransaction: false,
    },
    [doc, awareness],
  );

  useEffect(() => {
    awareness.setLocalStateField('user', { ...profile });
  }, [awareness, profile]);
  useEffect(() => {
    if (unknown === undefined) editor.setEditable(!readOnly, false);
  }, [editor, readOnly, unknown]);
  useImperativeHandle(handleRef, () => ({ focus: () => void editor.commands.focus('start') }), [editor]);

  return (
    <div className="body-editor">
      {unknown !== undefined && (
        <Trouble title="This text has parts that this version of the app does not know." error={unknown} />
      )}
      <Toolbar editor={editor} />
      <EditorContent className="page-text" editor={editor} />
    </div>
  );
}

/** A caret with a name, from what a peer says of itself. */
function caretOf(user: unknown): HTMLElement {
  const { name, color } = parseProfile(user) ?? { name: 'Someone', color: '#4b5a67' };
  const caret = document.createElement('span');
  caret.className = 'caret';
  caret.style.setProperty('--caret', color);
  const label = document.createElement('span');
  label.className = 'caret-name';
  label.textContent = name;
  // Word joiners keep a line from breaking between the caret and the letters it stands at.
  caret.append('\u2060', label, '\u2060');
  return caret;
}
