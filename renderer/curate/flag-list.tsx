import type { Flag } from '../../shared/domain/sample.ts';
import { Badge } from '../ui/feedback/badge.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { flagTexts } from './sample-labels.ts';
import './detail-pane.css';

const scopes: Record<Flag['scope'], string> = {
  raw: 'only raw',
  cleaned: 'only cleaned',
  both: 'raw and cleaned',
};

/** Which curation rules the sample breaks, and why. */
export function FlagList({ flags }: { flags: readonly Flag[] }) {
  if (flags.length === 0) return null;
  return (
    <ul className="flag-list" aria-label="Flags">
      {flags.map((flag) => (
        <li key={`${flag.rule} ${flag.scope}`}>
          <Badge tone="warn" title={flagTexts[flag.rule].meaning}>
            {flagTexts[flag.rule].short}
          </Badge>
          <span>
            <VisibleText text={flag.reason} />{' '}
            <span className="faint small">{scopes[flag.scope]}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
