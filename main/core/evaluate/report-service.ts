import { promptKey } from '../../../shared/domain/evaluate/answer-seed.ts';
import { turnPrompt } from '../../../shared/domain/evaluate/dialogue.ts';
import type {
  EvaluationReport,
  ReportVote,
} from '../../../shared/domain/report/evaluation-report.ts';
import type { Message } from '../../../shared/domain/message.ts';
import {
  type AnswerIdentity,
  type ImportedIdentity,
  isImported,
} from '../../../shared/domain/identity.ts';
import { resolveVerdict, type SystemKey } from '../../../shared/domain/evaluate/evaluation.ts';
import {
  composeReport,
  judgedOf,
  type ReportFacts,
} from '../../../shared/report/compose-report.ts';
import type { CheckedEvaluation } from '../../../shared/report/disagreements.ts';
import { clusteredSummary } from '../../../shared/stats/clustered-summary.ts';
import { reportToCsv } from '../../../shared/report/report-csv.ts';
import { reportToHtml } from '../../../shared/report/report-html.ts';
import { reportToJson } from '../../../shared/report/report-json.ts';
import { reportToMarkdown } from '../../../shared/report/report-markdown.ts';
import {
  comparisonsOf,
  type ComparisonAnswer,
  type StoredComparison,
} from '../../store/repositories/comparisons.ts';
import { ownRevealsOf } from '../../store/repositories/own-reveals.ts';
import { standingVotes, type StoredVote } from '../../store/repositories/votes.ts';
import {
  evaluationsOfSystems,
  type StoredEvaluation,
} from '../../store/repositories/evaluations.ts';
import { packetOf } from '../../store/repositories/project/packet.ts';
import { findSystem, type EndpointSystem } from '../../store/repositories/systems.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { AppError, found } from '../base/app-error.ts';
import { appVersion } from '../base/application.ts';
import { type CoreState, protectedBy } from '../project/core-state.ts';
import { expectedOf, fewShotSha256 } from '../models/checkpoints.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { distinctNames, evaluationById, storedSystemName } from './evaluation-service.ts';
import { judgeVotes, reportJudges } from './judge/report-judges.ts';
import { gradesIn } from './grades/grade-report-service.ts';

/** A report form: how it is written and how its file ends. */
const forms = {
  json: { write: reportToJson, extension: 'json' },
  markdown: { write: reportToMarkdown, extension: 'md' },
  html: { write: reportToHtml, extension: 'html' },
  csv: { write: (report: EvaluationReport) => reportToCsv(report), extension: 'csv' },
};

type ReportFormat = keyof typeof forms;

/** The report as text with a file name; refused while the evaluation is blind. */
export function reportText(
  session: ProjectSession,
  input: { id: string; format: ReportFormat },
): { fileName: string; text: string } {
  const { write, extension } = forms[input.format];
  const report = evaluationReport(session, input.id);
  const grades = gradesIn(session, { kind: 'evaluation', id: input.id });
  const fileName = reportFileName(report.name, 'evaluation', extension);
  return { fileName, text: write(report, grades) };
}

/** A file name from what a report is of; `fallback` where nothing of the name can stand in one. */
export function reportFileName(name: string, fallback: string, extension: string): string {
  const stem = name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return `${stem || fallback}.${extension}`;
}

/** Writes the report to a file, complete or not at all. */
export const saveReport = (
  state: CoreState,
  session: ProjectSession,
  input: { id: string; format: ReportFormat; path: string; overwrite: boolean },
): Promise<{ path: string; sizeBytes: number }> =>
  placeReport(state, session, input, () => reportText(session, input).text);

/** Writes what a report says to a file, complete or not at all. */
export async function placeReport(
  state: CoreState,
  session: ProjectSession,
  input: { path: string; overwrite: boolean },
  write: () => string,
): Promise<{ path: string; sizeBytes: number }> {
  const wish = { overwrite: input.overwrite, project: await protectedBy(session) };
  await using draft = await state.exports.start(input.path, wish);
  const text = write();
  await draft.file.writeFile(text);
  await draft.place();
  return { path: draft.path, sizeBytes: Buffer.byteLength(text) };
}

