import type { PromptSetDetails } from '../../../../shared/contract/prompts.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import {
  outOfDistributionTag,
  type TagEvidence,
} from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { distinctWords, WordLikeness } from '../../../../shared/text/word-likeness.ts';
import { findDataset } from '../../../store/repositories/datasets.ts';
import { promptsOf } from '../../../store/repositories/prompt-sets.ts';
import {
  addTagChanges,
  decidedByPeople,
  promptWordsHash,
  standingTags,
  type TagChange,
} from '../../../store/repositories/prompts/prompt-tags.ts';
import { found } from '../../base/app-error.ts';
import { LoopTurns } from '../../base/loop-turns.ts';
import type { CoreState } from '../../project/core-state.ts';
import { pagesOfDataset } from '../../project/frozen-items.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { promptSetById, promptSetDetails } from './prompt-set-details.ts';

const everyPrompt = 10_000_000;
const previewCharacters = 200;

const askedWords = (messages: readonly Message[]) =>
  distinctWords(
    messages
      .filter(({ role }) => role === 'user')
      .map(({ content }) => content)
      .join('\n'),
  );

/** What marking did: what is near, what is not, and where a person had decided before. */
export interface Marked {
  set: PromptSetDetails;
  far: number;
  near: number;
  decided: number;
}

/**
 * Tags prompts as out of distribution that are less like the prompt of every sample of a dataset
 * than the threshold, and takes the tag off others; what a person decided stays. Undone as other
 * changes of tags are.
 */
export async function markOutOfDistribution(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; datasetId: string; threshold: number },
  signal?: AbortSignal,
): Promise<Marked> {
  const { db } = session.file;
  const set = promptSetById(db, input.id);
  const dataset = found(findDataset(db, 'id', input.datasetId), 'dataset', input.datasetId);
  return await session.calls.run([signal], async (stopped) => {
    const samples: { sampleId: string; words: string[]; prompt: string }[] = [];
    for await (const page of pagesOfDataset(session, dataset, stopped))
      for (const { sampleId, messages } of page) {
        const asked = messages.find(({ role }) => role === 'user')?.content ?? '';
        const prompt = previewLine(asked, previewCharacters);
        samples.push({ sampleId, words: askedWords(messages), prompt });
      }
    const likeness = new WordLikeness(samples.map(({ words }) => words));
    const prompts = promptsOf(db, set.id, everyPrompt);
    const evidence = new Map<string, TagEvidence>();
    const turns = new LoopTurns(20, 2000);
    for (let at = 0; at < prompts.length;) {
      at = await turns.take((limit) => {
        for (const { messages } of prompts.slice(at, at + limit)) {
          const nearest = likeness.nearest(askedWords(messages));
          const sample = nearest.at === null ? undefined : samples[nearest.at];
          evidence.set(promptWordsHash(messages), {
            datasetId: dataset.id,
            datasetName: dataset.name,
            likeness: nearest.likeness,
            threshold: input.threshold,
            nearest: sample ? { sampleId: sample.sampleId, prompt: sample.prompt } : null,
          });
        }
        return at + limit;
      });
      stopped.throwIfAborted();
    }
    const outcome = storeMarks(session, evidence, state.settings.author);
    session.changes.touch('prompts', 'evaluations');
    return { set: promptSetDetails(session, set.id), ...outcome };
  });
}

const isFar = ({ likeness, threshold }: TagEvidence) => likeness < threshold;

function storeMarks(
  { file: { db } }: ProjectSession,
  evidence: ReadonlyMap<string, TagEvidence>,
  author: string,
): Omit<Marked, 'set'> {
  const decided = decidedByPeople(db, outOfDistributionTag);
  const tags = standingTags(db);
  const open = [...evidence].filter(([wordsHash]) => !decided.has(wordsHash));
  const changes = open.flatMap(([wordsHash, one]): TagChange[] => {
    const isThere = tags.get(wordsHash)?.some(({ tag }) => tag === outOfDistributionTag) ?? false;
    if (!isFar(one) && !isThere) return [];
    return [{ wordsHash, tag: outOfDistributionTag, isOn: isFar(one), evidence: one }];
  });
  if (changes.length > 0) addTagChanges(db, changes, { author, authorKind: 'rule' });
  const far = open.filter(([, one]) => isFar(one)).length;
  return { far, near: open.length - far, decided: evidence.size - open.length };
}
