import { it } from 'vitest';
import { checkOpLaws } from '../testing/op-laws.ts';
import { treeSpecification, treeSubject } from '../testing/specs/op-tree.ts';

it('keeps the laws of op-based types, and is the tree of the paper', () => {
  checkOpLaws(treeSubject, treeSpecification, { runs: 200 });
});
