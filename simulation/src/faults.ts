/**
 * What may happen in the simulated world, each by name, and how often: a weight among all of them. `--faults cut=20,night=0`
 * changes some, `--faults none` leaves only the users and what they do.
 */

/** What users do of themselves. */
const USERS = {
  /** Somebody changes a document. */
  edit: 100,
  /** Somebody moves a cursor. */
  cursor: 10,
  /** A tab is opened, on a device that may have none. */
  'open-tab': 4,
  /** A tab is closed as a page is: told that it is hidden, and gone at once. */
  'close-tab': 2,
  /** An app goes offline and online by its own wish. */
  disconnect: 1,
  connect: 3,
  /** Everyone's devices sleep for hours. */
  night: 0.15,
} as const;

const FAULTS = {
  /** The connections of one device are cut; what is under way is lost. */
  cut: 5,
  /** One device is cut off for minutes. */
  partition: 2,
  /** The network is slow and loses connections for a while. */
  'bad-network': 1,
  /** A client does not read for a while. */
  'slow-reader': 2,
  /** The relay dies, with what it has not yet written, and comes back. */
  'relay-crash': 2,
  /** The relay is stopped as for an update, and started again. */
  'relay-restart': 0.5,
  /** The relay's machine stands still. */
  'relay-freeze': 0.5,
  /** The relay's disk takes no writes for a while: it is full, fails at fsync, or is slow to answer. */
  'relay-disk-full': 0.5,
  'relay-disk-failing': 0.5,
  'relay-disk-stalled': 0.5,
  /** The relay comes back with what a backup of earlier had. */
  backup: 0.5,
  restore: 0.3,
  /** A document is exported while everyone goes on. */
  export: 0.5,
  /** One tab dies; what it had begun to store is stored. */
  'tab-crash': 1.5,
  /** The whole browser dies; what its tabs had begun to store may be undone. */
  'browser-crash': 1,
  /** A hidden tab stands still, for up to an hour. */
  'tab-freeze': 1,
  /** A browser's disk takes no writes for a while. */
  'browser-disk-full': 0.7,
  'browser-disk-failing': 0.7,
  /** A device's clock jumps. */
  'clock-jump': 0.5,
  /** Whoever gives out tokens does not answer for a while. */
  'token-trouble': 0.5,
  /** Somebody may only read from now on; and may write again. */
  withdraw: 0.4,
  grant: 0.8,
} as const;

export type StepName = keyof typeof USERS | keyof typeof FAULTS;

export type Weights = Readonly<Record<StepName, number>>;

export const DEFAULT_WEIGHTS: Weights = { ...USERS, ...FAULTS };

const NAMES = Object.keys(DEFAULT_WEIGHTS).filter(isStepName);

/** What `--faults` says. Throws an Error that says what is wrong. */
export function parseWeights(text: string): Weights {
  const weights: Record<StepName, number> = { ...DEFAULT_WEIGHTS };
  for (const part of text.split(',')) {
    if (part === '') continue;
    if (part === 'none') {
      for (const name of NAMES) if (name in FAULTS) weights[name] = 0;
      continue;
    }
    const [name = '', weight = ''] = part.split('=');
    if (!isStepName(name)) throw new Error(`--faults: there is no ${name}; there are ${NAMES.join(', ')}`);
    const value = Number(weight);
    if (weight === '' || !(value >= 0)) throw new Error(`--faults: ${part} should be ${name}=a number`);
    weights[name] = value;
  }
  return weights;
}

function isStepName(name: string): name is StepName {
  return name in DEFAULT_WEIGHTS;
}
