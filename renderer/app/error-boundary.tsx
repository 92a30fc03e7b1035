import { Component, type ReactNode } from 'react';
import { ErrorView } from '../ui/feedback/error-view.tsx';

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** Keeps a defect in one tab from taking the window along; Retry mounts the tab anew. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorView error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
    );
  }
}
