/** An enable-wins flag is on if one of the latest operations enables; a disable-wins flag, if there are some and all do. */
import type { DwFlag, DwFlagState } from '../../lattice/dw-flag.ts';
import type { EwFlag, EwFlagState } from '../../lattice/ew-flag.ts';
import type { Specification } from '../specification.ts';
import { latest } from './operations.ts';

export type FlagCommand = 'enable' | 'disable';

const COMMANDS: readonly FlagCommand[] = ['enable', 'disable'];

export function ewFlagSpecification(flag: EwFlag): Specification<EwFlagState, boolean, FlagCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) => random.pick(COMMANDS),
    apply: (state, command, { dots }) =>
      command === 'enable' ? flag.enable(state, dots.next()) : flag.disable(state),
    expected: (operations) => latest(operations).some(({ command }) => command === 'enable'),
  };
}

export function dwFlagSpecification(flag: DwFlag): Specification<DwFlagState, boolean, FlagCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) => random.pick(COMMANDS),
    apply: (state, command, { dots }) => flag[command](state, dots.next()),
    expected: (operations) =>
      operations.length > 0 && latest(operations).every(({ command }) => command === 'enable'),
  };
}
