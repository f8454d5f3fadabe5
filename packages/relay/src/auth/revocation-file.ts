/** Revocations in a file of their own, which is replaced whole each time. */
import { open, readFile, rename } from 'node:fs/promises';
import { CausewayError } from '@causeway/core';
import type { RevocationStore } from './gatekeeper.ts';
import type { KeptRevocation, Revocation } from './revocations.ts';

/** Its name in a data folder. */
export const REVOCATIONS_FILE = 'revocations.json';

/** `path` names the file; its folder must be there. */
export function revocationFile(path: string): RevocationStore {
  let last: Promise<void> = Promise.resolve();
  return {
    load: async () => {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
      return parse(path, text);
    },
    save: (all) => {
      // One after the other: the newest list is the one that stays.
      last = last.catch(() => undefined).then(() => replace(path, JSON.stringify(all)));
      return last;
    },
  };
}

async function replace(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** Without the list nobody knows who was shut out: a relay does not start on a broken one. */
function parse(path: string, text: string): readonly KeptRevocation[] {
  try {
    const all: unknown = JSON.parse(text);
    if (Array.isArray(all) && all.every(isKept)) return all;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CausewayError(
    'storage/corrupt',
    { key: path, detail: 'no list of revocations' },
    `${path} is no list of revocations: put a backup in its place, or change the key that tokens are signed with and remove it`,
  );
}

function isKept(value: unknown): value is KeptRevocation {
  const { revocation, atMs } = (value ?? {}) as Partial<Record<keyof KeptRevocation, unknown>>;
  return typeof atMs === 'number' && isRevocation(revocation);
}

function isRevocation(value: unknown): value is Revocation {
  const { of, tokenId, principal } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    (of === 'token' && typeof tokenId === 'string') || (of === 'principal' && typeof principal === 'string')
  );
}
