/**
 * The books on every edit that a simulated user made: where it was said to be saved, and whether it may be anywhere else. What
 * the relay has on its disk is followed by a replica of our own, which takes every entry as it becomes durable.
 */
import { randomReplicaId } from '@causeway/core/id';
import type { Seeded } from '@causeway/core/testing';
import type { DocumentLog } from '@causeway/relay';
import { type DocumentModel, KINDS, type KindOfDocument, type Mark } from './document-model.ts';
import { Violation } from './violation.ts';

export interface Edit {
  readonly mark: Mark;
  readonly document: string;
  readonly principal: string;
  readonly device: string;
  /** Whoever made it might write then, or may since. */
  mayLeave: boolean;
  /** It was said to be on the device's disk, and on the relay's. */
  onDisk: boolean;
  onRelay: boolean;
  /** The relay had it and was brought back to a state without it; or its browser lost it. */
  wasLost: boolean;
}

const EVERYTHING_BYTES = Number.MAX_SAFE_INTEGER;

export class Ledger {
  readonly edits: Edit[] = [];
  readonly #random: Seeded;
  readonly #durable = new Map<string, DocumentModel>();
  readonly #durableMarks = new Map<string, ReadonlySet<Mark>>();
  readonly #offsets = new Set<string>();

  constructor(random: Seeded) {
    this.#random = random;
    for (const kind of KINDS) this.#durable.set(kind.name, this.#blank(kind));
  }

  add(document: string, principal: string, device: string, mayLeave: boolean): Edit {
    const edit = {
      ...{ mark: this.edits.length + 1, document, principal, device, mayLeave },
      ...{ onDisk: false, onRelay: false, wasLost: false },
    };
    this.edits.push(edit);
    return edit;
  }

  /** This user may write again: what was made meanwhile may be sent. */
  granted(principal: string): void {
    for (const edit of this.edits) if (edit.principal === principal) edit.mayLeave = true;
  }

  /** An entry has become durable on the relay. */
  appended(document: string, epoch: number, offset: number, update: Uint8Array): void {
    const place = `${document} ${epoch} ${offset}`;
    if (this.#offsets.has(place)) throw new Violation('R1', `${place} was given twice`);
    this.#offsets.add(place);
    const model = this.durable(document);
    model.engine.apply(update);
    const marks = model.marks();
    const before = this.#durableMarks.get(document);
    for (const mark of marks) if (before?.has(mark) !== true) this.#checkLeft(document, mark);
    this.#durableMarks.set(document, marks);
  }

  /** The relay was brought back to an earlier state. */
  async restored(log: DocumentLog): Promise<void> {
    for (const kind of KINDS) {
      const model = this.#blank(kind);
      const name = (await log.list({ limit: KINDS.length })).find((listed) => listed === kind.name);
      if (name !== undefined) {
        const { snapshot, entries } = await log.read(name, 0, EVERYTHING_BYTES);
        if (snapshot !== undefined) model.engine.apply(snapshot.update);
        for (const { update } of entries) model.engine.apply(update);
      }
      this.#durable.set(kind.name, model);
      this.#durableMarks.set(kind.name, model.marks());
    }
    for (const edit of this.edits) if (!this.isDurable(edit)) edit.wasLost = true;
  }

  /** What the relay has on its disk of this document. */
  durable(document: string): DocumentModel {
    const model = this.#durable.get(document);
    if (model === undefined) throw new Error(`nobody knows a document ${document}`);
    return model;
  }

  isDurable({ document, mark }: Edit): boolean {
    return this.#durableMarks.get(document)?.has(mark) === true;
  }

  /** The relay has said so. */
  savedOnRelay(edit: Edit): void {
    edit.onRelay = true;
    if (this.isMissing(edit))
      throw new Violation(
        'P2',
        `edit ${edit.mark} of ${edit.document} was acknowledged and is not in the log`,
      );
  }

  /**
   * The relay said that it has this edit, and does not show it. It may hold it without showing it: while it lacks an earlier
   * edit that this one builds on, which another tab of the device has told of and not yet sent, or which a restore took away.
   */
  isMissing(edit: Edit): boolean {
    if (this.isDurable(edit) || edit.wasLost) return false;
    const mayBeBuiltOn = (other: Edit): boolean =>
      other.document === edit.document &&
      (other.device === edit.device || other.wasLost) &&
      !this.isDurable(other);
    return !this.edits.slice(0, edit.mark - 1).some(mayBeBuiltOn);
  }

  close(): void {
    for (const { engine } of this.#durable.values()) engine.close();
  }

  #checkLeft(document: string, mark: Mark): void {
    const edit = this.edits[mark - 1];
    if (edit === undefined || edit.document !== document)
      throw new Violation('made', `${document} has an edit ${mark} on the relay that nobody made there`);
    if (!edit.mayLeave)
      throw new Violation('P8', `edit ${mark} of ${document} got out though ${edit.principal} may not write`);
  }

  #blank(kind: KindOfDocument): DocumentModel {
    const random = this.#random.fork();
    const site = { replica: randomReplicaId(() => random.u32()), now: () => 0, random: () => random.u32() };
    return kind.blank(site, random);
  }
}
