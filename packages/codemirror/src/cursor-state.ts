/**
 * What an editor says of its user in presence: a name, a colour, and a selection by positions that stay where they are while
 * the text changes. Peers may send anything, so what is read is checked to the last field.
 */

import type { Position } from '@causeway/core/doc';
import { dotKey, parseDotKey } from '@causeway/core/id';
import type { PresenceChannel } from '@causeway/core/presence';

export interface Person {
  readonly name: string;
  /** As `#rrggbb`. */
  readonly colour: string;
}

/** A session says one thing of itself in a document, so one editor at a time has this of it. */
export interface CursorOptions {
  readonly presence: PresenceChannel;
  readonly person: Person;
}

export interface CursorState {
  readonly person: Person;
  /** Undefined while the editor does not have the focus. */
  readonly selection: { readonly anchor: Position; readonly head: Position } | undefined;
}

/** Longer names are cut off: they would cover the text. */
const MAX_NAME_UNITS = 60;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeCursor({ person, selection }: CursorState): Uint8Array {
  const { name, colour } = person;
  const said =
    selection === undefined
      ? { name, colour }
      : { name, colour, anchor: sayPosition(selection.anchor), head: sayPosition(selection.head) };
  return encoder.encode(JSON.stringify(said));
}

/** Undefined for what is no such state. */
export function decodeCursor(bytes: Uint8Array): CursorState | undefined {
  try {
    const said: unknown = JSON.parse(decoder.decode(bytes));
    if (typeof said !== 'object' || said === null) return undefined;
    const { name, colour, anchor, head }: Record<string, unknown> = { ...said };
    if (typeof name !== 'string' || typeof colour !== 'string' || !/^#[0-9a-f]{6}$/i.test(colour))
      return undefined;
    const person = { name: name.slice(0, MAX_NAME_UNITS), colour };
    if (typeof anchor !== 'string' || typeof head !== 'string') return { person, selection: undefined };
    return { person, selection: { anchor: readPosition(anchor), head: readPosition(head) } };
  } catch {
    return undefined;
  }
}

/** `<` clings to the element on its left, `>` to the one on its right; no element is the border of the text. */
function sayPosition({ side, element }: Position): string {
  return `${side === 'left' ? '<' : '>'}${element === undefined ? '' : dotKey(element)}`;
}

function readPosition(said: string): Position {
  const side = said.startsWith('<') ? 'left' : 'right';
  const key = said.slice(1);
  return { side, element: key === '' ? undefined : parseDotKey(key) };
}
