/**
 * The contract of a kind of document: what relays, stores, outboxes and the protocol count on in its UpdateFormat, and
 * clients in its Engine. Plays random documents at several sites, takes the updates they tell, and tries each promise on
 * them. Needs no test runner: call it in a test of any. What a document *means* under concurrent changes is not looked at
 * here; lattices have their specifications for that (specification.ts).
 */
import { equalBytes } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import type { Engine, EngineFactory, Site, UpdateFormat, VersionOrder } from '../format/index.ts';
import { randomReplicaId } from '../id/index.ts';
import { hostileBytes } from './hostile-bytes.ts';
import { equalData, showData } from './plain-data.ts';
import { Seeded, type SuiteOptions, seedsOfRuns } from './seeded.ts';
import { asBroken, Broken, SuiteFailure } from './suite-failure.ts';

/** A kind of document, as the contract tries it. */
export interface DocumentSubject<E extends Engine> {
  /** Opens a blank document at a site. */
  readonly open: EngineFactory<E>;
  /** Makes some random local change, or none. Few places and values, so that changes meet. */
  change(document: E, random: Seeded): void;
  /** What an app reads in the document, as plain data. Documents that hold the same have equal values. */
  value(document: E): unknown;
  /** The format to try, where it is not the engine's own: that of a relay which has not the app's code. */
  readonly format?: UpdateFormat;
}

const DEFAULT_RUNS = 40;
const REPLICAS = 3;
const STEPS = 24;
/** Draws of updates on which each promise of the format is tried in one run. */
const DRAWS = 6;
const HOSTILE_INPUTS = 60;
/** Rounds in which documents may answer updates with updates before they have to come to rest. */
const MAX_ROUNDS = 20;
/** Hostile updates that were accepted and that one document must bear one after another. */
const MAX_BORNE = 30;

/** Throws SuiteFailure at the first promise that is broken; its message has the seed. Takes some seconds with the default runs. */
export function checkFormat<E extends Engine>(subject: DocumentSubject<E>, options: SuiteOptions = {}): void {
  for (const seed of seedsOfRuns(options, DEFAULT_RUNS)) {
    let kind: string = subject.format?.kind ?? 'document';
    try {
      const run = new Run(subject, new Seeded(seed));
      kind = run.format.kind;
      run.checkEngines();
      for (let draw = 0; draw < DRAWS; draw++) {
        run.checkMerge();
        run.checkDiff();
        run.checkVersions();
      }
      run.checkHostile();
    } catch (error) {
      const { check, message, cause } = asBroken(error);
      throw new SuiteFailure(check, kind, seed, message, { cause });
    }
  }
}

class Run<E extends Engine> {
  readonly format: UpdateFormat;
  readonly #subject: DocumentSubject<E>;
  readonly #random: Seeded;
  readonly #replicas: Replica<E>[];
  /** Local updates of all replicas, in the order in which they were made. */
  readonly #updates: Uint8Array[] = [];

  constructor(subject: DocumentSubject<E>, random: Seeded) {
    this.#subject = subject;
    this.#random = random;
    this.#replicas = Array.from({ length: REPLICAS }, () => new Replica(subject, siteOf(random), []));
    this.format = subject.format ?? this.#reader([]).format;
  }

