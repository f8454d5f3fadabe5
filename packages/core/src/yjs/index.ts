export { bindAwareness } from './awareness.ts';
export {
  type AwarenessEntry,
  decodeAwarenessUpdate,
  encodeAwarenessUpdate,
  findAwarenessEntry,
  MAX_AWARENESS_CLOCK,
  MAX_AWARENESS_JSON_BYTES,
} from './awareness-update.ts';
export { holdsUpdate } from './holds-update.ts';
export { contentOfUpdate, type UpdateContent } from './update-content.ts';
export { YjsDocument, yjsDocument } from './yjs-document.ts';
export { YJS_KIND, yjsFormat, yjsFormats } from './yjs-format.ts';
