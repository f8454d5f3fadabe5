// The engines by name. Each is loaded only in the process that measures it.

import type { Subject } from './subject.ts';

const loaders = {
  ours: () => import('./subjects/ours.ts'),
  yjs: () => import('./subjects/yjs.ts'),
  loro: () => import('./subjects/loro.ts'),
  automerge: () => import('./subjects/automerge.ts'),
  'json-joy': () => import('./subjects/json-joy.ts'),
  'list-positions': () => import('./subjects/list-positions.ts'),
  'diamond-types': () => import('./subjects/diamond-types.ts'),
} satisfies Record<string, () => Promise<{ subject: Subject }>>;

export type SubjectName = keyof typeof loaders;

export const OURS: SubjectName = 'ours';

export const isSubjectName = (name: string): name is SubjectName => Object.hasOwn(loaders, name);

export const subjectNames: readonly SubjectName[] = Object.keys(loaders).filter(isSubjectName);

export const loadSubject = async (name: SubjectName): Promise<Subject> => (await loaders[name]()).subject;
