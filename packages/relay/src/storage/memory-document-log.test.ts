import { Seeded } from '@causeway/core/testing';
import { describe, test } from 'vitest';
import { documentLogContract } from '../testing/document-log-contract.ts';
import { MemoryDocumentLog } from './memory-document-log.ts';

describe('a document log in memory', () => {
  for (const check of documentLogContract) {
    test(check.title, () => check.run(openLog));
  }
});

async function openLog(): Promise<MemoryDocumentLog> {
  const random = new Seeded(1);
  return new MemoryDocumentLog(() => random.u32());
}
