/** The state of a container whose type is known from its id. */
import { InvariantError } from '../error.ts';
import type { ContainerState } from './container-state.ts';
import type { NativeDocument } from './native-document.ts';

export function stateOf<T extends ContainerState['type']>(
  document: NativeDocument,
  container: number,
  type: T,
): Extract<ContainerState, { readonly type: T }> {
  const state = document.state(container);
  if (!isOfType(state, type))
    throw new InvariantError(
      'doc/type-of-container',
      `container ${container} is a ${state.type}, no ${type}`,
    );
  return state;
}

function isOfType<T extends ContainerState['type']>(
  state: ContainerState,
  type: T,
): state is Extract<ContainerState, { readonly type: T }> {
  return state.type === type;
}
