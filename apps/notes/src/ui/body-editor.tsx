/**
 * The text of a note: a rich text editor on its Yjs document, or the reason why there is none. Leaves out: where the
 * document comes from (note-page.tsx).
 */
import type { DocumentHandle } from '@causeway/client';
import type { YjsDocument } from '@causeway/core/yjs';
import { EditorContent, useEditor } from '@tiptap/react';
import { type ReactElement, type Ref, useEffect, useImperativeHandle, useState } from 'react';
import type { Awareness } from 'y-protocols/awareness';
import { useReadOnly } from '../hooks/use-status.ts';
import { bodyFragment } from '../model/body.ts';
import type { Profile } from '../model/profile.ts';
import { unknownIn } from '../model/unknown-content.ts';
import { knownContent, noteExtensions } from './note-extensions.ts';
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

/** `body` stays the same for the life of the component. */
export function BodyEditor(props: BodyEditorProps): ReactElement {
  const [unknown, setUnknown] = useState(() =>
    unknownIn(bodyFragment(props.body.document.doc), knownContent),
  );
  if (unknown === undefined) return <LiveEditor {...props} onUnknown={setUnknown} />;
  return (
    <Trouble
      title="This text has parts that this version of the app does not know."
      error={new Error(`unknown: ${unknown}`)}
      words="So that none of it is lost it is not opened here. Reload to get the newest version."
    />
  );
}

interface LiveEditorProps extends BodyEditorProps {
  readonly onUnknown: (name: string) => void;
}

function LiveEditor({ body, awareness, profile, handleRef, onUnknown }: LiveEditorProps): ReactElement {
  const fragment = bodyFragment(body.document.doc);
  const readOnly = useReadOnly(body);
  const editor = useEditor(
    {
      extensions: noteExtensions({ fragment, awareness, profile, onUnknown }),
      editorProps: {
        attributes: {
          class: 'prose',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': 'Text of the note',
        },
      },
      // Known parts in places where they do not belong.
      enableContentCheck: true,
      onContentError: ({ error }) => onUnknown(error.message),
      shouldRerenderOnTransaction: false,
    },
    [fragment, awareness],
  );

  useEffect(() => {
    awareness.setLocalStateField('user', { ...profile });
  }, [awareness, profile]);
  useEffect(() => {
    if (!editor.isDestroyed) editor.setEditable(!readOnly, false);
  }, [editor, readOnly]);
  useImperativeHandle(handleRef, () => ({ focus: () => void editor.commands.focus('start') }), [editor]);

  return (
    <div className="body-editor">
      <Toolbar editor={editor} />
      <EditorContent className="page-text" editor={editor} />
    </div>
  );
}
