import { useState } from 'react';
import type { CandidateText, SelectionReport } from '../../../shared/contract/scans.ts';
import {
  dropReasonSchema,
  type DropReason,
  type SelectionRecipe,
} from '../../../shared/domain/selection/selection-recipe.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { dropReasonNames, siteGroupNames } from '../../../shared/text/scanning.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

interface SelectionFunnelProps {
  report: SelectionReport;
  recipe: SelectionRecipe;
  /** A newer answer is on its way. */
  isBusy: boolean;
}

/** From all candidates to the picks, rule by rule, and what each site gives. */
export function SelectionFunnel({ report, recipe, isBusy }: SelectionFunnelProps) {
  const [opened, setOpened] = useState<ReadonlySet<DropReason>>(new Set());
  const onOpen = (reason: DropReason, isOpen: boolean) => {
    const others = [...opened].filter((other) => other !== reason);
    setOpened(new Set(isOpen ? [...others, reason] : others));
  };

  const { candidates, picked } = report;
  return (
    <section className="column" aria-label="What the recipe picks" aria-busy={isBusy}>
      <h3>
        {formatCount(picked)} of {formatQuantity(candidates, 'candidate')} would be picked
      </h3>
      <table className="table scan-funnel">
        <thead>
          <tr>
            <th>Rule</th>
            <th className="number">Drops</th>
            <th className="number">Keeps</th>
            <th>
              <span className="visually-hidden">Share that is kept</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {stepsOf(report).map(({ reason, drops, left }) => (
            <tr key={reason}>
              <td>
                <details onToggle={(event) => onOpen(reason, event.currentTarget.open)}>
                  <summary>{dropReasonNames[reason]}</summary>
                  {opened.has(reason) && <Examples recipe={recipe} reason={reason} />}
                </details>
              </td>
              <td className="number">{formatCount(drops)}</td>
              <td className="number">{formatCount(left)}</td>
              <td>
                <Share of={candidates} left={left} drops={drops} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small dim">
        {report.sites
          .filter((site) => site.picked > 0)
          .map((site, at) => (
            <span key={site.site}>
              {at > 0 && ' · '}
              <VisibleText text={site.site} /> ({siteGroupNames[site.group]}):{' '}
              {formatCount(site.picked)}
            </span>
          ))}
      </p>
    </section>
  );
}

/** Some candidates that the rule drops, or, in the last row, that every rule keeps. */
function Examples({ recipe, reason }: { recipe: SelectionRecipe; reason: DropReason }) {
  const examples = useQuery(
    ['scans.examples', recipe, reason],
    ({ signal }) => rpc.scans.examples({ recipe, reason }, { signal }),
    ['scans'],
  );
  return (
    <QueryView query={examples} loading="Reading examples…">
      {(list) => (
        <ul className="scan-examples small">
          {list.map((example) => (
            <Example key={`${example.site} ${example.id}`} {...example} />
          ))}
        </ul>
      )}
    </QueryView>
  );
}

function Example({ site, id, answerScore, htmlCharacters, text }: CandidateText) {
  return (
    <li>
      <span className="dim">
        <VisibleText text={site} /> {id} · score {answerScore} ·{' '}
        {formatQuantity(htmlCharacters, 'character')}
      </span>
      {text ? (
        <p>
          <strong>
            <VisibleText text={text.prompt} />
          </strong>{' '}
          <VisibleText text={text.answer} />
        </p>
      ) : (
        <p className="dim">The dump is packed: its words are read for picks alone.</p>
      )}
    </li>
  );
}

interface FunnelStep {
  reason: DropReason;
  drops: number;
  left: number;
}

/** The rules that drop something, with what is left after each. */
function stepsOf({ candidates, dropped }: SelectionReport): FunnelStep[] {
  const steps: FunnelStep[] = [];
  for (const reason of dropReasonSchema.options) {
    const drops = dropped[reason] ?? 0;
    const before = steps.at(-1)?.left ?? candidates;
    if (drops > 0) steps.push({ reason, drops, left: before - drops });
  }
  return steps;
}

/** What is left after a rule, and what it took, as parts of all. */
function Share({ of, left, drops }: { of: number; left: number; drops: number }) {
  const percent = (count: number) => `${of === 0 ? 0 : (100 * count) / of}%`;
  return (
    <span className="scan-share" aria-hidden>
      <span className="scan-share-left" style={{ width: percent(left) }} />
      <span className="scan-share-drops" style={{ width: percent(drops) }} />
    </span>
  );
}
