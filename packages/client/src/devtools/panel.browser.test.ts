// The panel in a real page, over a real relay.
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { afterEach, expect, test, vi } from 'vitest';
import { commands } from 'vitest/browser';
import { createClient, MemoryStore } from '../index.ts';
import { FrameRecorder, showDevtools } from './index.ts';

const words = gSet(stringLeaf);
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('the panel shows how things stand, and takes the client off the line and back', async () => {
  const url = await commands.startRelay();
  cleanups.push(() => commands.stopRelay(url));
  const recorder = new FrameRecorder();
  const client = createClient({ url, store: new MemoryStore(), platform: { WebSocket: recorder.WebSocket } });
  cleanups.push(() => client.close());
  const close = showDevtools(client, { recorder });
  cleanups.push(close);
  const panel = document.body.lastElementChild?.shadowRoot;
  const details = panel?.querySelector('details');
  const offline = panel?.querySelector<HTMLInputElement>('input[type=checkbox]');
  if (!panel || !details || !offline) throw new Error('no panel');
  details.open = true;
  const text = (): string => details.textContent;
  const note = await client.open('shopping', latticeDocument(words));
  note.document.mutate((state) => words.add(state, 'milk'));
  await note.saved('relay');
  await vi.waitFor(() => expect(text()).toMatch(/Causeway: online.*shopping.*ack.*welcome/s));
  offline.click();
  await vi.waitFor(() => expect(text()).toContain('Causeway: offline'));
  note.document.mutate((state) => words.add(state, 'bread'));
  await vi.waitFor(() => expect(text()).toContain('one change'));
  offline.click();
  await note.saved('relay');
  await vi.waitFor(() => expect(text()).toMatch(/Causeway: online.*nothing/s));
  close();
  expect(document.body.contains(details.getRootNode({ composed: true }))).toBe(false);
});
