export type {
  ContainerChange,
  ContainerChanges,
  DocumentChange,
  KeyEdit,
  NodeEdit,
  NodePlace,
  Path,
  TextEdit,
} from './change.ts';
export { ChildList } from './child-list.ts';
export { ChildMap } from './child-map.ts';
export type { ContainerId, ContainerType } from './container-id.ts';
export type { ContainerState } from './container-state.ts';
export { Counter } from './counter.ts';
export {
  createDocument,
  type DocumentMethods,
  loadDocument,
  type TypedDocument,
  typedDocument,
} from './document.ts';
export { composeBatches, vectorOfBatch } from './event-batch.ts';
export type { WrittenValue } from './key-reader.ts';
export { type DocumentSite, NativeDocument } from './native-document.ts';
export type { Author, Authorship, Position } from './position.ts';
export {
  type ContainerField,
  type Field,
  type Fields,
  type JsonOfFields,
  type RecordView,
  type RegisterField,
  recordView,
} from './record-view.ts';
export { Register } from './register.ts';
export { restoreVersion } from './restore.ts';
export {
  counter,
  list,
  listOf,
  map,
  mapOf,
  record,
  register,
  type Schema,
  schema,
  set,
  text,
  tree,
} from './schema.ts';
export { shallowSnapshot } from './shallow-snapshot.ts';
export { decodeUpdate } from './snapshot-codec.ts';
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts';
export { Text } from './text.ts';
export { Tree, type TreeItem, TreeNode } from './tree.ts';
export { UndoManager, type UndoOptions } from './undo.ts';
export { EMPTY_UPDATE, encodeUpdate } from './update-codec.ts';
export { UPDATE_VERSION } from './update-form.ts';
export { ValueList } from './value-list.ts';
export { ValueMap } from './value-map.ts';
export { ValueSet } from './value-set.ts';
export { changesBetween } from './version-changes.ts';
export type { JsonOf, View } from './view.ts';
export { MAX_WAITING_BYTES } from './waiting-runs.ts';