/** Win + ½ tie of system A in a revealed evaluation; null while nothing is judged. */
export function winShare(session: ProjectSession, id: string): number | null {
  const { db } = session.file;
  const items = readyItems(session, id, comparisonsOf(db, id)).map(({ item }) => item);
  return clusteredSummary(judgedOf(items))?.winPlusHalfTie.value ?? null;
}

/** All that is known of a revealed evaluation; INVALID_STATE while it is blind. */
export function evaluationReport(session: ProjectSession, id: string): EvaluationReport {
  const evaluation = evaluationById(session, id);
  if (evaluation.revealedMs === null)
    throw new AppError('INVALID_STATE', 'This evaluation is still blind: reveal it first', { id });
  return composed(session, evaluation);
}

/** The same of one person’s own votes alone, which they may be told before it is revealed to all. */
export const ownReport = (session: ProjectSession, id: string, author: string): EvaluationReport =>
  composed(session, evaluationById(session, id), author);

function composed(
  session: ProjectSession,
  evaluation: StoredEvaluation,
  onlyBy?: string,
): EvaluationReport {
  const { db } = session.file;
  const { id } = evaluation;
  const set = found(
    findPromptSet(db, 'id', evaluation.promptSetId),
    'prompt set',
    evaluation.promptSetId,
  );
  // The report says what was asked by the hash of the set.
  frozenPromptsOf(db, set, 0);
  const comparisons = comparisonsOf(db, id);
  const ready = readyItems(session, id, comparisons, onlyBy);
  const names = distinctNames(session, [evaluation.systemAId, evaluation.systemBId]);
  const nameOf = (systemId: string) => names.get(systemId) ?? '';
  const identities = (key: 'a' | 'b') =>
    ready.flatMap(({ [key]: { turns, identity } }) =>
      turns.length === 0 ? [identity] : turns.map((turn) => turn.identity),
    );
  return composeReport({
    name: evaluation.name,
    createdMs: evaluation.createdMs,
    promptSet: { name: set.name, contentHash: set.contentHash, prompts: set.prompts },
    systems: {
      a: { name: storedSystemName(session, evaluation.systemAId), identities: identities('a') },
      b: { name: storedSystemName(session, evaluation.systemBId), identities: identities('b') },
    },
    sideSeed: evaluation.seed,
    hasBothBad: evaluation.bothBad,
    sawOwnResults: ownRevealsOf(
      db,
      evaluation.studyId === null
        ? { kind: 'evaluation', id }
        : { kind: 'study', id: evaluation.studyId },
    ),
    items: ready.map((entry) => entry.item),
    failures: comparisons.flatMap(({ ordinal, failures }) =>
      failures.map((failure) => ({ ordinal, ...failure })),
    ),
    judges:
      onlyBy === undefined
        ? reportJudges(session, { evaluationId: id }, { evaluations: [evaluation], nameOf })
        : [],
    earlier: earlierVerdicts(session, evaluation, comparisons),
    // A packet says nothing of its systems.
    programVersion: appVersion,
    ...(packetOf(db) === null && { checked: checkedEvaluation(session, evaluation, comparisons) }),
  });
}

function readyItems(
  session: ProjectSession,
  id: string,
  comparisons: readonly StoredComparison[],
  onlyBy?: string,
): ReturnType<typeof toItem> {
  const counted = standingVotes(session.file.db, id).filter(
    ({ authorKind, author }) =>
      onlyBy === undefined || (authorKind === 'human' && author === onlyBy),
  );
  const votes = Map.groupBy(counted, (vote) => vote.comparisonId);
  const judged = onlyBy === undefined ? judgeVotes(session, id) : new Map<string, ReportVote[]>();
  return comparisons.flatMap((item) =>
    toItem(item, votes.get(item.id) ?? [], judged.get(item.id) ?? []),
  );
}

