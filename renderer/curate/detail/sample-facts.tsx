import type { ReactNode } from 'react';
import type { AnsweredBy, Sample } from '../../../shared/domain/sample.ts';
import { authorText } from '../../../shared/text/merging.ts';
import { strengthText } from '../../../shared/text/model-names.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { formatMoment } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** Where the sample comes from, as the licences of community dumps ask for. */
export function ProvenanceList({ sample }: { sample: Sample }) {
  const { provenance } = sample;
  const facts: [string, ReactNode][] = [
    ['Source', <VisibleText key="source" text={sample.source} />],
    ['Title', provenance.title && <VisibleText text={provenance.title} />],
    ['URL', provenance.url && <UrlText url={provenance.url} />],
    ['Author', provenance.authors && <VisibleText text={provenance.authors.join(', ')} />],
    ['Answered by', provenance.answeredBy && <AnsweringModel {...provenance.answeredBy} />],
    ['Licence', provenance.licence && <VisibleText text={provenance.licence} />],
    ['Score', scoreText(provenance.score, provenance.questionScore)],
    ['Tags', provenance.tags && <VisibleText text={provenance.tags.join(', ')} />],
    ['Written', provenance.createdAt && <VisibleText text={provenance.createdAt} />],
    ['File', provenance.file && <VisibleText text={placeText(provenance)} />],
  ];
  return (
    <section aria-label="Provenance">
      <h3 className="detail-heading">Provenance</h3>
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** An address as text: nothing in the page leads out of it. */
function UrlText({ url }: { url: string }) {
  return (
    <span className="row">
      <span className="mono url-text">
        <VisibleText text={url} />
      </span>
      <CopyButton text={url} label="Copy URL" />
    </span>
  );
}

/** The model that wrote the answer, kept from a chat. */
function AnsweringModel({ baseName, baseSha256, adapterName, strength }: AnsweredBy) {
  return (
    <span title={`SHA-256 of the base: ${baseSha256}`}>
      <VisibleText text={baseName} />
      {adapterName !== null && (
        <>
          {' + '}
          <VisibleText text={adapterName} /> {strengthText(strength)}
        </>
      )}
    </span>
  );
}

function scoreText(answer: number | undefined, question: number | undefined): string | undefined {
  const scores = [
    answer === undefined ? '' : `answer ${formatCount(answer)}`,
    question === undefined ? '' : `question ${formatCount(question)}`,
  ].filter((score) => score !== '');
  return scores.length === 0 ? undefined : scores.join(', ');
}

function placeText({ file, line }: Sample['provenance']): string {
  return line === undefined ? (file ?? '') : `${file}, line ${formatCount(line)}`;
}

/** Every version and review of the sample with who and when: nothing is ever overwritten. */
export function HistoryList({ sampleId }: { sampleId: string }) {
  const history = useQuery(
    ['samples.history', sampleId],
    () => rpc.samples.history({ id: sampleId }),
    ['samples', 'reviews'],
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
              <VisibleText text={authorText(entry.author)} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
