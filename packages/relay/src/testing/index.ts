export { type DocumentLogCheck, documentLogContract, type OpenLog } from './document-log-contract.ts';
