/**
 * Descriptor: the name of a lattice type with all its parameters, and the way back from such a name to the type. A relay
 * joins states of documents by it without any code of the app. An app's own types and leaves have names that are not
 * known here (`app:my-type`); their documents are kept as deltas that clients join.
 *
 *   type     =  ew-flag | dw-flag | g-counter | pn-counter | bounded-counter
 *            |  max(leaf) | min(leaf) | lww-register(leaf) | mv-register(leaf) | resolver-register(leaf)
 *            |  g-set(leaf) | 2p-set(leaf) | lww-element-set(leaf) | aw-set(leaf) | rw-set(leaf)
 *            |  aw-map(leaf,type) | product(field:type,field:type,…)        fields ascending, each once
 *   leaf     =  string | number | boolean | bytes | value
 *
 * Every type has one descriptor: no spaces, no other order.
 */

import type { Value } from '../bytes/value.ts';
import { CausewayError } from '../error.ts';
import { MAX_DOCUMENT_KIND_BYTES } from '../id/index.ts';
import { awMap } from './aw-map.ts';
import { awSet } from './aw-set.ts';
import { boundedCounter } from './bounded-counter.ts';
import { dwFlag } from './dw-flag.ts';
import { ewFlag } from './ew-flag.ts';
import { gCounter } from './g-counter.ts';
import { gSet } from './g-set.ts';
import type { Lattice } from './lattice.ts';
import { type Leaf, leafNamed } from './leaf.ts';
import { lwwElementSet } from './lww-element-set.ts';
import { lwwRegister } from './lww-register.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { mvRegister } from './mv-register.ts';
import { pnCounter } from './pn-counter.ts';
import { product } from './product.ts';
import { resolverRegister } from './resolver-register.ts';
import { rwSet } from './rw-set.ts';
import { twoPhaseSet } from './two-phase-set.ts';

/** Types within types: what a document's shape needs, and no strain on the stack of whoever reads its states. */
export const MAX_DESCRIPTOR_DEPTH = 16;

/**
 * The lattice with this descriptor. `protocol/unknown-kind` when a type or leaf in it is not built in; `decode/*` when it
 * is too long or deep or is not the one descriptor of its type. A resolver register is read as all its concurrent values.
 */
export function latticeOf(descriptor: string): Lattice<unknown> {
  if (descriptor.length > MAX_DOCUMENT_KIND_BYTES) {
    throw tooMuch('descriptor length', descriptor.length, MAX_DOCUMENT_KIND_BYTES);
  }
  const parser = new Parser(descriptor);
  const lattice = parser.type(1);
  parser.end();
  if (lattice.descriptor !== descriptor)
    throw parser.invalid(`the one way to write it is ${lattice.descriptor}`);
  return lattice;
}

const withoutParameters = new Map<string, Lattice<unknown>>(
  [ewFlag, dwFlag, gCounter, pnCounter, boundedCounter].map((lattice) => [lattice.descriptor, lattice]),
);

const ofLeaf = new Map<string, (leaf: Leaf<Value>) => Lattice<unknown>>([
  ['max', max],
  ['min', min],
  ['lww-register', lwwRegister],
  ['mv-register', mvRegister],
  ['resolver-register', (leaf) => resolverRegister(leaf, (values) => values)],
  ['g-set', gSet],
  ['2p-set', twoPhaseSet],
  ['lww-element-set', lwwElementSet],
  ['aw-set', awSet],
  ['rw-set', rwSet],
]);

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  type(depth: number): Lattice<unknown> {
    if (depth > MAX_DESCRIPTOR_DEPTH) throw tooMuch('descriptor depth', depth, MAX_DESCRIPTOR_DEPTH);
    const name = this.#name();
    const plain = withoutParameters.get(name);
    if (plain !== undefined) return plain;
    const make = ofLeaf.get(name);
    if (make === undefined && name !== 'aw-map' && name !== 'product') throw this.#unknown(name);
    this.#expect('(');
    const lattice =
      make !== undefined ? make(this.#leaf()) : name === 'aw-map' ? this.#awMap(depth) : this.#product(depth);
    this.#expect(')');
    return lattice;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.invalid(`more follows at character ${this.#at}`);
  }

  invalid(detail: string): CausewayError<'decode/invalid'> {
    return new CausewayError(
      'decode/invalid',
      { what: 'descriptor', detail },
      `${this.#shown()} is no descriptor: ${detail}`,
    );
  }

  #awMap(depth: number): Lattice<unknown> {
    const keys = this.#leaf();
    this.#expect(',');
    return awMap(keys, this.type(depth + 1));
  }

  #product(depth: number): Lattice<unknown> {
    const fields: [string, Lattice<unknown>][] = [];
    do {
      const field = this.#upTo(/[:(),]/g);
      this.#expect(':');
      fields.push([field, this.type(depth + 1)]);
    } while (this.#skip(','));
    return product(Object.fromEntries(fields));
  }

  #leaf(): Leaf<Value> {
    const name = this.#name();
    const leaf = leafNamed(name);
    if (leaf === undefined) throw this.#unknown(name);
    return leaf;
  }

  #name(): string {
    const name = this.#upTo(/[(),]/g);
    if (name === '') throw this.invalid(`a name is missing at character ${this.#at}`);
    return name;
  }

  #upTo(delimiter: RegExp): string {
    delimiter.lastIndex = this.#at;
    const end = delimiter.exec(this.#text)?.index ?? this.#text.length;
    const part = this.#text.slice(this.#at, end);
    this.#at = end;
    return part;
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.invalid(`${character} is missing at character ${this.#at}`);
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unknown(name: string): CausewayError<'protocol/unknown-kind'> {
    const shown = JSON.stringify(name.slice(0, 60));
    return new CausewayError(
      'protocol/unknown-kind',
      { kind: this.#text },
      `${shown} is no built-in lattice type or leaf`,
    );
  }

  #shown(): string {
    return JSON.stringify(this.#text.slice(0, 60));
  }
}

function tooMuch(what: string, value: number, limit: number): CausewayError<'decode/limit'> {
  return new CausewayError('decode/limit', { what, value, limit }, `${what} ${value} is above ${limit}`);
}
