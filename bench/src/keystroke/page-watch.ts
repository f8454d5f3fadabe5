// What is noted in the pages while someone types. Each function runs inside a page, where it has nothing but its own
// source; it returns the list that it goes on filling. Times are milliseconds since 1970 by the page's clock, fine ones.

export interface TypingLog {
  /** When each key in the editor was pressed. */
  readonly keys: number[];
  /** What went over the WebSocket, as bytes. */
  readonly frames: { readonly at: number; readonly sent: boolean; readonly bytes: number[] }[];
}

/** Notes the keys pressed in the editor, and every frame of the page's WebSocket from its next send on. */
export const watchTyping = (editor: string): TypingLog => {
  const log: TypingLog = { keys: [], frames: [] };
  const now = (): number => performance.timeOrigin + performance.now();
  const note = (sent: boolean, data: unknown): void => {
    const bytes = ArrayBuffer.isView(data)
      ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
      : data;
    if (bytes instanceof ArrayBuffer) log.frames.push({ at: now(), sent, bytes: [...new Uint8Array(bytes)] });
  };
  addEventListener(
    'keydown',
    (event) => {
      const isInEditor = event.target instanceof Element && event.target.closest(editor) !== null;
      if (isInEditor) log.keys.push(performance.timeOrigin + event.timeStamp);
    },
    true,
  );
  const listened = new WeakSet<WebSocket>();
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (this: WebSocket, data): void {
    if (!listened.has(this)) this.addEventListener('message', (event) => note(false, event.data));
    listened.add(this);
    note(true, data);
    send.call(this, data);
  };
  return log;
};

export interface ShownText {
  readonly at: number;
  /** Of the text, in UTF-16 units, without the carets of others. */
  readonly length: number;
}

/** Notes how long the text in the editor is each time it has changed. */
export const watchText = (editor: string): ShownText[] => {
  const log: ShownText[] = [];
  const element = document.querySelector(editor);
  if (element === null) throw new Error(`no ${editor}`);
  const lengthOf = (node: Node): number => {
    if (node instanceof Text) return node.length;
    if (node instanceof Element && node.matches('.caret, .ProseMirror-widget')) return 0;
    let length = 0;
    for (const child of node.childNodes) length += lengthOf(child);
    return length;
  };
  new MutationObserver(() => {
    const length = lengthOf(element);
    if (log.at(-1)?.length !== length) log.push({ at: performance.timeOrigin + performance.now(), length });
  }).observe(element, { childList: true, characterData: true, subtree: true });
  return log;
};
