import { useEffect } from 'react';
import { FileDown, Plus } from 'lucide-react';
import { usePacketKind } from '../rpc/project.ts';
import { EditButton } from '../ui/edit-button.tsx';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { useWanted, type WantedEvaluation } from '../ui/navigation.ts';
import { useShortcuts } from '../ui/shortcuts.ts';
import { SplitPane } from '../ui/split-pane.tsx';
import { setImporting, showEvaluate, useEvaluate } from './evaluate-store.ts';
import { JudgesPage } from './judge/judges-page.tsx';
import { EvaluationList } from './evaluation-list.tsx';
import { EvaluationPage } from './evaluation-page.tsx';
import { WithFormLists } from './new/form-lists.tsx';
import { NewEvaluationForm } from './new/new-evaluation-form.tsx';
import { ImportPromptsDialog } from './prompts/import-prompts-dialog.tsx';
import { PromptSetPage } from './prompts/prompt-set-page.tsx';
import { useEvaluations } from './queries.ts';
import { NewStudy } from './study/new-study-form.tsx';
import { StudyPage } from './study/study-page.tsx';
import { VotesPage } from './votes/votes-page.tsx';
import './evaluate.css';

/** The Evaluate tab: two systems, the same prompts, blind votes, then the numbers. */
export default function EvaluateView() {
  useEffect(() => leaveProject, []);
  return usePacketKind() === null ? <EveryEvaluation /> : <PacketPairs />;
}

/** A review packet is one evaluation, of which its annotator sees the pairs alone. */
function PacketPairs() {
  const evaluations = useEvaluations();
  return (
    <QueryView query={evaluations}>
      {([pairs]) =>
        pairs ? (
          <EvaluationPage id={pairs.id} />
        ) : (
          <EmptyState title="This packet holds no pairs">
            Ask whoever made it for another one.
          </EmptyState>
        )
      }
    </QueryView>
  );
}

function EveryEvaluation() {
  const isImporting = useEvaluate((state) => state.isImporting);
  useWanted('evaluate', (wanted) => {
    if ('evaluationId' in wanted) showEvaluate({ kind: 'evaluation', id: wanted.evaluationId });
    else if ('studyId' in wanted) showEvaluate({ kind: 'study', id: wanted.studyId });
    else showEvaluate({ kind: 'new', ...(wanted.form && { wanted: wanted.form }) });
  });
  const group = 'Evaluate';
  useShortcuts([
    { keys: [], label: 'New evaluation…', group, run: () => showEvaluate({ kind: 'new' }) },
    { keys: [], label: 'New study…', group, run: () => showEvaluate({ kind: 'new-study' }) },
    { keys: [], label: 'Import prompts…', group, run: () => setImporting(true) },
    { keys: [], label: 'Statistics of votes', group, run: () => showEvaluate({ kind: 'votes' }) },
    {
      keys: [],
      label: 'Judges: rubrics and audits',
      group,
      run: () => showEvaluate({ kind: 'judges' }),
    },
  ]);
  return (
    <>
      <SplitPane
        name="evaluate"
        initialPx={290}
        minPx={220}
        left={<EvaluationList />}
        right={<Selected />}
      />
      {isImporting && <ImportPromptsDialog />}
    </>
  );
}

function Selected() {
  const { selection } = useEvaluate();
  if (selection.kind === 'evaluation')
    return <EvaluationPage key={selection.id} id={selection.id} />;
  if (selection.kind === 'study') return <StudyPage key={selection.id} id={selection.id} />;
  if (selection.kind === 'new-study') return <NewStudy />;
  if (selection.kind === 'prompts') return <PromptSetPage key={selection.id} id={selection.id} />;
  if (selection.kind === 'votes') return <VotesPage />;
  if (selection.kind === 'judges') return <JudgesPage />;
  if (selection.kind === 'new')
    return <NewEvaluation promptSetId={selection.promptSetId} wanted={selection.wanted} />;
  return (
    <EmptyState
      title="Which of two systems answers better?"
      actions={
        <>
          <EditButton
            variant="primary"
            icon={<Plus size={14} />}
            data-work
            onClick={() => showEvaluate({ kind: 'new' })}
          >
            New evaluation…
          </EditButton>
          <EditButton icon={<Plus size={14} />} onClick={() => showEvaluate({ kind: 'new-study' })}>
            New study…
          </EditButton>
          <EditButton icon={<FileDown size={14} />} onClick={() => setImporting(true)}>
            Import prompts…
          </EditButton>
        </>
      }
    >
      Both answer the same prompts; you see the answers side by side without names and say which is
      better, as in LIMA’s human study. Then the systems are revealed and the numbers are computed.
    </EmptyState>
  );
}

interface NewEvaluationProps {
  promptSetId: string | undefined;
  wanted: WantedEvaluation | undefined;
}

function NewEvaluation({ promptSetId, wanted }: NewEvaluationProps) {
  return (
    <WithFormLists>
      {(lists) => (
        <NewEvaluationForm
          key={`${promptSetId} ${JSON.stringify(wanted)}`}
          context={lists}
          promptSetId={promptSetId}
          wanted={wanted}
        />
      )}
    </WithFormLists>
  );
}

/** The tab is mounted anew for each project: nothing of the last one may show through. */
function leaveProject(): void {
  useEvaluate.setState(useEvaluate.getInitialState());
}
