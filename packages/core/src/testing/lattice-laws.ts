/**
 * The laws of every lattice, checked on states, deltas and bytes of random histories. They say that replicas agree, not
 * that they are right: an add-wins set whose removal removes nothing keeps every law. What a type means is checked by
 * its specification (specification.ts); a type needs both.
 */
import { decode, encode, equalBytes } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import type { Lattice } from '../lattice/lattice.ts';
import { type Commands, History, randomCast, randomSteps } from './history.ts';
import { hostileBytes } from './hostile-bytes.ts';
import { equalData, showData } from './plain-data.ts';
import { Seeded, type SuiteOptions, seedsOfRuns } from './seeded.ts';
import { asBroken, Broken, SuiteFailure } from './suite-failure.ts';

const DEFAULT_RUNS = 60;
const REPLICAS = 3;
const STEPS = 30;
/** Draws of states on which each law is tried in one run. */
const DRAWS = 12;
/** Hostile byte strings that are decoded in one run. */
const HOSTILE_INPUTS = 40;

/** Throws SuiteFailure at the first law that does not hold; its message has the seed. Takes about a second with the default runs. */
export function checkLaws<S, C>(
  lattice: Lattice<S>,
  commands: Commands<S, C>,
  options: SuiteOptions = {},
): void {
  for (const seed of seedsOfRuns(options, DEFAULT_RUNS)) {
    try {
      checkRun(new Checks(lattice), commands, new Seeded(seed));
    } catch (error) {
      const { check, message, cause } = asBroken(error);
      throw new SuiteFailure(check, lattice.descriptor, seed, message, { cause });
    }
  }
}

function checkRun<S, C>(checks: Checks<S>, commands: Commands<S, C>, random: Seeded): void {
  const { states, deltas } = statesOfOneHistory(checks.lattice, commands, random);
  for (let draw = 0; draw < DRAWS; draw++) {
    const [a, b, c] = [random.pick(states), random.pick(states), random.pick(states)];
    checks.join(a, b, c);
    checks.bytes(a, b);
    checks.since(a, b);
    checks.orderOfDeltas(random, deltas);
  }
  for (let input = 0; input < HOSTILE_INPUTS; input++)
    checks.hostile(random, random.pick(states), random.pick(states));
}

/** States and deltas that can meet: dots name one thing only within one history. */
function statesOfOneHistory<S, C>(
  lattice: Lattice<S>,
  commands: Commands<S, C>,
  random: Seeded,
): { states: readonly S[]; deltas: readonly S[] } {
  const history = new History<S, C>(lattice, commands, randomCast(random, REPLICAS), true);
  const states = [lattice.bottom];
  for (const step of randomSteps(random, (source) => commands.command(source), REPLICAS, STEPS)) {
    const touched = history.play(step);
    if (touched !== undefined) states.push(touched.state);
  }
  return { states: [...states, ...history.deltas], deltas: [lattice.bottom, ...history.deltas] };
}

class Checks<S> {
  readonly lattice: Lattice<S>;

  constructor(lattice: Lattice<S>) {
    this.lattice = lattice;
  }

