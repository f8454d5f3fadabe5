/** The formats of core, as a module that worker threads load too. */
import type { FormatFamily } from '@causeway/core/format';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { nativeFormats } from '@causeway/core/native';
import { yjsFormats } from '@causeway/core/yjs';

export const formats: readonly FormatFamily[] = [nativeFormats(), yjsFormats(), latticeFormats()];
