import type { JobPayload, JobResult } from '../../../shared/contract/job-kinds.ts';
import type {
  CandidateText,
  SelectionReport,
  SelectionRequest,
} from '../../../shared/contract/scans.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import type { Selection } from '../../../shared/domain/selection/select-candidates.ts';
import {
  dropReasonSchema,
  type DropReason,
  type SelectionRecipe,
} from '../../../shared/domain/selection/selection-recipe.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { sampleOriginHash } from '../../store/content-hash.ts';
import { addSamples } from '../../store/repositories/samples/samples.ts';
import { AppError } from '../base/app-error.ts';
import { runWorker, workerBeside } from '../base/run-worker.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import type { PlacedCandidate } from './scan/candidate-file.ts';
import type { FromPicksWorker } from './scan/picks-worker.ts';
import type { PicksRequest, ReadPick } from './scan/read-picks.ts';
import { scansFolder, storedScans, type StoredScan } from './scan/scanned-dumps.ts';
import type { FromSelectWorker, SelectRequest } from './scan/select-worker.ts';

const selectUrl = workerBeside(import.meta.url, 'scan/select-worker');
const picksUrl = workerBeside(import.meta.url, 'scan/picks-worker');
type Selected = Extract<FromSelectWorker, { selection: unknown }>;
type Examples = Extract<FromSelectWorker, { examples: unknown }>;
type Read = Extract<FromPicksWorker, { kind: 'done' }>;

const silent = () => undefined;

/** What a recipe would pick of what was scanned. */
export async function planSelection(
  state: CoreState,
  session: ProjectSession,
  request: SelectionRequest,
  signal: AbortSignal | undefined,
): Promise<SelectionReport> {
  return await session.calls.run([signal], async (stopped) => {
    const scans = scansOf(state, session);
    return reportOf(await select(state, scans, request, stopped));
  });
}

const mostExamples = 5;
const shownCharacters = 300;

/** Some candidates that a rule drops, or all rules keep, in words where their dump is not packed. */
export async function selectionExamples(
  state: CoreState,
  session: ProjectSession,
  { recipe, reason }: { recipe: SelectionRecipe; reason: DropReason },
  signal: AbortSignal | undefined,
): Promise<CandidateText[]> {
  return await session.calls.run([signal], async (stopped) => {
    const scans = scansOf(state, session);
    const handlers = { signal: stopped, onStep: silent };
    const request: SelectRequest = {
      recipe,
      examplesOf: reason,
      most: mostExamples,
      files: filesOf(state, scans),
    };
    const { examples } = await runWorker<Examples>(selectUrl, request, handlers);
    const texts: CandidateText[] = [];
    for (const { dump } of scans) {
      const places = examples
        .filter(({ site }) => site === dump.site)
        .map(({ candidate }) => candidate);
      if (places.length === 0) continue;
      const picks: PicksRequest = {
        path: state.paths.check(dump.path),
        places,
        isSoughtOnly: true,
      };
      const { picks: read } = await runWorker<Read>(picksUrl, picks, handlers);
      for (const [at, { questionId: id, answerScore, htmlCharacters }] of places.entries())
        texts.push({ site: dump.site, id, answerScore, htmlCharacters, text: textOf(read[at]) });
    }
    return texts;
  });
}

function textOf(pick: ReadPick | undefined): CandidateText['text'] {
  const [prompt = '', answer = ''] =
    pick?.sample?.messages.map(({ content }) => previewLine(content, shownCharacters)) ?? [];
  return pick?.sample ? { prompt, answer } : null;
}

const filesOf = (state: CoreState, scans: readonly StoredScan[]): SelectRequest['files'] =>
  scans.map(({ dump, candidatesPath }) => ({
    site: dump.site,
    path: candidatesPath,
    dumpPath: state.paths.check(dump.path),
  }));

/** Queues picking by a recipe. */
export function startSelection(
  state: CoreState,
  session: ProjectSession,
  request: SelectionRequest,
): JobSnapshot {
  scansOf(state, session);
  return session.jobs.start({
    kind: 'select',
    title: `Pick ${formatQuantity(request.count, 'sample')} of the scanned dumps`,
    subjectId: null,
    payload: { ...request, author: state.settings.author },
  });
}

/** Picking again adds nothing twice: what is a sample already is only counted. */
export function selectJob(session: ProjectSession, state: CoreState): JobHandler<'select'> {
  return {
    kind: 'select',
    resource: 'disk',
    execute: (payload, context) => pick(state, session, payload, context),
  };
}

function scansOf(state: CoreState, session: ProjectSession): StoredScan[] {
  const scans = storedScans(scansFolder(state, session));
  if (scans.length === 0)
    throw new AppError('INVALID_STATE', 'There is nothing to pick of: scan dumps first.', {});
  return scans;
}

async function select(
  state: CoreState,
  scans: readonly StoredScan[],
  { recipe, count }: SelectionRequest,
  signal: AbortSignal,
): Promise<Selection<PlacedCandidate>> {
  const request: SelectRequest = { recipe, count, files: filesOf(state, scans) };
  return (await runWorker<Selected>(selectUrl, request, { signal, onStep: silent })).selection;
}

async function pick(
  state: CoreState,
  session: ProjectSession,
  { author, ...request }: JobPayload<'select'>,
  context: JobContext,
): Promise<JobResult<'select'>> {
  const { signal } = context;
  const scans = scansOf(state, session);
  const selection = await select(state, scans, request, signal);
  const report = reportOf(selection);
  const result: JobResult<'select'> = { report, added: 0, known: 0, unusable: [] };
  let done = 0;
  for (const { dump } of scans) {
    const places = selection.picks.flatMap((picked) =>
      picked.site === dump.site ? [picked.candidate] : [],
    );
    if (places.length === 0) continue;
    const path = state.paths.check(dump.path);
    context.report({
      phase: 'reading picks',
      done,
      total: report.picked,
      unit: 'samples',
      detail: dump.site,
    });
    const picks: PicksRequest = { path, places };
    const read = await runWorker<Read>(picksUrl, picks, { signal, onStep: silent });
    store(session, { site: dump.site, author }, read.picks, result);
    done += places.length;
    session.changes.touch('samples', 'project');
  }
  return result;
}

function store(
  session: ProjectSession,
  { site, author }: { site: string; author: string },
  picks: readonly ReadPick[],
  result: JobResult<'select'>,
): void {
  const samples = picks.flatMap(({ sample }) =>
    sample ? [{ ...sample, originHash: sampleOriginHash(sample.messages) }] : [],
  );
  const added = addSamples(session.file.db, samples, author);
  result.added += added;
  result.known += samples.length - added;
  for (const { questionId, problem } of picks)
    if (problem !== undefined) result.unusable.push({ site, id: questionId, message: problem });
}

function reportOf({ picks, sites }: Selection<PlacedCandidate>): SelectionReport {
  const dropped: SelectionReport['dropped'] = {};
  for (const reason of dropReasonSchema.options) {
    const count = sites.reduce((sum, site) => sum + (site.dropped[reason] ?? 0), 0);
    if (count > 0) dropped[reason] = count;
  }
  return {
    candidates: sites.reduce((sum, site) => sum + site.candidates, 0),
    picked: picks.length,
    dropped,
    sites,
    picks: picks.map(({ site, group, candidate }) => ({
      site,
      group,
      id: candidate.questionId,
      answerId: candidate.answerId,
      questionScore: candidate.questionScore,
      answerScore: candidate.answerScore,
    })),
  };
}
