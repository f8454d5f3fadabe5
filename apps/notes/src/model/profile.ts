/**
 * Who one is to the others in a note: a name and a colour, chosen here and kept on this device. Nobody checks them; what
 * comes from a peer is cut to size before it is shown. Leaves out: accounts.
 */

export interface Profile {
  readonly name: string;
  /** `#rrggbb`; white text on it is readable. */
  readonly color: string;
}

export const MAX_NAME_LENGTH = 32;

/** Each has a contrast of at least 4.5 to white, for the label of a caret. */
export const PROFILE_COLORS: readonly string[] = [
  '#0f766e',
  '#1d5fb8',
  '#6d3fc0',
  '#a8327c',
  '#b3372f',
  '#95520b',
  '#4d6b12',
  '#4b5a67',
];

/** Birds of the tidelands, for those who have not said a name. */
const BIRDS: readonly string[] = [
  'Avocet',
  'Brent',
  'Curlew',
  'Dunlin',
  'Eider',
  'Godwit',
  'Knot',
  'Lapwing',
  'Oystercatcher',
  'Plover',
  'Sanderling',
  'Shelduck',
  'Spoonbill',
  'Teal',
  'Tern',
  'Turnstone',
];

/** A profile for a first visit. `random` is an unsigned integer. */
export function newProfile(random: number): Profile {
  return {
    name: BIRDS[random % BIRDS.length] ?? 'Curlew',
    color: PROFILE_COLORS[Math.floor(random / BIRDS.length) % PROFILE_COLORS.length] ?? '#0f766e',
  };
}

/** A profile from a store or a peer; undefined when it is none. A long name is cut, a colour that is none becomes grey. */
export function parseProfile(value: unknown): Profile | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, color } = value as { readonly name?: unknown; readonly color?: unknown };
  if (typeof name !== 'string') return undefined;
  const shown = cleanName(name);
  if (shown === '') return undefined;
  return { name: shown, color: typeof color === 'string' && isColor(color) ? color : '#4b5a67' };
}

/** A name as it may be shown: one line, at most MAX_NAME_LENGTH characters. */
export function cleanName(name: string): string {
  return [...name.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()].slice(0, MAX_NAME_LENGTH).join('').trim();
}

function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}
