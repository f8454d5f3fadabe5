export {
  type DocumentStoreCheck,
  documentStoreContract,
  durableStoreContract,
  type OpenPlace,
  type StorePlace,
} from './document-store-contract.ts';
