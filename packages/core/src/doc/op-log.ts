/**
 * What the events of a history do: every operation of every container by ascending local number (LV), in columns. An
 * update that was read is one as well, its LVs being positions in that update.
 *
 *      lv          0        40       41                60
 *      owner       body     title    body                        whose operations these are, in runs
 *      body        ────────          ────────────────            a sequence log, and the content of its insertions
 *      plain ops            assign                               all others, one LV each
 *
 * Leaves out: dots, parents and times (event-log.ts).
 */

import type { Value } from '../bytes/value.ts';
import { IntList } from '../history/index.ts';
import type { Dot } from '../id/index.ts';
import { BACKSPACE, DELETE, INSERT, SequenceLog, type SequenceOpKind } from '../op/sequence/sequence-log.ts';
import { UnitList } from '../op/sequence/unit-list.ts';
import { type ContainerId, containerKey } from './container-id.ts';

/** An operation that is not of a sequence. What `kind` means, and which fields it has, is up to the type of its container. */
export interface PlainOp {
  readonly kind: number;
  readonly key?: string;
  readonly target?: Dot;
  readonly parent?: Dot;
  readonly value?: Value;
}

/** A sequence's operations, and what they inserted: units for a text, values for a list, undefined for slots of moves. */
export interface SequenceOps {
  readonly log: SequenceLog;
  readonly units: UnitList;
  readonly values: (Value | undefined)[];
}

/** Sees the operations of a range of LVs in order, cut to the range. */
export interface OpVisitor {
  /** `content` is the place of the first inserted element in the sequence's content; meaningless for deletions. */
  sequence(
    container: number,
    kind: SequenceOpKind,
    lv: number,
    index: number,
    count: number,
    content: number,
  ): void;
  plain(container: number, lv: number, op: PlainOp): void;
}

export class OpLog {
  readonly #containers: ContainerId[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #sequences: (SequenceOps | undefined)[] = [];
  readonly #ownerStarts = new IntList();
  readonly #owners = new IntList();
  readonly #plainLvs = new IntList();
  readonly #plainOps: PlainOp[] = [];
  /** Whose operations are added, and so whose run of owners goes on. */
  #owner = -1;

  get containers(): readonly ContainerId[] {
    return this.#containers;
  }

  /** Operations, runs of a sequence's counted once. Costs as much as there are containers. */
  get size(): number {
    return this.#sequences.reduce((sum, sequence) => sum + (sequence?.log.runs ?? 0), this.#plainOps.length);
  }

  /** The number of this container, given now if it had none. */
  meet(id: ContainerId): number {
    const key = containerKey(id);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const container = this.#containers.length;
    this.#containers.push(id);
    this.#byKey.set(key, container);
    this.#sequences.push(undefined);
    return container;
  }

  /** The number of this container, or -1 when it has none. */
  find(id: ContainerId): number {
    return this.#byKey.get(containerKey(id)) ?? -1;
  }

  sequence(container: number): SequenceOps {
    const known = this.#sequences[container];
    if (known !== undefined) return known;
    const made = { log: new SequenceLog(), units: new UnitList(), values: [] };
    this.#sequences[container] = made;
    return made;
  }

  insertText(container: number, lv: number, index: number, text: string): void {
    this.#own(container, lv);
    const { log, units } = this.sequence(container);
    log.insert(lv, index, text.length);
    units.push(text);
  }

  /** As `insertText`, with units that stand among others. */
  insertUnits(
    container: number,
    lv: number,
    index: number,
    source: Uint16Array,
    start: number,
    count: number,
  ): void {
    this.#own(container, lv);
    const { log, units } = this.sequence(container);
    log.insert(lv, index, count);
    units.pushUnits(source, start, count);
  }

  /** As `insertText`, with ASCII that stands in bytes. */
  insertAscii(
    container: number,
    lv: number,
    index: number,
    bytes: Uint8Array,
    start: number,
    count: number,
  ): void {
    this.#own(container, lv);
    const { log, units } = this.sequence(container);
    log.insert(lv, index, count);
    units.pushAscii(bytes, start, count);
  }

  insertValues(container: number, lv: number, index: number, inserted: readonly (Value | undefined)[]): void {
    this.#own(container, lv);
    const { log, values } = this.sequence(container);
    log.insert(lv, index, inserted.length);
    for (const value of inserted) values.push(value);
  }

  /** Adds the deletion of `count` elements from `index` on. */
  deleteFrom(container: number, lv: number, index: number, count: number): void {
    this.sequenceOp(container, DELETE, lv, index, count);
  }

