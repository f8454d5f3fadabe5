/**
 * What the status chip says, from what is known: pure, so that every sentence can be checked. It never says more than is
 * true: the level is that of the least saved edit.
 *
 *   this page ──────── this device ──────── relay
 *    memory               disk              relay
 */

export type Level = 'memory' | 'disk' | 'relay';

/** How this page stands to the relay. */
export type Line =
  | { readonly state: 'online' }
  | { readonly state: 'connecting' }
  /** The offline switch. */
  | { readonly state: 'switched-off' }
  | { readonly state: 'no-network' }
  /** Tried and failed; the client tries again. */
  | { readonly state: 'unreachable' }
  /** The relay does not want this client; trying again does not help. */
  | { readonly state: 'refused'; readonly reason: string };

/** Of one document, or of several together. */
export interface SaveFacts {
  readonly saved: Level;
  /** Edits not yet on this device's disk. */
  readonly unwritten: number;
  /** Edits not yet acknowledged by the relay; those not yet written are among them. */
  readonly unsent: number;
  /** Everything the relay holds is here, in this connection. */
  readonly synced: boolean;
  /** Edits that the relay refused. */
  readonly refused: number;
  readonly readOnly: boolean;
  /** What went wrong with the document, in words. */
  readonly trouble: string | undefined;
}

/** Why this browser keeps nothing; undefined when it does. */
export type StorageTrouble = string | undefined;

export interface SaveWords {
  readonly level: Level;
  readonly tone: 'calm' | 'good' | 'warn' | 'bad';
  /** On the chip. */
  readonly label: string;
  /** Beside the label, shorter; empty when there is nothing to add. */
  readonly note: string;
  /** One sentence on where the edits are. */
  readonly sentence: string;
  /** One sentence on the connection. */
  readonly connection: string;
  /** What else is to know: one sentence each. */
  readonly more: readonly string[];
}

const LEVELS: readonly Level[] = ['memory', 'disk', 'relay'];

const LABELS: Readonly<Record<Level, string>> = {
  memory: 'On this page only',
  disk: 'Saved on this device',
  relay: 'Saved on relay',
};

/** What is true of all documents alike. */
export interface Surroundings {
  readonly line: Line;
  readonly storage: StorageTrouble;
  /** What is on this page only has been so for longer than a write takes. */
  readonly stuck: boolean;
}

export function saveWords(facts: SaveFacts, { line, storage, stuck }: Surroundings): SaveWords {
  const underWay = facts.saved === 'memory' && storage === undefined && !stuck;
  return {
    level: facts.saved,
    tone: toneOf(facts, line, underWay),
    label: labelOf(facts, underWay),
    note: noteOf(facts, line),
    sentence: sentenceOf(facts, storage),
    connection: connectionWords(line),
    more: moreOf(facts, line, storage),
  };
}

/** Whether `next` is good news after `shown`: further on, or with less to do. */
export function isBetter(next: SaveFacts, shown: SaveFacts): boolean {
  const further = LEVELS.indexOf(next.saved) - LEVELS.indexOf(shown.saved);
  return further > 0 || (further === 0 && next.unsent < shown.unsent);
}

/** The facts of several documents as one: as good as the worst of them. Of none: saved. */
export function togetherFacts(all: readonly SaveFacts[]): SaveFacts {
  const sum = (of: (facts: SaveFacts) => number): number =>
    all.reduce((total, facts) => total + of(facts), 0);
  const has = (level: Level): boolean => all.some((facts) => facts.saved === level);
  return {
    saved: has('memory') ? 'memory' : has('disk') ? 'disk' : 'relay',
    unwritten: sum((facts) => facts.unwritten),
    unsent: sum((facts) => facts.unsent),
    synced: all.every((facts) => facts.synced),
    refused: sum((facts) => facts.refused),
    readOnly: all.some((facts) => facts.readOnly),
    trouble: all.find((facts) => facts.trouble !== undefined)?.trouble,
  };
}

/** Where something cannot be read, nobody knows what it held: then all is not called saved. */
function labelOf({ saved, trouble }: SaveFacts, underWay: boolean): string {
  if (saved === 'relay' && trouble !== undefined) return 'Something is wrong';
  return underWay ? 'Saving…' : LABELS[saved];
}

function toneOf(facts: SaveFacts, line: Line, underWay: boolean): SaveWords['tone'] {
  if (facts.refused > 0 || facts.trouble !== undefined || line.state === 'refused') return 'bad';
  if (facts.saved === 'memory') return underWay ? 'calm' : 'warn';
  if (line.state !== 'online' && line.state !== 'connecting') return 'warn';
  return facts.saved === 'relay' ? 'good' : 'calm';
}

function noteOf(facts: SaveFacts, line: Line): string {
  if (facts.trouble !== undefined) return facts.saved === 'relay' ? '' : 'something is wrong';
  if (facts.refused > 0) return `${facts.refused} refused`;
  if (line.state === 'refused') return 'refused';
  const away = line.state !== 'online' && line.state !== 'connecting';
  if (facts.saved !== 'relay' && facts.unsent > 0) {
    return away ? `offline, ${facts.unsent} to send` : `${facts.unsent} to send`;
  }
  if (away) return 'offline';
  return facts.synced && line.state === 'online' ? '' : 'catching up';
}

function sentenceOf(facts: SaveFacts, storage: StorageTrouble): string {
  if (facts.saved === 'relay') {
    return facts.trouble === undefined
      ? 'Every edit made here is on the relay’s disk.'
      : 'Every edit that can be read here is on the relay’s disk.';
  }
  if (facts.saved === 'disk') {
    return `${edits(facts.unsent)} on this device’s disk, and not yet on the relay.`;
  }
  if (storage !== undefined) return `${edits(facts.unsent)} on this page only: closing it now loses them.`;
  return `${edits(facts.unwritten)} not yet on this device’s disk.`;
}

/** One sentence on the connection. */
export function connectionWords(line: Line): string {
  switch (line.state) {
    case 'online':
      return 'Connected to the relay.';
    case 'connecting':
      return 'Connecting to the relay.';
    case 'switched-off':
      return 'Working offline, as you chose.';
    case 'no-network':
      return 'This device has no network. It connects by itself when there is one.';
    case 'unreachable':
      return 'The relay does not answer. It is tried again and again.';
    case 'refused':
      return `The relay refuses this page: ${line.reason}`;
  }
}

function moreOf(facts: SaveFacts, line: Line, storage: StorageTrouble): readonly string[] {
  const more: string[] = [];
  if (facts.trouble !== undefined) more.push(facts.trouble);
  if (facts.refused === 1) more.push('The relay refused one edit. It is kept here.');
  if (facts.refused > 1) more.push(`The relay refused ${facts.refused} edits. They are kept here.`);
  if (facts.readOnly) more.push('You may read this, not change it.');
  if (line.state === 'online' && !facts.synced) more.push('What others wrote is still coming in.');
  if (storage !== undefined) more.push(`This browser keeps nothing for this page (${storage}).`);
  return more;
}

function edits(count: number): string {
  if (count === 0) return 'The last edit is';
  return count === 1 ? 'One edit is' : `${count} edits are`;
}
