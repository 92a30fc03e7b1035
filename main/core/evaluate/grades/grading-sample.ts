import type { GradedSample } from '../../../../shared/contract/grades.ts';
import { isDialogue, turnPrompt } from '../../../../shared/domain/evaluate/dialogue.ts';
import { dialogueTag } from '../../../../shared/domain/evaluate/grade.ts';
import { sensitiveTag } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { withoutThinking } from '../../../../shared/template/thinking.ts';
import { textHash } from '../../../store/content-hash.ts';
import {
  evaluationsOfStudy,
  type StoredEvaluation,
} from '../../../store/repositories/evaluations.ts';
import {
  failedAnswersOf,
  gradedAnswers,
  gradedPrompts,
  type GradedAnswer,
  type GradedPrompt,
} from '../../../store/repositories/grades.ts';
import { promptWordsHash, standingTags } from '../../../store/repositories/prompts/prompt-tags.ts';
import { findStudy } from '../../../store/repositories/studies.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { requireAlone } from '../evaluation-service.ts';
import { systemNames } from './system-names.ts';

/** An evaluation or a study whose answers are graded. */
export interface GradedSubject {
  id: string;
  name: string;
  evaluations: readonly StoredEvaluation[];
  revealedMs: number | null;
}

/** The evaluation or the study, or NOT_FOUND; a pair of a blind study is graded with that alone. */
export function subjectOf(
  session: ProjectSession,
  { kind, id }: Pick<GradedSample, 'kind' | 'id'>,
): GradedSubject {
  if (kind === 'evaluation') {
    const evaluation = requireAlone(session, id);
    return { ...evaluation, evaluations: [evaluation] };
  }
  const { db } = session.file;
  const study = found(findStudy(db, 'id', id), 'study', id);
  return { ...study, evaluations: evaluationsOfStudy(db, id) };
}

/** A prompt with the tags on its words. */
export interface TaggedGradedPrompt extends GradedPrompt {
  tags: string[];
}

/** Every prompt of a single question that a subject asks, in a random order that is the same for everybody. */
export function promptsOfSubject(
  { file: { db } }: ProjectSession,
  { id, evaluations }: GradedSubject,
): TaggedGradedPrompt[] {
  const tags = standingTags(db);
  const ids = evaluations.map((evaluation) => evaluation.id);
  return gradedPrompts(db, ids)
    .map((prompt) => ({
      rank: textHash(`${id}:${prompt.id}`),
      ...prompt,
      tags: [
        ...new Set([
          ...(tags.get(promptWordsHash(prompt.messages)) ?? []).map(({ tag }) => tag),
          ...(isDialogue(prompt.messages) ? [dialogueTag] : []),
        ]),
      ],
    }))
    .toSorted((one, other) => (one.rank < other.rank ? -1 : 1));
}

/** An answer of a sample with its prompt, under a name that tells neither its system nor its time. */
export interface SampledAnswer extends GradedAnswer {
  answer: string;
  prompt: TaggedGradedPrompt;
}

/** The answers to a sample of prompts, mixed over the systems in an order of this person's own. */
export function sampledAnswers(
  session: ProjectSession,
  subject: GradedSubject,
  sample: GradedSample & { author: string },
): { prompts: TaggedGradedPrompt[]; answers: SampledAnswer[]; awaited: number } {
  const { db } = session.file;
  const wanted = promptsOfSubject(session, subject)
    .filter(({ tags }) => sample.tag === undefined || tags.includes(sample.tag))
    .slice(0, sample.prompts);
  const byId = new Map(wanted.map((prompt) => [prompt.id, prompt]));
  const systemIds = wantedSystems(session, subject, sample.system);
  const ids = subject.evaluations.map(({ id }) => id);
  const given = gradedAnswers(db, ids);
  const whole = given.filter(({ turn }) => turn === 0);
  const ended = Map.groupBy([...whole, ...failedAnswersOf(db, ids)], ({ promptId }) => promptId);
  // Not before all systems have answered: which one is quicker would be told.
  const isComplete = (promptId: string) =>
    (ended.get(promptId)?.length ?? 0) >= allSystems(subject).size;
  const answers = given
    .flatMap((answer): (SampledAnswer & { rank: string })[] => {
      const prompt = byId.get(answer.promptId);
      if (!prompt || !systemIds.has(answer.systemId) || !isComplete(prompt.id)) return [];
      const { turn, before } = answer;
      const handle = textHash(`${subject.id}:${answer.generationId}`).slice(0, 32);
      const rank = textHash(`${sample.author}:${handle}`);
      if (before === null) return [{ ...answer, prompt, answer: handle, rank }];
      const messages = turnPrompt(prompt.messages, before.map(withoutThinking));
      return [{ ...answer, prompt: { ...prompt, messages }, answer: `${handle}-${turn}`, rank }];
    })
    // The turns of a dialogue one after the other, as they were said.
    .toSorted((one, other) =>
      one.rank === other.rank ? one.turn - other.turn : one.rank < other.rank ? -1 : 1,
    );
  const awaited = wanted.filter(({ id }) => !isComplete(id)).length * systemIds.size;
  return { prompts: wanted, answers, awaited };
}

const allSystems = ({ evaluations }: GradedSubject): Set<string> =>
  new Set(evaluations.flatMap(({ systemAId, systemBId }) => [systemAId, systemBId]));

function wantedSystems(
  session: ProjectSession,
  subject: GradedSubject,
  system: string | undefined,
): Set<string> {
  if (system === undefined) return allSystems(subject);
  if (subject.revealedMs === null)
    throw new AppError(
      'INVALID_STATE',
      `“${subject.name}” is blind: its answers are graded mixed, and which system gave one would be told. Grade all, or reveal it first.`,
      { id: subject.id },
    );
  const names = systemNames(session, subject.evaluations);
  const wanted = [...names].filter(([, name]) => name === system).map(([id]) => id);
  if (wanted.length === 0)
    throw new AppError(
      'NOT_FOUND',
      `There is no system “${system}” in “${subject.name}”: it has ${[...names.values()].join(', ')}`,
      { what: 'system', id: system },
    );
  return new Set(wanted);
}

/** Whether answers to a prompt are also said to be safe or unsafe. */
export const asksSafety = ({ tags }: TaggedGradedPrompt): boolean => tags.includes(sensitiveTag);
