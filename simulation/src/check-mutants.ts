/**
 * `npm run sim -- --mutants all`: plants each known bug and plays seeds until one of them shows it. Fails when a bug gets through
 * all of its seeds.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MUTANTS, type Mutant } from './mutants.ts';

/** Each bug is found within so many: about a minute of one core where it takes all of them. */
export const MUTANT_SEEDS = 400;
const LIMIT_MS = 10 * 60_000;

/** True when every mutant was found, of those whose names have this in them. */
export async function checkMutants(wanted: string): Promise<boolean> {
  const mutants = MUTANTS.filter(({ name }) => wanted === 'all' || name.includes(wanted));
  let missed = 0;
  for (const mutant of mutants) {
    const { name } = mutant;
    const found = /seed (\d+) fails: ([^\n]*)/.exec(await play(mutant));
    if (found === null) missed += 1;
    const seeds = Number(found?.[1] ?? 0) + 1;
    console.log(
      found === null
        ? `NOT FOUND in ${MUTANT_SEEDS} seeds: ${name}`
        : `found within ${seeds} seeds: ${name}\n    ${found[2]?.slice(0, 100)}`,
    );
  }
  console.log(`${mutants.length - missed} of ${mutants.length} planted bugs found`);
  return missed === 0;
}

/** What the simulation says of it. A mutant that could not be planted throws. */
function play({ name, steps }: Mutant): Promise<string> {
  const [hook, main] = ['mutant-hook.js', 'main.js'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  );
  const args = ['--import', `${hook}`, `${main}`, '--from', '0', '--seeds', `${MUTANT_SEEDS}`, '--no-shrink'];
  if (steps !== undefined) args.push('--steps', `${steps}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, CAUSEWAY_MUTANT: name },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || /seed \d+ fails/.test(said)) resolve(said);
      else reject(new Error(`${name} was not played:\n${said}`));
    });
  });
}
