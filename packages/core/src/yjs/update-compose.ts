/**
 * Puts updates together again: merge and diff of Yjs updates on bytes, with neither a `Y.Doc` nor Yjs's decoders.
 * Structs are copied as they are. Only two are written anew: one that is known in part (a slice), and runs of typing,
 * which become one struct as they do in a live document, so that ten thousand keystrokes merge into one text.
 *
 *   A   [0–4][5]            what starts first wins where updates overlap; where they start together the longer one,
 *   B      [3–9]   [14–20]  then the one of fewer bytes, since content that is collected takes less
 *   →   [0–4][5][6–9] skip [14–20]
 *
 * Cost is n log n in the number of runs and linear in the bytes.
 */
import { concatBytes, Reader, Writer } from '../bytes/index.ts';
import { InvariantError } from '../error.ts';
import {
  endClock,
  firstClock,
  type Range,
  type Run,
  structBeyond,
  type UpdateParts,
  unite,
} from './update-parts.ts';
import {
  CONTENT,
  INFO_CONTENT,
  INFO_KEY,
  INFO_ORIGIN,
  INFO_RIGHT_ORIGIN,
  INFO_SKIP,
  scanAny,
} from './update-scan.ts';

/** One update of all `parts`, without structs below `floor` of their client. Deletions always stay: no clock tells who knows them. */
export function compose(
  parts: readonly UpdateParts[],
  floor: (client: number) => number = () => 0,
): Uint8Array {
  const writer = new Writer(1024);
  writeStructs(writer, parts, floor);
  writeDeletions(writer, parts);
  return writer.finish();
}

function writeStructs(
  writer: Writer,
  parts: readonly UpdateParts[],
  floor: (client: number) => number,
): void {
  const sections: ClientSection[] = [];
  for (const [client, runs] of runsByClient(parts)) {
    const section = new ClientSection(client, floor(client));
    for (const run of runs.sort(compareRuns)) section.add(run);
    if (section.count > 0) sections.push(section);
  }
  sections.sort((a, b) => b.client - a.client);
  writer.varint(sections.length);
  for (const section of sections) section.write(writer);
}

function writeDeletions(writer: Writer, parts: readonly UpdateParts[]): void {
  const byClient = new Map<number, Range[]>();
  for (const part of parts) {
    for (const [client, ranges] of part.deletions) {
      const known = byClient.get(client);
      if (known === undefined) byClient.set(client, [...ranges]);
      else for (const range of ranges) known.push(range);
    }
  }
  writer.varint(byClient.size);
  for (const [client, ranges] of [...byClient].sort(([a], [b]) => b - a)) {
    const united = unite(ranges);
    writer.varint(client).varint(united.length);
    for (const [from, to] of united) writer.varint(from).varint(to - from);
  }
}

function runsByClient(parts: readonly UpdateParts[]): Map<number, Run[]> {
  const byClient = new Map<number, Run[]>();
  for (const part of parts) {
    for (const run of part.runs) {
      const known = byClient.get(run.client);
      if (known === undefined) byClient.set(run.client, [run]);
      else known.push(run);
    }
  }
  return byClient;
}

function compareRuns(a: Run, b: Run): number {
  return firstClock(a) - firstClock(b) || endClock(b) - endClock(a) || sizeOf(a) - sizeOf(b);
}

function sizeOf(run: Run): number {
  return (run.starts.at(-1) ?? 0) - (run.starts[0] ?? 0);
}

/** The structs of one client on their way into an update: runs come in the order of their first clocks. */
class ClientSection {
  readonly client: number;
  /** Structs written, those held back included. */
  count = 0;
  #first = 0;
  #reach: number;
  readonly #writer = new Writer(256);
  /** The last struct, when it may still grow. */
  #growing: GrowingStruct | undefined;

  constructor(client: number, floor: number) {
    this.client = client;
    this.#reach = floor;
  }

