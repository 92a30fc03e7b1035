import './progress.css';

interface ProgressBarProps {
  label: string;
  done: number;
  /** 0 when unknown: the bar then only shows that something goes on. */
  total: number;
}

/** A thin bar of how far something has come. */
export function ProgressBar({ label, done, total }: ProgressBarProps) {
  const isKnown = total > 0;
  const percent = isKnown ? Math.min(100, (100 * done) / total) : 0;
  return (
    <div
      className={isKnown ? 'progress' : 'progress progress-unknown'}
      role="progressbar"
      aria-label={label}
      aria-valuenow={isKnown ? Math.round(percent) : undefined}
    >
      <div className="progress-fill" style={isKnown ? { width: `${percent}%` } : undefined} />
    </div>
  );
}
