import type { Token } from 'node-llama-cpp';
import { forgedFence, judgeText } from '../../../shared/domain/judge/judge-frame.ts';
import type { JudgeItem, JudgeParams, JudgeVerdict } from '../../engines/protocol/inference.ts';
import { isRefusalOfOne, tooLongFor } from '../answer/answer-prompt.ts';
import type { LoadedModel } from '../model/loaded-model.ts';

/** One item in one order, as the judge reads it. */
export interface JudgePrompt {
  item: JudgeItem;
  order: JudgeVerdict['order'];
  tokens: Token[];
}

/** An item that cannot be asked, and why. */
export interface FailedItem {
  item: JudgeItem;
  failure: string;
}

/**
 * An item in each order. Texts of others are content of a message, where no special token is made of
 * them, and each ends at a fence with the nonce: what they say of themselves closes nothing.
 */
export async function judgePrompts(
  { vocabulary, trainedTokens }: LoadedModel,
  item: JudgeItem,
  { rubric, nonce }: Pick<JudgeParams, 'rubric' | 'nonce'>,
): Promise<JudgePrompt[] | FailedItem> {
  const { prompt, answers } = item;
  const forged = forgedFence([prompt, ...answers], nonce);
  if (forged !== undefined) return { item, failure: forged };
  const [first, second] = answers;
  const all: [JudgeVerdict['order'], string[]][] =
    second === undefined
      ? [['given', [first]]]
      : [
          ['given', [first, second]],
          ['swapped', [second, first]],
        ];
  const orders = all.filter(([order]) => item.orders?.includes(order) ?? true);
  try {
    const prompts = await Promise.all(
      orders.map(async ([order, shown]) => {
        const content = judgeText(prompt, shown, { rubric, nonce });
        const { tokens } = await vocabulary.encodePrompt([{ role: 'user', content }]);
        return { item, order, tokens };
      }),
    );
    const longest = Math.max(...prompts.map(({ tokens }) => tokens.length));
    const tooLong = tooLongFor(longest, trainedTokens);
    return tooLong ? { item, failure: tooLong.message } : prompts;
  } catch (error) {
    if (!isRefusalOfOne(error)) throw error;
    return { item, failure: error.message };
  }
}
