import type { AuthorWork, ProjectContents } from '../../domain/project/project-contents.ts';
import type { RecentState } from '../../domain/project/recent-state.ts';
import { displayLine } from '../foreign-text.ts';
import { formatBytes, formatQuantity } from '../numbers.ts';
import { stepNames } from './pipeline.ts';
import { joinFacts } from '../progress.ts';

/** A day in figures, the same in every place and language. */
export const formatDay = (ms: number): string =>
  Number.isFinite(new Date(ms).getTime()) ? new Date(ms).toISOString().slice(0, 10) : 'unknown';

const wrote = ['samples', 'edits', 'reviews', 'votes', 'datasets'] as const;

/** What one name wrote, without what it did not: "3 reviews · 2 votes". */
export function describeWork(work: AuthorWork): string {
  const kinds = wrote.filter((kind) => work[kind] > 0);
  return joinFacts(kinds.map((kind) => formatQuantity(work[kind], kind.slice(0, -1))));
}

/** The first and last day on which a name wrote something. */
export function describeDays({ firstMs, lastMs }: AuthorWork): string {
  const [first, last] = [formatDay(firstMs), formatDay(lastMs)];
  return first === last ? first : `${first} to ${last}`;
}

const listed = (title: string, lines: readonly string[], count: number) => {
  const more = count > lines.length ? [`  … and ${count - lines.length} more`] : [];
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ...more];
};

/** How much a project holds, in one line. */
export function describeCounts(contents: ProjectContents): string {
  return joinFacts([
    formatQuantity(contents.samples, 'sample'),
    formatQuantity(contents.datasetCount, 'dataset'),
    formatQuantity(contents.runs, 'run'),
    formatQuantity(contents.evaluations, 'evaluation'),
  ]);
}

/** Who wrote a project, when, and what it names outside of itself, as lines for a terminal. */
export function describeContents(contents: ProjectContents): string[] {
  const { authors, datasets, models, jobs } = contents;
  return [
    `made ${formatDay(contents.createdMs)}, id ${displayLine(contents.uuid)}`,
    ...listed(
      'written by',
      authors.map(
        (work) => `${displayLine(work.author)}: ${describeWork(work)}, ${describeDays(work)}`,
      ),
      contents.authorCount,
    ),
    ...listed(
      'datasets',
      datasets.map(
        ({ name, author, samples, createdMs }) =>
          `${displayLine(name)}: ${formatQuantity(samples, 'sample')}, by ${displayLine(author)}, ${formatDay(createdMs)}`,
      ),
      contents.datasetCount,
    ),
    ...listed(
      'models it names',
      models.map(({ name, path }) => `${displayLine(name)}: ${displayLine(path)}`),
      contents.modelCount,
    ),
    ...listed(
      'jobs that could go on',
      jobs.map(({ kind, title, state, paths }) =>
        displayLine(
          `${kind} “${title}” (${state})${paths.length > 0 ? `: ${paths.join(', ')}` : ''}`,
        ),
      ),
      contents.jobCount,
    ),
  ];
}

/** What the settings remember of a project, but for its place and its day. */
interface RecentProject {
  exists: boolean;
  /** The disk that it is on does not answer. */
  isSilent: boolean;
  samples: number | null;
  sizeBytes: number | null;
  state: RecentState | null;
  ongoing: number;
}

/** What a project holds: `300 samples · 1 dataset · 1.2 MiB`; empty while nothing is known. */
export function describeRecent(project: RecentProject): string {
  const { exists, isSilent, samples, sizeBytes, state, ongoing } = project;
  if (isSilent) return 'its disk does not answer';
  if (!exists) return 'file not found';
  const counts = state
    ? { dataset: state.datasets, run: state.runs, evaluation: state.evaluations }
    : {};
  const made = Object.entries(counts).filter(([, count]) => count > 0);
  return joinFacts([
    samples === null ? '' : formatQuantity(samples, 'sample'),
    ...made.map(([noun, count]) => formatQuantity(count, noun)),
    sizeBytes === null ? '' : formatBytes(sizeBytes),
    ongoing === 0 ? '' : `${formatQuantity(ongoing, 'job')} running`,
  ]);
}

/** What comes next in a project that was open before: `Next: Train`; empty while it is not known. */
export function describeNext({ exists, state }: Pick<RecentProject, 'exists' | 'state'>): string {
  if (!exists || state === null) return '';
  return state.next === null ? 'Every step done' : `Next: ${stepNames[state.next]}`;
}