/** Verdicts of what this evaluation extends: revealed before it was made, each prompt counted once. */
function earlierVerdicts(
  session: ProjectSession,
  evaluation: StoredEvaluation,
  comparisons: readonly StoredComparison[],
): NonNullable<ReportFacts['earlier']> {
  const { db } = session.file;
  const counted = new Set(comparisons.map(({ prompt }) => promptKey(prompt)));
  const all = evaluationsOfSystems(db, evaluation);
  const before = all.slice(
    0,
    all.findIndex(({ id }) => id === evaluation.id),
  );
  return before
    .filter(({ revealedMs }) => revealedMs !== null && revealedMs <= evaluation.createdMs)
    .map(({ id, name }) => {
      const items = readyItems(session, id, comparisonsOf(db, id)).map(({ item }) => item);
      const fresh = items.filter(({ prompt }) => !counted.has(promptKey(prompt)));
      for (const { prompt } of fresh) counted.add(promptKey(prompt));
      return { name, judged: judgedOf(fresh) };
    });
}

function checkedEvaluation(
  session: ProjectSession,
  { systemAId, systemBId, seed }: StoredEvaluation,
  comparisons: readonly StoredComparison[],
): CheckedEvaluation {
  const checked = (key: SystemKey, systemId: string) => {
    const system = found(findSystem(session.file.db, systemId), 'system', systemId);
    const answers = comparisons.flatMap(({ ordinal, promptOrdinal, prompt, [key]: answer }) =>
      answer ? checkedTurns(prompt, answer).map((one) => ({ ordinal, promptOrdinal, ...one })) : [],
    );
    if (system.kind === 'answers') return { expected: null, answers };
    if (system.kind === 'endpoint') return { expected: expectedEndpoint(system), answers };
    const { spec, sampling } = system;
    return { expected: { ...expectedOf(session, spec), sampling }, answers };
  };
  return {
    systems: { a: checked('a', systemAId), b: checked('b', systemBId) },
    sideSeed: seed,
    sides: comparisons.map(({ ordinal, leftSide }) => ({ ordinal, shownLeft: leftSide })),
  };
}

/** An answer with what was asked; each turn of a dialogue is one, asked on the answers before it. */
function checkedTurns(
  prompt: readonly Message[],
  { turns, identity, integrity }: ComparisonAnswer,
) {
  if (turns.length === 0) return [{ prompt, identity, integrity }];
  const said = turns.map(({ output }) => output);
  return turns.map((turn, at) => ({
    prompt: turnPrompt(prompt, said.slice(0, at)),
    identity: turn.identity,
    // Of the dialogue as a whole, which is told once.
    integrity: at === turns.length - 1 ? integrity : ('verified' as const),
  }));
}

const expectedEndpoint = ({ spec: { endpoint, fewShot }, sampling }: EndpointSystem) => ({
  endpoint: endpoint.baseUrl,
  askedModel: endpoint.model,
  ...(fewShot && { fewShotSha256: fewShotSha256(fewShot) }),
  sampling,
});

const seedOf = (identity: Exclude<AnswerIdentity, ImportedIdentity>): number | null =>
  identity.sampling.seed ?? null;

const toReported = ({ turns, ...answer }: ComparisonAnswer) => ({
  ...reportedTurn(answer),
  turns: turns.map(reportedTurn),
});

const reportedTurn = ({ output, finish, identity }: ComparisonAnswer['turns'][number]) => ({
  output,
  ...(isImported(identity) ? { finish: null, seed: null } : { finish, seed: seedOf(identity) }),
});

function toItem(
  item: StoredComparison,
  votes: readonly StoredVote[],
  judged: readonly ReportVote[],
): { item: ReportFacts['items'][number]; a: ComparisonAnswer; b: ComparisonAnswer }[] {
  const { a, b } = item;
  if (!a || !b) return [];
  const reported = {
    ordinal: item.ordinal,
    prompt: item.prompt,
    a: toReported(a),
    b: toReported(b),
    shownLeft: item.leftSide,
    expected: item.expected,
    votes: [...votes.flatMap((vote) => toReportedVote(vote, item.leftSide)), ...judged],
  };
  return [{ item: reported, a, b }];
}

function toReportedVote(vote: StoredVote, leftSide: SystemKey): ReportVote[] {
  const { shown, author, authorKind, createdMs, reason, tags, durationMs } = vote;
  if (shown === 'withdrawn') return [];
  const verdict = resolveVerdict(shown, leftSide);
  const told = { author, authorKind, reason, tags, durationMs, verdict, atMs: createdMs };
  return [{ ...told, shown: authorKind === 'rule' ? null : shown }];
}
