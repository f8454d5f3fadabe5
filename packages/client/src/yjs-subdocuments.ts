/**
 * Yjs subdocuments on the connection of their parent: each that is loaded is a document of its own, opened when Yjs says
 * that it is wanted and closed when it is removed. Leaves out: what the app does with them, which is Yjs's.
 *
 *   parent  notes/7  ──subdocs: loaded──▶  notes/7/<guid>, and so on below it
 */
import { type YjsDocument, yjsDocument } from '@causeway/core/yjs';
import type { Client } from './client.ts';
import type { DocumentHandle } from './document-handle.ts';

type YDoc = YjsDocument['doc'];
type YjsHandle = DocumentHandle<YjsDocument>;

export interface SubdocumentsOptions {
  /** The document name of a subdocument. `<parent>/<guid>` unless said otherwise; the same on every device. */
  readonly nameOf?: (guid: string, parent: YjsHandle) => string;
  /** A subdocument that cannot be opened, for instance since its name is too long. */
  readonly onError?: (error: unknown, guid: string) => void;
}

/** Opens the subdocuments of `parent` that are loaded now or later, and those below them, until it is closed. */
export function openSubdocuments(
  client: Pick<Client, 'open'>,
  parent: YjsHandle,
  options: SubdocumentsOptions = {},
): Subdocuments {
  return new Subdocuments(client, parent, options);
}

interface Below {
  readonly doc: YDoc;
  /** Undefined when it could not be opened. */
  readonly opened: Promise<{ readonly handle: YjsHandle; readonly below: Subdocuments } | undefined>;
}

interface SubdocsEvent {
  readonly loaded: ReadonlySet<YDoc>;
  readonly removed: ReadonlySet<YDoc>;
}

export class Subdocuments {
  readonly #client: Pick<Client, 'open'>;
  readonly #parent: YjsHandle;
  readonly #options: SubdocumentsOptions;
  readonly #open = new Map<string, Below>();
  /** By guid: a document that comes back waits for its predecessor's end. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(client: Pick<Client, 'open'>, parent: YjsHandle, options: SubdocumentsOptions) {
    this.#client = client;
    this.#parent = parent;
    this.#options = options;
    const { doc } = parent.document;
    doc.on('subdocs', this.#changed);
    for (const subdoc of doc.getSubdocs()) if (subdoc.shouldLoad) this.#want(subdoc);
  }

  /** The handle of a subdocument, once it is open: for its status. Undefined when it is not wanted, or cannot be opened. */
  async handle(guid: string): Promise<YjsHandle | undefined> {
    return (await this.#open.get(guid)?.opened)?.handle;
  }

  /** Closes all of them; the parent stays open. */
  async close(): Promise<void> {
    this.#parent.document.doc.off('subdocs', this.#changed);
    for (const guid of [...this.#open.keys()]) void this.#leave(guid);
    await Promise.all(this.#leaving.values());
  }

  readonly #changed = ({ loaded, removed }: SubdocsEvent): void => {
    for (const doc of removed) if (this.#open.get(doc.guid)?.doc === doc) void this.#leave(doc.guid);
    for (const doc of loaded) this.#want(doc);
  };

  #want(doc: YDoc): void {
    const { guid } = doc;
    const current = this.#open.get(guid);
    if (current?.doc === doc) return;
    const before = current === undefined ? this.#leaving.get(guid) : this.#leave(guid);
    const { nameOf = defaultName, onError } = this.#options;
    const opened = Promise.resolve(before)
      .then(() => this.#client.open(nameOf(guid, this.#parent), yjsDocument(doc)))
      .then((handle) => ({ handle, below: new Subdocuments(this.#client, handle, this.#options) }))
      .catch((error: unknown) => {
        onError?.(error, guid);
        return undefined;
      });
    this.#open.set(guid, { doc, opened });
  }

  #leave(guid: string): Promise<void> {
    const left = this.#open.get(guid);
    this.#open.delete(guid);
    const closed = Promise.resolve(left?.opened)
      .then(async (open) => {
        await open?.below.close();
        await open?.handle.close();
      })
      .catch((error: unknown) => this.#options.onError?.(error, guid))
      .then(() => {
        if (this.#leaving.get(guid) === closed) this.#leaving.delete(guid);
      });
    this.#leaving.set(guid, closed);
    return closed;
  }
}

function defaultName(guid: string, parent: YjsHandle): string {
  return `${parent.name}/${guid}`;
}
