/** Export and import of the notes, with what came of it. The code for it is loaded when it is asked for. */
import type { Client } from '@causeway/client';
import { wordsOf } from '../model/error-words.ts';
import type { NotesContent } from '../model/notes.ts';
import { chooseFiles, download } from './files.ts';
import type { ToastMessage } from './toast.tsx';

export interface Archive {
  exportAll(): void;
  importSome(): void;
}

export function archiveOf(
  client: Client,
  content: NotesContent,
  say: (message: ToastMessage) => void,
): Archive {
  const tell = (text: string): void => say({ text, action: 'OK', onAction: () => undefined });
  const failed = (error: unknown): void => tell(`That did not work. ${wordsOf(error)}`);
  return {
    exportAll: () => {
      import('../sync/archive.ts')
        .then(({ exportNotes }) => exportNotes(client, content))
        .then((zip) => download('notes.zip', zip, 'application/zip'))
        .catch(failed);
    },
    importSome: () =>
      chooseFiles('.zip,.md', (files) => {
        import('../sync/archive.ts')
          .then(({ importNotes }) => importNotes(client, content, files, Date.now()))
          .then((count) => tell(count === 1 ? 'One note is imported.' : `${count} notes are imported.`))
          .catch(failed);
      }),
  };
}
