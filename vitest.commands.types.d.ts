// The commands of vitest.commands.ts as a browser test sees them. It stands apart so that test programs can
// include it without Vitest's Node side.

import 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /**
     * Opens another tab of the same browser. A `shared` one has the IndexedDB, Web Locks and BroadcastChannel of this page;
     * a `fresh` one has a profile of its own, as another person's browser would. It is an empty page that runs one module,
     * given by its path from the repository's root (`/packages/client/src/typing.page.ts`). Resolves, once the module has
     * run, with the tab's number.
     */
    openTab(module: string, profile?: 'shared' | 'fresh'): Promise<number>;
    /** The value of a JavaScript expression (awaited if it is a promise) in that tab; it must be serializable. */
    evaluateInTab(tab: number, expression: string): Promise<unknown>;
    /** Closes the tab as a user does: its `pagehide` handlers run, and nothing else waits. */
    closeTab(tab: number): Promise<void>;
    /** Kills the tab's renderer process: none of its handlers run. */
    crashTab(tab: number): Promise<void>;
    /** How much the tab's site may store, in bytes; null is the browser's own limit. Chromium notices when nothing was stored yet. */
    setQuotaOfTab(tab: number, bytes: number | null): Promise<void>;
    /** Composes `text` where the focus is, as an input method does before anything is chosen; again replaces it. */
    composeText(text: string): Promise<void>;
    /** Ends the composition with `text`. */
    commitText(text: string): Promise<void>;
    /** Starts a relay that keeps documents in memory, on a free port of this machine. Resolves with the URL for clients. */
    startRelay(): Promise<string>;
    /** Stops the relay with this URL. */
    stopRelay(url: string): Promise<void>;
  }
}
