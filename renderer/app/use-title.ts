import { useEffect } from 'react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { shownConversation, useChat } from '../chat/chat-store.ts';
import { useCurate } from '../curate/curate-store.ts';
import { useEvaluate } from '../evaluate/evaluate-store.ts';
import { useEvaluations, usePromptSets, useStudies } from '../evaluate/queries.ts';
import { rpc } from '../rpc/client.ts';
import { useQuery } from '../rpc/use-query.ts';
import { useTrain } from '../train/train-store.ts';
import { useNavigation } from '../ui/navigation.ts';
import { useTabs } from './tabs.tsx';

const program = 'Lima Workbench';

/** Keeps the title of the window as what it shows: item, tab, project. */
export function useTitle(project: ProjectInfo | null): void {
  const { tabs, shown } = useTabs();
  const item = useItemName(project !== null);
  const label = tabs.find(({ id }) => id === shown)?.label ?? '';
  const title = project ? [item, label, project.name, program] : [program];
  const text = title.filter((word) => word !== '').join(' · ');
  useEffect(() => {
    document.title = text;
  }, [text]);
}

/** What the shown run, evaluation, prompt set or sample is called; empty for none. */
function useItemName(isOpen: boolean): string {
  const tab = useNavigation((state) => state.tab);
  const inTrain = useTrain((state) => state.selection);
  const inEvaluate = useEvaluate((state) => state.selection);
  const seq = useCurate((state) => state.selectedSeq);
  const isRun = isOpen && tab === 'train' && inTrain?.kind === 'run';
  const runs = useQuery(isRun ? ['runs.list'] : null, () => rpc.runs.list(), ['runs']);
  const evaluations = useEvaluations(isOpen && tab === 'evaluate');
  const studies = useStudies(isOpen && tab === 'evaluate');
  const sets = usePromptSets(isOpen && tab === 'evaluate');
  const inChat = useChat(shownConversation);
  const isChat = isOpen && tab === 'chat' && inChat !== null;
  const conversations = useQuery(
    isChat ? ['things.labels', 'conversation'] : null,
    () => rpc.things.labels({ thing: 'conversation' }),
    ['labels'],
  );
  if (tab === 'curate') return seq === null ? '' : `Sample ${seq}`;
  if (isRun) return runs.data?.find(({ id }) => id === inTrain.id)?.name ?? '';
  // A prompt as a title would stand in every list of windows: only a name that a person gave.
  if (isChat) return conversations.data?.[inChat]?.name ?? '';
  if (tab !== 'evaluate') return '';
  if (inEvaluate.kind === 'evaluation')
    return evaluations.data?.find(({ id }) => id === inEvaluate.id)?.name ?? '';
  if (inEvaluate.kind === 'study')
    return studies.data?.find(({ id }) => id === inEvaluate.id)?.name ?? '';
  if (inEvaluate.kind !== 'prompts') return '';
  return sets.data?.find(({ id }) => id === inEvaluate.id)?.name ?? '';
}
