import { ClipboardCopy, RotateCw } from 'lucide-react';
import { describeError, type ErrorDescription } from '../../rpc/rpc-error.ts';
import { Button } from '../button.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import { copyText } from './copy-button.tsx';
import './states.css';

interface ErrorViewProps {
  /** Anything thrown, or a description made elsewhere (a failed job). */
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** An error with its code, what happened, what to do, and the ways on. */
export function ErrorView({ error, onRetry }: ErrorViewProps) {
  const description = isDescription(error) ? error : describeError(error);
  return (
    <div className="error-view" role="alert">
      <div className="error-view-head">
        <span className="error-view-code">{description.code}</span>
        <span className="error-view-message">
          <VisibleText text={description.message} />
        </span>
      </div>
      <p>{description.advice}</p>
      {description.detail !== '' && (
        <details>
          <summary>Details</summary>
          <pre className="error-view-detail">
            <VisibleText text={description.detail} />
          </pre>
        </details>
      )}
      <div className="row">
        {onRetry && (
          <Button small icon={<RotateCw size={13} />} onClick={onRetry}>
            Retry
          </Button>
        )}
        <Button
          small
          icon={<ClipboardCopy size={13} />}
          onClick={() => void copyText(diagnosticsOf(description), 'Diagnostics copied.')}
        >
          Copy diagnostics
        </Button>
      </div>
    </div>
  );
}

function isDescription(error: unknown): error is ErrorDescription {
  return typeof error === 'object' && error !== null && 'advice' in error && 'detail' in error;
}

function diagnosticsOf(description: ErrorDescription): string {
  const lines = [
    `Lima Workbench: ${description.code}`,
    description.message,
    description.detail,
    `At ${new Date().toISOString()}`,
    navigator.userAgent,
  ];
  return lines.filter(Boolean).join('\n');
}
