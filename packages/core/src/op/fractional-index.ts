/**
 * Fractional index: a place among siblings as a fraction between 0 and 1, written in base 62 without the leading point, so
 * that there is always room between two, and comparing them as strings compares the fractions.
 *
 *      first ever      U
 *      then after it   V  W … y  z01  z02 … zy  zyz … zz001       each level of z has one digit more to count with
 *      before it       T  S … 1  0zz  0zy …                       and each level of 0
 *      between U, V    UU   then between U, UU   UT
 *
 * Placing children one after another so makes indexes that grow with the logarithm of their number, forward or backward, at
 * either end or in a gap. Two replicas that place something into the same gap take the same index; the tree orders those.
 */
import { compareStrings } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';

declare const brand: unique symbol;
export type FractionalIndex = string & { readonly [brand]: 'FractionalIndex' };

/** Halving one gap again and again gains a digit every few times; nobody does that by hand a thousand times. */
export const MAX_FRACTIONAL_INDEX_DIGITS = 512;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = DIGITS.length;
const FIRST = 'U';

/** The text as an index; `decode/invalid` unless it is digits of which the last is not 0, `decode/limit` when there are too many. */
export function parseFractionalIndex(text: string): FractionalIndex {
  if (text.length > MAX_FRACTIONAL_INDEX_DIGITS) throw tooLong(text.length);
  if (!isFractionalIndex(text)) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'fractional index', detail: text },
      `"${text}" is no fractional index: take digits and letters that do not end in 0`,
    );
  }
  return text;
}

/** An index between two, `a` before `b`; undefined stands for either end. `decode/limit` when the gap is too small for any. */
export function indexBetween(
  a: FractionalIndex | undefined,
  b: FractionalIndex | undefined,
): FractionalIndex {
  const digits = digitsBetween(a ?? '', b ?? '');
  if (digits.length > MAX_FRACTIONAL_INDEX_DIGITS) throw tooLong(digits.length);
  return parseFractionalIndex(digits);
}

export function compareIndexes(a: FractionalIndex, b: FractionalIndex): number {
  return compareStrings(a, b);
}

function isFractionalIndex(text: string): text is FractionalIndex {
  return /^[0-9A-Za-z]*[1-9A-Za-z]$/.test(text);
}

/** Either may be empty, for the end on its side. */
function digitsBetween(a: string, b: string): string {
  if (b === '') return a === '' ? FIRST : after(a);
  if (a === '') return before(b);
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const shared = b.slice(0, same);
  if (same === a.length) return shared + before(b.slice(same));
  const [low, high] = [digitAt(a, same), digitAt(b, same)];
  if (high - low > 1) return shared + DIGITS[(low + high) >>> 1];
  const rest = a.slice(same + 1);
  return shared + DIGITS[low] + (rest === '' ? FIRST : after(rest));
}

/** The next of its level: behind as many z as there are, one digit more counts up. */
function after(digits: string): string {
  const level = leading(digits, BASE - 1);
  const field = counted(digits.slice(level, level * 2 + 1), level + 1, 1);
  if (digitAt(field, 0) === BASE - 1) return `${'z'.repeat(level + 1)}${'0'.repeat(level + 1)}1`;
  return 'z'.repeat(level) + withoutZeros(field);
}

/** The one before of its level: behind as many 0 as there are, one digit more counts down. */
function before(digits: string): string {
  const level = leading(digits, 0);
  const head = '0'.repeat(level);
  const start = digits.slice(level, level * 2 + 1);
  if (digits.length > level * 2 + 1) return head + withoutZeros(start);
  const field = counted(start, level + 1, -1);
  if (digitAt(field, 0) === 0) return `0${head}${'z'.repeat(level + 2)}`;
  return head + withoutZeros(field);
}

/** A number of so many digits, one up or down. Its first digit is neither 0 nor z when that would carry it away. */
function counted(digits: string, width: number, by: 1 | -1): string {
  const numbers = Array.from({ length: width }, (_, i) => digitAt(digits, i));
  let at = width - 1;
  while (numbers[at] === (by === 1 ? BASE - 1 : 0)) numbers[at--] = by === 1 ? 0 : BASE - 1;
  numbers[at] = (numbers[at] ?? 0) + by;
  return numbers.map((number) => DIGITS[number]).join('');
}

function leading(digits: string, digit: number): number {
  let count = 0;
  while (count < digits.length && digitAt(digits, count) === digit) count++;
  return count;
}

function digitAt(digits: string, at: number): number {
  return at < digits.length ? DIGITS.indexOf(digits.charAt(at)) : 0;
}

function withoutZeros(digits: string): string {
  return digits.replace(/0+$/, '');
}

function tooLong(digits: number): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'fractional index digits', value: digits, limit: MAX_FRACTIONAL_INDEX_DIGITS },
    `a place of ${digits} digits between two siblings; move one of them away and back first`,
  );
}
