// The hooks in a real browser, under StrictMode, with real clients and, where two people meet, a real relay.
import { type Client, createClient, type DocumentHandle } from '@causeway/client';
import { counter, list, register, schema } from '@causeway/core/doc';
import { nativeDocument, type SchemaEngine } from '@causeway/core/native';
import { yjsDocument } from '@causeway/core/yjs';
import { Component, createElement, type ReactNode, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { commands } from 'vitest/browser';
import * as Y from 'yjs';
import {
  CausewayProvider,
  useConnection,
  useDocument,
  usePresence,
  useStatus,
  useStorage,
  useValue,
} from './index.ts';

const Note = schema({ title: register<string>(), votes: counter(), steps: list<string>() });
type NoteHandle = DocumentHandle<SchemaEngine<(typeof Note)['fields']>>;

const openNote = nativeDocument(Note);
const NOWHERE = 'ws://127.0.0.1:9/sync';
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('a component waits for its document, then shows it, and every change of what it reads', async () => {
  const client = newClient();
  const page = show(client, () => {
    const note = useDocument('note', openNote);
    return useValue(note, ({ content }) => content.title.value) ?? 'untitled';
  });
  await vi.waitFor(() => expect(page.seen).toEqual(['waiting', 'untitled']));
  const note = await open(client);
  note.document.content.title.set('Milk');
  await vi.waitFor(() => expect(page.text()).toBe('Milk'));
});

test('what a component does not read does not draw it', async () => {
  const client = newClient();
  const note = await open(client);
  let drawn = 0;
  const page = show(client, () => {
    drawn++;
    const { title, steps } = useValue(useDocument('note', openNote), ({ content }) => ({
      title: content.title.value,
      steps: content.steps.toJSON(),
    }));
    return `${title}: ${steps.join()}`;
  });
  const { content } = note.document;
  content.title.set('Milk');
  content.steps.push('buy');
  await vi.waitFor(() => expect(page.text()).toBe('Milk: buy'));
  const before = drawn;
  for (let i = 0; i < 10; i++) content.votes.add(1);
  content.title.set('Eggs');
  await vi.waitFor(() => expect(page.text()).toBe('Eggs: buy'));
  // StrictMode draws each time twice.
  expect(drawn - before).toBe(2);
});

test('an inline selection of another field is read at once', async () => {
  const client = newClient();
  const note = await open(client);
  note.document.content.title.set('Milk');
  note.document.content.votes.add(3);
  let showVotes = false;
  const page = show(client, () => {
    const shown = useDocument('note', openNote);
    return String(useValue(shown, ({ content }) => (showVotes ? content.votes.value : content.title.value)));
  });
  await vi.waitFor(() => expect(page.text()).toBe('Milk'));
  showVotes = true;
  page.draw();
  await vi.waitFor(() => expect(page.text()).toBe('3'));
});

test('two components share a document, which is closed a while after both are gone', async () => {
  const client = newClient();
  const page = show(client, () => [createElement(Name, { key: 1 }), createElement(Name, { key: 2 })]);
  await vi.waitFor(() => expect(page.text()).toBe('note note '));
  const shown = await open(client);
  await shown.close();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  page.leave();
  await vi.advanceTimersByTimeAsync(4999);
  const still = await open(client);
  expect(still).toBe(shown);
  await still.close();
  await vi.advanceTimersByTimeAsync(1);
  vi.useRealTimers();
  await vi.waitFor(async () => {
    const again = await open(client);
    expect(again).not.toBe(shown);
  });
});

test('what keeps a document from opening reaches the error boundary', async () => {
  const page = show(newClient(), () => useDocument('', openNote).name);
  await vi.waitFor(() => expect(page.text()).toContain('protocol/document-name'));
});

test('hooks outside of a provider say what is missing', async () => {
  const page = draw(() => useConnection().state);
  await vi.waitFor(() => expect(page.text()).toContain('<CausewayProvider'));
});

test('status, connection and storage are shown as they are', async () => {
  const url = await commands.startRelay();
  cleanups.push(() => commands.stopRelay(url));
  const client = newClient(url);
  const page = show(client, () => {
    const saved = useStatus(useDocument('note', openNote), (status) => status.saved);
    return [saved, useConnection().state, useStorage().state].join();
  });
  const note = await open(client);
  note.document.content.title.set('Milk');
  await note.saved('relay');
  await vi.waitFor(() => expect(page.text()).toBe('relay,online,durable'));
  client.disconnect();
  note.document.content.title.set('Eggs');
  await vi.waitFor(() => expect(page.text()).toBe('disk,offline,durable'));
});

test('two people see each other, and each what the other writes', async () => {
  const url = await commands.startRelay();
  cleanups.push(() => commands.stopRelay(url));
  const [ann, ben] = [newClient(url, 'ann'), newClient(url, 'ben')];
  const page = show(ann, () => {
    const note = useDocument('note', openNote);
    const { peers } = usePresence(note, nameOf);
    return `${useValue(note, ({ content }) => content.title.value)} by ${[...peers.values()].join()}`;
  });
  const other = show(ben, () => createElement(Greeter));
  await vi.waitFor(() => expect(other.find('button')).not.toBeNull());
  other.find('button')?.click();
  (await open(ben)).document.content.title.set('Milk');
  await vi.waitFor(() => expect(page.text()).toBe('Milk by Ben'));
  other.leave();
  await vi.waitFor(() => expect(page.text()).toBe('Milk by '));
});

test('what a peer sends that is no state of this app is left out', async () => {
  const url = await commands.startRelay();
  cleanups.push(() => commands.stopRelay(url));
  const [ann, ben] = [newClient(url, 'ann'), newClient(url, 'ben')];
  const page = show(ann, () => {
    const { peers } = usePresence(useDocument('note', openNote), nameOf);
    return `${peers.size} ${[...peers.values()].join()}`;
  });
  const { presence } = await open(ben);
  presence.set(new TextEncoder().encode('"Ben"'));
  await vi.waitFor(() => expect(page.text()).toBe('1 Ben'));
  presence.set(Uint8Array.of(0xff, 0x00));
  await vi.waitFor(() => expect(page.text()).toBe('0 '));
});

test('documents of other kinds are read the same way', async () => {
  const client = newClient();
  const doc = new Y.Doc();
  const openText = yjsDocument(doc);
  const page = show(client, () =>
    useValue(useDocument('text', openText), ({ doc: shown }) => `[${shown.getText('body').toString()}]`),
  );
  await vi.waitFor(() => expect(page.text()).toBe('[]'));
  doc.getText('body').insert(0, 'Milk');
  await vi.waitFor(() => expect(page.text()).toBe('[Milk]'));
});

function Name(): ReactNode {
  return `${useDocument('note', openNote).name} `;
}

function Greeter(): ReactNode {
  const { set } = usePresence(useDocument('note', openNote), nameOf);
  return createElement('button', { type: 'button', onClick: () => set('Ben') });
}

function nameOf(json: unknown): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

/** Of a namespace of its own, unless it is a device that comes again. */
function newClient(url: string = NOWHERE, namespace: string = crypto.randomUUID()): Client {
  const client = createClient({ url, namespace, connect: url !== NOWHERE });
  cleanups.push(() => client.wipe());
  return client;
}

function open(client: Client): Promise<NoteHandle> {
  return client.open('note', openNote);
}

interface Page {
  /** Every text that it has shown. */
  readonly seen: readonly string[];
  text(): string;
  find(selector: string): HTMLElement | null;
  draw(): void;
  leave(): void;
}

function show(client: Client, component: () => ReactNode): Page {
  return draw(component, (children) => createElement(CausewayProvider, { client }, children));
}

function draw(component: () => ReactNode, around: (children: ReactNode) => ReactNode = (it) => it): Page {
  const place = document.createElement('main');
  document.body.append(place);
  const seen: string[] = [];
  const watcher = new MutationObserver(() => {
    if (place.textContent !== seen.at(-1)) seen.push(place.textContent);
  });
  watcher.observe(place, { childList: true, subtree: true, characterData: true, attributes: true });
  const root = createRoot(place, { onCaughtError: () => {} });
  const redraw = (): void => {
    const shown = createElement(Suspense, { fallback: 'waiting' }, createElement(component));
    root.render(createElement(StrictMode, undefined, around(createElement(Boundary, undefined, shown))));
  };
  const leave = (): void => {
    watcher.disconnect();
    root.unmount();
    place.remove();
  };
  redraw();
  cleanups.push(leave);
  return {
    seen,
    text: () => place.textContent,
    find: (selector) => place.querySelector(selector),
    draw: redraw,
    leave,
  };
}

class Boundary extends Component<{ readonly children?: ReactNode }, { readonly failure?: string }> {
  override state: { readonly failure?: string } = {};

  static getDerivedStateFromError(error: unknown): { readonly failure: string } {
    return { failure: String(error) };
  }

  override render(): ReactNode {
    return this.state.failure ?? this.props.children;
  }
}
