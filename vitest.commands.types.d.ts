// The commands of vitest.commands.ts as a browser test sees them. It stands apart so that test programs can
// include it without Vitest's Node side.

import 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /**
     * Opens a second tab of the same browser context, so that both share IndexedDB, Web Locks and
     * BroadcastChannel. It is an empty page that runs one module, given by its path from the repository's root
     * (`/packages/client/src/tabs/second-tab.ts`). Resolves, once the module has run, with the tab's number.
     */
    openTab(module: string): Promise<number>;
    /** The value of a JavaScript expression (awaited if it is a promise) in that tab; it must be serializable. */
    evaluateInTab(tab: number, expression: string): Promise<unknown>;
    /** Closes the tab at once: its unload handlers do not run. */
    closeTab(tab: number): Promise<void>;
  }
}
