import type { ReactNode } from 'react';
import { LoaderCircle } from 'lucide-react';
import type { QueryResult } from '../../rpc/use-query.ts';
import { ErrorView } from './error-view.tsx';
import './states.css';
import '../spin.css';

interface EmptyStateProps {
  title: string;
  /** What would fill this place, in one or two sentences. */
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing is here yet, and this is how something comes here. */
export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className="row row-wrap">{actions}</div>}
    </div>
  );
}

/** Something is being fetched; appears only after a quarter of a second, so quick answers do not blink. */
export function LoadingState({ label = 'Loading…' }: { label?: string }) {
  return (
    <div className="state state-loading" role="status">
      <LoaderCircle className="spin" size={15} aria-hidden />
      {label}
    </div>
  );
}

interface QueryViewProps<Data> {
  query: QueryResult<Data>;
  children: (data: Data) => ReactNode;
  loading?: string;
}

/** A query's loading, error and data states; old data stays visible under a failed refresh. */
export function QueryView<Data>({ query, children, loading }: QueryViewProps<Data>) {
  return (
    <>
      {query.error !== undefined && <ErrorView error={query.error} onRetry={query.refetch} />}
      {query.isLoading && <LoadingState {...(loading === undefined ? {} : { label: loading })} />}
      {query.data !== undefined && children(query.data)}
    </>
  );
}
