// R1 and R2: documents with two writers each. A delivery is an edit that has reached the other writer.

import { LoadClient, type Target } from './load-client.ts';
import { type Figures, pause, type RelayAtWork, type RowLoad } from './row-load.ts';
import { reach, typed } from './updates.ts';

const DOCUMENTS = 100;
/** Edits of one writer under way to the other, so that the relay is never without work. */
const WINDOW = 20;
const WARM_UP_MS = 1_500;
const MEASURED_MS = 4_000;
/** Edits per second in all, of R2. */
const STEADY_RATE = 16_000;
/** How often the steady load sends what is due. */
const STEP_MS = 5;

/** Writers in pairs; each knows how far the other has got. */
class Pairs {
  delivered = 0;
  readonly #clients: LoadClient[] = [];
  readonly #sent: number[] = [];
  /** Of each writer's edits, how many the other has. */
  readonly #arrived: number[] = [];
  #whenArrived: ((writer: number) => void) | undefined;

  static async open(target: Target): Promise<Pairs> {
    const pairs = new Pairs();
    for (let writer = 0; writer < 2 * DOCUMENTS; writer++) {
      const other = writer ^ 1;
      pairs.#sent.push(0);
      pairs.#arrived.push(0);
      const update = (bytes: Uint8Array): void => {
        reach(bytes, (client, end) => {
          if (client === clientOf(other)) pairs.#arrive(other, end);
        });
      };
      pairs.#clients.push(new LoadClient(target, `pair-${writer >> 1}`, { update }));
    }
    await Promise.all(pairs.#clients.map((client) => client.synced));
    return pairs;
  }

  /** From now on each writer keeps as many edits under way as the window allows. */
  pushOn(): void {
    this.#whenArrived = (writer) => this.#fill(writer);
    for (const writer of this.#clients.keys()) this.#fill(writer);
  }

  /** Every writer in turn makes one edit until `count` have been made. */
  send(count: number, first: number): void {
    for (let i = 0; i < count; i++) this.#edit((first + i) % this.#clients.length);
  }

  close(): void {
    this.#whenArrived = undefined;
    for (const client of this.#clients) client.close();
  }

  #fill(writer: number): void {
    while ((this.#sent[writer] ?? 0) - (this.#arrived[writer] ?? 0) < WINDOW) this.#edit(writer);
  }

  #edit(writer: number): void {
    const clock = this.#sent[writer] ?? 0;
    this.#clients[writer]?.sendUpdate(typed(clientOf(writer), clock));
    this.#sent[writer] = clock + 1;
  }

  #arrive(writer: number, end: number): void {
    const before = this.#arrived[writer] ?? 0;
    if (end <= before) return;
    this.#arrived[writer] = end;
    this.delivered += end - before;
    this.#whenArrived?.(writer);
  }
}

const clientOf = (writer: number): number => writer + 1;

export const saturated: RowLoad = async (relay) => {
  const pairs = await Pairs.open(relay);
  pairs.pushOn();
  await pause(WARM_UP_MS);
  const { perSecond, cpuShare } = await measured(relay, pairs);
  pairs.close();
  return { 'R1.deliveries': perSecond, 'R1.cpu': cpuShare };
};

export const steady: RowLoad = async (relay) => {
  const pairs = await Pairs.open(relay);
  let due = 0;
  let sent = 0;
  let before = performance.now();
  const sending = setInterval(() => {
    const now = performance.now();
    due += ((now - before) * STEADY_RATE) / 1000;
    before = now;
    const count = Math.floor(due) - sent;
    pairs.send(count, sent);
    sent += count;
  }, STEP_MS);
  await pause(WARM_UP_MS);
  const { perSecond, microseconds } = await measured(relay, pairs);
  clearInterval(sending);
  pairs.close();
  return { 'R2.cpu': microseconds, 'R2.delivered': perSecond };
};

const measured = async (
  relay: RelayAtWork,
  pairs: Pairs,
): Promise<Figures & Record<'perSecond' | 'cpuShare' | 'microseconds', number>> => {
  const [cpu, delivered, at] = [await relay.ask('cpu'), pairs.delivered, performance.now()];
  await pause(MEASURED_MS);
  const count = pairs.delivered - delivered;
  const ms = performance.now() - at;
  const used = (await relay.ask('cpu')) - cpu;
  return {
    perSecond: (1000 * count) / ms,
    cpuShare: (100 * used) / (1000 * ms),
    microseconds: used / count,
  };
};
