import { documentStoreContract, durableStoreContract } from '@causeway/client/testing';
import { Seeded, VirtualTime } from '@causeway/core/testing';
import { describe, test } from 'vitest';
import { BrowserDisk } from './browser-disk.ts';
import { driven } from './driven.ts';
import { HostProcess } from './host-process.ts';

describe("a simulated browser's disk is a store as any other", () => {
  for (const check of [...documentStoreContract, ...durableStoreContract]) {
    test(check.title, () => {
      const time = new VirtualTime();
      const random = new Seeded(1);
      const openPlace = async () => {
        const disk = new BrowserDisk('place', time, random.fork());
        return { open: async () => disk.open(new HostProcess('tab', time, random.fork(), 0)) };
      };
      return driven(time, check.run(openPlace));
    });
  }
});