  /** Documents at several sites that change, and exchange updates one by one, merged, twice, late, with restarts in between. */
  checkEngines(): void {
    const random = this.#random;
    for (let step = 0; step < STEPS; step++) {
      const replica = random.pick(this.#replicas);
      const draw = random.int(10);
      if (draw < 5) this.#change(replica);
      else if (draw < 8) this.#deliverSome(replica);
      else if (draw === 8) this.#restart(replica);
      else this.#deliverMerged(replica);
    }
    this.#deliverAll();
    const wanted = this.#reader(this.#updates);
    for (const { document } of this.#replicas) {
      this.#same('documents that hold the same are the same', document, wanted);
    }
    this.#checkClose(random.pick(this.#replicas));
    this.#checkFirstListener();
  }

  checkMerge(): void {
    const { format } = this;
    const random = this.#random;
    const all = this.#updates;
    const wanted = this.#reader(all);
    const some = all.filter(() => random.chance(0.5));
    const rest = all.filter((update) => !some.includes(update));

    this.#same('merge in order', this.#reader([this.#merge(all)]), wanted);
    const repeated = random.shuffle([...all, ...some]);
    this.#same('merge in any order, with repeats', this.#reader([this.#merge(repeated)]), wanted);
    const merged = [this.#merge(random.shuffle(some)), this.#merge(random.shuffle(rest))];
    this.#same('merge of merges', this.#reader([this.#merge(random.shuffle(merged))]), wanted);
    this.#same(
      'a part that waits heals',
      this.#reader([...random.shuffle(some), ...random.shuffle(rest)]),
      wanted,
    );
    this.#same('a merged part that waits heals', this.#reader(random.shuffle(merged)), wanted);

    const one = random.pick([...all, format.empty]);
    this.#same('merge of one', this.#reader([this.#merge([one])]), this.#reader([one]));
    for (const updates of [
      [one, format.empty],
      [format.empty, one],
    ]) {
      this.#same('empty is neutral', this.#reader([this.#merge(updates)]), this.#reader([one]));
    }
    this.#same('merge of none is empty', this.#reader([this.#merge([])]), this.#reader([]));
    this.#same('empty changes nothing', this.#reader([format.empty]), this.#reader([]));
  }

  /** Holders that are up to date, behind, and with parts missing in the middle, known by the update or by the document they hold. */
  checkDiff(): void {
    const { format } = this;
    const random = this.#random;
    const offered = random.chance(0.5) ? this.#updates : this.#updates.filter(() => random.chance(0.7));
    const holders = {
      'an up-to-date holder': this.#updates,
      'a stale holder': this.#updates.slice(0, random.int(this.#updates.length + 1)),
      'a gapped holder': this.#updates.filter(() => random.chance(0.5)),
      'a blank holder': [],
    };
    // Without the rest, a gap in what is offered could hide that a diff lacks something.
    const rest = random.shuffle(this.#updates.filter((update) => !offered.includes(update)));
    for (const [holder, held] of Object.entries(holders)) {
      const document = this.#reader(held);
      const since = random.chance(0.5)
        ? format.versionOf(this.#merge(held))
        : format.parseVersion(document.version());
      const diff = format.diff(this.#merge(offered), since);
      format.validate(diff);
      const found = this.#reader([...held, diff, ...rest]);
      this.#same(`diff to ${holder}`, found, this.#reader([...held, ...offered, ...rest]));
    }
  }

  checkVersions(): void {
    const { format } = this;
    const random = this.#random;
    const some = this.#updates.filter(() => random.chance(0.6));
    const fewer = some.filter(() => random.chance(0.6));
    const others = this.#updates.filter(() => random.chance(0.6));
    const [version, less, other] = [some, fewer, others].map((updates) =>
      format.versionOf(this.#merge(updates)),
    );
    if (version === undefined || less === undefined || other === undefined) return;

    if (!equalBytes(format.parseVersion(version.slice()), version)) {
      throw new Broken('a version is read as it was written', showData(version));
    }
    this.#compares('a version equals itself', version, version.slice(), ['equal']);
    this.#compares('more is not before less', less, version, ['equal', 'before']);
    this.#compares('compare looks from both sides', other, version, [
      MIRRORED[format.compare(version, other)],
    ]);
    this.#compares('no bytes are the version of nothing', new Uint8Array(), format.versionOf(format.empty), [
      'equal',
    ]);
    // A document may leave out of its version what waits in it for a missing part; its snapshot has that too.
    this.#checkVersionOfDocument(some, ['equal', 'before']);
    this.#checkVersionOfDocument(this.#updates, ['equal']);
  }

  #checkVersionOfDocument(updates: readonly Uint8Array[], allowed: readonly VersionOrder[]): void {
    const document = this.#reader(updates);
    if (document.format !== this.format) return;
    const ofSnapshot = this.format.versionOf(document.snapshot());
    this.#compares('document and snapshot have one version', document.version(), ofSnapshot, allowed);
  }

