// npm run check [-- names]: runs the checks, or those named, and prints what they found.

import { fileURLToPath } from 'node:url';
import { bundleSizes } from './bundle-sizes.ts';
import type { Check } from './check.ts';
import { documentationExamples } from './documentation-examples.ts';
import { forbiddenWords } from './forbidden-words.ts';
import { importDirections } from './import-directions.ts';
import { invariantRules } from './invariant-rules.ts';
import { packedPackages } from './packed-packages.ts';

const checks: readonly Check[] = [
  importDirections,
  forbiddenWords,
  packedPackages,
  invariantRules,
  documentationExamples,
  bundleSizes,
];

const main = async (names: readonly string[]): Promise<number> => {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = checks.map(({ name }) => name).join(', ');
    console.error(`No such check: ${unknown.join(', ')}. There are: ${known}.`);
    return 1;
  }
  const root = fileURLToPath(new URL('../../', import.meta.url));
  let failed = 0;
  for (const check of checks) {
    if (names.length > 0 && !names.includes(check.name)) continue;
    if (!(await report(check, root))) failed += 1;
  }
  return failed === 0 ? 0 : 1;
};

/** A check that breaks down has failed, and the next one still runs. */
const report = async (check: Check, root: string): Promise<boolean> => {
  try {
    const { findings, figures = [] } = await check.run(root);
    console.log(`${check.name.padEnd(10)} ${findings.length === 0 ? 'ok' : `${findings.length} found`}`);
    for (const figure of figures) console.log(`  ${figure}`);
    for (const { at, says } of findings) console.log(`  ${at}: ${says}`);
    return findings.length === 0;
  } catch (error) {
    console.log(
      `${check.name.padEnd(10)} broke down: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
};

process.exitCode = await main(process.argv.slice(2));
