/** What went wrong, said to someone who does not know the code. */
import { CausewayError } from '@causeway/core';

/** One or two sentences, the last of them what one can do, if there is anything. */
export function wordsOf(error: unknown): string {
  if (CausewayError.is(error, 'storage/corrupt')) {
    return 'A part of the copy on this device cannot be read. What the relay has of it is fetched again.';
  }
  if (CausewayError.is(error, 'storage/full'))
    return 'There is no room left on this device’s disk. Make some, then reload.';
  if (CausewayError.is(error, 'storage/version')) {
    return 'It was written by a newer version of this app. Reload to get that version.';
  }
  if (CausewayError.inFamily(error, 'storage'))
    return 'This device’s storage does not work as it should. Reload to try again.';
  if (CausewayError.is(error, 'protocol/kind-mismatch'))
    return 'The relay holds something else under this name.';
  if (CausewayError.inFamily(error, 'decode'))
    return 'Some of what came in makes no sense, and was not taken.';
  if (CausewayError.inFamily(error, 'auth')) return 'The relay does not let you in here.';
  if (CausewayError.inFamily(error, 'protocol'))
    return 'This app and the relay do not understand each other. Reload to get the newest app.';
  return 'Something unexpected happened. Your edits up to now are kept; reload to go on.';
}
