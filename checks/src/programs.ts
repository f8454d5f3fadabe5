// Running the programs that checks need: the compiler, pnpm, Node itself.

import { execFile } from 'node:child_process';

export interface Outcome {
  readonly passed: boolean;
  /** Standard output, then standard error. */
  readonly output: string;
}

// A program that takes longer hangs; one that prints more is broken.
const LIMIT_MS = 120_000;
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** Runs a program to its end, in the given folder. */
export const runProgram = (program: string, args: readonly string[], folder: string): Promise<Outcome> =>
  new Promise((resolve) => {
    const options = { cwd: folder, timeout: LIMIT_MS, maxBuffer: OUTPUT_LIMIT_BYTES };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({
        passed: error === null,
        output: stdout + stderr || (error?.message ?? ''),
      });
    });
  });

/** Runs the workspace's TypeScript compiler. */
export const runCompiler = (root: string, args: readonly string[], folder: string): Promise<Outcome> =>
  runProgram(process.execPath, [`${root}node_modules/typescript/bin/tsc`, ...args], folder);
