/**
 * A strict walk over a Yjs update (V1), so that no byte of a peer reaches Yjs before it is known to be sound. Yjs's own
 * decoders trust their input: they reserve arrays of any announced length, look tables up out of range, follow an
 * origin that cannot exist, and throw errors without a type halfway through a transaction.
 *
 *   update  := #clients client* #clients deletes*
 *   client  := #structs client clock struct*               the clocks of a client run on from struct to struct
 *   struct  := 0 length                                    GC: content and place forgotten
 *            | 10 length                                   Skip: a gap
 *            | info origin? rightOrigin? parent? content   Item; info: content type in 5 bits, then
 *              0x80 has an origin · 0x40 has a right origin · 0x20 has a key in its parent (a map entry)
 *   origin  := client clock
 *   parent  := 1 name | 0 client clock, then the key       only without both origins: else it is that of a neighbour
 *   deletes := client #ranges (clock length)*
 *
 * Refused here, beside what is cut short: a count above what the bytes can hold, a struct of length 0, an origin or
 * parent of the same client that is not before the struct, clocks above 2^53 - 1, a client twice, unsorted or overlapping
 * deletions, JSON that is none, values nested deeper than MAX_VALUE_DEPTH, options that a subdocument does not have.
 * Time and memory are linear in the bytes.
 *
 * What no walk over one update can refuse: a writer who has the right to write and gives the same clocks different
 * content in two updates, or builds over many updates a document that is slow or very deep. The first is met by merging
 * (the one that starts first wins) and by YjsDocument, which never gives Yjs a struct that it has in part.
 */
import { Reader } from '../bytes/index.ts';
import type { CausewayError } from '../error.ts';
import { depthOfJson, MAX_VALUE_DEPTH, parseJson } from './json.ts';

/** What a walk tells. All positions are indices into the update. */
export interface UpdateVisitor {
  /** `count` structs of `client` follow. */
  client(client: number, count: number): void;
  /** A struct at `clock` and over `length` clocks, in the bytes from `start` to `end`. */
  struct(info: number, clock: number, length: number, start: number, end: number): void;
  /** A range of deleted clocks. */
  deletion(client: number, clock: number, length: number): void;
}

export const INFO_SKIP = 10;
export const INFO_ORIGIN = 0x80;
export const INFO_RIGHT_ORIGIN = 0x40;
export const INFO_KEY = 0x20;
export const INFO_CONTENT = 0x1f;

/** Content types of an Item, by the low five bits of its info. */
export const CONTENT = {
  gc: 0,
  deleted: 1,
  json: 2,
  binary: 3,
  string: 4,
  embed: 5,
  format: 6,
  type: 7,
  any: 8,
  doc: 9,
} as const;

/** Walks `update` and tells `visitor` of all of it, in its order. `decode/*` unless it is a sound update; what was told by then is void. */
export function scanUpdate(update: Uint8Array, visitor: UpdateVisitor): void {
  const reader = new Reader(update, 'Yjs update');
  scanStructs(reader, visitor);
  scanDeletions(reader, visitor);
  reader.end();
}

/** A client takes at least a count, an id, a clock and a struct; a range of deletions at least two bytes. */
const MIN_CLIENT_BYTES = 5;
const MIN_STRUCT_BYTES = 2;
const MIN_DELETES_BYTES = 2;
const MIN_RANGE_BYTES = 2;

function scanStructs(reader: Reader, visitor: UpdateVisitor): void {
  const clients = reader.count(reader.left, 'clients in a Yjs update', MIN_CLIENT_BYTES);
  const seen = new Set<number>();
  for (let i = 0; i < clients; i++) {
    const structs = reader.count(reader.left, 'structs of a client', MIN_STRUCT_BYTES);
    const client = reader.varint();
    if (structs === 0) throw reader.invalid(`client ${client} without structs`);
    if (clients > 1) addOnce(reader, seen, client);
    visitor.client(client, structs);
    let clock = reader.varint();
    for (let j = 0; j < structs; j++) {
      const start = reader.offset;
      const info = reader.u8();
      const length = scanStruct(reader, info, client, clock);
      if (length === 0 && info !== INFO_SKIP) throw reader.invalid('a struct of length 0');
      if (!Number.isSafeInteger(clock + length)) throw reader.invalid('a clock above 2^53 - 1');
      visitor.struct(info, clock, length, start, reader.offset);
      clock += length;
    }
  }
}

