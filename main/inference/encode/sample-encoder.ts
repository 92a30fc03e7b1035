import type { Message } from '../../../shared/domain/message.ts';
import type { XrayRecipe } from '../../../shared/domain/xray.ts';
import { isLongConversation } from '../template/template-renderer.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { type GgufFile, getNumber, getString } from '../../gguf/header/gguf-file.ts';
import type { Vocabulary, TokenizedConversation, TurnRemark } from '../model/vocabulary.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import {
  splitSample,
  type SampleTokenizer,
  slice,
  stretchOf,
  type Stretch,
} from './split-sample.ts';

/** Encodes samples as one recipe wants them, for a run and for the view of it beforehand. */
export class SampleEncoder {
  /** Tokens of the longest sequence: what the recipe says, but never more than the model's context. */
  readonly maxTokens: number;
  readonly #vocabulary: Vocabulary;
  readonly #recipe: XrayRecipe;

  constructor(vocabulary: Vocabulary, header: GgufFile, recipe: XrayRecipe) {
    this.#vocabulary = vocabulary;
    this.#recipe = recipe;
    this.maxTokens = Math.min(recipe.maxTokens, contextLength(header));
  }

  /**
   * One sample; a template that refuses it drops it. Throws `TemplateError` for a template that is
   * broken or has to be stopped.
   */
  async encode(messages: readonly Message[]): Promise<FittedSample> {
    const { overlong, lossOn } = this.#recipe;
    const tokenizer = {
      beginToken: this.#vocabulary.beginToken,
      encodeSample: (turns: readonly Message[]) => this.#vocabulary.encodeSample(turns, lossOn),
    };
    try {
      return await fitSample(tokenizer, messages, { maxTokens: this.maxTokens, overlong });
    } catch (error) {
      if (!(error instanceof TemplateError) || failsForAll(error, messages)) throw error;
      const reason = error.message;
      return { wholeTokens: 0, outcome: 'dropped', reason, stretches: [], remarks: [] };
    }
  }
}

/** Whether a refusal is about the template and not about this sample. */
function failsForAll({ code }: TemplateError, messages: readonly Message[]): boolean {
  if (code === 'TEMPLATE_TOO_LONG') return !isLongConversation(messages);
  return code === 'TEMPLATE_INVALID';
}

/** Longest text the model knows positions for; unlimited when the file does not say. */
function contextLength(header: GgufFile): number {
  const architecture = getString(header, 'general.architecture') ?? '';
  return getNumber(header, `${architecture}.context_length`) ?? Infinity;
}

/** A sample as the length limit leaves it: all of its tokens, in order. */
export interface FittedSample {
  /** Length before anything was cut. */
  wholeTokens: number;
  outcome: 'whole' | 'truncated' | 'split' | 'dropped';
  /** Why nothing of it is trained; empty unless it was dropped. */
  reason: string;
  stretches: Stretch[];
  remarks: TurnRemark[];
}

/** How long a sample may be and what becomes of a longer one. */
export type LengthLimit = Pick<Recipe, 'maxTokens' | 'overlong'>;

/** Makes a sample fit: as it is, cut at the end, split, or left out with the reason. */
async function fitSample(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  { maxTokens, overlong }: LengthLimit,
): Promise<FittedSample> {
  const whole = await tokenizer.encodeSample(messages);
  const wholeTokens = whole.tokens.length;
  const fitted = { wholeTokens, reason: '', remarks: whole.remarks };
  const first = whole.trained.indexOf(1);
  if (first < 0) return dropped(whole, 'no answer of it is trained (all have weight 0)');
  if (wholeTokens <= maxTokens)
    return { ...fitted, outcome: 'whole', stretches: [stretchOf(whole)] };
  if (overlong === 'split')
    return {
      ...fitted,
      outcome: 'split',
      stretches: await splitSample(tokenizer, messages, maxTokens),
    };
  if (overlong === 'drop')
    return dropped(whole, `its ${wholeTokens} tokens are more than ${maxTokens}`);
  if (first >= maxTokens)
    return dropped(
      whole,
      `its first answer starts at token ${first + 1}, behind the cut at ${maxTokens} tokens`,
    );
  const stretches = [
    stretchOf(slice(whole, 0, maxTokens)),
    { ...stretchOf(slice(whole, maxTokens)), kind: 'unseen' as const },
  ];
  return { ...fitted, outcome: 'truncated', stretches };
}

function dropped(whole: TokenizedConversation, reason: string): FittedSample {
  const unseen = { ...stretchOf(whole), kind: 'unseen' as const };
  const wholeTokens = whole.tokens.length;
  return { wholeTokens, outcome: 'dropped', reason, stretches: [unseen], remarks: [] };
}
