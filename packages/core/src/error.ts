/**
 * Every failure of Causeway, by who must act on it.
 *
 *   bug         InvariantError   a rule of ours is broken; never caught, names the rule
 *   bad input   decode/* protocol/* auth/*   closes the one session it came from
 *   the app     schema/*         thrown at the edit that broke the app's own rule
 *   the world   storage/* transport/*        retried, and shown as status
 *
 * Callers branch on `code`, never on the message. The message holds the offending value and the remedy. One map
 * types the data of each code; a new code starts here and gets its row in docs/protocol.md.
 */
export interface ErrorData {
  /** Bytes ended inside a value. */
  readonly 'decode/truncated': { readonly what: string; readonly offset: number };
  /** Bytes were left over after the last value. */
  readonly 'decode/trailing': { readonly what: string; readonly left: number };
  /** A length, count or depth in the bytes is above the limit that holds there. */
  readonly 'decode/limit': { readonly what: string; readonly value: number; readonly limit: number };
  /** A value that the format does not allow: an unknown tag, an unsorted table, a number out of range. */
  readonly 'decode/invalid': { readonly what: string; readonly detail: string };
  /** An update that has not seen what a document without its first history begins with. */
  readonly 'decode/behind': { readonly replica: number; readonly seq: number };
  /** A format version from the future, or one no longer read. */
  readonly 'decode/version': { readonly what: string; readonly found: number; readonly supported: number };

  /** A value that the validator of its field refuses. Nothing was written. */
  readonly 'schema/invalid': { readonly vendor: string; readonly issues: readonly string[] };

  /** The peer speaks another protocol version. */
  readonly 'protocol/version': { readonly found: number; readonly supported: number };
  /** No format is registered for this kind of document. */
  readonly 'protocol/unknown-kind': { readonly kind: string };
  /** The document exists with another kind. */
  readonly 'protocol/kind-mismatch': {
    readonly name: string;
    readonly found: string;
    readonly wanted: string;
  };
  /** The document was deleted. Whoever still has it does not make it anew by editing. */
  readonly 'protocol/deleted': { readonly name: string };
  /** A document name that is empty, too long, or has control characters. */
  readonly 'protocol/document-name': {
    readonly reason: 'empty' | 'too-long' | 'control-character' | 'surrogate';
  };
  /** A frame that this side may not get, or not in this state. */
  readonly 'protocol/unexpected-frame': { readonly frame: string; readonly state: string };
  /** More documents, fragments or batches in flight than the session allows. */
  readonly 'protocol/limit': { readonly what: string; readonly value: number; readonly limit: number };
  /** The peer said nothing for longer than the session allows. */
  readonly 'protocol/timeout': { readonly what: string; readonly afterMs: number };
  /** The relay has refused this for good: a connection (close code), a document (ChannelCloseCode) or an edit (NackCode). */
  readonly 'protocol/refused': {
    readonly what: 'connection' | 'document' | 'batch';
    readonly name: string;
    readonly code: string;
  };

  /** No or no valid credentials. */
  readonly 'auth/denied': { readonly reason: string };
  /** Valid credentials without the right that was needed. */
  readonly 'auth/forbidden': { readonly name: string; readonly right: 'read' | 'write' | 'presence' };

  /** A stored record does not decode or does not match its checksum; the other records are unharmed. */
  readonly 'storage/corrupt': { readonly key: string; readonly detail: string };
  /** The disk or the quota is full. */
  readonly 'storage/full': { readonly what: string };
  /** The store was closed under us. */
  readonly 'storage/closed': { readonly what: string };
  /** The store was written by a newer version of this software. */
  readonly 'storage/version': { readonly found: number; readonly supported: number };
  /** Any other failure of the store; retried. */
  readonly 'storage/failed': { readonly what: string; readonly detail: string };

  /** The connection was lost or could not be made; retried with backoff. */
  readonly 'transport/lost': { readonly detail: string };
  /** The address cannot be listened on. */
  readonly 'transport/listen': { readonly host: string; readonly port: number; readonly detail: string };
}

export type ErrorCode = keyof ErrorData;

/** A failure with a code to branch on, its data, and a message that says the value and the remedy. */
export class CausewayError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CausewayError';
  readonly code: C;
  readonly data: ErrorData[C];

  constructor(code: C, data: ErrorData[C], message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.data = data;
  }

  /** True when `error` is a CausewayError of this code; narrows `data`. */
  static is<C extends ErrorCode>(error: unknown, code: C): error is CausewayError<C> {
    return error instanceof CausewayError && error.code === code;
  }

  /** True when `error` is a CausewayError whose code begins with `family/`. */
  static inFamily(
    error: unknown,
    family: 'decode' | 'protocol' | 'auth' | 'storage' | 'transport',
  ): error is CausewayError {
    return error instanceof CausewayError && error.code.startsWith(`${family}/`);
  }
}

/** A broken rule of our own: a bug. It names the rule (docs/invariants.md) and is never caught. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(`invariant ${rule} broken: ${detail}`);
    this.rule = rule;
  }
}

/** Throws InvariantError when `condition` is false. `detail` is only built when it fails. */
export function invariant(condition: boolean, rule: string, detail: () => string): asserts condition {
  if (!condition) throw new InvariantError(rule, detail());
}
