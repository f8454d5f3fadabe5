/** The machine of the relay: a disk that stays, and the relay on it, which comes and goes. */
import type {
  Seeded,
  SimulatedNetwork,
  SimulatedSocket,
  SocketHandlers,
  VirtualTime,
} from '@causeway/core/testing';
import { Activity, type RelayLimits } from '@causeway/relay';
import { RelayCore, TICK_MS } from '@causeway/relay/testing';
import { FORMATS } from './document-model.ts';
import { HostProcess } from './host-process.ts';
import type { RelayDisk } from './relay-disk.ts';
import type { Rights } from './rights.ts';
import { RELAY_HOST, RelayEnd } from './web-socket.ts';

export interface RelayMachineParts {
  readonly time: VirtualTime;
  readonly random: Seeded;
  readonly network: SimulatedNetwork;
  readonly disk: RelayDisk;
  readonly rights: Rights;
  readonly limits: Partial<RelayLimits>;
}

export class RelayMachine {
  readonly #parts: RelayMachineParts;
  readonly #ends = new Set<RelayEnd>();
  #core: RelayCore | undefined;
  #process: HostProcess | undefined;
  skewMs = 0;
  /** What the relays of this machine have done, all lives together. */
  readonly activity = new Activity();

  constructor(parts: RelayMachineParts) {
    this.#parts = parts;
  }

  /** Undefined while no relay runs. */
  get core(): RelayCore | undefined {
    return this.#core;
  }

  get process(): HostProcess | undefined {
    return this.#process;
  }

  get ends(): readonly RelayEnd[] {
    return [...this.#ends];
  }

  start(): void {
    if (this.#process !== undefined) return;
    const { time, random, network, disk, rights, limits } = this.#parts;
    const process = new HostProcess(RELAY_HOST, time, random.fork(), this.skewMs);
    this.#process = process;
    const core = RelayCore.open(
      {
        log: disk.open(process),
        formats: FORMATS,
        authenticator: rights.authenticator(process.now),
        policy: rights.policy,
        activity: this.activity,
        revocations: rights.revocations,
        limits,
      },
      {
        monotonicNow: process.monotonicNow,
        now: process.now,
        after: (ms, run) => void process.setTimer(ms, run),
        soon: (run) => void process.setTimer(0, run),
        random: process.random,
      },
    );
    void core.then((opened) => {
      if (!process.isAlive) return;
      this.#core = opened;
      network.listen(RELAY_HOST, (socket, from) => this.#accept(opened, process, socket, from));
      const tick = (): void => {
        process.setTimer(TICK_MS, tick);
        opened.tick();
      };
      process.setTimer(TICK_MS, tick);
    });
  }

  /** It dies at once. */
  crash(): void {
    const { network, disk } = this.#parts;
    this.#process?.kill();
    disk.crash();
    network.crash(RELAY_HOST);
    this.#forget();
  }

  /** It is stopped, and says good-bye. */
  async stop(): Promise<void> {
    const core = this.#core;
    const process = this.#process;
    if (core === undefined || process === undefined) return;
    await core.drain();
    await core.close();
    if (process !== this.#process) return;
    process.kill();
    this.#parts.network.crash(RELAY_HOST);
    this.#forget();
  }

  #forget(): void {
    this.#core = undefined;
    this.#process = undefined;
    this.#ends.clear();
  }

  #accept(core: RelayCore, process: HostProcess, socket: SimulatedSocket, from: string): SocketHandlers {
    const end = new RelayEnd(socket, process);
    this.#ends.add(end);
    process.deliver(() => {
      end.handler = core.accept(from, end);
    });
    return {
      message: (bytes) => process.deliver(() => end.message(bytes)),
      closed: () =>
        process.deliver(() => {
          this.#ends.delete(end);
          end.handler?.lost();
        }),
      drained: () => process.deliver(() => end.drained()),
    };
  }
}
