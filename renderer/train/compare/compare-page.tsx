import { useState } from 'react';
import { Download } from 'lucide-react';
import {
  fewestCompared,
  mostCompared,
  type ComparisonFormat,
  type RunComparison,
} from '../../../shared/domain/runs/run-comparison.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { comparisonFiles, resultRows } from '../../../shared/text/run-comparison.ts';
import { rpc } from '../../rpc/client.ts';
import { saveText } from '../../ui/files/save-text.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Menu } from '../../ui/dialogs/menu.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { Segments } from '../../ui/inputs/inputs.tsx';
import { recipeFields } from '../recipe/recipe-fields.ts';
import { ComparisonChart } from './comparison-chart.tsx';
import { DialogueStepPanel } from './dialogue-step.tsx';
import { runColor, type CurveAxis } from './comparison-curves.ts';
import './compare-page.css';

const axes = [
  { value: 'step', label: 'By step' },
  { value: 'tokens', label: 'By tokens' },
  { value: 'time', label: 'By time' },
] as const;

/** A few runs side by side: curves in one chart, results, and only the settings that differ. */
export function ComparePage({ ids, runs }: { ids: readonly string[]; runs: readonly Run[] }) {
  const known = ids.filter((id) => runs.some((run) => run.id === id));
  const isEnough = known.length >= fewestCompared;
  const key = isEnough ? ['runs.compare', ...known] : null;
  const comparison = useQuery(key, () => rpc.runs.compare({ ids: known }), ['runs', 'evaluations']);
  return (
    <article className="compare-page" aria-label="Comparison of runs" tabIndex={-1} data-work>
      {isEnough ? (
        <QueryView query={comparison} loading="Comparing the runs…">
          {(data) => <Comparison comparison={data} all={runs} />}
        </QueryView>
      ) : (
        <EmptyState title="Compare runs">
          Tick {fewestCompared} to {mostCompared} runs in the list: their curves are drawn over each
          other here, beside their results and the settings in which they differ.
        </EmptyState>
      )}
    </article>
  );
}

function Comparison({ comparison, all }: { comparison: RunComparison; all: readonly Run[] }) {
  const [axis, setAxis] = useState<CurveAxis>('step');
  const { runs } = comparison;
  const hasDev = runs.some(({ devCurve }) => devCurve.length > 0);
  return (
    <>
      <header className="compare-head">
        <h1>{runs.length} runs compared</h1>
        <Segments label="Curves over" value={axis} options={axes} onValue={setAxis} />
        <span className="spacer" />
        <ExportMenu comparison={comparison} />
      </header>
      <DialogueStepPanel comparison={comparison} runs={all} />
      <section className="compare-charts" aria-label="Curves">
        <ComparisonChart title="Training loss, smoothed" kind="curve" runs={runs} axis={axis} />
        {hasDev && <ComparisonChart title="Dev loss" kind="devCurve" runs={runs} axis={axis} />}
        {axis === 'tokens' && (
          <p className="small dim">
            Tokens are those of the samples trained on, every epoch alike; what was held out does
            not count.
          </p>
        )}
      </section>
      <section className="column" aria-label="Results">
        <h2>Results</h2>
        <ResultTable comparison={comparison} />
        {runs.flatMap(({ name, problems }) =>
          problems.map((problem) => (
            <p key={`${name} ${problem}`} className="compare-problem">
              {name}: {problem}
            </p>
          )),
        )}
      </section>
      <section className="column" aria-label="Different settings">
        <h2>Different settings</h2>
        <SettingTable comparison={comparison} />
      </section>
    </>
  );
}

function RunHeads({ runs }: Pick<RunComparison, 'runs'>) {
  return runs.map(({ id, name }, index) => (
    <th key={id} scope="col">
      <span className="run-swatch" style={{ background: `var(${runColor(index)})` }} /> {name}
    </th>
  ));
}

function ResultTable({ comparison: { runs } }: { comparison: RunComparison }) {
  const rows = resultRows
    .map(({ label, textOf }) => ({ label, texts: runs.map(textOf) }))
    .filter(({ texts }) => texts.some((text) => text !== ''));
  return <Table heading="Result" label="Results of the runs" runs={runs} rows={rows} missing="" />;
}

const labels = new Map<string, string>([
  ['base', 'Base model'],
  ['dataset', 'Dataset'],
  ...recipeFields.map(({ key, label }) => [key, label] as const),
]);

function SettingTable({ comparison: { runs, settings } }: { comparison: RunComparison }) {
  if (settings.length === 0)
    return <p className="dim">None: they were started with the same settings.</p>;
  const rows = settings.map(({ key, values }) => ({
    label: labels.get(key) ?? key,
    texts: values,
  }));
  return (
    <Table
      heading="Setting"
      label="Settings that differ"
      runs={runs}
      rows={rows}
      missing="not read"
    />
  );
}

interface TableProps {
  heading: string;
  label: string;
  runs: RunComparison['runs'];
  rows: readonly { label: string; texts: readonly (string | null)[] }[];
  missing: string;
}

function Table({ heading, label, runs, rows, missing }: TableProps) {
  return (
    <div className="compare-scroll">
      <table className="table compare-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            <RunHeads runs={runs} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              {runs.map(({ id }, index) => (
                <td key={id}>{row.texts[index] ?? <span className="faint">{missing}</span>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const exports: readonly { format: ComparisonFormat; label: string; hint?: string }[] = [
  {
    format: 'csv',
    label: 'Results as CSV',
    hint: 'a line per run, with the settings that differ',
  },
  { format: 'curves-csv', label: 'Curves as CSV', hint: 'a line per point' },
  { format: 'json', label: 'Everything as JSON' },
];

function ExportMenu({ comparison }: { comparison: RunComparison }) {
  const save = useAction(async (format: ComparisonFormat) => {
    const { fileName, mediaType, write } = comparisonFiles[format];
    const ids = comparison.runs.map(({ id }) => id);
    const leaving = { title: 'Save the comparison', fileName, mediaType };
    await saveText({ ...leaving, write: () => write(comparison) }, (target) =>
      rpc.runs.saveComparison({ ids, format, ...target }),
    );
  });
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button small icon={<Download size={13} />} isBusy={save.isRunning}>
            Export…
          </Button>
        }
        items={exports.map(({ format, ...item }) => ({
          ...item,
          run: () => void save.run(format),
        }))}
      />
      {save.error !== undefined && <ErrorView error={save.error} />}
    </>
  );
}
