import { useEffect, useState } from 'react';
import type { Preferences } from '../../shared/contract/settings.ts';
import { showCurateDialog } from '../curate/curate-store.ts';
import { showEvaluate } from '../evaluate/evaluate-store.ts';
import { useEvaluations, usePromptSets, useStudies } from '../evaluate/queries.ts';
import { describeRecent } from '../../shared/text/project/project-contents.ts';
import { rpc } from '../rpc/client.ts';
import { useProject } from '../rpc/project.ts';
import { changeSettings } from '../rpc/settings.ts';
import { useLastData, useQuery } from '../rpc/use-query.ts';
import { showRun } from '../train/train-store.ts';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { goToTab, showSample, type TabId } from '../ui/navigation.ts';
import { openProject } from './project.ts';
import type { Shortcut } from '../ui/shortcuts.ts';

/** Something with a name that the palette leads to. */
type Finding = Shortcut & { id: string };

const waitMs = 150;
const mostOfAKind = 8;
const fewestLetters = 2;

/** What of the open project, and which settings, have all of the typed words in their names. */
export function useFindings(text: string): Finding[] {
  const settled = useSettled(text.trim());
  const isOpen = useProject().data != null;
  const isWanted = isOpen && settled.length >= fewestLetters;
  const runs = useQuery(isWanted ? ['runs.list'] : null, () => rpc.runs.list(), ['runs']);
  const datasets = useQuery(isWanted ? ['datasets.list'] : null, () => rpc.datasets.list(), [
    'datasets',
  ]);
  const evaluations = useEvaluations(isWanted);
  const studies = useStudies(isWanted);
  const sets = usePromptSets(isWanted);
  const isTyped = text.trim().length >= fewestLetters;
  const recent = useQuery(isTyped ? ['project.recent'] : null, () => rpc.project.recent(), [
    'project',
    'samples',
  ]);
  const filter = { query: settled };
  const samples = useQuery(
    isWanted ? ['samples.list', filter, mostOfAKind] : null,
    ({ signal }) => rpc.samples.list({ filter, limit: mostOfAKind }, { signal }),
    ['samples'],
  );
  const shownSamples = useLastData(samples.data);
  if (!isTyped) return [];
  const named = [
    ...finding('Run', runs.data, (id) => inTab('train', () => showRun(id))),
    ...finding('Dataset', datasets.data, () =>
      inTab('curate', () => showCurateDialog({ kind: 'datasets' })),
    ),
    ...finding('Evaluation', evaluations.data, (id) =>
      inTab('evaluate', () => showEvaluate({ kind: 'evaluation', id })),
    ),
    ...finding('Study', studies.data, (id) =>
      inTab('evaluate', () => showEvaluate({ kind: 'study', id })),
    ),
    ...finding('Prompt set', sets.data, (id) =>
      inTab('evaluate', () => showEvaluate({ kind: 'prompts', id })),
    ),
    ...(recent.data ?? []).map((known) => ({
      id: known.path,
      keys: [],
      label: [known.name, describeRecent(known)].filter(Boolean).join(' · '),
      group: 'Recent project',
      run: () => void openProject(known.path),
    })),
    ...settings,
  ].filter(({ label }) => hasWords(label, text));
  const found = (isWanted ? (shownSamples ?? []) : []).map(({ id, promptPreview }) => ({
    id,
    keys: [],
    label: promptPreview,
    group: 'Sample',
    run: () => showSample(id),
  }));
  return [...firstOfEach(named), ...found];
}

/** The text once it has not been changed for a moment: the core is not asked at each key. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function finding(
  group: string,
  things: readonly { id: string; name: string }[] | undefined,
  open: (id: string) => void,
): Finding[] {
  return (things ?? []).map(({ id, name }) => ({
    id,
    keys: [],
    label: name,
    group,
    run: () => open(id),
  }));
}

function inTab(tab: TabId, show: () => void): void {
  goToTab(tab);
  show();
}

/** True when every typed word is somewhere in the label. */
function hasWords(label: string, text: string): boolean {
  const known = label.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => known.includes(word));
}

function firstOfEach(findings: readonly Finding[]): Finding[] {
  const groups = Object.values(Object.groupBy(findings, ({ group }) => group));
  return groups.flatMap((group = []) => group.slice(0, mostOfAKind));
}

const setting = (label: string, change: Partial<Preferences>): Finding => ({
  id: label,
  keys: [],
  label,
  group: 'Setting',
  run: () => void changeSettings(change).catch(showErrorToast),
});

const settings: readonly Finding[] = [
  setting('Theme: as the system', { theme: 'system' }),
  setting('Theme: light', { theme: 'light' }),
  setting('Theme: dark', { theme: 'dark' }),
  setting('Text size: normal', { textSize: 'normal' }),
  setting('Text size: large', { textSize: 'large' }),
  setting('Text size: larger', { textSize: 'larger' }),
  setting('Enter sends the message', { enterKey: 'sends' }),
  setting('Enter begins a new line', { enterKey: 'breaks-line' }),
];
