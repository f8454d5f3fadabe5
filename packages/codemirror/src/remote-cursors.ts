/**
 * Where others are in the text: their selections below it, their carets with their names above it. They are drawn in layers of
 * their own and never in the text, so that they cannot come between it and an input method.
 */
import { EditorSelection, type Extension, StateEffect } from '@codemirror/state';
import {
  EditorView,
  type LayerMarker,
  layer,
  type PluginValue,
  RectangleMarker,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import {
  type CursorOptions,
  type CursorState,
  decodeCursor,
  encodeCursor,
  type Person,
} from './cursor-state.ts';
import type { TextBinding } from './text-binding.ts';

type BindingOf = (view: EditorView) => TextBinding | undefined;

export function remoteCursors(options: CursorOptions, bindingOf: BindingOf): Extension {
  const plugin = ViewPlugin.define((view) => new RemoteCursors(view, options, bindingOf));
  const cursorsOf = (view: EditorView): readonly ShownCursor[] => view.plugin(plugin)?.shown ?? [];
  const update = (update: ViewUpdate): boolean =>
    update.docChanged || update.geometryChanged || update.viewportChanged || isTold(update);
  return [
    plugin,
    layer({
      above: false,
      class: 'cm-peer-selections',
      update,
      markers: (view) => cursorsOf(view).flatMap((cursor) => selectionMarkers(view, cursor)),
    }),
    layer({
      above: true,
      class: 'cm-peer-carets',
      update,
      markers: (view) => cursorsOf(view).flatMap((cursor) => caretMarkers(view, cursor)),
    }),
    theme,
  ];
}

/** Where somebody is, in the editor. */
interface ShownCursor {
  readonly session: number;
  readonly person: Person;
  readonly anchor: number;
  readonly head: number;
  /** What they said last, by identity: whoever says something new has moved. */
  readonly said: Uint8Array;
}

/** So often at most does an editor say where its user is. */
const SAY_MS = 50;

const told = StateEffect.define<null>();

class RemoteCursors implements PluginValue {
  readonly #view: EditorView;
  readonly #options: CursorOptions;
  readonly #bindingOf: BindingOf;
  readonly #stop: () => void;
  readonly #states = new Map<Uint8Array, CursorState | undefined>();
  #shown: readonly ShownCursor[] = [];
  #isShowWanted = false;
  #isDestroyed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(view: EditorView, options: CursorOptions, bindingOf: BindingOf) {
    this.#view = view;
    this.#options = options;
    this.#bindingOf = bindingOf;
    this.#stop = options.presence.subscribe(() => this.#showSoon());
    this.#showSoon();
    this.#saySoon();
  }

  get shown(): readonly ShownCursor[] {
    return this.#shown;
  }

  update(update: ViewUpdate): void {
    if (update.docChanged || isTold(update)) this.#show(update);
    if (update.docChanged || update.selectionSet || update.focusChanged) this.#saySoon();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#stop();
    clearTimeout(this.#timer);
    this.#options.presence.set(undefined);
  }

  #showSoon(): void {
    if (this.#isShowWanted) return;
    this.#isShowWanted = true;
    queueMicrotask(() => {
      this.#isShowWanted = false;
      if (!this.#isDestroyed) this.#view.dispatch({ effects: told.of(null) });
    });
  }

  #show({ view, changes }: ViewUpdate): void {
    const binding = this.#bindingOf(view);
    const before = new Map(this.#shown.map((cursor) => [cursor.session, cursor]));
    const shown: ShownCursor[] = [];
    const { peers } = this.#options.presence;
    for (const known of this.#states.keys())
      if (![...peers.values()].includes(known)) this.#states.delete(known);
    for (const [session, said] of peers) {
      const state = this.#stateOf(said);
      if (state?.selection === undefined) continue;
      const old = before.get(session);
      // A state may come before the edit that it is about: until then the cursor moves along with the text.
      const anchor = binding?.indexOf(state.selection.anchor) ?? (old && changes.mapPos(old.anchor));
      const head = binding?.indexOf(state.selection.head) ?? (old && changes.mapPos(old.head));
      if (anchor !== undefined && head !== undefined)
        shown.push({ session, person: state.person, anchor, head, said });
    }
    this.#shown = shown;
  }

  #stateOf(said: Uint8Array): CursorState | undefined {
    if (!this.#states.has(said)) this.#states.set(said, decodeCursor(said));
    return this.#states.get(said);
  }

  #saySoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#say();
    }, SAY_MS);
  }

  #say(): void {
    const binding = this.#bindingOf(this.#view);
    if (binding === undefined) return;
    const { presence, person } = this.#options;
    presence.set(encodeCursor({ person, selection: this.#ownSelection(binding) }));
  }

  #ownSelection(binding: TextBinding): CursorState['selection'] {
    if (!this.#view.hasFocus) return undefined;
    const { anchor, head, empty } = this.#view.state.selection.main;
    return {
      anchor: binding.positionAt(anchor, !empty && anchor < head ? 'right' : 'left'),
      head: binding.positionAt(head, head < anchor ? 'right' : 'left'),
    };
  }
}

function isTold({ transactions }: ViewUpdate): boolean {
  return transactions.some(({ effects }) => effects.some((effect) => effect.is(told)));
}

function selectionMarkers(view: EditorView, { anchor, head, person }: ShownCursor): readonly LayerMarker[] {
  if (anchor === head) return [];
  const range = EditorSelection.range(anchor, head);
  const rectangles = RectangleMarker.forRange(view, 'cm-peer-selection', range);
  return rectangles.map((rectangle) => new SelectionMarker(rectangle, person.colour));
}

function caretMarkers(view: EditorView, cursor: ShownCursor): readonly LayerMarker[] {
  const rectangles = RectangleMarker.forRange(view, 'cm-peer-caret', EditorSelection.cursor(cursor.head));
  return rectangles.map((rectangle) => new CaretMarker(rectangle, cursor));
}

class SelectionMarker implements LayerMarker {
  readonly #rectangle: RectangleMarker;
  readonly #colour: string;

  constructor(rectangle: RectangleMarker, colour: string) {
    this.#rectangle = rectangle;
    this.#colour = colour;
  }

  eq(other: LayerMarker): boolean {
    return (
      other instanceof SelectionMarker &&
      this.#colour === other.#colour &&
      this.#rectangle.eq(other.#rectangle)
    );
  }

  draw(): HTMLElement {
    const element = this.#rectangle.draw();
    element.style.setProperty('--peer', this.#colour);
    return element;
  }
}

class CaretMarker implements LayerMarker {
  readonly #rectangle: RectangleMarker;
  readonly #cursor: ShownCursor;

  constructor(rectangle: RectangleMarker, cursor: ShownCursor) {
    this.#rectangle = rectangle;
    this.#cursor = cursor;
  }

  eq(other: LayerMarker): boolean {
    return other instanceof CaretMarker && this.#isSaid(other) && this.#rectangle.eq(other.#rectangle);
  }

  draw(): HTMLElement {
    const { name, colour } = this.#cursor.person;
    const element = this.#rectangle.draw();
    element.style.setProperty('--peer', colour);
    element.dataset['name'] = name;
    return element;
  }

  /** A caret that the text moves goes on; one that its user moves is drawn anew, and shows its name again. */
  update(element: HTMLElement, other: LayerMarker): boolean {
    if (!(other instanceof CaretMarker) || !this.#isSaid(other)) return false;
    return this.#rectangle.update(element, other.#rectangle);
  }

  #isSaid(other: CaretMarker): boolean {
    const { session, said } = other.#cursor;
    return session === this.#cursor.session && said === this.#cursor.said;
  }
}

const theme = EditorView.baseTheme({
  '.cm-peer-selection': { backgroundColor: 'var(--peer)', opacity: '0.25' },
  '.cm-peer-caret': { borderLeft: '2px solid var(--peer)', marginLeft: '-1px' },
  '.cm-peer-caret::before': {
    content: 'attr(data-name)',
    position: 'absolute',
    left: '-2px',
    bottom: '100%',
    padding: '0 4px',
    borderRadius: '3px 3px 3px 0',
    backgroundColor: 'var(--peer)',
    color: '#fff',
    font: '500 11px/1.4 system-ui, sans-serif',
    whiteSpace: 'nowrap',
    animation: 'cm-peer-name 3s forwards',
  },
  '@keyframes cm-peer-name': { '0%, 80%': { opacity: 1 }, '100%': { opacity: 0 } },
});
