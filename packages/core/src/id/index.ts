export {
  type DocumentKind,
  type DocumentName,
  familyOf,
  MAX_DOCUMENT_KIND_BYTES,
  MAX_DOCUMENT_NAME_BYTES,
  parseDocumentKind,
  parseDocumentName,
} from './document-id.ts';
export { compareDots, type Dot, type DotKey, dot, dotCodec, dotKey, equalDots, parseDotKey } from './dot.ts';
export { parseReplicaId, type ReplicaId, randomReplicaId, replicaIdCodec } from './replica-id.ts';
