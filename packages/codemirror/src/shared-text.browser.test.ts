// Editors in a real browser: several on documents that hear of each other late, one with a real input method, two with a relay.
import { createClient } from '@causeway/client';
import { NativeDocument, schema, type Text, text } from '@causeway/core/doc';
import { parseReplicaId } from '@causeway/core/id';
import { nativeDocument } from '@causeway/core/native';
import { Seeded, seedsOfRuns } from '@causeway/core/testing';
import { EditorSelection, EditorState } from '@codemirror/state';
import { EditorView, runScopeHandlers } from '@codemirror/view';
import { afterEach, expect, test, vi } from 'vitest';
import { commands } from 'vitest/browser';
import { redo, type SharedTextOptions, sharedText, undo } from './index.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class Device {
  readonly document: NativeDocument;
  readonly text: Text;
  readonly view: EditorView;
  nowMs = 0;
  /** What it has written and has not sent. */
  outbox: Uint8Array[] = [];

  constructor(replica: number, options: Partial<SharedTextOptions> = {}, start?: Uint8Array) {
    this.document = new NativeDocument({ replica: parseReplicaId(replica), now: () => this.nowMs });
    if (start !== undefined) this.document.apply(start);
    this.text = this.document.text('body');
    this.document.onUpdate((update) => this.outbox.push(update));
    this.view = editor({ document: this.document, text: this.text, ...options });
  }

  get shown(): string {
    return this.view.state.doc.toString();
  }

  type(inserted: string, at = this.view.state.selection.main.head): void {
    this.view.dispatch({
      changes: { from: at, insert: inserted },
      selection: { anchor: at + inserted.length },
      userEvent: 'input.type',
    });
  }

  select(anchor: number, head = anchor): void {
    this.view.dispatch({ selection: { anchor, head } });
  }

  get selection(): readonly [number, number] {
    const { anchor, head } = this.view.state.selection.main;
    return [anchor, head];
  }

  /** A moment in which no step of undo goes on. */
  pause(): void {
    this.nowMs += 10_000;
  }
}

function editor(options: SharedTextOptions, doc = options.text.toString()): EditorView {
  const view = new EditorView({ doc, extensions: sharedText(options), parent: document.body });
  cleanups.push(() => view.destroy());
  return view;
}

function meet(...devices: readonly Device[]): void {
  for (const one of devices) {
    const sent = one.outbox;
    one.outbox = [];
    for (const other of devices) if (other !== one) for (const update of sent) other.document.apply(update);
  }
}

function two(start: string): readonly [Device, Device] {
  const source = new NativeDocument({ replica: parseReplicaId(9), now: () => 0 });
  source.text('body').insert(0, start);
  const saved = source.history();
  return [new Device(1, {}, saved), new Device(2, {}, saved)];
}

test('what is typed in one editor is shown in the other, wherever both type', () => {
  const [ann, ben] = two('one\ntwo');
  ann.type('A', 0);
  ben.type('B', 7);
  meet(ann, ben);
  expect([ann.shown, ben.shown]).toEqual(['Aone\ntwoB', 'Aone\ntwoB']);
});

test('an editor that was made with another text shows the shared one', async () => {
  const document = new NativeDocument({ replica: parseReplicaId(1), now: () => 0 });
  document.text('body').insert(0, 'shared');
  const view = editor({ document, text: document.text('body') }, 'other\r\nthing');
  await vi.waitFor(() => expect(view.state.doc.toString()).toBe('shared'));
  expect(document.text('body').toString()).toBe('shared');
});

test('a selection of which others leave nothing becomes a cursor', () => {
  const [ann, ben] = two('abcdef');
  ann.select(2, 4);
  ben.document.transact(() => {
    ben.text.delete(1, 4);
    ben.text.insert(1, 'xyz');
  });
  meet(ann, ben);
  expect([ann.shown, ann.selection]).toEqual(['axyzf', [1, 1]]);
});

test('two editors of one text show the same', () => {
  const ann = new Device(1);
  const second = editor({ document: ann.document, text: ann.text });
  ann.type('Hello');
  second.dispatch({ changes: { from: 5, insert: '!' } });
  expect([ann.shown, second.state.doc.toString()]).toEqual(['Hello!', 'Hello!']);
});

test('a text with carriage returns is as long in the editor as it is', () => {
  const [ann, ben] = two('one\r\ntwo');
  expect(ann.view.state.doc.length).toBe(8);
  ann.type('!', 8);
  meet(ann, ben);
  expect(ben.text.toString()).toBe('one\r\ntwo!');
});

test('what an app edits in answer to an edit is shown as soon as the editor can', async () => {
  const ann = new Device(1);
  ann.document.onChange(({ local }) => {
    if (local && ann.text.toString() === 'x') ann.text.insert(0, 'app ');
  });
  ann.type('x');
  expect(ann.text.toString()).toBe('app x');
  await vi.waitFor(() => expect(ann.shown).toBe('app x'));
});

