/**
 * One simulation: plays a plan step by step on one clock, and looks after every step whether what must hold does; then lets
 * everything come to rest and looks whether everyone has everything. Every part of client and relay is the real one; the
 * network, the disks, the clocks and the dice are of this folder.
 */
import { InvariantError } from '@causeway/core';
import { parseDocumentName, randomReplicaId } from '@causeway/core/id';
import { CALM, type NetworkConditions, Seeded, SimulatedNetwork, VirtualTime } from '@causeway/core/testing';
import type { MemoryDocumentLog } from '@causeway/relay';
import { Device, type Tab, type TabDocument } from './device.ts';
import { KINDS, viewText } from './document-model.ts';
import { settled } from './driven.ts';
import type { StepName } from './faults.ts';
import { Ledger } from './ledger.ts';
import type { Plan, Step } from './plan.ts';
import { RelayDisk } from './relay-disk.ts';
import { RelayMachine } from './relay-machine.ts';
import { Rights } from './rights.ts';
import { Violation } from './violation.ts';

export interface Outcome {
  /** What did not hold; undefined when everything did. */
  readonly violation: Violation | undefined;
  /** What happened, one line each, with its time. */
  readonly story: readonly string[];
  /** How often what really happened. */
  readonly counts: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
  /** Time of each tab that ran, together. */
  readonly clientMs: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** By then everything is everywhere: three times the longest backoff, and what a slow token adds. */
const REST_MS = 4 * MINUTE_MS;
/** After everyone has gone: rooms are closed, connections are given up, and no timer is left. */
const END_MS = 2 * MINUTE_MS;
const LOOK_EVERY_MS = 250;
const MOST_TABS = 3;
/** What a client that runs may have set: its connection's, one for each writer and compaction. */
const MOST_TIMERS_OF_TAB = 40;

/** Delays as on a mobile phone; each end notices a lost connection in its own time. */
const USUAL: NetworkConditions = {
  ...CALM,
  delayMs: [1, 120],
  noticeMs: [0, 5_000],
  cutChance: 0.0005,
  refuseChance: 0.02,
};
const BAD: NetworkConditions = {
  delayMs: [50, 2_500],
  noticeMs: [0, 20_000],
  cutChance: 0.05,
  refuseChance: 0.3,
  bytesPerMs: 2,
};

/** Plays the plan to its end, or to the first violation. */
export async function play(plan: Plan): Promise<Outcome> {
  const world = new World(plan);
  const unexpected: unknown[] = [];
  const note = (error: unknown): void => void unexpected.push(error);
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  try {
    return await world.play(unexpected);
  } finally {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  }
}

class World {
  readonly #plan: Plan;
  readonly #time = new VirtualTime();
  readonly #random: Seeded;
  readonly #network: SimulatedNetwork;
  readonly #rights = new Rights();
  readonly #ledger: Ledger;
  readonly #disk: RelayDisk;
  readonly #relay: RelayMachine;
  readonly #devices: Device[];
  readonly #story: string[] = [];
  readonly #counts = new Map<string, number>();
  #backup: MemoryDocumentLog | undefined;
  /** What ends the faults that last. */
  readonly #ends = new Set<() => void>();
  #wasRestored = false;
  #clientMs = 0;
  #broken: Violation | undefined;
  #unexpected: readonly unknown[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    const random = new Seeded(plan.seed);
    this.#random = random;
    this.#ledger = new Ledger(random.fork());
    this.#network = new SimulatedNetwork(this.#time, random.fork(), USUAL);
    this.#disk = new RelayDisk(this.#time, random.fork(), {
      appended: (name, epoch, offset, update) =>
        this.#guard(() => this.#ledger.appended(name, epoch, offset, update)),
    });
    this.#relay = new RelayMachine({
      time: this.#time,
      random: random.fork(),
      network: this.#network,
      disk: this.#disk,
      rights: this.#rights,
      // Small, so that logs are folded, rooms closed and pushes forgotten all the time.
      limits: {
        roomIdleMs: random.pick([1_000, 30_000]),
        minFoldBytes: random.pick([200, 2_000, 20_000]),
        minIdleFoldBytes: random.pick([50, 1_000]),
        maxRememberedBatches: random.pick([8, 1_024]),
        maxMergedAtOnceBytes: random.pick([300, 512 * 1024]),
        cacheIdleMs: random.pick([500, 3_000]),
        maxConnectionsPerPrincipal: 1_000,
      },
    });
    this.#devices = Array.from({ length: plan.devices }, (_, index) => this.#device(`d${index + 1}`));
    const reader = this.#devices.at(-1);
    if (reader !== undefined && plan.devices > 2) this.#rights.set(reader.principal, 'read');
  }

  async play(unexpected: readonly unknown[]): Promise<Outcome> {
    this.#unexpected = unexpected;
    let violation: Violation | undefined;
    try {
      this.#relay.start();
      for (const device of this.#devices) device.openTab();
      for (const step of this.#plan.steps) {
        await this.#pass(step.waitMs);
        await this.#act(step);
        this.#look();
      }
      await this.#rest();
      await this.#end();
    } catch (error) {
      violation = asViolation(error);
      this.#say(`VIOLATION ${violation.message}`);
    }
    const { activity } = this.#relay;
    this.#count('folds', activity.folds);
    this.#count('sessions that lagged', activity.lagged);
    this.#count('entries stored', activity.stored);
    for (const [code, times] of activity.refusedUpdates.entries())
      this.#count(`updates refused: ${code}`, times);
    for (const [code, times] of activity.closed.entries()) this.#count(`connections closed: ${code}`, times);
    this.#count('commits undone by a crash', this.#disk.undone);
    this.#count('commits that nobody was told of', this.#disk.untold);
    this.#count('relay writes refused by its disk', this.#disk.refused);
    for (const { disk } of this.#devices) {
      this.#count('browser writes refused by its disk', disk.refused);
      this.#count('browser writes undone by a crash', disk.undone);
    }
    this.#count('tokens that had run out', this.#rights.expired);
    return {
      violation,
      story: this.#story,
      counts: this.#counts,
      simulatedMs: this.#time.now(),
      clientMs: this.#clientMs,
    };
  }

  /** Time passes; promises settle between any two events. */
  async #pass(ms: number): Promise<void> {
    const end = this.#time.now() + ms;
    const begin = this.#time.now();
    await settled();
    while (this.#time.runNext(end)) {
      await settled();
      this.#throwBroken();
    }
    this.#time.advance(end - this.#time.now());
    const tabs = this.#devices.reduce((sum, device) => sum + device.tabs.length, 0);
    this.#clientMs += (this.#time.now() - begin) * tabs;
  }

  async #act({ name, seed }: Step): Promise<void> {
    const random = new Seeded(seed);
    const device = random.pick(this.#devices);
    const tab = device.tabs.length > 0 ? random.pick(device.tabs) : undefined;
    const done = await this.#do(name, random, device, tab);
    if (done === undefined) return;
    this.#count(name, 1);
    this.#say(done);
  }

  /** Returns what happened; undefined when there was nothing that it could happen to. */
  async #do(
    name: StepName,
    random: Seeded,
    device: Device,
    tab: Tab | undefined,
  ): Promise<string | undefined> {
    const forMs = random.between(SECOND_MS, random.pick([5, 60, 600]) * SECOND_MS);
    switch (name) {
      case 'edit':
        return this.#edit(random, device, tab);
      case 'cursor': {
        if (tab === undefined || tab.process.isFrozen || tab.documents.length === 0) return undefined;
        const document = random.pick(tab.documents);
        document.cursor = random.chance(0.2)
          ? undefined
          : new TextEncoder().encode(`${tab.name} ${random.u32()}`);
        document.handle.presence.set(document.cursor);
        return `${tab.name} moves its cursor in ${document.name}`;
      }
      case 'open-tab':
        if (device.tabs.length >= MOST_TABS) return undefined;
        return `${device.openTab().name} is opened`;
      case 'close-tab':
        if (tab === undefined) return undefined;
        this.#noteClosed(device, tab);
        device.endTab(tab, true);
        return `${tab.name} is closed`;
      case 'disconnect':
        if (tab === undefined || tab.process.isFrozen) return undefined;
        tab.client.disconnect();
        return `${tab.name} goes offline`;
      case 'connect':
        if (tab === undefined || tab.process.isFrozen) return undefined;
        tab.client.connect();
        return `${tab.name} goes online`;
      case 'night': {
        const ms = random.between(HOUR_MS, 9 * HOUR_MS);
        for (const { tabs } of this.#devices) for (const { process } of tabs) process.freeze();
        this.#say(`all devices sleep for ${duration(ms)}`);
        await this.#pass(ms);
        for (const { tabs } of this.#devices) for (const { process } of tabs) process.thaw();
        return 'all devices wake up';
      }
      case 'cut':
        if (device.tabs.length === 0) return undefined;
        for (const { name: host } of device.tabs) this.#network.cut(host);
        return `the connections of ${device.name} are cut`;
      case 'partition': {
        const hosts = device.tabs.map((one) => one.name);
        for (const host of hosts) this.#network.isolate(host);
        if (random.chance(0.5)) this.#tellOnline(device, false);
        this.#later(forMs, () => {
          for (const host of hosts) this.#network.restore(host);
          this.#tellOnline(device, true);
        });
        return `${device.name} has no network for ${duration(forMs)}`;
      }
      case 'bad-network':
        this.#network.conditions = BAD;
        this.#later(forMs, () => {
          this.#network.conditions = USUAL;
        });
        return `the network is bad for ${duration(forMs)}`;
      case 'slow-reader': {
        const { ends } = this.#relay;
        if (ends.length === 0) return undefined;
        const end = random.pick(ends);
        end.stick();
        this.#later(forMs, () => end.unstick());
        return `a client does not read for ${duration(forMs)}`;
      }
      case 'relay-crash':
        if (this.#relay.process === undefined) return undefined;
        this.#relay.crash();
        this.#later(Math.min(forMs, MINUTE_MS), () => this.#relay.start());
        return 'the relay crashes';
      case 'relay-restart':
        if (this.#relay.core === undefined) return undefined;
        void this.#relay.stop().then(() => this.#later(SECOND_MS, () => this.#relay.start()));
        return 'the relay is restarted';
      case 'relay-freeze': {
        const { process } = this.#relay;
        if (process === undefined) return undefined;
        process.freeze();
        this.#later(forMs, () => process.thaw());
        return `the relay stands still for ${duration(forMs)}`;
      }
      case 'relay-disk-full':
      case 'relay-disk-failing':
        this.#disk.fault = name === 'relay-disk-full' ? 'full' : 'failing';
        this.#later(forMs, () => {
          this.#disk.fault = undefined;
        });
        return `the relay's disk is ${this.#disk.fault} for ${duration(forMs)}`;
      case 'relay-disk-stalled':
        this.#disk.stalledUntilMs = this.#time.now() + Math.min(forMs, MINUTE_MS);
        return `the relay's disk is slow until ${clock(this.#disk.stalledUntilMs)}`;
      case 'backup':
        this.#backup = await this.#disk.backup();
        return 'the relay is backed up';
      case 'restore': {
        const backup = this.#backup;
        // Who may only read when it meets the restored relay sends nothing again, also when it may write later: not mended yet.
        if (backup === undefined || this.#devices.some((one) => this.#isWithdrawn(one))) return undefined;
        this.#wasRestored = true;
        this.#backup = undefined;
        this.#relay.crash();
        // A commit that the crash let through is done within this turn.
        await settled();
        this.#disk.restore(backup);
        await this.#ledger.restored(backup);
        this.#later(SECOND_MS, () => this.#relay.start());
        return 'the relay is brought back to its backup';
      }
      case 'export':
        return this.#export(random);
      case 'tab-crash':
        if (tab === undefined) return undefined;
        device.endTab(tab, false);
        return `${tab.name} crashes`;
      case 'browser-crash':
        if (device.tabs.length === 0) return undefined;
        device.crash();
        return `the browser of ${device.name} crashes`;
      case 'tab-freeze': {
        if (tab === undefined) return undefined;
        const ms = random.chance(0.3) ? HOUR_MS : forMs;
        tab.process.freeze();
        this.#later(ms, () => tab.process.thaw());
        return `${tab.name} stands still for ${duration(ms)}`;
      }
      case 'browser-disk-full':
      case 'browser-disk-failing':
        device.disk.fault = name === 'browser-disk-full' ? 'full' : 'failing';
        this.#later(forMs, () => {
          device.disk.fault = undefined;
        });
        return `the disk of ${device.name} is ${device.disk.fault} for ${duration(forMs)}`;
      case 'clock-jump':
        device.setClock(random.between(-2, 2) * random.pick([SECOND_MS, MINUTE_MS, 24 * HOUR_MS]));
        return `the clock of ${device.name} is ${device.skewMs} ms ahead`;
      case 'token-trouble':
        device.noTokensUntilMs = this.#time.now() + forMs;
        return `${device.name} gets no tokens for ${duration(forMs)}`;
      case 'withdraw':
        return this.#withdraw(random, device);
      case 'grant':
        if (!this.#isWithdrawn(device)) return undefined;
        this.#rights.set(device.principal, 'write');
        this.#ledger.granted(device.principal);
        return `${device.principal} may write again`;
    }
  }

  #edit(random: Seeded, device: Device, tab: Tab | undefined): string | undefined {
    if (tab === undefined || tab.process.isFrozen || tab.documents.length === 0) return undefined;
    const document = random.pick(tab.documents);
    const { principal } = device;
    const edit = this.#ledger.add(document.name, principal, device.name, this.#rights.mayLeave(principal));
    document.edits.push(edit);
    const what = document.model.edit(random, edit.mark);
    const { handle } = document;
    void handle.saved('disk').then(
      () => {
        edit.onDisk = true;
      },
      () => undefined,
    );
    void handle.saved('relay').then(
      () => this.#guard(() => this.#ledger.savedOnRelay(edit)),
      () => undefined,
    );
    return `${tab.name} ${what} in ${document.name} (edit ${edit.mark})`;
  }

  /** A tab that says that nothing is at risk loses nothing when it is closed. */
  #noteClosed({ disk }: Device, { process, client, documents }: Tab): void {
    if (process.isFrozen || client.atRisk > 0 || !disk.isWell) return;
    for (const { edits } of documents) for (const edit of edits) edit.onDisk = true;
  }

  #withdraw(random: Seeded, device: Device): string | undefined {
    const { core } = this.#relay;
    if (
      this.#wasRestored ||
      core === undefined ||
      this.#relay.process?.isFrozen ||
      !this.#rights.mayWrite(device.principal)
    )
      return undefined;
    if (random.chance(0.5)) {
      // It holds when the credentials are refreshed; until then, and what is under way then, may get through.
      this.#rights.set(device.principal, 'read', 'soon');
      return `${device.principal} may only read, soon`;
    }
    this.#rights.set(device.principal, 'read');
    void core.revoke({ of: 'principal', principal: device.principal });
    return `${device.principal} may only read, at once`;
  }

  async #export(random: Seeded): Promise<string | undefined> {
    const { core, process } = this.#relay;
    if (core === undefined || process?.isFrozen) return undefined;
    const kind = random.pick(KINDS);
    const before = new Set(this.#ledger.durable(kind.name).marks());
    void core.documents.export(parseDocumentName(kind.name)).then(
      (exported) => {
        if (exported === undefined) return;
        this.#guard(() => {
          const site = { replica: this.#replica(random), now: () => 0, random: () => random.u32() };
          const model = kind.blank(site, random);
          model.engine.apply(exported.update);
          const marks = model.marks();
          const missing = [...before].filter((mark) => !marks.has(mark));
          if (missing.length > 0)
            throw new Violation('export', `an export of ${kind.name} lacks edits ${missing.join(', ')}`);
          model.engine.close();
        });
      },
      () => undefined,
    );
    return `${kind.name} is exported`;
  }

  #replica(random: Seeded): Parameters<(typeof KINDS)[number]['blank']>[0]['replica'] {
    return randomReplicaId(() => random.u32());
  }

  /** After every step, and when everything has come to rest. */
  #look(isAtRest = false): void {
    this.#throwBroken();
    for (const device of this.#devices) {
      for (const tab of device.tabs) {
        if (tab.failure !== undefined) throw asViolation(tab.failure);
        if (tab.process.timers > MOST_TIMERS_OF_TAB)
          throw new Violation('bounds', `${tab.name} has set ${tab.process.timers} timers`);
        for (const document of tab.documents) this.#lookAt(tab, document, isAtRest);
      }
    }
  }

  #lookAt(tab: Tab, document: TabDocument, isAtRest: boolean): void {
    const { name, handle, model, edits } = document;
    const where = `${name} in ${tab.name}`;
    const { format } = model.engine;
    const version = model.engine.version();
    const order = format.compare(document.version, version);
    if (order !== 'equal' && order !== 'before')
      throw new Violation('C2', `the version of ${where} shrank: it is ${order} of what it was`);
    document.version = version;
    const fault = model.keepsOrder || isAtRest ? model.fault() : undefined;
    if (fault !== undefined) throw new Violation('L4', `${where}: ${fault}`);
    if (handle.status.saved !== 'relay') return;
    const missing = edits.find((edit) => this.#ledger.isMissing(edit));
    if (missing !== undefined)
      throw new Violation('S5', `${where} says saved on the relay, which has no edit ${missing.mark}`);
  }

  /** Nothing goes wrong any more: everyone gets everything. */
  async #rest(): Promise<void> {
    this.#say('everything is well from here on');
    for (const cancel of this.#ends) cancel();
    this.#network.conditions = CALM;
    this.#network.restoreAll();
    this.#disk.fault = undefined;
    this.#disk.stalledUntilMs = 0;
    this.#relay.process?.thaw();
    for (const end of this.#relay.ends) end.unstick();
    await this.#pass(MINUTE_MS + SECOND_MS);
    this.#relay.start();
    for (const device of this.#devices) {
      device.disk.fault = undefined;
      device.noTokensUntilMs = 0;
      this.#tellOnline(device, true);
      if (!this.#isReader(device)) {
        this.#rights.set(device.principal, 'write');
        this.#ledger.granted(device.principal);
      }
      if (device.tabs.length === 0) device.openTab();
      for (const { process } of device.tabs) process.thaw();
    }
    // Whose credentials were revoked a moment ago gets others.
    await this.#pass(10 * SECOND_MS);
    for (const tab of this.#tabs()) {
      // The app goes on with new rights: it offers again what was refused.
      tab.client.disconnect();
      tab.client.connect();
      for (const { handle } of tab.documents) handle.retry();
    }
    await this.#until(() => this.#unrest());
    for (const device of this.#devices) this.#lookWhole(device);
    const newcomer = this.#device('new');
    this.#devices.push(newcomer);
    newcomer.openTab();
    await this.#until(() => this.#unrest());
    this.#look(true);
    this.#lookAtSurvivors();
  }

  /** Waits until nothing is left to happen. */
  async #until(unrest: () => string | undefined): Promise<void> {
    const end = this.#time.now() + REST_MS;
    for (;;) {
      await this.#pass(LOOK_EVERY_MS);
      const why = unrest();
      if (why === undefined) return;
      if (this.#time.now() >= end)
        throw new Violation('converge', `after ${duration(REST_MS)} without trouble, ${why}`);
    }
  }

  /** What keeps everyone from having the same. */
  #unrest(): string | undefined {
    for (const device of this.#devices) {
      for (const tab of device.tabs) {
        if (tab.failure !== undefined) throw asViolation(tab.failure);
        if (tab.documents.length < KINDS.length) return `${tab.name} has not opened its documents`;
        for (const { name, handle, model } of tab.documents) {
          const { synced, saved, error, quarantined } = handle.status;
          const where = `${name} in ${tab.name}`;
          if (!synced || error !== undefined)
            return `${where} is not synced: ${error?.message ?? tab.client.connection.state}`;
          if (this.#isReader(device)) continue;
          if (saved !== 'relay' || quarantined > 0) return `${where} is saved only to: ${saved}`;
          const ghost = this.#ghostOf(tab, name, handle.presence.peers);
          if (ghost !== undefined) return `${where} shows ${ghost}`;
          const view = viewText(model);
          const relayView = viewText(this.#ledger.durable(name));
          if (view !== relayView) return `${where} is not what the relay has:\n  ${view}\n  ${relayView}`;
        }
      }
    }
    return undefined;
  }

  /** What is wrong with the others' cursors that a tab shows; undefined when each is there once. */
  #ghostOf(tab: Tab, name: string, peers: ReadonlyMap<number, Uint8Array>): string | undefined {
    const text = (states: Iterable<Uint8Array>): string =>
      [...states]
        .map((state) => new TextDecoder().decode(state))
        .sort()
        .join(', ');
    const cursors = this.#tabs().flatMap((other) =>
      other === tab ? [] : other.documents.flatMap((one) => (one.name === name ? (one.cursor ?? []) : [])),
    );
    const [shown, there] = [text(peers.values()), text(cursors)];
    return shown === there ? undefined : `the cursors ${shown}; there are ${there}`;
  }

  /** All tabs of a device show the same; a reader's own edits are there and nowhere else. */
  #lookWhole(device: Device): void {
    if (!this.#isReader(device)) return;
    for (const { documents, name } of device.tabs) {
      for (const document of documents) {
        const marks = document.model.marks();
        const missing = [...this.#ledger.durable(document.name).marks()].find((mark) => !marks.has(mark));
        if (missing !== undefined)
          throw new Violation('converge', `${document.name} in ${name} lacks edit ${missing}`);
      }
    }
  }

  #lookAtSurvivors(): void {
    const readers = new Set(this.#devices.filter((one) => this.#isReader(one)).map((one) => one.name));
    const alive = new Set(this.#tabs().flatMap((tab) => tab.documents.flatMap(({ edits }) => edits)));
    for (const edit of this.#ledger.edits) {
      if (readers.has(edit.device)) continue;
      if (!edit.onDisk && !alive.has(edit)) continue;
      if (!this.#ledger.isDurable(edit))
        throw new Violation('lost', `edit ${edit.mark} of ${edit.document} by ${edit.device} is nowhere`);
    }
  }

  /** Everyone goes; nothing may be left. */
  async #end(): Promise<void> {
    const closing = this.#tabs().map((tab) => tab.client.close());
    const closed = Promise.all(closing);
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    await this.#until(() => (isClosed ? undefined : 'not every client has closed'));
    await this.#pass(END_MS);
    const { core } = this.#relay;
    if (core === undefined) throw new Violation('left', 'the relay does not run');
    if (core.rooms.size > 0)
      throw new Violation('left', `${core.rooms.size} rooms are open with nobody there`);
    if (core.connections.size > 0)
      throw new Violation('left', `${core.connections.size} connections are left`);
    void this.#relay.stop();
    await this.#pass(END_MS);
    if (this.#time.pending > 0) throw new Violation('left', `${this.#time.pending} timers are left`);
    for (const { name, locks, broadcasts } of this.#devices) {
      if (locks.held + locks.waiting > 0) throw new Violation('left', `locks of ${name} are left`);
      if (broadcasts.open > 0) throw new Violation('left', `channels of ${name} are left`);
    }
    this.#throwBroken();
    this.#ledger.close();
  }

  #device(name: string): Device {
    const { time, random, network, rights } = {
      time: this.#time,
      random: this.#random.fork(),
      network: this.#network,
      rights: this.#rights,
    };
    return new Device(name, { time, random, network, rights });
  }

  #isWithdrawn(device: Device): boolean {
    return !this.#isReader(device) && !this.#rights.mayWrite(device.principal);
  }

  #isReader(device: Device): boolean {
    return this.#plan.devices > 2 && device.name === `d${this.#plan.devices}`;
  }

  #tabs(): readonly Tab[] {
    return this.#devices.flatMap((device) => device.tabs);
  }

  #tellOnline(device: Device, isOnline: boolean): void {
    if (device.isOnline === isOnline) return;
    device.isOnline = isOnline;
    for (const { process, page } of device.tabs)
      process.deliver(() => void page.dispatchEvent(new Event(isOnline ? 'online' : 'offline')));
  }

  /** Ends a fault, unless everything is well before. */
  #later(ms: number, run: () => void): void {
    const cancel = this.#time.setTimer(ms, () => {
      this.#ends.delete(cancel);
      run();
    });
    this.#ends.add(cancel);
  }

  /** A check that runs where an error would go to somebody else. */
  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#broken ??= asViolation(error);
    }
  }

  #throwBroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#unexpected.length > 0) throw asViolation(this.#unexpected[0]);
  }

  #count(what: string, times: number): void {
    if (times > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  #say(what: string): void {
    this.#story.push(`${clock(this.#time.now())}  ${what}`);
  }
}

function asViolation(error: unknown): Violation {
  if (error instanceof Violation) return error;
  const says = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Violation(error instanceof InvariantError ? error.rule : 'thrown', says, { cause: error });
}

/** `1:02:03.004`. */
function clock(ms: number): string {
  const [hours, minutes, seconds] = [ms / HOUR_MS, (ms % HOUR_MS) / MINUTE_MS, (ms % MINUTE_MS) / SECOND_MS];
  const two = (value: number): string => `${Math.floor(value)}`.padStart(2, '0');
  return `${Math.floor(hours)}:${two(minutes)}:${two(seconds)}.${`${Math.floor(ms % SECOND_MS)}`.padStart(3, '0')}`;
}

function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  return ms < HOUR_MS ? `${Math.round(ms / MINUTE_MS)} min` : `${(ms / HOUR_MS).toFixed(1)} h`;
}
