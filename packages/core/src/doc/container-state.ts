/**
 * What a container holds now: a text, a list, or one of the plain types. Each is there, empty, from the moment its container
 * is named. Leaves out: how operations change them (list-content.ts, plain-ops.ts, and for texts native-document.ts).
 */
import { GapText } from '../op/sequence/gap-text.ts';
import type { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import type { SequenceWalker } from '../op/sequence/sequence-walker.ts';
import type { ContainerId } from './container-id.ts';
import { createList, type ListContent } from './list-content.ts';
import { createPlain, isPlainType, type PlainState } from './plain-ops.ts';

/** A text's content; `length` runs ahead of it while an update is taken in. */
export interface TextState {
  readonly type: 'text';
  /** Of one at the root; else undefined. */
  readonly name: string | undefined;
  /** The name as UTF-8, once an update of typing has asked for it. */
  nameBytes: Uint8Array | undefined;
  readonly content: GapText;
  length: number;
  walker: SequenceWalker | undefined;
  /** Made when somebody asks which element is where. */
  identity: SequenceIdentity | undefined;
}

export type ContainerState = TextState | ListContent | PlainState;

/** A container whose elements are in order. */
export type SequenceState = TextState | ListContent;

export function emptyState(id: ContainerId): ContainerState {
  if (isPlainType(id.type)) return createPlain(id.type);
  return id.type === 'list' ? createList() : textOf(id, '');
}

export function textOf(id: ContainerId, text: string): TextState {
  return {
    type: 'text',
    name: id.at === 'root' ? id.name : undefined,
    nameBytes: undefined,
    content: new GapText(text),
    length: text.length,
    walker: undefined,
    identity: undefined,
  };
}

const textEncoder = new TextEncoder();

/** The name of a text at the root as updates have it; else undefined. */
export function nameBytesOf(text: TextState): Uint8Array | undefined {
  if (text.nameBytes === undefined && text.name !== undefined) text.nameBytes = textEncoder.encode(text.name);
  return text.nameBytes;
}
