/**
 * Documents that are cut off from each other, get updates late, twice, out of order and merged, and are saved and opened again in
 * between: their texts are those of the tree of the Fugue paper, and what they keep and tell does not depend on the way.
 */
import { describe, expect, test } from 'vitest';
import { vectorHas } from '../causality/index.ts';
import { CausewayError } from '../error.ts';
import { parseReplicaId, type ReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { FugueMaxTree, type TreeId, type TreeInsertion } from '../testing/twins/fugue-max-tree.ts';
import { composeBatches } from './event-batch.ts';
import { NativeDocument } from './native-document.ts';
import { decodeUpdate } from './snapshot-codec.ts';
import { encodeUpdate } from './update-codec.ts';

type TreeOp = { readonly insert: TreeInsertion<string> } | { readonly remove: TreeId };

/** A transaction, as bytes and as the tree has it. */
interface Shared {
  readonly replica: ReplicaId;
  readonly lastSeq: number;
  readonly update: Uint8Array;
  readonly ops: readonly TreeOp[];
}

class Site {
  readonly replica: ReplicaId;
  document: NativeDocument;
  readonly #tree = new FugueMaxTree<string>();
  readonly #inTree = new Set<Shared>();
  readonly #shared: Shared[];
  readonly #random: Seeded;
  inbox: Shared[] = [];

  constructor(replica: number, shared: Shared[], random: Seeded) {
    this.replica = parseReplicaId(replica);
    this.#shared = shared;
    this.#random = random;
    this.document = this.#blank();
  }

  edit(): Shared {
    const text = this.document.text('t');
    const ops: TreeOp[] = [];
    const told: Uint8Array[] = [];
    const stop = this.document.onUpdate((update) => told.push(update));
    let seq = this.document.ownSeq;
    this.document.transact(() => {
      for (let i = this.#random.pick([1, 1, 1, 2, 4]); i > 0; i--) {
        if (text.length === 0 || this.#random.chance(0.65)) {
          const index = this.#random.int(text.length + 1);
          const inserted = this.#random.pick(['a', 'b', 'cd', 'efgh']);
          text.insert(index, inserted);
          for (const [j, letter] of [...inserted].entries()) {
            const insert = this.#tree.prepareInsert({ replica: this.replica, seq: ++seq }, index + j, letter);
            this.#tree.applyInsert(insert);
            ops.push({ insert });
          }
        } else {
          const index = this.#random.int(text.length);
          const count = Math.min(this.#random.between(1, 3), text.length - index);
          text.delete(index, count);
          for (let j = 0; j < count; j++) {
            seq++;
            const remove = this.#tree.idAt(index);
            this.#tree.applyDelete(remove);
            ops.push({ remove });
          }
        }
      }
    });
    stop();
    expect(told.length).toBe(1);
    const made = { replica: this.replica, lastSeq: seq, update: told[0] as Uint8Array, ops };
    this.#inTree.add(made);
    this.#shared.push(made);
    return made;
  }

  receive(...updates: readonly Uint8Array[]): void {
    const edits: string[] = [];
    const before = this.document.text('t').toString();
    let patched = before;
    const stop = this.document.onChange(({ containers }) => {
      for (const change of containers.values())
        for (const { index, removed, inserted } of change.type === 'text' ? change.edits : []) {
          edits.push(inserted);
          patched = patched.slice(0, index) + inserted + patched.slice(index + removed);
        }
    });
    const [only] = updates;
    if (updates.length === 1 && only !== undefined) this.document.apply(only);
    else this.document.applyAll(updates);
    stop();
    expect(patched).toBe(this.document.text('t').toString());
    this.#followInTree();
  }

  restart(): void {
    const saved = this.document.save();
    const before = this.document.version;
    if (this.#random.chance(0.5)) {
      this.document = NativeDocument.load(saved, { replica: this.replica, now: () => 1_700_000_000_000 });
      this.check();
    } else {
      this.document = this.#blank();
      this.document.apply(saved);
    }
    expect(this.document.version).toEqual(before);
    if (this.#random.chance(0.5)) expect(this.document.save()).toEqual(saved);
  }

  check(): void {
    expect(this.document.text('t').toString()).toBe(this.#tree.values.join(''));
  }

  #followInTree(): void {
    const { version } = this.document;
    for (const each of this.#shared) {
      if (this.#inTree.has(each) || !vectorHas(version, { replica: each.replica, seq: each.lastSeq }))
        continue;
      this.#inTree.add(each);
      for (const op of each.ops) {
        if ('insert' in op) this.#tree.applyInsert(op.insert);
        else this.#tree.applyDelete(op.remove);
      }
    }
  }

  #blank(): NativeDocument {
    return new NativeDocument({ replica: this.replica, now: () => 1_700_000_000_000 });
  }
}

function play(random: Seeded): void {
  const shared: Shared[] = [];
  const sites = Array.from({ length: random.between(2, 5) }, (_, i) => new Site(i + 1, shared, random));
  // Who hears whom; now and then it changes.
  let group = sites.map(() => 0);
  for (let step = random.between(20, 90); step > 0; step--) {
    const at = random.int(sites.length);
    const site = sites[at] as Site;
    if (random.chance(0.1)) group = sites.map(() => random.int(2));
    const draw = random.int(10);
    if (draw < 5) {
      const made = site.edit();
      for (const other of sites) if (other !== site) other.inbox.push(made);
    } else if (draw < 9) {
      const heard = site.inbox.filter(({ replica }) => group[replica - 1] === group[at]);
      const taken = heard.filter(() => random.chance(0.6));
      site.inbox = site.inbox.filter((each) => !taken.includes(each) || random.chance(0.1));
      const updates = random.chance(0.5) ? random.shuffle(taken) : taken;
      if (random.chance(0.3)) site.receive(mergeOf(updates));
      else if (random.chance(0.4)) site.receive(...updates.map(({ update }) => update));
      else for (const { update } of updates) site.receive(update);
    } else site.restart();
    site.check();
  }
  for (const site of sites) {
    for (const { update } of random.shuffle(shared)) site.receive(update);
    site.check();
    expect(site.document.waiting).toBe(0);
    expect(site.document.text('t').toString()).toBe((sites[0] as Site).document.text('t').toString());
  }
  checkBytes(random, sites, shared);
}

/** The same events have the same bytes, however they were put together; and any part brings any holder up to date. */
function checkBytes(random: Seeded, sites: readonly Site[], shared: readonly Shared[]): void {
  const whole = mergeOf(random.shuffle(shared));
  for (const { document } of sites)
    expect(encodeUpdate(composeBatches([decodeUpdate(document.save())]))).toEqual(whole);
  const holder = new NativeDocument({ replica: parseReplicaId(99), now: () => 0 });
  const held = shared.slice(0, random.int(shared.length + 1));
  for (const { update } of held) holder.apply(update);
  holder.apply((sites[0] as Site).document.updateSince(holder.version));
  expect(encodeUpdate(composeBatches([decodeUpdate(holder.save())]))).toEqual(whole);
}

function mergeOf(shared: readonly Shared[]): Uint8Array {
  return encodeUpdate(composeBatches(shared.map(({ update }) => decodeUpdate(update))));
}

describe('native documents', () => {
  test('have the texts of the tree of the paper, whichever way updates take', () => {
    for (const seed of seedsOfRuns({}, 120)) {
      try {
        play(new Seeded(seed));
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });

  test('refuse or bear updates with changed bytes, and go on', () => {
    for (const seed of seedsOfRuns({}, 60)) {
      const random = new Seeded(seed);
      const shared: Shared[] = [];
      const sites = [1, 2].map((replica) => new Site(replica, shared, random));
      for (let i = 0; i < 12; i++) {
        const [from, to] = random.shuffle(sites) as [Site, Site];
        const { update } = from.edit();
        if (random.chance(0.5)) to.receive(update);
      }
      const bearer = new NativeDocument({ replica: parseReplicaId(9), now: () => 0 });
      const sound = [...shared.map(({ update }) => update), mergeOf(shared)];
      for (let i = 0; i < 60; i++) {
        const bytes = random.pick(sound).slice();
        for (let changes = random.between(1, 3); changes > 0; changes--)
          bytes[random.int(bytes.length)] = random.u32() & 0xff;
        const before = bearer.text('t').toString();
        try {
          bearer.apply(random.chance(0.2) ? bytes.subarray(0, random.int(bytes.length)) : bytes);
        } catch (error) {
          expect(CausewayError.inFamily(error, 'decode'), `seed ${seed}: ${error}`).toBe(true);
          expect(bearer.text('t').toString(), `seed ${seed}`).toBe(before);
        }
      }
      const again = new NativeDocument({ replica: parseReplicaId(10), now: () => 0 });
      again.apply(bearer.save());
      expect(again.text('t').toString(), `seed ${seed}`).toBe(bearer.text('t').toString());
    }
  });
});
