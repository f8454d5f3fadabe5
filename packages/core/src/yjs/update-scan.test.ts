/** What the scan of Yjs updates refuses, one fault at a time, and with which error. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Writer } from '../bytes/index.ts';
import type { ErrorCode } from '../error.ts';
import { MAX_VALUE_DEPTH } from './json.ts';
import { ANY, CONTENT, INFO_ORIGIN, INFO_RIGHT_ORIGIN, INFO_SKIP } from './update-scan.ts';
import { YjsDocument } from './yjs-document.ts';
import { yjsFormat } from './yjs-format.ts';

/** An update of one struct of client 7 at clock 5, and no deletions. */
function ofStruct(write: (writer: Writer) => unknown): Uint8Array {
  const writer = new Writer().varint(1).varint(1).varint(7).varint(5);
  write(writer);
  return writer.varint(0).finish();
}

/** An item in the root type `t`. */
function ofContent(content: number, write: (writer: Writer) => unknown): Uint8Array {
  return ofStruct((writer) => write(writer.u8(content).varint(1).string('t')));
}

function ofDeletions(write: (writer: Writer) => unknown): Uint8Array {
  const writer = new Writer().varint(0);
  write(writer);
  return writer.finish();
}

const gc = (writer: Writer, length = 1): Writer => writer.u8(CONTENT.gc).varint(length);

/** An array in an array in an array, `depth` of them. */
function nested(depth: number): Uint8Array {
  return ofContent(CONTENT.any, (writer) => {
    writer.varint(1);
    for (let i = 1; i < depth; i++) writer.u8(ANY.array).varint(1);
    writer.u8(ANY.array).varint(0);
  });
}

function nestedJson(depth: number): Uint8Array {
  return ofContent(CONTENT.embed, (writer) => writer.string('['.repeat(depth) + ']'.repeat(depth)));
}

function ofProperty(name: string, write: (writer: Writer) => unknown): Uint8Array {
  return ofContent(CONTENT.any, (writer) => write(writer.varint(1).u8(ANY.object).varint(1).string(name)));
}

function ofDocOptions(write: (writer: Writer) => unknown): Uint8Array {
  return ofContent(CONTENT.doc, (writer) => write(writer.string('guid')));
}

const sound: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', Uint8Array.of(0, 0)],
  ['collected content', ofStruct(gc)],
  ['a gap', ofStruct((writer) => writer.u8(INFO_SKIP).varint(3))],
  ['a gap of nothing', ofStruct((writer) => writer.u8(INFO_SKIP).varint(0))],
  ['text', ofContent(CONTENT.string, (writer) => writer.string('😀'))],
  [
    'an origin before it',
    ofStruct((writer) =>
      writer
        .u8(CONTENT.deleted | INFO_ORIGIN)
        .varint(7)
        .varint(4)
        .varint(1),
    ),
  ],
  [
    'an origin of another client',
    ofStruct((writer) =>
      writer
        .u8(CONTENT.deleted | INFO_ORIGIN)
        .varint(8)
        .varint(99)
        .varint(1),
    ),
  ],
  [
    'the word undefined in an array of JSON',
    ofContent(CONTENT.json, (writer) => writer.varint(1).string('undefined')),
  ],
  ['values nested to the limit', nested(MAX_VALUE_DEPTH)],
  ['JSON nested to the limit', nestedJson(MAX_VALUE_DEPTH)],
  [
    'brackets in text of JSON',
    ofContent(CONTENT.embed, (writer) => writer.string(JSON.stringify('\\"['.repeat(1_000)))),
  ],
  ['a prototype that is no object', ofProperty('__proto__', (writer) => writer.u8(ANY.null))],
  [
    'options of a subdocument',
    ofDocOptions((writer) =>
      writer.u8(ANY.object).varint(2).string('gc').u8(ANY.false).string('meta').u8(ANY.null),
    ),
  ],
  [
    'options of a subdocument as ports of Yjs write them',
    ofDocOptions((writer) =>
      writer
        .u8(ANY.object)
        .varint(3)
        .string('collectionId')
        .u8(ANY.string)
        .string('c')
        .string('encoding')
        .u8(ANY.integer)
        .u8(1)
        .string('shouldLoad')
        .u8(ANY.true),
    ),
  ],
  [
    'deletions that touch',
    ofDeletions((writer) => writer.varint(1).varint(7).varint(2).varint(0).varint(5).varint(5).varint(1)),
  ],
  ['a client without deletions', ofDeletions((writer) => writer.varint(1).varint(7).varint(0))],
  ['the last clock', ofStruct((writer) => gc(writer, Number.MAX_SAFE_INTEGER - 5))],
];

