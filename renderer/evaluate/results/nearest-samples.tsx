import { Pencil, SquarePen } from 'lucide-react';
import type { SampleRow } from '../../../shared/domain/sample.ts';
import type { Message } from '../../../shared/domain/message.ts';
import {
  meaningNote,
  nearestNote,
  noAccepted,
  noNearest,
  testPromptCaution,
} from '../../../shared/report/lost-comparisons.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { LoadingState, QueryView } from '../../ui/feedback/states.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { goTo, goToTab, showSample } from '../../ui/navigation.ts';
import { modelOptions, useSystems } from '../../ui/systems/systems.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useMeaningSearch, useNearestBy } from './use-meaning.ts';
import './nearest-samples.css';

/** From a prompt that was answered badly to what was trained near it, and on to the next run. */
export function NearestSamplesPanel({ prompt }: { prompt: readonly Message[] }) {
  const available = useSystems().data;
  const [chosen, choose] = useNearestBy();
  const models = available ? modelOptions(available) : [];
  const modelId = models.some(({ value }) => value === chosen) ? chosen : '';
  return (
    <section className="nearest panel column" aria-label="Nearest accepted samples">
      <div className="row row-wrap">
        <h3>Nearest accepted samples</h3>
        <span className="spacer" />
        <Select
          label="Search by"
          value={modelId}
          options={[
            { value: '', label: 'Words they share' },
            ...models.map(({ value, label }) => ({ value, label: `Meaning, by ${label}` })),
          ]}
          onValue={choose}
        />
      </div>
      {modelId === '' ? (
        <NearestByWords prompt={prompt} />
      ) : (
        <NearestByMeaning
          key={`${modelId} ${JSON.stringify(prompt)}`}
          modelId={modelId}
          prompt={prompt}
        />
      )}
      <div className="row row-wrap">
        <EditButton
          small
          icon={<SquarePen size={13} />}
          onClick={() => goTo({ tab: 'curate', prompt })}
        >
          New sample with this prompt
        </EditButton>
        <span className="small dim">{testPromptCaution}</span>
      </div>
      <p className="small dim">
        To the next run: edit or add samples, accept them and freeze them in{' '}
        <button type="button" className="nearest-link" onClick={() => goToTab('curate')}>
          Curate
        </button>
        , train on the new dataset in{' '}
        <button type="button" className="nearest-link" onClick={() => goToTab('train')}>
          Train
        </button>
        , and compare the new run here.
      </p>
    </section>
  );
}

function NearestByWords({ prompt }: { prompt: readonly Message[] }) {
  const nearest = useQuery(
    ['samples.nearest', prompt],
    ({ signal }) => rpc.samples.nearest({ messages: [...prompt] }, { signal }),
    ['samples', 'reviews'],
  );
  return (
    <QueryView query={nearest} loading="Looking for samples near the prompt…">
      {({ samples, common }) => (
        <>
          <SampleList
            samples={samples}
            none={noNearest}
            factOf={({ words }) => `shares ${words.slice(0, 8).join(', ')}`}
          />
          <p className="small dim">
            <VisibleText text={nearestNote(common)} />
          </p>
        </>
      )}
    </QueryView>
  );
}

function NearestByMeaning(asked: { modelId: string; prompt: readonly Message[] }) {
  const { search, retry } = useMeaningSearch(asked);
  if (search.type === 'failed') return <ErrorView error={search.error} onRetry={retry} />;
  if (search.type === 'loading') return <LoadingState label="Loading the model…" />;
  if (search.type === 'embedded')
    return (
      <div className="column" role="status">
        <span className="small dim">
          Embedded {search.done} of {formatQuantity(search.total, 'accepted sample')}; once for each
          model
        </span>
        <ProgressBar label="Embedded samples" done={search.done} total={search.total} />
      </div>
    );
  return (
    <>
      <SampleList
        samples={search.prompts[0] ?? []}
        none={noAccepted}
        factOf={({ similarity }) => `similarity ${similarity.toFixed(2)}`}
      />
      <p className="small dim">{meaningNote(search.accepted)}</p>
    </>
  );
}

interface SampleListProps<Sample extends SampleRow> {
  samples: readonly Sample[];
  /** Said where there are no samples. */
  none: string;
  /** What makes a sample near. */
  factOf: (sample: Sample) => string;
}

function SampleList<Sample extends SampleRow>({ samples, none, factOf }: SampleListProps<Sample>) {
  if (samples.length === 0) return <p>{none}</p>;
  return (
    <ol className="nearest-list" aria-label="Samples near the prompt">
      {samples.map((sample) => (
        <li key={sample.id} className="nearest-row">
          <button
            type="button"
            className="nearest-open"
            title="Show this sample in Curate"
            onClick={() => showSample(sample.id)}
          >
            <span className="faint">#{sample.seq}</span>
            <span className="truncate">
              <VisibleText text={sample.promptPreview} />
            </span>
          </button>
          <span className="small dim truncate nearest-facts">
            <VisibleText text={`${sample.source} · ${factOf(sample)}`} />
          </span>
          <EditButton
            small
            icon={<Pencil size={13} />}
            aria-label={`Edit #${sample.seq} in Curate`}
            onClick={() => goTo({ tab: 'curate', sampleId: sample.id, isEdited: true })}
          >
            Edit
          </EditButton>
        </li>
      ))}
    </ol>
  );
}
