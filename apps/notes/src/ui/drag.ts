/** What is dragged within the app, as its drag events carry it: notes and folders, by id. Drags from elsewhere are neither. */
import type { DragEvent } from 'react';

const NOTE_TYPE = 'application/x-causeway-note';
const FOLDER_TYPE = 'application/x-causeway-folder';

export interface Dragged {
  readonly is: 'note' | 'folder';
  /** Of what was there when the drag began, if another page of this origin has not put in something else. */
  readonly id: string;
}

export function beginDrag({ dataTransfer }: DragEvent, dragged: Dragged): void {
  dataTransfer.effectAllowed = 'move';
  dataTransfer.setData(dragged.is === 'note' ? NOTE_TYPE : FOLDER_TYPE, dragged.id);
}

/** All that can be known before it is dropped. */
export function draggedKind({ dataTransfer: { types } }: DragEvent): Dragged['is'] | undefined {
  if (types.includes(NOTE_TYPE)) return 'note';
  return types.includes(FOLDER_TYPE) ? 'folder' : undefined;
}

export function droppedOf(event: DragEvent): Dragged | undefined {
  const is = draggedKind(event);
  if (is === undefined) return undefined;
  return { is, id: event.dataTransfer.getData(is === 'note' ? NOTE_TYPE : FOLDER_TYPE) };
}
