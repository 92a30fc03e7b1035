import { turnPrompt } from '../../../../shared/domain/evaluate/dialogue.ts';
import { sensitiveTag } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { promptForJudge } from '../../../../shared/domain/judge/judge-text.ts';
import type { RubricKind } from '../../../../shared/domain/judge/rubric.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import { dialogueText } from '../../../../shared/template/dialogue-text.ts';
import { sameAnswer, withoutThinking } from '../../../../shared/template/thinking.ts';
import type { JudgeItem } from '../../../engines/protocol/inference.ts';
import type { Database } from '../../../store/database.ts';
import { comparisonsOf } from '../../../store/repositories/comparisons.ts';
import {
  answersOfEvaluations,
  type AnswerToJudge,
} from '../../../store/repositories/judge/judged-items.ts';
import type { JudgedItem, StoredVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { promptWordsHash, standingTags } from '../../../store/repositories/prompts/prompt-tags.ts';

/** A pair, an answer or a turn of a dialogue, with the words that a judge reads. */
export interface TextToJudge extends Pick<JudgeItem, 'key' | 'prompt' | 'answers'> {
  item: JudgedItem;
}

/** What a judge with such a rubric can be asked about evaluations; `identical`: pairs that need no judge. */
export function textsToJudge(
  db: Database,
  kind: RubricKind,
  evaluationIds: readonly string[],
): { texts: TextToJudge[]; identical: number } {
  return kind === 'pairwise'
    ? pairsToJudge(db, evaluationIds)
    : { texts: answersToJudge(db, kind, evaluationIds).flatMap(textsOfAnswer), identical: 0 };
}

/** By which a verdict is known to be on a text. */
export const keyOfVerdict = ({ comparisonId, generationId, turn }: StoredVerdict): string =>
  comparisonId ?? answerKey(generationId ?? '', turn);

const answerKey = (generationId: string, turn: number | null) => `${generationId}:${turn ?? ''}`;

function pairsToJudge(db: Database, evaluationIds: readonly string[]) {
  const pairs = evaluationIds
    .flatMap((id) => comparisonsOf(db, id))
    .flatMap(({ id, prompt, a, b }) => (a && b ? [{ id, prompt, a, b }] : []));
  const different = pairs.filter(({ a, b }) => !sameAnswer(a.output, b.output));
  const texts = different.map(({ id, prompt, a, b }): TextToJudge => {
    const answers: [string, string] = [wholeText(prompt, a), wholeText(prompt, b)];
    return { item: { comparisonId: id }, key: id, prompt: promptForJudge(prompt), answers };
  });
  return { texts, identical: pairs.length - different.length };
}

/** The answers of evaluations that a rubric asks about: of safety those to sensitive prompts alone. */
export function answersToJudge(
  db: Database,
  kind: Exclude<RubricKind, 'pairwise'>,
  evaluationIds: readonly string[],
): AnswerToJudge[] {
  const answers = answersOfEvaluations(db, evaluationIds);
  if (kind !== 'safety') return answers;
  const isSensitive = sensitivePrompts(db);
  return answers.filter(({ prompt }) => isSensitive(prompt));
}

/** Tells prompts that are tagged as sensitive now. */
export function sensitivePrompts(db: Database): (prompt: readonly Message[]) => boolean {
  const tags = standingTags(db);
  return (prompt) =>
    (tags.get(promptWordsHash(prompt)) ?? []).some(({ tag }) => tag === sensitiveTag);
}

/** Each turn by itself, behind what was said before it. */
function textsOfAnswer({ id, prompt, output, turns }: AnswerToJudge): TextToJudge[] {
  const text = (
    turn: number | null,
    messages: readonly Message[],
    answer: string,
  ): TextToJudge => ({
    item: { generationId: id, turn },
    key: answerKey(id, turn),
    prompt: promptForJudge(messages),
    answers: [withoutThinking(answer)],
  });
  if (turns.length === 0) return [text(null, prompt, output)];
  const said = turns.map((turn) => withoutThinking(turn.output));
  return said.map((answer, turn) => text(turn, turnPrompt(prompt, said.slice(0, turn)), answer));
}

/** An answer of a pair as a judge reads it: without thinking, of a dialogue all that was said in it. */
const wholeText = (
  prompt: readonly Message[],
  { output, turns }: { output: string; turns: readonly { output: string }[] },
): string =>
  turns.length === 0
    ? withoutThinking(output)
    : dialogueText(
        prompt,
        turns.map((turn) => turn.output),
      );
