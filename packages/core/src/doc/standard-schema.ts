/**
 * Validators of any library that follows Standard Schema (https://standardschema.dev): what an app writes goes through one before
 * anything changes. What others wrote is not asked about again: a peer with an older app may have had other rules, and
 * leaving its writes out would make replicas differ.
 */
import type { Value } from '../bytes/value.ts';
import { CausewayError, InvariantError } from '../error.ts';

/** The part of Standard Schema, version 1, that is used here. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The value to write in place of the one that an app has given; throws `schema/invalid` when there is none. */
export type CheckValue<T> = (value: T) => T;

/** Without a validator every value is right. */
export function checkBy<T extends Value>(validator: StandardSchema<T> | undefined): CheckValue<T> {
  if (validator === undefined) return (value) => value;
  return (value) => {
    const result = validator['~standard'].validate(value);
    if (result instanceof Promise)
      throw new InvariantError(
        'doc/synchronous-validator',
        'an edit happens at once, so its validator cannot be asynchronous: check what needs waiting before the edit',
      );
    if (result.issues === undefined) return result.value;
    const issues = result.issues.map(textOf);
    throw new CausewayError(
      'schema/invalid',
      { vendor: validator['~standard'].vendor, issues },
      `the value is not what its field takes: ${issues.join('; ')}`,
    );
  };
}

function textOf({ message, path = [] }: StandardIssue): string {
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}
