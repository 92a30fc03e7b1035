import type { ProjectInfo } from '../../../shared/contract/app.ts';
import type { SampleFilter } from '../../../shared/domain/sample.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { joinFacts } from '../../../shared/text/progress.ts';
import { useCurate } from '../../curate/curate-store.ts';
import { flagTexts, sampleStatuses } from '../../curate/sample-labels.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { Segments, Select, TextInput, type Option } from '../../ui/inputs/inputs.tsx';

/** What a person chose to put into a packet, and for whom. */
export interface PacketChoice {
  kind: 'samples' | 'evaluation';
  samples: 'all' | 'list' | (typeof sampleStatuses)[number];
  evaluationId: string;
  annotator: string;
  path: string;
}

/** The call that writes a packet. */
export type PacketRequest = Parameters<typeof rpc.packets.write>[0];

/** What would go out: the request, and of samples how many. */
export function usePacketContents({ kind, samples, evaluationId }: PacketChoice) {
  const listFilter = useCurate((state) => state.filter);
  const filter: SampleFilter =
    samples === 'list' ? listFilter : samples === 'all' ? {} : { status: samples };
  const { data, error } = useQuery(
    kind === 'samples' ? ['packets.samples', filter] : null,
    () => rpc.samples.index({ filter }),
    ['samples', 'reviews'],
  );
  const count = kind === 'samples' ? (data?.count ?? null) : null;
  const isReady = kind === 'samples' ? count !== null && count > 0 : evaluationId !== '';
  const what: PacketRequest['what'] =
    kind === 'samples' ? { ...filter, kind, status: filter.status ?? null } : pairsOf(evaluationId);
  return { what, count, error, isReady };
}

const studyMark = 'study:';

/** The choice of a list of both evaluations and studies. */
const pairsOf = (chosen: string): PacketRequest['what'] =>
  chosen.startsWith(studyMark)
    ? { kind: 'study', studyId: chosen.slice(studyMark.length) }
    : { kind: 'evaluation', evaluationId: chosen };

interface PacketFormProps {
  project: ProjectInfo;
  choice: PacketChoice;
  onChoice: (choice: PacketChoice) => void;
}

/** The questions: what goes out, for whom, and where to. */
export function PacketForm({ project, choice, onChoice }: PacketFormProps) {
  const change = (fields: Partial<PacketChoice>) => onChoice({ ...choice, ...fields });
  return (
    <>
      <Segments
        label="What goes out"
        value={choice.kind}
        options={[
          { value: 'samples', label: 'Samples to review' },
          {
            value: 'evaluation',
            label: 'Blind pairs to vote on',
            isDisabled: project.evaluations === 0,
          },
        ]}
        onValue={(kind) => change({ kind })}
      />
      {choice.kind === 'samples' ? (
        <SampleChoice
          {...{ project }}
          value={choice.samples}
          onValue={(samples) => change({ samples })}
        />
      ) : (
        <EvaluationChoice
          value={choice.evaluationId}
          onValue={(evaluationId) => change({ evaluationId })}
        />
      )}
      <TextInput
        label="For"
        hint="The annotator name under which they review or vote."
        data-autofocus
        maxLength={100}
        value={choice.annotator}
        onValue={(annotator) => change({ annotator })}
      />
      <PathField
        label="New file"
        value={choice.path}
        onValue={(path) => change({ path })}
        request={{
          purpose: 'new-project',
          title: 'Write the packet to',
          suggestedName: packetName(project.name, choice.annotator),
        }}
      />
    </>
  );
}

/** A file name out of the project's and the annotator's. */
export function packetName(project: string, annotator: string): string {
  const words = annotator.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-+|-+$/g, '');
  return `${project}-for-${words || 'review'}.lima`;
}

interface ChoiceProps<Value> {
  value: Value;
  onValue: (value: Value) => void;
}

function SampleChoice({
  project,
  value,
  onValue,
}: ChoiceProps<PacketChoice['samples']> & { project: ProjectInfo }) {
  const filter = useCurate((state) => state.filter);
  const { samples } = project;
  const all = samples.pending + samples.accepted + samples.rejected;
  const options: Option<PacketChoice['samples']>[] = [
    ...sampleStatuses.map((status) => ({
      value: status,
      label: `${status[0]?.toUpperCase()}${status.slice(1)} (${formatCount(samples[status])})`,
    })),
    { value: 'all', label: `All (${formatCount(all)})` },
    {
      value: 'list',
      label: `What the list in Curate shows: ${filterText(filter)}`,
    },
  ];
  return <Select label="Which samples" {...{ value, options, onValue }} />;
}

/** The filter of the list in words. */
function filterText({ status, source, flag, query }: SampleFilter): string {
  const words = joinFacts([
    status ?? '',
    source ?? '',
    flag === undefined ? '' : flag === 'none' ? 'no flags' : flagTexts[flag].meaning,
    query === undefined ? '' : `“${query}”`,
  ]);
  return words === '' ? 'everything' : words;
}

function EvaluationChoice({ value, onValue }: ChoiceProps<string>) {
  const evaluations = useQuery(
    ['packets.pairs'],
    async () => [
      ...(await rpc.studies.list()).map(({ id, name, queue }) => ({
        id: `${studyMark}${id}`,
        name,
        comparisons: queue.total,
      })),
      ...(await rpc.evaluations.list()),
    ],
    ['evaluations'],
  );
  return (
    <QueryView query={evaluations} loading="Reading the evaluations…">
      {(list) => (
        <Select
          label="Which evaluation"
          value={value}
          options={[
            ...(value === '' ? [{ value: '', label: 'Choose…' }] : []),
            ...list.map(({ id, name, comparisons }) => ({
              value: id,
              label: `${name} (${formatQuantity(comparisons, 'pair')})`,
            })),
          ]}
          onValue={onValue}
        />
      )}
    </QueryView>
  );
}

/** What the packet will hold and what it will not, before it is written. */
export function PacketContents({
  choice,
  contents: { count, error },
}: {
  choice: PacketChoice;
  contents: ReturnType<typeof usePacketContents>;
}) {
  if (error !== undefined) return <ErrorView error={error} />;
  if (choice.kind === 'evaluation')
    return (
      <p className="dim small" role="status">
        In it: the pairs that have both answers and lack this person’s vote, each answer by its
        side. Not in it: models, which of them wrote what, votes of others, samples.
      </p>
    );
  return (
    <p className="dim small" role="status">
      {count === 0
        ? 'No sample passes: choose others.'
        : `In it: ${count === null ? 'the samples' : formatQuantity(count, 'sample')} as they read now, with source and flags. Not in it: reviews, who edited, models, runs, evaluations.`}
    </p>
  );
}
