/**
 * Known bugs, to be planted one at a time: each is a change of compiled code that this simulation has to notice. A string that
 * is not found exactly once is an error, so that a mutant never silently stops to be one.
 */

export interface Mutant {
  readonly name: string;
  /** A compiled file, from the repository's root. */
  readonly file: string;
  readonly changes: readonly (readonly [from: string, to: string])[];
  /** Where the usual number is too few to get there. */
  readonly steps?: number;
}

const CLIENT = 'packages/client/dist';
const RELAY = 'packages/relay/dist';
const SYNC = 'packages/core/dist/sync';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'an ack goes out before the disk has it',
    file: `${RELAY}/room.js`,
    changes: [
      [
        'this.#parts.log.append(this.name, batch, update).then(',
        'for (const author of authors) author.durable(batch, this.#head + this.#appending); this.#parts.log.append(this.name, batch, update).then(',
      ],
      [
        'this.#committed({ offset, batch, update, authors, ticket });',
        'this.#committed({ offset, batch, update, authors: [], ticket });',
      ],
    ],
  },
  {
    name: 'after a restore nothing is sent again',
    file: `${SYNC}/client-channel.js`,
    changes: [['awaitsHave: !frame.resumed && held !== undefined', 'awaitsHave: false']],
  },
  {
    name: 'the outbox is cleared when a batch is sent',
    file: `${CLIENT}/open-document.js`,
    changes: [
      [
        'this.#host.send(effect.frame);',
        "this.#host.send(effect.frame); if (effect.frame.type === 'push') this.#writer.write({ settled: [effect.frame.batch] });",
      ],
    ],
  },
  {
    name: 'catch-up begins one entry too late',
    file: `${SYNC}/relay-channel.js`,
    changes: [
      ['sent: resumed ? position.offset : 0', 'sent: resumed ? Math.min(head, position.offset + 1) : 0'],
    ],
  },
  {
    name: 'batches in flight are forgotten with their connection',
    file: `${SYNC}/client-channel.js`,
    changes: [
      [
        "queue: queueWithInFlight(state), link: { type: 'offline' }",
        "queue: state.queue, link: { type: 'offline' }",
      ],
    ],
  },
  {
    name: 'presence stays when its session has left',
    file: `${RELAY}/room.js`,
    changes: [['this.publishPresence(member, NOTHING);', '']],
  },
  {
    name: 'who may read may write',
    file: `${RELAY}/channel.js`,
    changes: [["const access = rights.access === 'write' ? wanted : 'read';", 'const access = wanted;']],
  },
  {
    name: 'rights are looked at only when a document is opened',
    file: `${RELAY}/connections.js`,
    changes: [['connection.fail(error);', ';']],
  },
  {
    name: 'a write that failed is forgotten',
    file: `${CLIENT}/document-writer.js`,
    changes: [['this.#waiting = [...changes, ...this.#waiting];', '']],
  },
  {
    name: 'what a closed tab left unsent is taken over by nobody',
    file: `${CLIENT}/client.js`,
    changes: [['onGone: () => void this.#takeOver()', 'onGone: () => undefined']],
  },
  {
    name: 'two tabs write as one replica',
    file: `${CLIENT}/replica-lease.js`,
    changes: [['if (lock !== null && (await isGood()))', 'if (await isGood())']],
  },
  {
    name: 'folding leaves the last entry out',
    file: `${RELAY}/log-fold.js`,
    changes: [['({ offset }) => offset <= end)', '({ offset }) => offset < end)']],
  },
  {
    name: 'what a slow reader missed is not read for it',
    file: `${SYNC}/relay-channel.js`,
    changes: [
      [
        "const next = { ...phase, type: 'catching-up', missedPresence: false };",
        "const next = { ...phase, type: 'catching-up', sent: phase.head, missedPresence: false };",
      ],
    ],
  },
  {
    name: 'a batch that is refused is thrown away',
    file: `${CLIENT}/storage/apply-changes.js`,
    changes: [['quarantine.set(id, { ...batch, code, message });', '']],
  },
  {
    name: 'what is on disk counts as on the relay',
    file: `${CLIENT}/outbox.js`,
    changes: [["return this.inPageOnly > 0 ? 'memory' : 'disk';", "return 'relay';"]],
  },
  {
    name: 'compaction drops the first chunk that it read',
    file: `${CLIENT}/storage/memory-store.js`,
    changes: [['merge(chunks.slice(first), first === 0)', 'merge(chunks.slice(first + 1), first === 0)']],
    steps: 900,
  },
];
