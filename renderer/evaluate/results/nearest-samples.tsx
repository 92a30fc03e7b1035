import { Pencil, SquarePen } from 'lucide-react';
import type { NearestSamples } from '../../../shared/contract/curate.ts';
import type { Message } from '../../../shared/domain/message.ts';
import {
  nearestNote,
  noNearest,
  testPromptCaution,
} from '../../../shared/report/lost-comparisons.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { goTo, goToTab, showSample } from '../../ui/navigation.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import './nearest-samples.css';

/** From a prompt that was answered badly to what was trained near it, and on to the next run. */
export function NearestSamplesPanel({ prompt }: { prompt: readonly Message[] }) {
  const nearest = useQuery(
    ['samples.nearest', prompt],
    ({ signal }) => rpc.samples.nearest({ messages: [...prompt] }, { signal }),
    ['samples', 'reviews'],
  );
  return (
    <section className="nearest panel column" aria-label="Nearest accepted samples">
      <h3>Nearest accepted samples</h3>
      <QueryView query={nearest} loading="Looking for samples near the prompt…">
        {(found) => <FoundSamples found={found} />}
      </QueryView>
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

function FoundSamples({ found: { samples, common } }: { found: NearestSamples }) {
  return (
    <>
      {samples.length === 0 ? (
        <p>{noNearest}</p>
      ) : (
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
                <VisibleText text={sample.source} /> · shares{' '}
                <VisibleText text={sample.words.slice(0, 8).join(', ')} />
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
      )}
      <p className="small dim">
        <VisibleText text={nearestNote(common)} />
      </p>
    </>
  );
}
