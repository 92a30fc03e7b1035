import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { trainCommand } from './command-line.ts';
import { useTrain } from '../train-store.ts';
import './command-preview.css';

interface CommandPreviewProps {
  model: Model | undefined;
  dataset: Dataset | undefined;
}

/** The same run as a command, for a script or a machine without a screen. */
export function CommandPreview({ model, dataset }: CommandPreviewProps) {
  const project = useQuery(['project.current'], () => rpc.project.current(), ['project']);
  const sets = useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
  const { draft, runName, probe } = useTrain();
  const probeSet = sets.data?.find(({ id }) => id === probe)?.name;
  const command = trainCommand({
    projectPath: project.data?.path,
    modelPath: model?.path,
    datasetName: dataset?.name,
    runName,
    probe: probe === 'built-in' ? probe : probeSet,
    draft,
  });
  return (
    <section className="panel column" aria-label="As a command">
      <div className="row">
        <h2>As a command</h2>
        <span className="spacer" />
        <CopyButton text={command} label="Copy command" />
      </div>
      <pre className="command-preview">{command}</pre>
    </section>
  );
}
