/** A native text in CodeMirror 6: what everybody writes, where they are, and undo of one's own. */
export type { CursorOptions, Person } from './cursor-state.ts';
export { redo, type SharedTextOptions, sharedText, undo } from './shared-text.ts';
