/** What went wrong, in words, with what one can do about it. */
import { Component, type ReactElement, type ReactNode } from 'react';
import { wordsOf } from '../model/error-words.ts';
import { Icon } from './icons.tsx';

interface TroubleProps {
  readonly title: string;
  readonly error: unknown;
  /** In the place of the usual words for this error. */
  readonly words?: string;
  readonly children?: ReactNode;
}

export function Trouble({ title, error, words = wordsOf(error), children }: TroubleProps): ReactElement {
  return (
    <div className="trouble" role="alert">
      <Icon name="warning" />
      <h2>{title}</h2>
      <p>{words}</p>
      {children}
      <details>
        <summary>What exactly</summary>
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </details>
    </div>
  );
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