function scanDeletions(reader: Reader, visitor: UpdateVisitor): void {
  const clients = reader.count(reader.left, 'clients with deletions', MIN_DELETES_BYTES);
  const seen = new Set<number>();
  for (let i = 0; i < clients; i++) {
    const client = reader.varint();
    if (clients > 1) addOnce(reader, seen, client);
    const ranges = reader.count(reader.left, 'deletions of a client', MIN_RANGE_BYTES);
    let end = 0;
    for (let j = 0; j < ranges; j++) {
      const clock = reader.varint();
      const length = reader.varint();
      if (clock < end) throw reader.invalid('deletions that are not sorted');
      end = clock + length;
      if (length === 0 || !Number.isSafeInteger(end))
        throw reader.invalid(`a deletion of ${length} clocks from ${clock}`);
      visitor.deletion(client, clock, length);
    }
  }
}

function addOnce(reader: Reader, seen: Set<number>, client: number): void {
  if (seen.has(client)) throw reader.invalid(`client ${client} twice`);
  seen.add(client);
}

/** Passes over a struct after its info; returns its length in clocks. */
function scanStruct(reader: Reader, info: number, client: number, clock: number): number {
  if (info === CONTENT.gc || info === INFO_SKIP) return reader.varint();
  if ((info & INFO_ORIGIN) !== 0) scanId(reader, client, clock, 'origin');
  if ((info & INFO_RIGHT_ORIGIN) !== 0) scanId(reader, client, clock, 'right origin');
  if ((info & (INFO_ORIGIN | INFO_RIGHT_ORIGIN)) === 0) {
    if (reader.varintUpTo(1, 'kind of parent') === 1) reader.skipString('name of a root type');
    else scanId(reader, client, clock, 'parent');
    if ((info & INFO_KEY) !== 0) reader.skipString('key in a parent');
  }
  return scanContent(reader, info & INFO_CONTENT);
}

/** The id of a struct that this one refers to. Within one client it must be an earlier one: Yjs looks it up unasked. */
function scanId(reader: Reader, client: number, clock: number, what: string): void {
  const ofClient = reader.varint();
  const ofClock = reader.varint();
  if (ofClient === client && ofClock >= clock)
    throw reader.invalid(`${what} at clock ${ofClock} of a struct at clock ${clock} of the same client`);
}

function scanContent(reader: Reader, content: number): number {
  switch (content) {
    case CONTENT.deleted:
      return reader.varint();
    case CONTENT.json: {
      const count = reader.count(reader.left, 'JSON values');
      for (let i = 0; i < count; i++) scanJson(reader, true);
      return count;
    }
    case CONTENT.binary:
      reader.skip(reader.varint());
      return 1;
    case CONTENT.string:
      return reader.skipString('text');
    case CONTENT.embed:
      scanJson(reader, false);
      return 1;
    case CONTENT.format:
      reader.skipString('name of a format');
      scanJson(reader, false);
      return 1;
    case CONTENT.type:
      scanType(reader);
      return 1;
    case CONTENT.any: {
      const count = reader.count(reader.left, 'values');
      for (let i = 0; i < count; i++) scanAny(reader, 0);
      return count;
    }
    case CONTENT.doc:
      reader.skipString('id of a subdocument');
      scanDocOptions(reader);
      return 1;
    default:
      throw reader.invalid(`content of type ${content}`);
  }
}

/** Shared types by number: array, map, text, XML element, XML fragment, XML hook, XML text. The fourth and sixth have a name. */
const LAST_TYPE = 6;
const XML_ELEMENT = 3;
const XML_HOOK = 5;

function scanType(reader: Reader): void {
  const type = reader.varintUpTo(LAST_TYPE, 'number of a shared type');
  if (type === XML_ELEMENT || type === XML_HOOK) reader.skipString('name of an XML node');
}

