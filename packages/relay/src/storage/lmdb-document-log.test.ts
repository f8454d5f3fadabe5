import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seeded } from '@causeway/core/testing';
import { afterAll, describe, test } from 'vitest';
import { documentLogContract } from '../testing/document-log-contract.ts';
import { LmdbDocumentLog } from './lmdb-document-log.ts';

const root = mkdtempSync(join(tmpdir(), 'causeway-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const random = new Seeded(1);

describe('a document log in LMDB', () => {
  for (const check of documentLogContract) {
    test(check.title, () => check.run(() => openIn(newFolder())));
  }
});

function newFolder(): string {
  return join(root, String(folders++));
}

function openIn(folder: string): Promise<LmdbDocumentLog> {
  return LmdbDocumentLog.open({ folder, random: () => random.u32() });
}