  checkHostile(): void {
    const { format } = this;
    const random = this.#random;
    const whole = this.#merge(this.#updates);
    const sound = [...this.#updates, whole, this.#reader([whole]).snapshot(), format.empty];
    const accepted: Uint8Array[] = [];
    let bearer = this.#reader(sound);
    for (let input = 0; input < HOSTILE_INPUTS; input++) {
      const bytes = hostileBytes(random, sound);
      this.#checkHostileVersion(bytes, whole);
      const isAccepted = this.#checkVerdicts(bytes, random.pick(sound));
      if (!this.#bears(this.#reader([]), bytes) || !this.#bears(bearer, bytes) || !isAccepted) continue;
      accepted.push(bytes);
      if (accepted.length % MAX_BORNE === 0) bearer = this.#reader(sound);
    }
    this.#checkAftermath(bearer, random.shuffle([...this.#updates, ...accepted]));
  }

  /** Every function says the same of these bytes. Returns whether that is yes. */
  #checkVerdicts(bytes: Uint8Array, sound: Uint8Array): boolean {
    const { format } = this;
    const isAccepted = this.#accepts('validate', bytes, () => format.validate(bytes));
    const tries: Readonly<Record<string, () => unknown>> = {
      versionOf: () => format.parseVersion(format.versionOf(bytes)),
      'merge of one': () => format.merge([bytes]),
      'merge with a sound one': () => format.validate(format.merge([bytes, sound])),
      'merge behind a sound one': () => format.validate(format.merge([sound, bytes])),
      diff: () => format.validate(format.diff(bytes, format.versionOf(sound))),
    };
    for (const [what, call] of Object.entries(tries)) {
      if (this.#accepts(what, bytes, call) !== isAccepted) {
        throw new Broken(
          'one verdict on hostile bytes',
          `validate ${isAccepted ? 'accepts' : 'refuses'} ${showData(bytes)}, ${what} does not`,
        );
      }
    }
    return isAccepted;
  }

  #checkHostileVersion(bytes: Uint8Array, update: Uint8Array): void {
    const { format } = this;
    this.#accepts('parseVersion', bytes, () => {
      const version = format.parseVersion(bytes);
      format.validate(format.diff(update, version));
      format.compare(version, format.versionOf(update));
    });
  }

  /** The document takes what its own format accepts, and is as it was after what that refuses. Returns whether it took it. */
  #bears(document: E, bytes: Uint8Array): boolean {
    const isSound = this.#accepts('validate', bytes, () => document.format.validate(bytes));
    const before = this.#subject.value(document);
    const snapshot = document.snapshot();
    const isTaken = this.#accepts('apply', bytes, () => document.apply(bytes));
    if (isTaken !== isSound) {
      throw new Broken(
        'a document takes what its format accepts',
        `${showData(bytes)} on ${showData(before)}`,
      );
    }
    if (
      !isTaken &&
      !(equalData(this.#subject.value(document), before) && equalBytes(document.snapshot(), snapshot))
    ) {
      throw new Broken(
        'apply is all or nothing',
        `${showData(bytes)} on ${showData(before)} left ${showData(this.#subject.value(document))}`,
      );
    }
    return isTaken;
  }

  /** Documents that have taken hostile bytes can be read, changed, stored and joined. */
  #checkAftermath(bearer: E, stored: readonly Uint8Array[]): void {
    const told: Uint8Array[] = [];
    bearer.onUpdate((update) => told.push(update));
    this.#subject.change(bearer, this.#random);
    this.#subject.value(bearer);
    for (const update of [...told, bearer.snapshot()]) bearer.format.validate(update);
    this.#reader([bearer.snapshot()]);
    const joined = this.#reader([this.#merge(stored)]);
    this.#subject.change(joined, this.#random);
    this.#subject.value(joined);
  }

  /** Whether the call goes well; `decode/*` is the only other way that it may go. */
  #accepts(what: string, bytes: Uint8Array, call: () => unknown): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (CausewayError.inFamily(error, 'decode')) return false;
      throw new Broken(
        'hostile bytes give decode/*',
        `${what} of ${showData(bytes)} threw ${asBroken(error).message}`,
        { cause: error },
      );
    }
  }

  #change(replica: Replica<E>): void {
    const before = this.#subject.value(replica.document);
    const made = replica.toldOf(() => this.#subject.change(replica.document, this.#random));
    this.#checkHeard(replica, before);
    if (made.length === 0 && !equalData(this.#subject.value(replica.document), before)) {
      const after = this.#subject.value(replica.document);
      throw new Broken(
        'local changes are told in the same turn',
        `nothing told of ${showData(before)} → ${showData(after)}`,
      );
    }
    this.#broadcast(replica, made);
  }

  #broadcast(from: Replica<E>, updates: readonly Uint8Array[]): void {
    for (const update of updates) this.format.validate(update);
    this.#updates.push(...updates);
    for (const replica of this.#replicas) if (replica !== from) replica.inbox.push(...updates);
  }

  #deliverSome(replica: Replica<E>): void {
    for (let i = this.#random.int(4); i > 0 && replica.inbox.length > 0; i--) {
      const at = this.#random.int(replica.inbox.length);
      const [update] = this.#random.chance(0.8) ? replica.inbox.splice(at, 1) : replica.inbox.slice(at);
      if (update !== undefined) this.#deliver(replica, update);
    }
  }

  #deliverMerged(replica: Replica<E>): void {
    const taken = replica.inbox.filter(() => this.#random.chance(0.5));
    replica.inbox = replica.inbox.filter((update) => !taken.includes(update));
    this.#deliver(replica, this.#merge(this.#random.shuffle(taken)));
  }

  /** A document may answer a remote update with a change of its own (Yjs tidies up formatting), but not with the update. */
  #deliver(replica: Replica<E>, update: Uint8Array): void {
    const before = this.#subject.value(replica.document);
    const answers = replica.toldOf(() => replica.document.apply(update));
    this.#checkHeard(replica, before);
    for (const answer of answers)
      this.#same('remote updates are not told', this.#reader([answer]), this.#reader([]));
    this.#broadcast(replica, answers);
  }

  /** Whoever shows the document has heard that it is not what it was before. */
  #checkHeard({ document, changes }: Replica<E>, before: unknown): void {
    if (changes > 0) return;
    const after = this.#subject.value(document);
    if (!equalData(after, before))
      throw new Broken('every change is heard of', `none heard of ${showData(before)} → ${showData(after)}`);
  }

  #deliverAll(): void {
    for (let round = 0; this.#replicas.some((replica) => replica.inbox.length > 0); round++) {
      if (round > MAX_ROUNDS)
        throw new Broken('documents come to rest', `they still answer each other after ${MAX_ROUNDS} rounds`);
      for (const replica of this.#replicas) {
        for (const update of this.#random.shuffle(replica.inbox.splice(0))) this.#deliver(replica, update);
      }
    }
  }

  /** The document is closed and opened again from its snapshot, at its own site. */
  #restart(replica: Replica<E>): void {
    const snapshot = replica.document.snapshot();
    this.format.validate(snapshot);
    const again = new Replica(this.#subject, replica.site, replica.inbox);
    again.document.apply(snapshot);
    this.#same('a snapshot opens as the same document', again.document, replica.document);
    replica.document.close();
    this.#replicas[this.#replicas.indexOf(replica)] = again;
  }

  #checkClose(replica: Replica<E>): void {
    replica.document.close();
    const told = replica.toldOf(() => this.#subject.change(replica.document, this.#random));
    if (told.length > 0 || replica.changes > 0)
      throw new Broken('a closed document tells nothing', showData(told));
  }

  /** What was changed before anyone listened is told to the first who does, and to no other. */
  #checkFirstListener(): void {
    const document = this.#reader(this.#updates);
    for (let i = 0; i < 3; i++) this.#subject.change(document, this.#random);
    const first: Uint8Array[] = [];
    const second: Uint8Array[] = [];
    document.onUpdate((update) => first.push(update));
    document.onUpdate((update) => second.push(update));
    this.#same(
      'the first listener is told what it missed',
      this.#reader([...this.#updates, ...first]),
      document,
    );
    if (second.length > 0) throw new Broken('local changes are told once', showData(second));
  }

  #merge(updates: readonly Uint8Array[]): Uint8Array {
    const merged = this.format.merge(updates);
    this.format.validate(merged);
    return merged;
  }

  /** A document at a new site that has just these updates, applied in this order. */
  #reader(updates: readonly Uint8Array[]): E {
    const document = this.#subject.open(siteOf(this.#random));
    for (const update of updates) document.apply(update);
    return document;
  }

  #same(check: string, found: E, wanted: E): void {
    const [ofFound, ofWanted] = [this.#subject.value(found), this.#subject.value(wanted)];
    if (!equalData(ofFound, ofWanted)) {
      throw new Broken(check, `found  ${showData(ofFound, 2000)}\nwanted ${showData(ofWanted, 2000)}`);
    }
    const order = found.format.compare(found.version(), wanted.version());
    if (order !== 'equal')
      throw new Broken(check, `equal values, but the version is ${order}: ${showData(ofFound, 2000)}`);
  }

  #compares(check: string, a: Uint8Array, b: Uint8Array, allowed: readonly VersionOrder[]): void {
    const order = this.format.compare(this.format.parseVersion(a), this.format.parseVersion(b));
    if (!allowed.includes(order)) throw new Broken(check, `${showData(a)} is ${order} ${showData(b)}`);
  }
}