const unsound: readonly (readonly [string, ErrorCode, Uint8Array])[] = [
  ['no bytes', 'decode/truncated', new Uint8Array()],
  ['bytes after the end', 'decode/trailing', Uint8Array.of(0, 0, 0)],
  ['more clients than bytes', 'decode/limit', Uint8Array.of(0x80, 0x80, 0x04, 0)],
  [
    'more structs than bytes',
    'decode/limit',
    new Writer()
      .varint(1)
      .varint(2 ** 40)
      .varint(7)
      .varint(0)
      .finish(),
  ],
  [
    'a client without structs',
    'decode/invalid',
    new Writer().varint(1).varint(0).varint(7).varint(0).varint(0).varint(0).finish(),
  ],
  [
    'a client twice',
    'decode/invalid',
    gc(gc(new Writer().varint(2).varint(1).varint(7).varint(0)).varint(1).varint(7).varint(9))
      .varint(0)
      .finish(),
  ],
  ['a number longer than it needs to be', 'decode/invalid', Uint8Array.of(0x80, 0x00, 0)],
  ['collected content of no length', 'decode/invalid', ofStruct((writer) => gc(writer, 0))],
  ['empty text', 'decode/invalid', ofContent(CONTENT.string, (writer) => writer.string(''))],
  ['no values', 'decode/invalid', ofContent(CONTENT.any, (writer) => writer.varint(0))],
  ['a clock above 2^53 - 1', 'decode/invalid', ofStruct((writer) => gc(writer, Number.MAX_SAFE_INTEGER - 4))],
  [
    'itself for an origin',
    'decode/invalid',
    ofStruct((writer) =>
      writer
        .u8(CONTENT.deleted | INFO_ORIGIN)
        .varint(7)
        .varint(5)
        .varint(1),
    ),
  ],
  [
    'a later one for a right origin',
    'decode/invalid',
    ofStruct((writer) =>
      writer
        .u8(CONTENT.deleted | INFO_RIGHT_ORIGIN)
        .varint(7)
        .varint(6)
        .varint(1),
    ),
  ],
  [
    'itself for a parent',
    'decode/invalid',
    ofStruct((writer) => writer.u8(CONTENT.deleted).varint(0).varint(7).varint(5).varint(1)),
  ],
  [
    'a third kind of parent',
    'decode/limit',
    ofStruct((writer) => writer.u8(CONTENT.deleted).varint(2).varint(1)),
  ],
  ['content of no known type', 'decode/invalid', ofContent(11, (writer) => writer.varint(1))],
  [
    'collected content with an origin',
    'decode/invalid',
    ofStruct((writer) =>
      writer
        .u8(CONTENT.gc | INFO_ORIGIN)
        .varint(8)
        .varint(0)
        .varint(1),
    ),
  ],
  [
    'a gap with an origin',
    'decode/invalid',
    ofStruct((writer) =>
      writer
        .u8(INFO_SKIP | INFO_ORIGIN)
        .varint(8)
        .varint(0)
        .varint(1),
    ),
  ],
  [
    'text that is not UTF-8',
    'decode/invalid',
    ofContent(CONTENT.string, (writer) => writer.bytes(Uint8Array.of(0xc0, 0x80))),
  ],
  [
    'a surrogate in UTF-8',
    'decode/invalid',
    ofContent(CONTENT.string, (writer) => writer.bytes(Uint8Array.of(0xed, 0xa0, 0x80))),
  ],
  ['JSON that is none', 'decode/invalid', ofContent(CONTENT.embed, (writer) => writer.string('{'))],
  [
    'the word undefined for an embed',
    'decode/invalid',
    ofContent(CONTENT.embed, (writer) => writer.string('undefined')),
  ],
  ['a shared type of no known number', 'decode/limit', ofContent(CONTENT.type, (writer) => writer.varint(7))],
  [
    'a value of no known type',
    'decode/invalid',
    ofContent(CONTENT.any, (writer) => writer.varint(1).u8(115)),
  ],
  ['values nested too deep', 'decode/limit', nested(MAX_VALUE_DEPTH + 2)],
  ['JSON nested too deep', 'decode/limit', nestedJson(MAX_VALUE_DEPTH + 1)],
  [
    'an integer above 2^53 - 1',
    'decode/invalid',
    ofContent(CONTENT.any, (writer) =>
      writer.varint(1).u8(ANY.integer).raw(new Uint8Array(8).fill(0xff)).u8(0x0f),
    ),
  ],
  ['a prototype', 'decode/invalid', ofProperty('__proto__', (writer) => writer.u8(ANY.object).varint(0))],
  [
    'bytes for a prototype',
    'decode/invalid',
    ofProperty('__proto__', (writer) => writer.u8(ANY.bytes).varint(0)),
  ],
  [
    'options of a subdocument that are none',
    'decode/invalid',
    ofDocOptions((writer) => writer.u8(ANY.undefined)),
  ],
  [
    'a subdocument with another id',
    'decode/invalid',
    ofDocOptions((writer) => writer.u8(ANY.object).varint(1).string('guid').u8(ANY.null)),
  ],
  [
    'a subdocument with a filter',
    'decode/invalid',
    ofDocOptions((writer) => writer.u8(ANY.object).varint(1).string('gcFilter').u8(ANY.true)),
  ],
  [
    'a deletion of nothing',
    'decode/invalid',
    ofDeletions((writer) => writer.varint(1).varint(7).varint(1).varint(0).varint(0)),
  ],
  [
    'deletions that overlap',
    'decode/invalid',
    ofDeletions((writer) => writer.varint(1).varint(7).varint(2).varint(0).varint(5).varint(4).varint(1)),
  ],
  [
    'deletions of a client twice',
    'decode/invalid',
    ofDeletions((writer) => writer.varint(2).varint(7).varint(0).varint(7).varint(0)),
  ],
  [
    'a deletion beyond the last clock',
    'decode/invalid',
    ofDeletions((writer) => writer.varint(1).varint(7).varint(1).varint(5).varint(Number.MAX_SAFE_INTEGER)),
  ],
];

describe('scan of a Yjs update', () => {
  test.each(sound)('accepts %s, and a document takes it', (_what, update) => {
    yjsFormat.validate(update);
    const document = new YjsDocument(new Y.Doc());
    document.apply(update);
    yjsFormat.validate(document.snapshot());
  });

  test.each(unsound)('refuses %s with %s', (_what, code, update) => {
    expect(() => yjsFormat.validate(update)).toThrow(expect.objectContaining({ code }));
  });

  test('refuses every update that is cut short', () => {
    for (const [what, update] of sound) {
      for (let length = 0; length < update.length; length++) {
        expect(() => yjsFormat.validate(update.slice(0, length)), `${what}, ${length} bytes`).toThrow(
          'decode/',
        );
      }
    }
  });
});
