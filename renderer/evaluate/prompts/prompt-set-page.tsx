import { useState } from 'react';
import { FileDown, Scale } from 'lucide-react';
import type { PromptSetDetails } from '../../../shared/contract/prompts.ts';
import { promptCount } from '../../../shared/text/evaluate/prompts.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { formatMoment, shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { AnswersToSet } from './answers-to-set.tsx';
import { ImportAnswersDialog } from './import-answers-dialog.tsx';
import { PromptList } from './prompt-list.tsx';
import { SetFacts } from './set-facts.tsx';
import './prompt-set.css';

const pageSize = 100;
const mostPrompts = 100_000;

/** One prompt set: what it is and every prompt in it. */
export function PromptSetPage({ id }: { id: string }) {
  const [limit, setLimit] = useState(pageSize);
  const [tag, setTag] = useState('');
  const wanted = { id, limit, ...(tag !== '' && { tag }) };
  const query = useQuery(['prompts.get', id, limit, tag], () => rpc.prompts.get(wanted), [
    'prompts',
    'evaluations',
  ]);
  const data = useLastData(query.data);
  const [isImporting, setImporting] = useState(false);
  return (
    <div className="evaluate-page" tabIndex={-1} data-work>
      <QueryView query={{ ...query, data, isLoading: data === undefined && query.isLoading }}>
        {({ set, prompts, versions, newestId }) => (
          <>
            <SetHead set={set} onImport={() => setImporting(true)} />
            <AnswersToSet set={set} />
            <SetFacts {...{ set, versions, newestId, tag }} onTag={setTag} />
            <PromptList set={set} prompts={prompts} isNewest={newestId === null} />
            {prompts.length === limit && limit < set.prompts && (
              <Button onClick={() => setLimit(Math.min(mostPrompts, limit * 10))}>
                Show more of {formatCount(set.prompts)} prompts
              </Button>
            )}
            {isImporting && <ImportAnswersDialog set={set} onClose={() => setImporting(false)} />}
          </>
        )}
      </QueryView>
    </div>
  );
}

function SetHead({ set, onImport }: { set: PromptSetDetails; onImport: () => void }) {
  return (
    <header className="evaluate-head">
      <div>
        <h1>
          <VisibleText text={set.name} />
        </h1>
        <p className="dim small row">
          {promptCount(set)} · {set.version === 1 ? 'imported' : `version ${set.version} of`}{' '}
          {formatMoment(set.createdMs)} ·
          <span className="mono" title={`Content hash ${set.contentHash}`}>
            {shortHash(set.contentHash)}
          </span>
          <CopyButton text={set.contentHash} label="Copy content hash" />
        </p>
      </div>
      <span className="spacer" />
      <EditButton icon={<FileDown size={14} />} onClick={onImport}>
        Import answers…
      </EditButton>
      <EditButton
        variant="primary"
        icon={<Scale size={14} />}
        onClick={() => showEvaluate({ kind: 'new', promptSetId: set.id })}
      >
        Evaluate with these…
      </EditButton>
    </header>
  );
}
