// @ts-check
// Running other programs: `run` one to its end, or keep several as `children` that one signal ends. Knows
// nothing of what is run.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root: every command of the house runs there. */
export const root = fileURLToPath(new URL('..', import.meta.url));

// How long a program may take to stop when asked, before it is killed: longer than a relay drains its sessions.
const STOP_GRACE_MS = 20_000;

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ output?: 'live' | 'on failure' | 'never', limitMs?: number, env?: Record<string, string> }} [options]
 *   `output`: when it is shown. `limitMs`: past it the program is stopped and counts as failed.
 * @returns {Promise<boolean>} whether it exited with 0
 */
export const run = (program, args, { output = 'on failure', limitMs = 600_000, env = {} } = {}) =>
  new Promise((resolve) => {
    const stdio = output === 'live' ? 'inherit' : 'pipe';
    /** @type {Buffer[]} */
    const chunks = [];
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      // Windows starts npx, a script there, only through its shell.
      shell: process.platform === 'win32' && program === 'npx',
      stdio: ['ignore', stdio, stdio],
    });
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));

    const limit = setTimeout(() => {
      chunks.push(Buffer.from(`\nStopped: it took longer than ${limitMs / 1000} s.\n`));
      stop(child, 'SIGTERM');
    }, limitMs);

    /** @param {boolean} passed */
    const finish = (passed) => {
      clearTimeout(limit);
      if (!passed && output !== 'never') process.stderr.write(Buffer.concat(chunks));
      resolve(passed);
    };
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${program}: ${error.message}\n`));
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });

/**
 * Starts Node programs that run until they are told to stop, and waits until all have ended. When one ends, so do
 * the others. The first SIGINT, SIGTERM or SIGHUP is passed on, once: each program has its own process group, so that
 * neither the terminal nor npm delivers the same Ctrl-C to it a second time.
 * @param {readonly (readonly string[])[]} programs the arguments of each `node`
 * @param {{ env?: Record<string, string> }} [options]
 * @returns {Promise<number>} the exit code: 0 if all ended well or as they were asked
 */
export const runTogether = async (programs, { env = {} } = {}) => {
  const children = programs.map((args) =>
    spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
    }),
  );

  let stopping = false;
  /** @param {NodeJS.Signals} signal */
  const stopAll = (signal) => {
    if (stopping) return;
    stopping = true;
    for (const child of children) stop(child, signal);
  };
  process.on('SIGINT', () => stopAll('SIGINT'));
  process.on('SIGTERM', () => stopAll('SIGTERM'));
  process.on('SIGHUP', () => stopAll('SIGTERM'));
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });

  const codes = await Promise.all(
    children.map(async (child) => {
      const code = await ended(child, () => stopping);
      stopAll('SIGTERM');
      return code;
    }),
  );
  return codes.find((code) => code !== 0) ?? 0;
};

/**
 * The program's exit code; one that a signal ended has failed, unless it had been asked to stop.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => boolean} asked
 * @returns {Promise<number>}
 */
const ended = (child, asked) =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('close', (code, signal) => {
      killGroup(child);
      resolve(code ?? (asked() && signal !== 'SIGKILL' ? 0 : 1));
    });
  });

/**
 * Ends what a program started and left behind (the compiler's wrapper dies of a signal without passing it on).
 * @param {import('node:child_process').ChildProcess} child
 */
const killGroup = ({ pid }) => {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
const stop = (child, signal) => {
  child.kill(signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  child.once('close', () => clearTimeout(kill));
};
