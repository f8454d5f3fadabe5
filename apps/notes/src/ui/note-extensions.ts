/**
 * What the editor of a note is made of: what a text may hold, the binding to its Yjs document, the others' carets, and the
 * guard that ends the editor before the binding would delete what this version of the app does not know.
 */
import { Extension, type Extensions, getSchema } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import CollaborationCaret from '@tiptap/extension-collaboration-caret';
import { Placeholder } from '@tiptap/extensions';
import StarterKit from '@tiptap/starter-kit';
import type { Awareness } from 'y-protocols/awareness';
import type { Transaction, XmlFragment } from 'yjs';
import { type Profile, parseProfile } from '../model/profile.ts';
import { type KnownContent, unknownIn } from '../model/unknown-content.ts';

// Collaboration has its own undo. A trailing paragraph would be an edit made by merely looking.
export const noteText = StarterKit.configure({
  undoRedo: false,
  trailingNode: false,
  heading: { levels: [1, 2, 3] },
  link: { openOnClick: false, defaultProtocol: 'https' },
});

/** The nodes and marks that a text may hold. */
export const knownContent: KnownContent = getSchema([noteText]);

interface NoteEditing {
  readonly fragment: XmlFragment;
  readonly awareness: Awareness;
  readonly profile: Profile;
  /** The editor is at its end: a change has come with a part of this name. */
  readonly onUnknown: (name: string) => void;
}

export function noteExtensions({ fragment, awareness, profile, onUnknown }: NoteEditing): Extensions {
  return [
    unknownGuard(fragment, onUnknown),
    noteText,
    Placeholder.configure({ placeholder: 'Write something' }),
    Collaboration.configure({ fragment }),
    CollaborationCaret.configure({ provider: { awareness }, user: { ...profile }, render: caretOf }),
  ];
}

/**
 * Looks at each change from elsewhere before the binding does, and ends the editor at once when there is something unknown
 * in it. Yjs calls those who observe in the order in which they began, and the binding begins when the view is made.
 */
function unknownGuard(fragment: XmlFragment, onUnknown: (name: string) => void): Extension {
  let stop = (): void => undefined;
  return Extension.create({
    name: 'unknownGuard',
    onBeforeCreate({ editor }) {
      const look = (_events: unknown, { local }: Transaction): void => {
        const unknown = local ? undefined : unknownIn(fragment, knownContent);
        if (unknown === undefined) return;
        editor.destroy();
        onUnknown(unknown);
      };
      fragment.observeDeep(look);
      stop = () => fragment.unobserveDeep(look);
    },
    onDestroy: () => stop(),
  });
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
