// The rows of the comparison, in their order: what is measured, in which unit, and what ours is held against.

import { fanOut } from './load/fan-out.ts';
import { coldJoin, joins } from './load/joins.ts';
import { memory } from './load/memory.ts';
import { saturated, steady } from './load/pairs.ts';
import { presence } from './load/presence.ts';
import type { RowLoad } from './load/row-load.ts';
import { slowReader } from './load/slow-reader.ts';

export interface Figure {
  readonly id: string;
  readonly says: string;
  readonly unit: string;
  /** More is better; otherwise less is. */
  readonly more?: boolean;
  /** It explains another figure, and is not compared itself. */
  readonly aside?: boolean;
}

export interface Row {
  readonly id: string;
  readonly figures: readonly Figure[];
  /** What ours is divided by in the row's ratio. */
  readonly against: 'best' | 'bare';
  readonly load: RowLoad;
}

export const rows: readonly Row[] = [
  {
    id: 'R1',
    against: 'best',
    load: saturated,
    figures: [
      { id: 'R1.deliveries', says: '100 documents × 2 writers: deliveries', unit: '1/s', more: true },
      { id: 'R1.cpu', says: '  of one core, all threads', unit: '%', aside: true },
    ],
  },
  {
    id: 'R2',
    against: 'bare',
    load: steady,
    figures: [
      { id: 'R2.cpu', says: 'the same at 16,000/s: server CPU per delivery', unit: 'µs' },
      { id: 'R2.delivered', says: '  delivered', unit: '1/s', more: true, aside: true },
    ],
  },
  {
    id: 'R3',
    against: 'bare',
    load: fanOut,
    figures: [
      { id: 'R3.p50', says: '1 writer, 50 readers, 200 edits/s: latency p50', unit: 'ms' },
      { id: 'R3.p99', says: '  latency p99', unit: 'ms' },
      { id: 'R3.cpu', says: '  server CPU per delivery', unit: 'µs' },
    ],
  },
  {
    id: 'R4',
    against: 'best',
    load: memory,
    figures: [
      { id: 'R4.connection', says: 'heap per idle connection', unit: 'KB' },
      { id: 'R4.document', says: 'heap per open document of 260,000 operations', unit: 'KB' },
      { id: 'R4.returned', says: '  what is left of it when nobody uses it', unit: 'KB', aside: true },
    ],
  },
  {
    id: 'R5',
    against: 'bare',
    load: joins,
    figures: [
      { id: 'R5.join', says: 'join of a 5 MB document, warm p50', unit: 'ms' },
      { id: 'R5.twenty', says: '  20 joins at once', unit: 'ms' },
      { id: 'R5.bystander', says: '  an edit in another document meanwhile, p99', unit: 'ms' },
      { id: 'R5.worst', says: '  the worst of those', unit: 'ms', aside: true },
    ],
  },
  {
    id: 'R6',
    against: 'best',
    load: coldJoin,
    figures: [{ id: 'R6.first', says: 'first join of it after a restart', unit: 'ms' }],
  },
  {
    id: 'R7',
    against: 'best',
    load: presence,
    figures: [
      { id: 'R7.cpu', says: '150 clients, 2 cursor moves/s each: server CPU per delivery', unit: 'µs' },
      { id: 'R7.delivered', says: '  delivered', unit: '1/s', more: true, aside: true },
    ],
  },
  {
    id: 'R8',
    against: 'best',
    load: slowReader,
    figures: [
      { id: 'R8.growth', says: 'memory grown by 210 MB written past a slow reader', unit: 'MB' },
      { id: 'R8.caughtUp', says: '  it had everything in the end', unit: '0 or 1', more: true, aside: true },
    ],
  },
];
