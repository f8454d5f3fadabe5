/** What every other part of core, and everyone who uses it, shares: its errors. The rest has subpaths of its own. */
export { CausewayError, type ErrorCode, type ErrorData, InvariantError, invariant } from './error.ts';
export { Listeners, throwLater } from './listeners.ts';
