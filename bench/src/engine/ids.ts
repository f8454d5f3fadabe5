// Ids of replicas as an app would have them: random and of full length, so that bytes are counted as they would be; the
// same each time, so that runs are alike.

import { Seeded } from '@causeway/core/testing';

export const random32 = (replica: number): number => new Seeded(replica).u32();

export const random53 = (replica: number): number => {
  const random = new Seeded(replica);
  return (random.u32() >>> 11) * 2 ** 32 + random.u32();
};

export const random64 = (replica: number): bigint => {
  const random = new Seeded(replica);
  return (BigInt(random.u32()) << 32n) | BigInt(random.u32());
};

/** Two digits for each byte. */
export const randomHex = (replica: number, bytes: number): string => {
  const random = new Seeded(replica);
  return Array.from({ length: bytes }, () => random.int(256).toString(16).padStart(2, '0')).join('');
};
