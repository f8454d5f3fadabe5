/** What went wrong, in words, with what one can do about it. */
import { CausewayError } from '@causeway/core';
import { Component, type ReactElement, type ReactNode } from 'react';
import { Icon } from './icons.tsx';

interface TroubleProps {
  readonly title: string;
  readonly error: unknown;
  readonly children?: ReactNode;
}

export function Trouble({ title, error, children }: TroubleProps): ReactElement {
  return (
    <div className="trouble" role="alert">
      <Icon name="warning" />
      <h2>{title}</h2>
      <p>{wordsOf(error)}</p>
      {children}
      <details>
        <summary>What exactly</summary>
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </details>
    </div>
  );
}

/** One or two sentences for someone who does not know the code. */
export function wordsOf(error: unknown): string {
  if (CausewayError.is(error, 'storage/corrupt')) {
    return 'A part of the copy on this device cannot be read. What the relay has of it is fetched again.';
  }
  if (CausewayError.is(error, 'storage/full'))
    return 'There is no room left on this device’s disk. Make some, then reload.';
  if (CausewayError.is(error, 'storage/version')) {
    return 'It was written by a newer version of this app. Reload to get that version.';
  }
  if (CausewayError.inFamily(error, 'storage'))
    return 'This device’s storage does not work as it should. Reload to try again.';
  if (CausewayError.is(error, 'protocol/kind-mismatch'))
    return 'The relay holds something else under this name.';
  if (CausewayError.inFamily(error, 'decode'))
    return 'Some of what came in makes no sense, and was not taken.';
  if (CausewayError.inFamily(error, 'auth')) return 'The relay does not let you in here.';
  if (CausewayError.inFamily(error, 'protocol'))
    return 'This app and the relay do not understand each other. Reload to get the newest app.';
  return 'Something unexpected happened. Your edits up to now are kept; reload to go on.';
}

interface GuardProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Shows what broke inside it in its place, so that the rest of the page goes on. */
export class Guard extends Component<GuardProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Trouble title={this.props.title} error={this.state.error}>
        <button type="button" className="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </Trouble>
    );
  }
}