  /** Adds a deletion, of kind DELETE or BACKSPACE; or an insertion whose content is added by whoever calls. */
  sequenceOp(container: number, kind: SequenceOpKind, lv: number, index: number, count: number): void {
    this.#own(container, lv);
    this.sequence(container).log.append(kind, lv, index, count);
  }

  plain(container: number, lv: number, op: PlainOp): void {
    this.#own(container, lv);
    this.#plainLvs.push(lv);
    this.#plainOps.push(op);
  }

  /** Visits the operations of the LVs in [from, to). */
  visit(from: number, to: number, visitor: OpVisitor): void {
    // What stands for an empty base comes first, and is nobody's.
    for (let run = Math.max(0, this.#ownerStarts.lastAtMost(from)); run < this.#ownerStarts.length; run++) {
      const start = Math.max(from, this.#ownerStarts.at(run));
      if (start >= to) return;
      const end = run + 1 < this.#ownerStarts.length ? Math.min(to, this.#ownerStarts.at(run + 1)) : to;
      this.#visitOwner(this.#owners.at(run), start, end, visitor);
    }
  }

  /** Appends the operations of another log's LVs in [from, to) as those of the LVs from `lv` on. `mapped` says which container here is which there. */
  appendFrom(
    other: OpLog,
    from: number,
    to: number,
    lv: number,
    mapped: (container: number) => number,
  ): void {
    const shift = lv - from;
    other.visit(from, to, {
      sequence: (theirs, kind, at, index, count, content) => {
        const ours = mapped(theirs);
        this.sequenceOp(ours, kind, at + shift, index, count);
        if (kind !== INSERT) return;
        const source = other.sequence(theirs);
        const target = this.sequence(ours);
        if (this.#containers[ours]?.type === 'text') target.units.pushFrom(source.units, content, count);
        else for (let i = 0; i < count; i++) target.values.push(source.values[content + i]);
      },
      plain: (theirs, at, op) => this.plain(mapped(theirs), at + shift, op),
    });
  }

  /** A plain op at this LV, if there is one. */
  plainAt(lv: number): PlainOp | undefined {
    const at = this.#plainLvs.lastAtMost(lv);
    return at >= 0 && this.#plainLvs.at(at) === lv ? this.#plainOps[at] : undefined;
  }

  /** Takes back what the LVs from `lv` on did. Containers met meanwhile keep their numbers. */
  truncate(lv: number): void {
    while (this.#ownerStarts.length > 0 && this.#ownerStarts.last() >= lv) {
      this.#ownerStarts.resize(this.#ownerStarts.length - 1);
      this.#owners.resize(this.#owners.length - 1);
    }
    this.#owner = this.#owners.length === 0 ? -1 : this.#owners.last();
    while (this.#plainLvs.length > 0 && this.#plainLvs.last() >= lv) {
      this.#plainLvs.resize(this.#plainLvs.length - 1);
      this.#plainOps.pop();
    }
    for (const [container, sequence] of this.#sequences.entries()) {
      if (sequence === undefined) continue;
      sequence.log.truncate(lv);
      if (this.#containers[container]?.type === 'text') sequence.units.truncate(sequence.log.inserted);
      else sequence.values.length = sequence.log.inserted;
    }
  }

  #own(container: number, lv: number): void {
    if (container === this.#owner) return;
    this.#ownerStarts.push(lv);
    this.#owners.push(container);
    this.#owner = container;
  }

  #visitOwner(container: number, from: number, to: number, visitor: OpVisitor): void {
    const log = this.#sequences[container]?.log;
    let run = log === undefined ? 0 : log.runFrom(from);
    let plain = this.#plainLvs.lastAtMost(from - 1) + 1;
    for (let lv = from; lv < to; ) {
      if (log !== undefined && run < log.runs && log.starts.at(run) <= lv) {
        const start = log.starts.at(run);
        const end = Math.min(to, start + log.counts.at(run));
        const kind = log.kinds.at(run) as SequenceOpKind;
        const past = lv - start;
        const index = log.indexes.at(run) + (kind === INSERT ? past : kind === BACKSPACE ? -past : 0);
        visitor.sequence(container, kind, lv, index, end - lv, log.contents.at(run) + past);
        lv = end;
        run++;
      } else {
        // A base as a whole has a number and no operation.
        if (plain < this.#plainLvs.length && this.#plainLvs.at(plain) === lv)
          visitor.plain(container, lv, this.#plainOps[plain++] as PlainOp);
        lv++;
      }
    }
  }
}