const MIRRORED: Readonly<Record<VersionOrder, VersionOrder>> = {
  equal: 'equal',
  before: 'after',
  after: 'before',
  concurrent: 'concurrent',
};

/** A document that somebody works on, and what it has not got yet. */
class Replica<E extends Engine> {
  readonly site: Site;
  readonly document: E;
  inbox: Uint8Array[];
  /** Heard of since `toldOf` was called last. */
  changes = 0;
  readonly #told: Uint8Array[] = [];

  constructor(subject: DocumentSubject<E>, site: Site, inbox: Uint8Array[]) {
    this.site = site;
    this.document = subject.open(site);
    this.inbox = inbox;
    this.document.onUpdate((update) => this.#told.push(update));
    this.document.onChange(() => this.changes++);
  }

  /** The updates that the document tells while `act` runs. */
  toldOf(act: () => void): readonly Uint8Array[] {
    this.#told.length = 0;
    this.changes = 0;
    act();
    return [...this.#told];
  }
}

/** A site whose clock is some seconds off and goes on by a random time at every look. */
function siteOf(random: Seeded): Site {
  const source = random.fork();
  let nowMs = 1_700_000_000_000 + source.int(20_000);
  return {
    replica: randomReplicaId(() => source.u32()),
    now: () => {
      nowMs += source.int(50);
      return nowMs;
    },
    random: () => source.u32(),
  };
}
