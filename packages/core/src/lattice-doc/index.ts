export {
  type ChangeSource,
  LatticeDocument,
  latticeDocument,
  MAX_CLOCK_DRIFT_MS,
} from './lattice-document.ts';
export {
  kindOfLattice,
  type LatticeFormat,
  latticeFormat,
  unresolvedLatticeFormat,
} from './lattice-format.ts';
export { latticeFormats } from './lattice-formats.ts';
