import type { Endpoint } from '../../../../shared/domain/endpoint.ts';
import type { Identity } from '../../../../shared/domain/identity.ts';
import type { InferenceRequests } from '../../../engines/protocol/inference.ts';
import { evaluationsOfStudy, findEvaluation } from '../../../store/repositories/evaluations.ts';
import { findJudging, type StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import { insertFailedVerdict, insertVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { findPromptSet, frozenPromptsOf } from '../../../store/repositories/prompt-sets.ts';
import { findSystem } from '../../../store/repositories/systems.ts';
import { AppError, found } from '../../base/app-error.ts';
import { judgeByEndpoint } from '../../endpoints/judge-by-endpoint.ts';
import { JobStopped, type JobContext, type JobHandler } from '../../jobs/job-handler.ts';
import { systemFiles } from '../../models/checkpoints.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { againNonce } from './items-of-audit.ts';
import { isAudit, judgingWork, verdictsIn, type ItemToJudge } from './items-to-judge.ts';
import { takeOver } from './take-over.ts';

/** Items asked in one request: their texts are in memory at once, and the rubric is read once for them. */
const itemsAtOnce = 200;

/** Asks a judge what a judging lacks; every verdict is stored the moment it is there. */
export function judgeJob(session: ProjectSession): JobHandler<'judge'> {
  return {
    kind: 'judge',
    resource: 'accelerator',
    execute: async ({ judgingId, isFresh = false }, context) => {
      const { db } = session.file;
      const judging = found(findJudging(db, judgingId), 'judging', judgingId);
      requireWholePrompts(session, judging);
      const work = judgingWork(db, judging, { isFresh });
      const missing =
        isFresh || isAudit(judging) ? work.missing : takeOver(db, judging, work.missing);
      const done = work.total - verdictsIn(missing);
      const progress = judgingProgress(session, { total: work.total, done }, context);
      try {
        for (const items of requestsFor(missing)) {
          await ask(session, judging, items, progress);
          context.signal.throwIfAborted();
        }
        return { judgingId, verdicts: work.total };
      } finally {
        await session.inference.release(['generate']);
        session.changes.touch('evaluations');
      }
    },
  };
}

/** A request has one nonce, so that what is asked once more comes apart. */
function requestsFor(missing: readonly ItemToJudge[]): ItemToJudge[][] {
  const [first, again] = [false, true].map((isAgain) =>
    missing.filter((item) => (item.isAgain ?? false) === isAgain),
  );
  return [first ?? [], again ?? []].flatMap((items) =>
    Array.from({ length: Math.ceil(items.length / itemsAtOnce) }, (_, at) =>
      items.slice(at * itemsAtOnce, (at + 1) * itemsAtOnce),
    ),
  );
}

/** Prompts that were changed after they were frozen are not judged under the hash of their set. */
function requireWholePrompts({ file: { db } }: ProjectSession, judging: StoredJudging): void {
  if (isAudit(judging)) return;
  const { studyId, evaluationId } = judging;
  const evaluations =
    studyId === null
      ? [found(findEvaluation(db, 'id', evaluationId ?? ''), 'evaluation', evaluationId ?? '')]
      : evaluationsOfStudy(db, studyId);
  for (const id of new Set(evaluations.map(({ promptSetId }) => promptSetId)))
    frozenPromptsOf(db, found(findPromptSet(db, 'id', id), 'prompt set', id), 0);
}

type JudgingProgress = ReturnType<typeof judgingProgress>;

function judgingProgress(
  session: ProjectSession,
  { total, done: before }: { total: number; done: number },
  context: JobContext,
) {
  let done = before;
  const add = (verdicts: number) => {
    done += verdicts;
    context.report({ phase: 'judging', done, total, unit: 'verdicts' });
    session.changes.touch('evaluations');
  };
  add(0);
  return { context, add };
}

async function ask(
  session: ProjectSession,
  judging: StoredJudging,
  items: readonly ItemToJudge[],
  progress: JudgingProgress,
): Promise<void> {
  const { db } = session.file;
  const { systemId, rubric } = judging;
  const nonce = items[0]?.isAgain ? againNonce(judging.nonce) : judging.nonce;
  const system = found(findSystem(db, systemId), 'system', systemId);
  if (system.kind === 'answers')
    throw new AppError('INVALID_INPUT', 'Imported answers cannot judge: choose a model');
  if (system.kind === 'endpoint')
    return await askEndpoint(
      session,
      { judging: { ...judging, nonce }, items, endpoint: system.spec.endpoint },
      progress,
    );
  const { signal } = progress.context;
  const files = await systemFiles(session, { ...system.spec, otherBase: true }, signal);
  const byKey = new Map(items.map((one) => [one.asked.key, one]));
  let identity: Identity | undefined;
  const { instruction, question, symbols } = rubric;
  await session.inference.engine('generate', files).request(
    'judge',
    {
      system: files,
      items: items.map(({ asked }) => asked),
      rubric: { instruction, question, symbols },
      nonce,
    },
    {
      signal,
      onEvent: (event) => {
        if (event.type === 'identity') identity = event.identity;
        else progress.add(store(session, judging, { event, byKey, identity }));
      },
    },
  );
}

/** An endpoint that fails pauses the job, which goes on with what it has not said. */
async function askEndpoint(
  session: ProjectSession,
  {
    judging: { id: judgingId, rubric, nonce },
    items,
    endpoint,
  }: { judging: StoredJudging; items: readonly ItemToJudge[]; endpoint: Endpoint },
  progress: JudgingProgress,
): Promise<void> {
  const { db } = session.file;
  const { signal } = progress.context;
  const byKey = new Map(items.map((one) => [one.asked.key, one]));
  const asked = items.map((one) => one.asked);
  const stored = (key: string, store: (known: ItemToJudge) => number) => {
    const known = byKey.get(key);
    if (known) progress.add(store(known));
  };
  try {
    await judgeByEndpoint(
      session.network,
      { endpoint, rubric, nonce, items: asked },
      {
        signal,
        onVerdict: (key, verdict) =>
          stored(key, ({ item }) => {
            insertVerdict(db, { judgingId, item, ...verdict });
            return 1;
          }),
        onFailure: (key, { order, reason: failure }) =>
          stored(key, ({ item, asked: { orders } }) => {
            insertFailedVerdict(db, { judgingId, item, failure, order });
            return orders.length;
          }),
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new JobStopped('paused', error);
  } finally {
    session.changes.touch('network');
  }
}

type JudgedEvent = Exclude<InferenceRequests['judge']['event'], { type: 'identity' }>;

/** Stores what an engine told, and returns how many verdicts are not wanted any more. */
function store(
  { file: { db } }: ProjectSession,
  { id: judgingId }: StoredJudging,
  {
    event,
    byKey,
    identity,
  }: {
    event: JudgedEvent;
    byKey: ReadonlyMap<string, ItemToJudge>;
    identity: Identity | undefined;
  },
): number {
  const known = byKey.get(event.key);
  if (!known) return 0;
  const { item, asked } = known;
  if (event.type === 'failed') {
    insertFailedVerdict(db, { judgingId, item, failure: event.reason });
    return asked.orders.length;
  }
  if (!identity) throw new Error('A judge gave a verdict before it told who it is');
  const { order, probabilities, elsewhere, promptTokens } = event;
  const said = { order, probabilities, elsewhere, promptTokens, identity };
  insertVerdict(db, { judgingId, item, ...said });
  return 1;
}
