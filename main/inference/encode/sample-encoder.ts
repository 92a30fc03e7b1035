import type { Message } from '../../../shared/domain/message.ts';
import type { XrayRecipe } from '../../../shared/domain/xray.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import { getNumber, getString } from '../../gguf/header/metadata.ts';
import { fitSample, type FittedSample } from './fit-sample.ts';
import type { Vocabulary } from '../model/vocabulary.ts';

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

  /** One sample; a template that refuses it drops it. Throws `TemplateError` for a broken template. */
  encode(messages: readonly Message[]): FittedSample {
    const { overlong, lossOn } = this.#recipe;
    const tokenizer = {
      beginToken: this.#vocabulary.beginToken,
      encodeSample: (turns: readonly Message[]) => this.#vocabulary.encodeSample(turns, lossOn),
    };
    try {
      return fitSample(tokenizer, messages, { maxTokens: this.maxTokens, overlong });
    } catch (error) {
      // A template that does not parse fails for every sample; any other refusal is about this one.
      if (!(error instanceof TemplateError) || error.code === 'TEMPLATE_INVALID') throw error;
      return { wholeTokens: 0, outcome: 'dropped', reason: error.message, stretches: [] };
    }
  }
}

/** Longest text the model knows positions for; unlimited when the file does not say. */
function contextLength(header: GgufFile): number {
  const architecture = getString(header, 'general.architecture') ?? '';
  return getNumber(header, `${architecture}.context_length`) ?? Infinity;
}
