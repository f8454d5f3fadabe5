/**
 * What a container of a document is called: by name at the root, by key in a map, by the dot of its element in a list or a
 * tree. A map's child is named by the map and the key, not by who made it, so that two replicas that make it at once
 * make the same one.
 */
import { type Dot, dotKey } from '../id/index.ts';

export const CONTAINER_TYPES = ['text', 'list', 'map', 'counter', 'set', 'tree'] as const;

export type ContainerType = (typeof CONTAINER_TYPES)[number];

/** `parent` is the number that the log in which this stands has given to the parent. */
export type ContainerId =
  | { readonly at: 'root'; readonly type: ContainerType; readonly name: string }
  | { readonly at: 'key'; readonly type: ContainerType; readonly parent: number; readonly key: string }
  | { readonly at: 'element'; readonly type: ContainerType; readonly parent: number; readonly element: Dot };

/** Names and keys of containers are chosen by the app; longer ones are content in the wrong place. */
export const MAX_CONTAINER_NAME_BYTES = 1024;

/** Containers within each other; far below what overflows a stack. */
export const MAX_CONTAINER_DEPTH = 64;

/** The id as a key of a Map; equal ids of one log have equal keys. */
export function containerKey(id: ContainerId): string {
  switch (id.at) {
    case 'root':
      return `${id.type}/${id.name}`;
    case 'key':
      return `${id.type}:${id.parent}/${id.key}`;
    case 'element':
      return `${id.type}.${id.parent}/${dotKey(id.element)}`;
  }
}
