export { ChildMap } from './child-map.ts';
export type { ContainerId, ContainerType } from './container-id.ts';
export { Counter } from './counter.ts';
export { createDocument, type DocumentMethods, loadDocument, type TypedDocument } from './document.ts';
export { composeBatches, vectorOfBatch } from './event-batch.ts';
export {
  type ContainerState,
  type DocumentChange,
  type DocumentSite,
  MAX_WAITING_BYTES,
  NativeDocument,
  type TextEdit,
} from './native-document.ts';
export type { Authorship, Position } from './position.ts';
export { Register } from './register.ts';
export {
  type ContainerField,
  counter,
  type Field,
  type Fields,
  map,
  mapOf,
  type RecordView,
  type RegisterField,
  record,
  recordView,
  register,
  type Schema,
  schema,
  set,
  text,
} from './schema.ts';
export { decodeUpdate } from './snapshot-codec.ts';
export { Text } from './text.ts';
export { UndoManager, type UndoOptions } from './undo.ts';
export { EMPTY_UPDATE, encodeUpdate, UPDATE_VERSION } from './update-codec.ts';
export { ValueMap } from './value-map.ts';
export { ValueSet } from './value-set.ts';
export type { JsonOf, View } from './view.ts';
