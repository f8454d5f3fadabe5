import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import { Seeded, VirtualTime } from '@causeway/core/testing';
import { documentLogContract } from '@causeway/relay/testing';
import { describe, expect, test } from 'vitest';
import { driven, settled } from './driven.ts';
import { HostProcess } from './host-process.ts';
import { RelayDisk } from './relay-disk.ts';

const NOTE = parseDocumentName('note');
const KIND = parseDocumentKind('yjs');

describe("a simulated relay's disk is a log as any other", () => {
  for (const check of documentLogContract) {
    test(check.title, () => {
      const { time, disk, process } = machine(1);
      return driven(
        time,
        check.run(async () => disk.open(process)),
      );
    });
  }
});

test('what a relay that dies was told of is there, and of the rest one commit at most', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { time, disk, process, random } = machine(seed);
    const log = disk.open(process);
    await driven(time, log.open(NOTE, KIND));
    let told = 0;
    for (let batch = 1; batch <= 20; batch++) {
      void log.append(NOTE, parseBatchId(batch), Uint8Array.of(batch)).then((offset) => {
        told = offset;
      });
      await driven(time, Promise.resolve());
      time.advance(random.int(4));
    }
    await settled();
    process.kill();
    disk.crash();
    await driven(time, Promise.resolve());
    const head = (await disk.content.find(NOTE))?.head ?? 0;
    expect(head, `seed ${seed}`).toBeGreaterThanOrEqual(told);
    expect(disk.untold, `seed ${seed}`).toBeLessThanOrEqual(1);
    if (disk.untold === 0) expect(head, `seed ${seed}`).toBe(told);
  }
});

test('a backup holds what there was, folded or not, in an epoch of its own', async () => {
  const { time, disk, process } = machine(1);
  const log = disk.open(process);
  const head = await driven(time, log.open(NOTE, KIND));
  for (let batch = 1; batch <= 5; batch++)
    await driven(time, log.append(NOTE, parseBatchId(batch), Uint8Array.of(batch)));
  await driven(time, log.writeSnapshot(NOTE, 3, Uint8Array.of(123)));
  const backup = await disk.backup();
  await driven(time, log.append(NOTE, parseBatchId(6), Uint8Array.of(6)));
  const { epoch, ...copied } = (await backup.find(NOTE)) ?? { epoch: head.epoch };
  expect(epoch).not.toBe(head.epoch);
  expect(copied).toEqual({ kind: KIND, head: 5, snapshot: 3, snapshotBytes: 1, tailBytes: 2 });
  const { snapshot, entries } = await backup.read(NOTE, 0, 1000);
  expect(snapshot).toEqual({ offset: 3, update: Uint8Array.of(123) });
  expect(entries.map(({ batch }) => batch)).toEqual([4, 5]);
});

function machine(seed: number) {
  const time = new VirtualTime();
  const random = new Seeded(seed);
  const disk = new RelayDisk(time, random.fork(), { appended: () => undefined });
  return { time, random, disk, process: new HostProcess('relay', time, random.fork(), 0) };
}