test('an edit that cuts through a pair takes the pair, for those who ask no filter too', async () => {
  const [ann, ben] = two('a😀b');
  ann.view.dispatch({ changes: { from: 1, to: 2 } });
  expect([ann.shown, ann.text.toString()]).toEqual(['ab', 'ab']);
  ben.view.dispatch({ changes: { from: 2, insert: 'x\r\n' }, filter: false });
  await vi.waitFor(() => expect(ben.shown).toBe('ax\n😀b'));
  meet(ann, ben);
  expect([ann.shown, ben.shown]).toEqual(['ax\nb', 'ax\nb']);
});

test('undo takes back what was typed here and nothing else, and redo does it again', () => {
  const [ann, ben] = two('The end');
  ann.type('very ', 4);
  ben.type(' of it', 7);
  meet(ann, ben);
  ben.type('!', ben.shown.length);
  meet(ann, ben);
  expect(undo(ann.view)).toBe(true);
  expect([ann.shown, ann.selection]).toEqual(['The end of it!', [0, 0]]);
  expect(undo(ann.view)).toBe(false);
  expect(redo(ann.view)).toBe(true);
  expect([ann.shown, ann.selection]).toEqual(['The very end of it!', [9, 9]]);
});

test('undo brings back what was selected, though others have written before it', () => {
  const [ann, ben] = two('The bad end');
  ann.select(4, 7);
  ann.view.dispatch(ann.view.state.replaceSelection('good'));
  ben.type('Here: ', 0);
  meet(ann, ben);
  undo(ann.view);
  expect([ann.shown, ann.selection]).toEqual(['Here: The bad end', [10, 13]]);
  redo(ann.view);
  expect([ann.shown, ann.selection]).toEqual(['Here: The good end', [14, 14]]);
  undo(ann.view);
  expect([ann.shown, ann.selection]).toEqual(['Here: The bad end', [10, 13]]);
});

test('the cursor comes back behind what it deleted, or before it', () => {
  const [ann] = two('abcd');
  ann.select(2);
  ann.view.dispatch({ changes: { from: 1, to: 2 } });
  undo(ann.view);
  expect([ann.shown, ann.selection]).toEqual(['abcd', [2, 2]]);
  ann.view.dispatch({ changes: { from: 2, to: 3 } });
  undo(ann.view);
  expect([ann.shown, ann.selection]).toEqual(['abcd', [2, 2]]);
});

test('moving the cursor begins another step', () => {
  const [ann] = two('');
  ann.type('one');
  ann.select(0);
  ann.type('two');
  undo(ann.view);
  expect(ann.shown).toBe('one');
});

test('the usual keys and the menu of the platform undo and redo', () => {
  const [ann] = two('');
  ann.type('word');
  runScopeHandlers(ann.view, new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }), 'editor');
  expect(ann.shown).toBe('');
  runScopeHandlers(ann.view, new KeyboardEvent('keydown', { key: 'y', ctrlKey: true }), 'editor');
  expect(ann.shown).toBe('word');
  const ask = new InputEvent('beforeinput', { inputType: 'historyUndo', cancelable: true, bubbles: true });
  ann.view.contentDOM.dispatchEvent(ask);
  expect([ann.shown, ask.defaultPrevented]).toEqual(['', true]);
});

const PIECES = ['a', 'bc', '\n', '😀', '👩‍👧', ' ', 'd\r\ne', '\ud83d'];

test('editors that hear of each other late, twice and out of order show the same in the end', async () => {
  for (const seed of seedsOfRuns({}, 40)) {
    const random = new Seeded(seed);
    const devices = [1, 2, 3].map((replica) => new Device(replica));
    const inboxes = devices.map((): Uint8Array[] => []);
    const deliver = (to: number, all: boolean): void => {
      const inbox = inboxes[to] ?? [];
      while (inbox.length > 0 && (all || random.chance(0.7))) {
        const [update] = inbox.splice(random.int(inbox.length), 1);
        if (update !== undefined) devices[to]?.document.apply(update);
        if (update !== undefined && random.chance(0.1)) inbox.push(update);
      }
    };
    for (let step = 0; step < 60; step++) {
      const at = random.int(devices.length);
      const device = devices[at] as Device;
      act(device, random);
      expect(device.shown, `seed ${seed} step ${step}`).toBe(device.text.toString());
      for (const update of device.outbox.splice(0))
        inboxes.forEach((inbox, to) => {
          if (to !== at) inbox.push(update);
        });
      if (random.chance(0.4)) deliver(random.int(devices.length), false);
    }
    inboxes.forEach((_, to) => {
      deliver(to, true);
    });
    // What an editor that asked no filter had to mend it mends in the next turn.
    await Promise.resolve();
    const [first] = devices;
    for (const { shown, text: native } of devices) {
      expect(shown, `seed ${seed}`).toBe(first?.text.toString());
      expect(shown, `seed ${seed}`).toBe(native.toString());
      expect(shown.match(/\p{Surrogate}/gu), `seed ${seed}`).toBeNull();
    }
    for (const { view } of devices) view.destroy();
  }
});

