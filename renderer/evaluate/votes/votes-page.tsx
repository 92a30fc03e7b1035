import { useState } from 'react';
import {
  preferenceBars,
  ratingForest,
  winRateForest,
} from '../../../shared/report/figures/comparison-figures.ts';
import { voteTables } from '../../../shared/report/vote-tables.ts';
import type { VoteFile } from '../../../shared/domain/evaluate/verdict-statistics.ts';
import { unconnectedText } from '../../../shared/text/evaluate/vote-statistics.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { FigureView } from '../../ui/figures/figure-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { FigureTable } from '../figure-table.tsx';
import { PowerPanel } from './power-panel.tsx';
import '../results.css';

/** What a table of votes from elsewhere says, and how many prompts a study needs. */
export function VotesPage() {
  const [path, setPath] = useState('');
  const [file, setFile] = useState<VoteFile | null>(null);
  const read = useAction(async () => {
    setFile(null);
    setFile(await rpc.statistics.ofFile({ path: path.trim() }));
  });
  return (
    <div className="evaluate-page results" tabIndex={-1} data-work>
      <header className="evaluate-head">
        <h1>Statistics of votes</h1>
      </header>
      <PowerPanel />
      <form
        className="column panel"
        aria-label="Votes in a file"
        onSubmit={(event) => {
          event.preventDefault();
          if (path.trim() !== '') void read.run();
        }}
      >
        <h2>Votes in a file</h2>
        <PathField
          label="File"
          value={path}
          onValue={setPath}
          request={{ purpose: 'prompts', title: 'Votes in a file' }}
        />
        <p className="small dim">
          AlpacaEval’s annotations.json, a report as JSON, or a table (CSV, TSV, JSON) with
          system_a, system_b, and verdict or preference_a, or with system and grade. Nothing of it
          goes into the project.
        </p>
        <div className="row">
          <Button
            type="submit"
            variant="primary"
            isBusy={read.isRunning}
            disabled={path.trim() === ''}
            title={path.trim() === '' ? 'Choose a file first' : undefined}
          >
            Compute
          </Button>
        </div>
        {read.error !== undefined && <ErrorView error={read.error} />}
      </form>
      {file && <VoteFigures file={file} />}
    </div>
  );
}

function VoteFigures({ file }: { file: VoteFile }) {
  const { read, unusable, errors, comparisons, ratings, unconnected } = file;
  const [first] = errors;
  return (
    <>
      <p role="status">
        {formatQuantity(read, 'row')} read
        {unusable > 0 && `, ${formatQuantity(unusable, 'row')} unusable`}
        {first && (
          <>
            , the first in line {first.line}: <VisibleText text={first.message} />
          </>
        )}
        .
      </p>
      {comparisons.length > 0 && (
        <section className="results-summary panel" aria-label="Figures">
          <FigureView figure={preferenceBars(comparisons)} fileName="preferences.svg" />
          <FigureView figure={winRateForest(comparisons)} fileName="win-rates.svg" />
          {ratings.length > 0 && (
            <FigureView figure={ratingForest(ratings)} fileName="ratings.svg" />
          )}
        </section>
      )}
      {unconnected.length > 0 && (
        <ul className="results-warnings" aria-label="Warnings">
          <li>
            <VisibleText text={unconnectedText(unconnected)} />
          </li>
        </ul>
      )}
      {voteTables(file).map(({ title, table }) => (
        <FigureTable key={title} title={title} table={table} />
      ))}
    </>
  );
}
