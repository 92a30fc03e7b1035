import { useState } from 'react';
import { FileDown, Scale } from 'lucide-react';
import { isDialogue, turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import type { Prompt, PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { promptCount } from '../../../shared/text/evaluate/prompts.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { formatMoment, shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { PromptText } from '../prompt-text.tsx';
import { AnswersToSet } from './answers-to-set.tsx';
import { ImportAnswersDialog } from './import-answers-dialog.tsx';

const pageSize = 100;
const mostPrompts = 100_000;

/** One prompt set: what it is and every prompt in it. */
export function PromptSetPage({ id }: { id: string }) {
  const [limit, setLimit] = useState(pageSize);
  const query = useQuery(['prompts.get', id, limit], () => rpc.prompts.get({ id, limit }), [
    'prompts',
  ]);
  const data = useLastData(query.data);
  const [isImporting, setImporting] = useState(false);
  return (
    <div className="evaluate-page" tabIndex={-1} data-work>
      <QueryView query={{ ...query, data, isLoading: data === undefined && query.isLoading }}>
        {({ set, prompts }) => (
          <>
            <SetHead set={set} onImport={() => setImporting(true)} />
            <AnswersToSet set={set} />
            <ol className="prompt-list" aria-label="Prompts">
              {prompts.map((prompt) => (
                <PromptRow key={prompt.id} prompt={prompt} />
              ))}
            </ol>
            {prompts.length < set.prompts && (
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

function SetHead({ set, onImport }: { set: PromptSet; onImport: () => void }) {
  return (
    <header className="evaluate-head">
      <div>
        <h1>
          <VisibleText text={set.name} />
        </h1>
        <p className="dim small row">
          {promptCount(set)} · imported {formatMoment(set.createdMs)} ·
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

function PromptRow({ prompt }: { prompt: Prompt }) {
  return (
    <li className="prompt-row">
      <span className="faint prompt-ordinal">{prompt.ordinal + 1}</span>
      <div className="prompt-body">
        <PromptText messages={prompt.messages} />
        {isDialogue(prompt.messages) && (
          <p className="small dim row">
            <Badge>dialogue</Badge> {turnsOf(prompt.messages)} user turns, asked one after another
          </p>
        )}
        {prompt.expected !== null && (
          <p className="small dim row">
            <Badge>expected</Badge>
            <VisibleText text={prompt.expected} />
          </p>
        )}
      </div>
    </li>
  );
}
