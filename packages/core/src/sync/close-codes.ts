/**
 * Why a connection was closed, as WebSocket close codes: each means one thing, and each says what the client may do next.
 * Leaves out: why one document was closed or refused (`ChannelCloseCode`).
 */
import { CausewayError } from '../error.ts';

/** `backoff`: connect again, later and later. `new-token`: first ask the app for other credentials. `no`: trying again cannot help. */
export type RetryAdvice = 'backoff' | 'new-token' | 'no';

export interface CloseCodeEntry {
  readonly code: number;
  readonly retry: RetryAdvice;
  readonly meaning: string;
}

/** Codes that this protocol sends. Below 4000 they are the WebSocket standard's own. */
export const CLOSE_CODES = {
  done: { code: 1000, retry: 'no', meaning: 'the client is done' },
  'going-away': { code: 1001, retry: 'backoff', meaning: 'the relay stops or restarts' },
  'message-too-big': { code: 1009, retry: 'backoff', meaning: 'one WebSocket message above maxMessageBytes' },
  'bad-frame': { code: 4400, retry: 'backoff', meaning: 'bytes that are no frame' },
  denied: { code: 4401, retry: 'new-token', meaning: 'no credentials, or none that are accepted' },
  'unexpected-frame': { code: 4405, retry: 'backoff', meaning: 'a frame that may not come here or now' },
  version: { code: 4406, retry: 'no', meaning: 'another protocol version' },
  silence: { code: 4408, retry: 'backoff', meaning: 'nothing was heard for longer than allowed' },
  'too-large': { code: 4413, retry: 'backoff', meaning: 'a frame or field above its limit' },
  expired: { code: 4419, retry: 'new-token', meaning: 'the token expired and was not refreshed' },
  'too-many': { code: 4429, retry: 'backoff', meaning: 'more at once than the session allows' },
  failed: {
    code: 4500,
    retry: 'backoff',
    meaning: 'the side that closes failed; the other did nothing wrong',
  },
  busy: { code: 4503, retry: 'backoff', meaning: 'the relay takes no more connections now' },
} as const satisfies Record<string, CloseCodeEntry>;

export type CloseReason = keyof typeof CLOSE_CODES;
export type CloseCode = (typeof CLOSE_CODES)[CloseReason]['code'];

const reasonOfCode: ReadonlyMap<number, CloseReason> = new Map(
  Object.entries(CLOSE_CODES).map(([reason, entry]) => [entry.code, reason as CloseReason]),
);

/** What to do after a close code from the wire. Codes that are not ours (1006: the connection was lost) are the network's: `backoff`. */
export function retryAdvice(code: number): RetryAdvice {
  const reason = reasonOfCode.get(code);
  return reason === undefined ? 'backoff' : CLOSE_CODES[reason].retry;
}

/** The name of a close code, for logs; undefined when it is not one of ours. */
export function closeReason(code: number): CloseReason | undefined {
  return reasonOfCode.get(code);
}

/** The close that an error asks for: what bad input and failures of each kind do to the connection they came from. */
export function closeReasonOf(error: unknown): CloseReason {
  if (!(error instanceof CausewayError)) return 'failed';
  switch (error.code) {
    case 'decode/limit':
      return 'too-large';
    case 'decode/version':
    case 'protocol/version':
      return 'version';
    case 'protocol/unexpected-frame':
      return 'unexpected-frame';
    case 'protocol/limit':
      return 'too-many';
    case 'protocol/timeout':
      return 'silence';
    case 'auth/denied':
    case 'auth/forbidden':
      return 'denied';
    default:
      return CausewayError.inFamily(error, 'decode') ? 'bad-frame' : 'failed';
  }
}