function act(device: Device, random: Seeded): void {
  const { view } = device;
  const { length } = view.state.doc;
  const place = (): number => random.int(length + 1);
  if (random.chance(0.2)) device.pause();
  if (random.chance(0.15)) undo(view);
  else if (random.chance(0.1)) redo(view);
  else if (random.chance(0.2)) device.select(place(), place());
  else if (random.chance(0.5)) view.dispatch(view.state.replaceSelection(random.pick(PIECES)));
  else {
    const ends = Array.from({ length: 2 * random.between(1, 3) }, place).sort((a, b) => a - b);
    const changes = [];
    for (let i = 0; i + 1 < ends.length; i += 2) {
      const from = ends[i] as number;
      const to = random.chance(0.5) ? from : (ends[i + 1] as number);
      changes.push({ from, to, insert: random.pick(PIECES) });
    }
    view.dispatch({ changes, selection: { anchor: 0 } });
  }
}

test('a composition is not torn by what others write in its line, nor kept from what they write elsewhere', async () => {
  const [ann, ben] = two('first\nline: \nlast');
  ann.view.focus();
  ann.select(12);
  const ends: string[] = [];
  ann.view.contentDOM.addEventListener('compositionend', ({ data }) => ends.push(data));
  await commands.composeText('に');
  await vi.waitFor(() => expect(ann.text.toString()).toBe('first\nline: に\nlast'));
  ben.type('>> ', 6);
  ben.type('the very ', 0);
  meet(ben, ann);
  expect(ann.view.composing).toBe(true);
  expect(ann.shown).toBe('the very first\nline: に\nlast');
  await commands.composeText('にほ');
  await commands.composeText('にほん');
  await vi.waitFor(() => expect(ann.text.toString()).toBe('the very first\n>> line: にほん\nlast'));
  expect(ann.shown).toBe('the very first\nline: にほん\nlast');
  await commands.commitText('日本');
  await vi.waitFor(() => expect(ann.shown).toBe('the very first\n>> line: 日本\nlast'), 10_000);
  meet(ann, ben);
  expect([ann.text.toString(), ben.shown]).toEqual([ann.shown, ann.shown]);
  expect(ends).toEqual(['日本']);
  undo(ann.view);
  expect(ann.shown).toBe('the very first\n>> line: \nlast');
});

const Note = schema({ body: text() });

test('two people see each other’s cursors through a relay, and they stay where they are', async () => {
  const url = await commands.startRelay();
  cleanups.push(() => commands.stopRelay(url));
  const [ann, ben] = await Promise.all(
    ['#aa0033', '#0033aa'].map(async (colour, index) => {
      const name = index === 0 ? 'Ann' : 'Ben';
      const client = createClient({ url, namespace: crypto.randomUUID() });
      cleanups.push(() => client.wipe());
      const { document: engine, presence, saved } = await client.open('note', nativeDocument(Note));
      const view = editor({
        document: engine.document,
        text: engine.content.body,
        cursors: { presence, person: { name, colour } },
      });
      return { engine, view, presence, saved };
    }),
  );
  if (ann === undefined || ben === undefined) throw new Error('both have opened');
  ann.view.dispatch({ changes: { from: 0, insert: 'Hello there' } });
  await vi.waitFor(() => expect(ben.view.state.doc.toString()).toBe('Hello there'));
  ben.view.focus();
  ben.view.dispatch({ selection: EditorSelection.single(11, 6) });
  const carets = (): HTMLElement[] => [...ann.view.dom.querySelectorAll<HTMLElement>('.cm-peer-caret')];
  await vi.waitFor(() => expect(carets().map(({ dataset }) => dataset['name'])).toEqual(['Ben']));
  expect(ann.view.dom.querySelectorAll('.cm-peer-selection')).toHaveLength(1);
  const leftOf = (): number => carets()[0]?.getBoundingClientRect().left ?? Number.NaN;
  const before = leftOf();
  expect(Math.abs(before - (ann.view.coordsAtPos(6)?.left ?? 0))).toBeLessThan(3);
  ann.view.dispatch({ changes: { from: 0, insert: 'Well, ' } });
  await vi.waitFor(() => expect(Math.abs(leftOf() - (ann.view.coordsAtPos(12)?.left ?? 0))).toBeLessThan(3));
  expect(leftOf()).toBeGreaterThan(before);
  ben.view.destroy();
  await vi.waitFor(() => expect(carets()).toEqual([]));
});

test('an editor that may only be read shows what others write', () => {
  const [ann, ben] = two('');
  const view = new EditorView({
    extensions: [EditorState.readOnly.of(true), sharedText({ document: ben.document, text: ben.text })],
  });
  cleanups.push(() => view.destroy());
  ann.type('Hello');
  meet(ann, ben);
  expect(view.state.doc.toString()).toBe('Hello');
});
