import { useProject } from '../../rpc/project.ts';
import { useSettings } from '../../rpc/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showShellDialog } from '../shell-store.ts';
import './settings.css';

const steps: readonly [string, string][] = [
  [
    'Curate',
    'Import dumps or datasets, or write samples. Accept what an assistant should answer like, edit what nearly does, reject the rest; flags tell what LIMA’s rules would have left out. Freeze the accepted samples as a dataset: from then on it never changes.',
  ],
  [
    'Train',
    'Choose a GGUF model and a dataset. The Token X-ray shows what will be trained before it is. A run can be paused, closed and resumed; each epoch leaves an adapter.',
  ],
  ['Chat', 'Ask the base model and the tuned one the same question, side by side.'],
  [
    'Evaluate',
    'Let both answer the same prompts, vote without knowing which is which, then reveal them and read who won, and whether that could be chance.',
  ],
];

const chapters: readonly [string, string][] = [
  ['Command line', 'everything the window does, as commands for scripts'],
  ['Web mode', 'the window of a machine without a screen'],
  ['What can be trained', 'which models and quantizations'],
  ['Project file', 'what lies where, and who may have it open'],
  ['Measured', 'how fast, with which memory, on what'],
];

/** The pipeline in words, where files lie, and where to read on. */
export function HelpDialog() {
  return (
    <Dialog
      title="Help"
      isWide
      onClose={() => showShellDialog(null)}
      footer={
        <>
          <Button onClick={() => showShellDialog('about')}>About Lima Workbench</Button>
          <Button variant="primary" data-autofocus onClick={() => showShellDialog('shortcuts')}>
            Keyboard shortcuts
          </Button>
        </>
      }
    >
      <div className="settings">
        <section aria-label="The way of a model">
          <h3>From a dump to a better model</h3>
          <ol>
            {steps.map(([name, text]) => (
              <li key={name}>
                <strong>{name}.</strong> {text}
              </li>
            ))}
          </ol>
        </section>
        <FilePlaces />
        <section aria-label="Read on">
          <h3>Read on</h3>
          <p>Nothing is fetched from the network. These are chapters of README.md:</p>
          <ul>
            {chapters.map(([name, text]) => (
              <li key={name}>
                <strong>{name}</strong>: {text}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}

function FilePlaces() {
  const project = useProject().data;
  const folder = useSettings().data?.backupFolder ?? null;
  const path = project?.path ?? 'NAME.lima';
  return (
    <section aria-label="Where files lie">
      <h3>Where files lie</h3>
      <ul>
        <li>
          Samples, reviews, datasets, runs, answers and votes: <VisibleText text={path} />
        </li>
        <li>
          Adapters of runs: <VisibleText text={`${path}.d`} />
        </li>
        <li>
          Backups:{' '}
          {folder === null ? (
            'beside the project (see Backups… in its menu)'
          ) : (
            <VisibleText text={folder} />
          )}
        </li>
        <li>Base models stay where they are. Exports go where you say.</li>
        <li>Settings and the log: see About.</li>
      </ul>
    </section>
  );
}
