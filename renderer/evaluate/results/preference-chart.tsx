import type {
  EvaluationReport,
  PreferenceSummary,
} from '../../../shared/domain/report/evaluation-report.ts';
import { formatEstimate, formatP, formatPercent } from '../../../shared/text/numbers.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import './preference-chart.css';

interface PreferenceChartProps {
  statistics: PreferenceSummary;
  systems: EvaluationReport['systems'];
}

/** The table behind the drawing. */
export const statisticsId = 'evaluation-statistics';

/** Wins, ties and losses of A as one bar, and below it A's win + ½ tie with its interval. */
export function PreferenceChart({ statistics, systems }: PreferenceChartProps) {
  const { wins, ties, losses, n } = statistics;
  const outcomes = [
    { name: 'A preferred', count: wins, tone: 'win' },
    { name: 'Neither', count: ties, tone: 'tie' },
    { name: 'B preferred', count: losses, tone: 'lose' },
  ];
  const words = outcomes.map(({ name, count }) => `${name} ${count} of ${n}`).join(', ');
  return (
    <figure className="preference" aria-label="Preference" aria-details={statisticsId}>
      <div className="preference-names small">
        <span className="truncate">
          <b>A</b> <VisibleText text={systems.a.name} />
        </span>
        <span className="truncate">
          <VisibleText text={systems.b.name} /> <b>B</b>
        </span>
      </div>
      <div className="preference-bar" role="img" aria-label={words}>
        {outcomes
          .filter(({ count }) => count > 0)
          .map(({ name, count, tone }) => (
            <div
              key={name}
              className={`preference-part preference-${tone}`}
              style={{ flexGrow: count }}
              title={`${name}: ${count} of ${n} (${formatPercent(count / n)})`}
            >
              <span>{count}</span>
            </div>
          ))}
      </div>
      <ul className="preference-legend small" aria-hidden>
        {outcomes.map(({ name, count, tone }) => (
          <li key={name}>
            <span className={`preference-key preference-${tone}`} />
            {name} <b>{count}</b>
          </li>
        ))}
      </ul>
      <Whisker statistics={statistics} />
      <figcaption className="preference-caption">
        <span>
          Win + ½ tie for A <b>{formatEstimate(statistics.winPlusHalfTie)}</b>
        </span>
        <span>
          Win <b>{formatEstimate(statistics.winRate)}</b> (Wilson
          {statistics.byPrompt && ', clustered by prompt'})
        </span>
        <span>
          Exact sign test <b>p = {formatP(statistics.signTestP)}</b>
        </span>
      </figcaption>
    </figure>
  );
}

const percent = (share: number) => `${100 * Math.max(0, Math.min(1, share))}%`;

function Whisker({ statistics: { winPlusHalfTie } }: { statistics: PreferenceSummary }) {
  const { value, lower, upper } = winPlusHalfTie;
  return (
    <div
      className="whisker"
      role="img"
      aria-label={`Win plus half tie for A ${formatEstimate(winPlusHalfTie)}; parity is 50 percent`}
    >
      <div className="whisker-axis" />
      <div className="whisker-parity" />
      <div className="whisker-range" style={{ left: percent(lower), right: percent(1 - upper) }} />
      <div className="whisker-point" style={{ left: percent(value) }} />
      <span className="whisker-tick whisker-low">0 %</span>
      <span className="whisker-tick whisker-mid">50 % parity</span>
      <span className="whisker-tick whisker-high">100 %</span>
    </div>
  );
}
