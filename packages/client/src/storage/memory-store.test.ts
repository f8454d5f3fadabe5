import { describe, test } from 'vitest';
import { documentStoreContract } from '../testing/document-store-contract.ts';
import { MemoryStore } from './memory-store.ts';

describe('a store in memory', () => {
  for (const check of documentStoreContract) {
    test(check.title, () => check.run(async () => ({ open: async () => new MemoryStore() })));
  }
});
