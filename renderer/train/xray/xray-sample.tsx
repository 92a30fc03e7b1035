import { ExternalLink } from 'lucide-react';
import { xrayProblemText } from '../../../shared/text/xray.ts';
import { allTokens } from '../../../shared/domain/xray-totals.ts';
import type { TokenFate, XrayRow } from '../../../shared/domain/xray.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { showSample } from '../../ui/navigation.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { reopenXray, useXray } from './xray-store.ts';
import { fateTexts, XrayTokens } from './xray-tokens.tsx';

/** One sample: what becomes of it, and its tokens. */
export function XraySampleView({ row }: { row: XrayRow }) {
  const { maxTokens } = useXray();
  const problem = xrayProblemText(row, maxTokens);
  return (
    <article className="xray-sample" aria-label={`Sample ${row.seq} as trained`}>
      <header className="xray-sample-head">
        <div className="row">
          <h2>#{row.seq}</h2>
          <span className="truncate">
            <VisibleText text={row.prompt} />
          </span>
          <span className="spacer" />
          {!row.isCurrent && (
            <Badge tone="warn" title="The dataset keeps the version of the freeze, shown here">
              edited since
            </Badge>
          )}
          <Button
            small
            icon={<ExternalLink size={13} />}
            shortcut="c"
            onClick={() => showSample(row.sampleId)}
          >
            Open in Curate
          </Button>
        </div>
        <p className="small dim">
          {formatQuantity(allTokens(row), 'token')}, {formatCount(row.trainedTokens)} trained ·{' '}
          {row.endedAnswers} of {formatQuantity(row.answers, 'answer')} with a trained end of turn
        </p>
        {problem !== '' && <p className="xray-problem">{problem}</p>}
        <Legend />
      </header>
      <Tokens row={row} />
    </article>
  );
}

function Tokens({ row }: { row: XrayRow }) {
  const xrayId = useXray((state) => state.xrayId);
  const { sampleId } = row;
  const query = useQuery(
    xrayId === null ? null : ['xray.sample', xrayId, sampleId],
    async () => ({ sampleId, sample: await rpc.xray.sample({ xrayId: xrayId ?? '', sampleId }) }),
    [],
  );
  const last = useLastData(query.data);
  if (xrayId === null)
    return (
      <EmptyState
        title="The X-ray was stopped"
        actions={<Button onClick={reopenXray}>Look again</Button>}
      >
        Tokens are read from the model’s vocabulary, which is loaded only while you look.
      </EmptyState>
    );
  // The tokens before stay for the moment that the next ones take.
  const shown = query.error === undefined ? { ...query, data: last, isLoading: !last } : query;
  return (
    <QueryView query={shown} loading="Reading the tokens…">
      {(data) => <XrayTokens key={data.sampleId} sample={data.sample} />}
    </QueryView>
  );
}

const fates: readonly TokenFate[] = ['trained', 'masked', 'repeated', 'unseen'];

function Legend() {
  return (
    <p className="xray-legend small dim" aria-label="Legend">
      {fates.map((fate) => (
        <span key={fate} title={fateTexts[fate].meaning}>
          <span className={`token token-${fate}`}>{fateTexts[fate].word}</span>
        </span>
      ))}
      <span className="token token-end">end of turn</span>
      <span className="token token-special">special</span>
      <span className="token token-bytes">C3 bytes</span>
      <span>· space ⏎ line break</span>
    </p>
  );
}
