/** The formats of core, and worker threads that know them: what the command runs with. */
import type { FormatFamily } from '@causeway/core/format';
import { formats } from './standard-formats.ts';
import { WorkerFolding } from './worker-folding.ts';

/** Native, Yjs and lattice documents. */
export const STANDARD_FORMATS: readonly FormatFamily[] = formats;

/** Folding of these on threads of their own, for `createRelay`. */
export function standardFolding(): WorkerFolding {
  return new WorkerFolding({
    module: new URL('./standard-formats.js', import.meta.url),
    families: formats.map(({ family }) => family),
  });
}
