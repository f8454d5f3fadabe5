/**
 * The debug panel: how the connection, the storage and the documents stand, and what goes over the wire, in a corner of the
 * page. Plain DOM in a shadow root, so that it neither takes the page's styles nor gives any. Leaves out: content.
 */
import type { Client } from '../client.ts';
import type { StoredEntry } from '../storage/document-store.ts';
import type { DocumentTraffic, FrameRecorder, RecordedFrame } from './frame-recorder.ts';

export interface DevtoolsOptions {
  readonly recorder: FrameRecorder;
  /** Where the panel is put; the page's body unless said otherwise. */
  readonly parent?: Element;
}

/** Rows that are drawn; the recorder has more. */
const MAX_ROWS = 100;
/** Listing asks the store, which has better things to do. */
const LIST_EVERY_MS = 1000;

/** Shows the panel until the returned function is called. */
export function showDevtools(
  client: Client,
  { recorder, parent = document.body }: DevtoolsOptions,
): () => void {
  const panel = new Panel(client, recorder);
  parent.append(panel.host);
  return () => panel.close();
}

class Panel {
  readonly host = document.createElement('div');
  readonly #client: Client;
  readonly #recorder: FrameRecorder;
  readonly #summary = element('summary', 'Causeway');
  readonly #state = element('dl');
  readonly #documents = element('tbody');
  readonly #frames = element('tbody');
  readonly #offline = input('checkbox');
  readonly #stops: readonly (() => void)[];
  readonly #timer: ReturnType<typeof setInterval>;
  #entries: readonly StoredEntry[] = [];
  #isDrawing = false;

  constructor(client: Client, recorder: FrameRecorder) {
    this.#client = client;
    this.#recorder = recorder;
    this.#build();
    const draw = (): void => this.#drawSoon();
    this.#stops = [
      client.onConnection(draw),
      client.onStorage(draw),
      client.onAtRisk(draw),
      recorder.onChange(draw),
    ];
    this.#timer = setInterval(() => void this.#list(), LIST_EVERY_MS);
    void this.#list();
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
    this.host.remove();
  }

  #build(): void {
    const latency = input('range');
    latency.min = '0';
    latency.max = '2000';
    latency.step = '50';
    latency.value = String(this.#recorder.latencyMs);
    const shown = element('output', `${latency.value} ms`);
    latency.addEventListener('input', () => {
      this.#recorder.latencyMs = Number(latency.value);
      shown.textContent = `${latency.value} ms`;
    });
    this.#offline.addEventListener('change', () => {
      if (this.#offline.checked) this.#client.disconnect();
      else this.#client.connect();
    });
    const controls = element('p');
    controls.append(label('Offline', this.#offline), label('Latency', latency), shown);
    const details = element('details');
    details.append(
      this.#summary,
      controls,
      this.#state,
      table(
        'Documents',
        ['name', 'kind', 'unsent', 'refused', 'access', 'offset', 'in', 'out'],
        this.#documents,
      ),
      table('Frames', ['ms', '', 'frame', 'document', 'bytes', 'says'], this.#frames),
    );
    details.addEventListener('toggle', () => this.#drawSoon());
    const style = element('style', STYLE);
    this.host.attachShadow({ mode: 'open' }).append(style, details);
  }

  async #list(): Promise<void> {
    // A client that was closed has nothing to list any more.
    this.#entries = await this.#client.list().catch(() => []);
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { connection, storage, atRisk } = this.#client;
    this.#offline.checked = connection.state === 'offline' && connection.reason === 'app';
    this.#summary.textContent = `Causeway: ${connection.state}`;
    this.#state.replaceChildren(
      ...pairs({
        connection:
          'error' in connection ? `${connection.state}: ${connection.error.message}` : connection.state,
        storage:
          'cause' in storage && storage.cause !== undefined
            ? `${storage.state}: ${storage.cause.message}`
            : storage.state,
        'at risk': atRisk === 0 ? 'nothing' : atRisk === 1 ? 'one change' : `${atRisk} changes`,
      }),
    );
    this.#documents.replaceChildren(...documentRows(this.#entries, this.#recorder.documents));
    this.#frames.replaceChildren(...this.#recorder.frames.slice(-MAX_ROWS).reverse().map(frameRow));
  }
}

function documentRows(
  entries: readonly StoredEntry[],
  traffic: ReadonlyMap<string, DocumentTraffic>,
): readonly HTMLElement[] {
  const stored = new Map<string, StoredEntry>(entries.map((entry) => [entry.name, entry]));
  const names = [...new Set([...traffic.keys(), ...stored.keys()])].slice(0, MAX_ROWS);
  return names.map((name) => {
    const [entry, seen] = [stored.get(name), traffic.get(name)];
    return row([
      name,
      entry?.kind ?? seen?.kind ?? '',
      String(entry?.pending ?? 0),
      String(entry?.quarantined ?? 0),
      seen?.access ?? '',
      seen === undefined ? '' : String(seen.offset),
      String(seen?.bytesIn ?? 0),
      String(seen?.bytesOut ?? 0),
    ]);
  });
}

function frameRow({ atMs, direction, type, document, bytes, detail }: RecordedFrame): HTMLElement {
  return row([atMs.toFixed(0), direction === 'in' ? '↓' : '↑', type, document ?? '', String(bytes), detail]);
}

function row(cells: readonly string[]): HTMLElement {
  const made = element('tr');
  made.append(...cells.map((text) => element('td', text)));
  return made;
}

function table(caption: string, columns: readonly string[], body: HTMLElement): HTMLElement {
  const head = element('thead');
  const titles = element('tr');
  titles.append(...columns.map((text) => element('th', text)));
  head.append(titles);
  const made = element('table');
  made.append(element('caption', caption), head, body);
  const scroller = element('div');
  scroller.tabIndex = 0;
  scroller.append(made);
  return scroller;
}

function pairs(values: Readonly<Record<string, string>>): readonly HTMLElement[] {
  return Object.entries(values).flatMap(([name, value]) => [element('dt', name), element('dd', value)]);
}

function label(text: string, control: HTMLElement): HTMLElement {
  const made = element('label', text);
  made.append(control);
  return made;
}

function input(type: string): HTMLInputElement {
  const made = document.createElement('input');
  made.type = type;
  return made;
}

function element(name: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

const STYLE = `
  :host { all: initial; color-scheme: light dark; font: 12px/1.5 system-ui, sans-serif; }
  details {
    position: fixed; inset: auto 0.75rem 0.75rem auto; z-index: 2147483647; box-sizing: border-box;
    max-width: min(44rem, calc(100vw - 1.5rem)); max-height: 70vh; overflow: auto; padding: 0.4rem 0.75rem;
    background: Canvas; color: CanvasText; border: 1px solid GrayText; border-radius: 0.5rem;
  }
  details[open] { width: 44rem; }
  summary { cursor: pointer; font-weight: 600; }
  p { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; margin: 0.5rem 0; }
  label { display: inline-flex; gap: 0.4rem; align-items: center; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.75rem; margin: 0.5rem 0; }
  dt, th, caption { font-weight: 600; text-align: left; }
  dd { margin: 0; overflow-wrap: anywhere; }
  div { max-height: 16rem; overflow: auto; margin-top: 0.5rem; }
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  caption { padding: 0.25rem 0; }
  th, td { padding: 0.1rem 0.75rem 0.1rem 0; white-space: nowrap; vertical-align: top; }
  td { border-top: 1px solid color-mix(in srgb, GrayText 30%, transparent); }
`;