/** JSON in a string. In arrays the word `undefined` stands for itself. */
function scanJson(reader: Reader, mayBeUndefined: boolean): void {
  const text = reader.string(reader.left, 'JSON');
  if (mayBeUndefined && text === 'undefined') return;
  const depth = depthOfJson(text);
  if (depth > MAX_VALUE_DEPTH) throw tooDeep(reader, depth);
  if (parseJson(text) === undefined) throw reader.invalid('JSON that does not parse');
}

/** The values of lib0's `any` encoding, by their first byte. */
export const ANY = {
  undefined: 127,
  null: 126,
  integer: 125,
  float32: 124,
  float64: 123,
  bigint: 122,
  false: 121,
  true: 120,
  string: 119,
  object: 118,
  array: 117,
  bytes: 116,
} as const;

/** Passes over one value of lib0's `any` encoding. Returns its first byte, which says what it is. */
export function scanAny(reader: Reader, depth: number): number {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep(reader, depth);
  const tag = reader.u8();
  switch (tag) {
    case ANY.undefined:
    case ANY.null:
    case ANY.false:
    case ANY.true:
      break;
    case ANY.integer:
      scanSignedInteger(reader);
      break;
    case ANY.float32:
      reader.skip(4);
      break;
    case ANY.float64:
    case ANY.bigint:
      reader.skip(8);
      break;
    case ANY.string:
      reader.skipString('text of a value');
      break;
    case ANY.object: {
      const count = reader.count(reader.left, 'properties', 2);
      for (let i = 0; i < count; i++) scanProperty(reader, depth);
      break;
    }
    case ANY.array: {
      const count = reader.count(reader.left, 'elements');
      for (let i = 0; i < count; i++) scanAny(reader, depth + 1);
      break;
    }
    case ANY.bytes:
      reader.skip(reader.varint());
      break;
    default:
      throw reader.invalid(`a value of type ${tag}`);
  }
  return tag;
}

/** Yjs assigns properties by name, so a `__proto__` that holds an object would give the value a prototype of the peer's making. */
function scanProperty(reader: Reader, depth: number): void {
  const name = reader.string(reader.left, 'name of a property');
  const tag = scanAny(reader, depth + 1);
  if (name === '__proto__' && (tag === ANY.object || tag === ANY.array || tag === ANY.bytes)) {
    throw reader.invalid('an object with a prototype of its own');
  }
}

/** First byte: 6 bits, a sign, a continuation; then 7 bits each. */
function scanSignedInteger(reader: Reader): void {
  let byte = reader.u8();
  let value = byte & 0x3f;
  let factor = 0x40;
  for (let count = 1; byte >= 0x80; count++) {
    if (count > 8) throw reader.invalid('an integer longer than 9 bytes');
    byte = reader.u8();
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (value > Number.MAX_SAFE_INTEGER) throw reader.invalid('an integer above 2^53 - 1');
  }
}

/** Options of a subdocument as Yjs and its ports write them, and the values they may have. Any others could set its id or call what is no function. */
const DOC_OPTIONS: Readonly<Record<string, readonly number[]>> = {
  gc: [ANY.true, ANY.false],
  autoLoad: [ANY.true, ANY.false],
  shouldLoad: [ANY.true, ANY.false],
  collectionId: [ANY.string],
  encoding: [ANY.integer, ANY.bigint],
  meta: Object.values(ANY),
};

function scanDocOptions(reader: Reader): void {
  if (reader.u8() !== ANY.object) throw reader.invalid('options of a subdocument that are no object');
  const count = reader.count(reader.left, 'options of a subdocument', 2);
  for (let i = 0; i < count; i++) {
    const name = reader.string(reader.left, 'name of an option');
    const tag = scanAny(reader, 1);
    const allowed = Object.hasOwn(DOC_OPTIONS, name) ? DOC_OPTIONS[name] : undefined;
    if (allowed?.includes(tag) !== true) {
      throw reader.invalid(`option ${JSON.stringify(name.slice(0, 40))} of a subdocument`);
    }
  }
}

function tooDeep(reader: Reader, depth: number): CausewayError<'decode/limit'> {
  return reader.overLimit('nesting of a value', depth, MAX_VALUE_DEPTH);
}
