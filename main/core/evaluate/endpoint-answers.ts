import { turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import { findSystem, hasAnswered, type EndpointSystem } from '../../store/repositories/systems.ts';
import type { MissingAnswer } from '../../store/repositories/generations.ts';
import { talkByEndpoint } from '../endpoints/talk-by-endpoint.ts';
import { JobStopped } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import type { GenerationProgress } from './generation-progress.ts';
import { KnownAnswers } from './known-answers.ts';
import { storeTurn, talksOf } from './stored-turns.ts';

/** An endpoint among the systems, and what it still has to answer. */
interface AnsweringEndpoint {
  system: EndpointSystem;
  missing: readonly MissingAnswer[];
  known: KnownAnswers;
}

interface Asked {
  /** Requests at a time at most. */
  parallel: number;
  /** Places of the prompts that are asked now. */
  only: ReadonlySet<number>;
}

/** Those of some systems that endpoints answer for. */
export function endpointsOf(
  { file: { db } }: ProjectSession,
  wanted: {
    systemIds: readonly string[];
    missingOf: (systemId: string) => readonly MissingAnswer[];
  },
): AnsweringEndpoint[] {
  return wanted.systemIds.flatMap((id) => {
    const system = findSystem(db, id);
    if (system?.kind !== 'endpoint') return [];
    return [{ system, missing: wanted.missingOf(id), known: new KnownAnswers(db, id) }];
  });
}

/**
 * Lets each endpoint answer the prompts at some places, beside whatever is answered here. Each answer
 * is stored the moment it is there; an endpoint that fails pauses the job, which goes on from there.
 */
export const answerByEndpoints = (
  session: ProjectSession,
  { endpoints, ...asked }: Asked & { endpoints: readonly AnsweringEndpoint[] },
  progress: GenerationProgress,
): Promise<void>[] =>
  endpoints.map((endpoint) => answerOne(session, { ...endpoint, ...asked }, progress));

async function answerOne(
  session: ProjectSession,
  { known, missing, only, ...asked }: AnsweringEndpoint & Asked,
  progress: GenerationProgress,
): Promise<void> {
  const copyKnown = (wanted: readonly MissingAnswer[]) =>
    known.copyKnown(wanted, ({ messages }) => progress.addAnswers(turnsOf(messages)));
  const lacking = copyKnown(missing.filter(({ place }) => only.has(place)));
  const items = known.toMake(lacking);
  if (items.length === 0) return;
  const byKey = new Map(items.map((item) => [item.promptId, item]));
  await ask(session, { ...asked, items, itemOf: (key) => byKey.get(key) }, { known, progress });
  copyKnown(lacking.filter((each) => !items.includes(each)));
}

async function ask(
  session: ProjectSession,
  {
    system,
    parallel,
    items,
    itemOf,
  }: Omit<Asked, 'only'> & {
    system: EndpointSystem;
    items: readonly MissingAnswer[];
    itemOf: (key: string) => MissingAnswer | undefined;
  },
  { known, progress }: { known: KnownAnswers; progress: GenerationProgress },
): Promise<void> {
  const { db } = session.file;
  const { signal } = progress.context;
  const { spec, sampling, id } = system;
  const talks = talksOf(db, id, items);
  try {
    await talkByEndpoint(
      session.network,
      { ...spec, sampling, talks, parallel, hasAnswered: hasAnswered(db, id) },
      {
        signal,
        onAnswer: (talk, answered, isLast) => {
          storeTurn(db, id, { talk, answered, isLast });
          progress.addTokens(answered.outputTokens);
          progress.addAnswer();
          const item = isLast && itemOf(talk.key);
          if (item) known.add(item);
        },
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new JobStopped('paused', error);
  } finally {
    session.changes.touch('network');
  }
}
