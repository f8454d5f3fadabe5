/** Deletes the texts of notes from this device, when the notes are gone for good. What was not sent yet is kept, for it is nowhere else. */
import type { Client } from '@causeway/client';
import { bodyName } from '../model/body.ts';

export async function forgetTexts(client: Client, ids: readonly string[]): Promise<void> {
  const names = new Set(ids.map(bodyName));
  for (const { name, pending } of await client.list())
    if (names.has(name) && pending === 0) await client.delete(name);
}