  join(a: S, b: S, c: S): void {
    const { lattice } = this;
    const join = (x: S, y: S): S => lattice.join(x, y);
    const [bytesOfA, bytesOfB] = [this.#encode(a), this.#encode(b)];
    const ab = join(a, b);

    this.#same('idempotent', join(a, this.#copy(a)), a);
    this.#same('commutative', ab, join(b, a));
    this.#same('associative', join(ab, c), join(a, join(b, c)));
    this.#same('bottom', join(lattice.bottom, a), a);
    this.#same('monotone', join(ab, a), ab);
    if (join(a, a) !== a || join(a, this.#copy(a)) !== a)
      throw new Broken('same object when nothing is added', `joined with itself: ${showData(a)}`);
    if (join(a, lattice.bottom) !== a)
      throw new Broken('same object when nothing is added', `joined with bottom: ${showData(a)}`);
    if (join(ab, a) !== ab || join(ab, b) !== ab)
      throw new Broken(
        'same object when nothing is added',
        `${showData(ab)} joined with what it was made of`,
      );
    if (!equalBytes(this.#encode(a), bytesOfA) || !equalBytes(this.#encode(b), bytesOfB)) {
      throw new Broken('states never change', `join changed ${showData(a)} or ${showData(b)}`);
    }
  }

  bytes(a: S, b: S): void {
    const { lattice } = this;
    this.#same('encoding round trip', this.#copy(a), a);
    if (lattice.join(a, b) === a && lattice.join(b, a) === b) this.#same('equal states encode equally', a, b);
  }

  since(state: S, holder: S): void {
    const { lattice } = this;
    const summary = this.#copy(lattice.summary(holder));
    const delta = this.#copy(lattice.since(state, summary));
    this.#same('since brings all that is missing', lattice.join(holder, delta), lattice.join(holder, state));
    this.#same('since gives nothing but its state', lattice.join(state, delta), state);
  }

  /** Deltas joined in any order, in any groups, some twice, as bytes or as they are. */
  orderOfDeltas(random: Seeded, deltas: readonly S[]): void {
    const { lattice } = this;
    const some = deltas.filter(() => random.chance(0.5));
    const inOrder = some.reduce((sum, delta) => lattice.join(sum, delta), lattice.bottom);
    const repeated = [...some, ...some.filter(() => random.chance(0.3))];
    const groups = [lattice.bottom, lattice.bottom];
    for (const delta of random.shuffle(repeated)) {
      const group = random.int(groups.length);
      groups[group] = lattice.join(
        groups[group] ?? lattice.bottom,
        random.chance(0.5) ? delta : this.#copy(delta),
      );
    }
    this.#same(
      'states reached in another order encode equally',
      groups.reduce((a, b) => lattice.join(a, b)),
      inOrder,
    );
  }

  /** Bytes of a peer give a state in its one encoding, which joins as any other, or `decode/*`; never anything else. */
  hostile(random: Seeded, state: S, other: S): void {
    const { lattice } = this;
    const bytes = hostileBytes(random, [this.#encode(state), this.#encode(other)]);
    const input = `bytes ${showData(bytes)}`;
    let decoded: S;
    try {
      decoded = decode(lattice.codec, bytes, 'hostile state');
    } catch (error) {
      if (CausewayError.inFamily(error, 'decode')) return;
      throw new Broken('hostile bytes give decode/*', `${input} gave ${asBroken(error).message}`, {
        cause: error,
      });
    }
    if (!equalBytes(this.#encode(decoded), bytes)) {
      throw new Broken(
        'one encoding for each state',
        `${input} were read as ${showData(decoded)}, which is written as ${showData(this.#encode(decoded))}`,
      );
    }
    try {
      this.#same(
        'states from hostile bytes join',
        lattice.join(other, decoded),
        lattice.join(decoded, other),
      );
      this.#same('states from hostile bytes join', lattice.join(decoded, this.#copy(decoded)), decoded);
      lattice.since(decoded, lattice.summary(other));
    } catch (error) {
      throw new Broken('states from hostile bytes join', `${input} gave ${asBroken(error).message}`, {
        cause: error,
      });
    }
  }

  #same(check: string, found: S, wanted: S): void {
    const { lattice } = this;
    if (!equalBytes(this.#encode(found), this.#encode(wanted))) {
      throw new Broken(
        check,
        `found  ${showData(found)}\nwanted ${showData(wanted)}\nas bytes\nfound  ${showData(this.#encode(found))}\nwanted ${showData(this.#encode(wanted))}`,
      );
    }
    if (!equalData(lattice.view(found), lattice.view(wanted))) {
      throw new Broken(
        check,
        `equal bytes, but the views are\nfound  ${showData(lattice.view(found))}\nwanted ${showData(lattice.view(wanted))}`,
      );
    }
  }

  #encode(state: S): Uint8Array {
    return encode(this.lattice.codec, state);
  }

  #copy(state: S): S {
    return decode(this.lattice.codec, this.#encode(state), 'state');
  }
}