  add(run: Run): void {
    if (endClock(run) <= this.#reach) return;
    if (firstClock(run) > this.#reach && this.count > 0) this.#skip(firstClock(run) - this.#reach);
    for (let i = structBeyond(run, this.#reach); i < run.clocks.length - 1; i++) {
      const clock = run.clocks[i] ?? 0;
      const end = run.clocks[i + 1] ?? 0;
      const bytes = run.bytes.subarray(run.starts[i], run.starts[i + 1]);
      const known = Math.max(0, this.#reach - clock);
      if (known > 0) this.#struct(slice(bytes, this.client, clock, known), clock + known, end);
      else this.#struct(bytes, clock, end);
    }
  }

  write(writer: Writer): void {
    this.#flush();
    writer.varint(this.count).varint(this.client).varint(this.#first).raw(this.#writer.finish());
  }

  #struct(bytes: Uint8Array, clock: number, end: number): void {
    if (this.count === 0) this.#first = clock;
    this.#reach = end;
    const head = headOf(bytes);
    if (this.#growing?.take(head, bytes, this.client, clock, end) === true) return;
    this.#flush();
    this.count++;
    this.#growing = new GrowingStruct(head, bytes, clock, end);
  }

  #skip(length: number): void {
    this.#flush();
    this.count++;
    this.#writer.u8(INFO_SKIP).varint(length);
  }

  #flush(): void {
    this.#growing?.write(this.#writer);
    this.#growing = undefined;
  }
}

/**
 * A struct that takes in those that follow it, by the rule by which Yjs itself fuses neighbours: same content type,
 * written right behind it (its origin is the last clock here), before the same right neighbour, and no map entry.
 */
class GrowingStruct {
  readonly #head: Head;
  readonly #bytes: Uint8Array;
  readonly #clock: number;
  #end: number;
  /** Contents of the structs taken in, without their lengths; empty while there is only the first. */
  readonly #more: Uint8Array[] = [];

  constructor(head: Head, bytes: Uint8Array, clock: number, end: number) {
    this.#head = head;
    this.#bytes = bytes;
    this.#clock = clock;
    this.#end = end;
  }

  /** Takes the struct in and returns true, or returns false. */
  take(head: Head, bytes: Uint8Array, client: number, clock: number, end: number): boolean {
    if (!this.#fits(head, bytes, client, clock)) return false;
    if (this.#more.length === 0) this.#more.push(bodyOf(this.#head, this.#bytes));
    this.#more.push(bodyOf(head, bytes));
    this.#end = end;
    return true;
  }

  write(writer: Writer): void {
    if (this.#more.length === 0) {
      writer.raw(this.#bytes);
      return;
    }
    const content = this.#head.info & INFO_CONTENT;
    const bodies = concatBytes(this.#more);
    writer.raw(this.#bytes.subarray(0, this.#head.contentStart));
    if (content === CONTENT.string) writer.bytes(bodies);
    else writer.varint(this.#end - this.#clock).raw(bodies);
  }

  #fits(head: Head, bytes: Uint8Array, client: number, clock: number): boolean {
    const first = this.#head;
    if (head.info === CONTENT.gc) return first.info === CONTENT.gc;
    const content = head.info & INFO_CONTENT;
    if (content !== CONTENT.string && content !== CONTENT.any && content !== CONTENT.deleted) return false;
    return (
      (first.info & INFO_CONTENT) === content &&
      ((first.info | head.info) & INFO_KEY) === 0 &&
      (head.info & INFO_ORIGIN) !== 0 &&
      head.originClient === client &&
      head.originClock === clock - 1 &&
      this.#end === clock &&
      sameRightOrigin(first, this.#bytes, head, bytes)
    );
  }
}

/** What stands before a struct's content. */
interface Head {
  readonly info: number;
  readonly originClient: number;
  readonly originClock: number;
  /** Where the right origin begins; it ends where the content starts, as a struct with one has no parent. */
  readonly rightStart: number;
  readonly contentStart: number;
}

/** Reads a struct's head; the bytes are known to be sound. */
function headOf(bytes: Uint8Array): Head {
  const reader = new Reader(bytes, 'struct of a Yjs update');
  const info = reader.u8();
  let originClient = 0;
  let originClock = 0;
  if ((info & INFO_ORIGIN) !== 0) {
    originClient = reader.varint();
    originClock = reader.varint();
  }
  const rightStart = reader.offset;
  if ((info & INFO_RIGHT_ORIGIN) !== 0) {
    reader.varint();
    reader.varint();
  }
  if ((info & (INFO_ORIGIN | INFO_RIGHT_ORIGIN)) === 0 && info !== CONTENT.gc) {
    if (reader.varint() === 1) reader.skip(reader.varint());
    else {
      reader.varint();
      reader.varint();
    }
    if ((info & INFO_KEY) !== 0) reader.skip(reader.varint());
  }
  return { info, originClient, originClock, rightStart, contentStart: reader.offset };
}

function sameRightOrigin(a: Head, bytesOfA: Uint8Array, b: Head, bytesOfB: Uint8Array): boolean {
  if (((a.info ^ b.info) & INFO_RIGHT_ORIGIN) !== 0) return false;
  if ((a.info & INFO_RIGHT_ORIGIN) === 0) return true;
  const length = a.contentStart - a.rightStart;
  if (b.contentStart - b.rightStart !== length) return false;
  for (let i = 0; i < length; i++)
    if (bytesOfA[a.rightStart + i] !== bytesOfB[b.rightStart + i]) return false;
  return true;
}

/** A struct's content without the length before it. Deleted and collected content is nothing but a length. */
function bodyOf(head: Head, bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes, 'struct of a Yjs update');
  reader.skip(head.contentStart);
  reader.varint();
  return reader.rest();
}

/** The struct without its first `known` clocks: what is left follows on its own first part, as when Yjs splits an item. */
function slice(bytes: Uint8Array, client: number, clock: number, known: number): Uint8Array {
  const head = headOf(bytes);
  const writer = new Writer(bytes.length + 16);
  if (head.info === CONTENT.gc) {
    const reader = new Reader(bytes, 'struct of a Yjs update');
    reader.u8();
    return writer
      .u8(CONTENT.gc)
      .varint(reader.varint() - known)
      .finish();
  }
  writer
    .u8(head.info | INFO_ORIGIN)
    .varint(client)
    .varint(clock + known - 1);
  if ((head.info & INFO_RIGHT_ORIGIN) !== 0) writer.raw(bytes.subarray(head.rightStart, head.contentStart));
  writeSlicedContent(writer, head.info & INFO_CONTENT, bytes.subarray(head.contentStart), known);
  return writer.finish();
}

function writeSlicedContent(writer: Writer, content: number, bytes: Uint8Array, known: number): void {
  const reader = new Reader(bytes, 'content of a Yjs update');
  const length = reader.varint();
  switch (content) {
    case CONTENT.deleted:
      writer.varint(length - known);
      break;
    case CONTENT.string:
      writer.bytes(textBeyond(reader.rest(), known));
      break;
    case CONTENT.json:
      for (let i = 0; i < known; i++) reader.skip(reader.varint());
      writer.varint(length - known).raw(reader.rest());
      break;
    case CONTENT.any:
      for (let i = 0; i < known; i++) scanAny(reader, 0);
      writer.varint(length - known).raw(reader.rest());
      break;
    default:
      throw new InvariantError('yjs/slice', `content of type ${content} has one clock and no part`);
  }
}

const REPLACEMENT_CHARACTER: Uint8Array = Uint8Array.of(0xef, 0xbf, 0xbd);

/** UTF-8 text without its first `units` UTF-16 units. A surrogate pair that is cut through leaves a replacement character, as in Yjs. */
function textBeyond(text: Uint8Array, units: number): Uint8Array {
  let at = 0;
  let left = units;
  while (left > 0) {
    const lead = text[at] ?? 0;
    const pair = lead >= 0xf0;
    at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : pair ? 4 : 3;
    left -= pair ? 2 : 1;
  }
  return left < 0 ? concatBytes([REPLACEMENT_CHARACTER, text.subarray(at)]) : text.subarray(at);
}
