/** How a failure is told to the other side: the `error` frame and the close code, without our insides. */
import { CausewayError } from '../error.ts';
import { CLOSE_CODES, type CloseReason, closeReasonOf } from './close-codes.ts';
import type { Frame, FrameOf } from './frame.ts';

export interface Failure {
  readonly reason: CloseReason;
  readonly frame: FrameOf<'error'>;
}

/** The farewell that an error asks for. Only what the other side did is told in full: our own failures may name files. */
export function failureOf(error: unknown, reason: CloseReason = closeReasonOf(error)): Failure {
  const told = error instanceof CausewayError && reason !== 'failed';
  return {
    reason,
    frame: {
      type: 'error',
      closeCode: CLOSE_CODES[reason].code,
      code: told ? error.code : 'failed',
      message: told ? messageOf(error) : 'this side failed; its log says why',
    },
  };
}

/** What an error says to people, without its code. */
export function messageOf({ code, message }: CausewayError): string {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
}

/** A frame that may not come in this state. */
export function unexpectedFrame(frame: Frame, state: string): CausewayError<'protocol/unexpected-frame'> {
  return new CausewayError(
    'protocol/unexpected-frame',
    { frame: frame.type, state },
    `a ${frame.type} frame may not come here while ${state}`,
  );
}

/** Nothing was heard for too long. */
export function silence(what: string, afterMs: number): CausewayError<'protocol/timeout'> {
  return new CausewayError(
    'protocol/timeout',
    { what, afterMs },
    `no ${what} for ${afterMs} ms; the other side is gone or cut off`,
  );
}
