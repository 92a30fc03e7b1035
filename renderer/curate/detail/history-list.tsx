import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { formatMoment } from '../../ui/format.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** Every version and review of the sample with who and when: nothing is ever overwritten. */
export function HistoryList({ sampleId }: { sampleId: string }) {
  const history = useQuery(
    ['samples.history', sampleId],
    () => rpc.samples.history({ id: sampleId }),
    ['samples'],
  );
  return (
    <section aria-label="History">
      <h3 className="detail-heading">History</h3>
      {history.error !== undefined && <ErrorView error={history.error} onRetry={history.refetch} />}
      <ol className="history">
        {history.data?.toReversed().map((entry, index) => (
          <li key={index}>
            <span className="faint">{formatMoment(entry.at)}</span>
            <span>
              <VisibleText text={entry.text} />
            </span>
            <span className="dim">
              <VisibleText text={entry.author} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
