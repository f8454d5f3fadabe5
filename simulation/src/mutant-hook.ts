/**
 * Plants the mutant that CAUSEWAY_MUTANT names in what is loaded after it: `node --import …/mutant-hook.js …/main.js`. Node runs
 * this file twice: where it is imported, and in the thread that loads modules.
 */
import { type LoadHook, register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { MUTANTS } from './mutants.js';

const mutant = MUTANTS.find(({ name }) => name === process.env['CAUSEWAY_MUTANT']);
if (mutant === undefined) throw new Error(`there is no mutant ${process.env['CAUSEWAY_MUTANT']}`);
const url = new URL(`../../${mutant.file}`, import.meta.url).href;

if (isMainThread) register(import.meta.url);

export const load: LoadHook = async (loaded, context, next) => {
  const result = await next(loaded, context);
  if (loaded !== url) return result;
  let source = String(result.source);
  for (const [from, to] of mutant.changes) {
    const parts = source.split(from);
    if (parts.length !== 2) throw new Error(`${mutant.file} has ${parts.length - 1} times: ${from}`);
    source = parts.join(to);
  }
  return { ...result, source };
};
