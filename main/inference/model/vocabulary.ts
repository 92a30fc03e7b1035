import { createHash } from 'node:crypto';
import { type LlamaModel, LlamaVocabularyType, type Token } from 'node-llama-cpp';
import type { Message } from '../../../shared/domain/message.ts';
import { fallbackTemplate } from '../../../shared/template/template-error.ts';
import type { AnswerRemark, Segment } from '../../../shared/template/turn-segments.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';
import {
  getBoolean,
  getString,
  getStrings,
  type GgufFile,
  getNumber,
} from '../../gguf/header/gguf-file.ts';

/**
 * Tokens of a rendered conversation; `trained[i]` is 1 where token i is a target of the loss, and
 * `turns[i]` the index of the message it is, ends or introduces.
 */
export interface TokenizedConversation {
  tokens: Token[];
  trained: (0 | 1)[];
  turns: number[];
  remarks: TurnRemark[];
}

/** A remark on the answer in a message. */
export interface TurnRemark extends AnswerRemark {
  message: number;
}

/** Turns conversations into tokens: the only place that does, for training, chat and judging. */
export class Vocabulary {
  readonly templateSha256: string;
  readonly #model: LlamaModel;
  readonly #templates: TemplateRenderer;
  readonly #template: string;
  readonly #endTexts: readonly string[];
  readonly #eosText: string;
  /** SentencePiece puts a space in front of every text that it tokenizes, also in the middle. */
  readonly #prefixesSpace: boolean;

  constructor(model: LlamaModel, header: GgufFile, templates: TemplateRenderer) {
    this.#model = model;
    this.#templates = templates;
    const template = getString(header, 'tokenizer.chat_template');
    this.#template = template ?? fallbackTemplate;
    this.templateSha256 = createHash('sha256').update(this.#template).digest('hex');
    const texts = getStrings(header, 'tokenizer.ggml.tokens') ?? [];
    const endTokens = [...model.iterateAllTokens()].filter((token) => model.isEogToken(token));
    this.#endTexts = endTokens.map((token) => texts[token] ?? '');
    const eosText = model.tokens.eosString ?? '';
    // A template means EOS where it says so; without one, turns end with a token of their own.
    this.#eosText =
      template === undefined ? endOfTurnText(header, this.#endTexts, eosText) : eosText;
    this.#prefixesSpace =
      model.vocabularyType === LlamaVocabularyType.spm &&
      (getBoolean(header, 'tokenizer.ggml.add_space_prefix') ?? true);
  }

  /** The token every text begins with, where the model has one. */
  get beginToken(): Token | null {
    return this.#model.tokens.bos;
  }

  /** Tokens that ask the model for the next answer. Throws `TemplateError`. */
  async encodePrompt(messages: readonly Message[]): Promise<Token[]> {
    return this.#tokenize(await this.#render(messages, true, 'answers')).tokens;
  }

  /** Tokens and loss mask of a training sample. Throws `TemplateError`. */
  async encodeSample(
    messages: readonly Message[],
    lossOn: 'answers' | 'all',
  ): Promise<TokenizedConversation> {
    const sample = this.#tokenize(await this.#render(messages, false, lossOn));
    if (sample.trained.length > 0) sample.trained[0] = 0;
    return sample;
  }

  async #render(
    messages: readonly Message[],
    forChat: boolean,
    lossOn: 'answers' | 'all',
  ): Promise<Segment[]> {
    const { bosString, shouldPrependBosToken } = this.#model.tokens;
    return await this.#templates.render(this.#template, messages, {
      bosText: bosString ?? '',
      eosText: this.#eosText,
      prependBos: shouldPrependBosToken,
      endTexts: this.#endTexts,
      addGenerationPrompt: forChat,
      lossOn,
    });
  }

  #tokenize(segments: readonly Segment[]): TokenizedConversation {
    const result: TokenizedConversation = { tokens: [], trained: [], turns: [], remarks: [] };
    for (const { text, kind, trained, messageIndex, remarks = [] } of segments) {
      for (const remark of remarks) result.remarks.push({ ...remark, message: messageIndex });
      const continues = this.#prefixesSpace && !this.#isTextStart(result.tokens.at(-1));
      const added = this.#tokenizeText(text, kind === 'template', continues);
      for (const token of added) {
        result.tokens.push(token);
        result.trained.push(trained ? 1 : 0);
        result.turns.push(messageIndex);
      }
    }
    return result;
  }

  #isTextStart(previous: Token | undefined): boolean {
    if (previous === undefined) return true;
    const attributes = this.#model.getTokenAttributes(previous);
    return attributes.control || attributes.userDefined;
  }

  /** `continues` tokenizes behind a line break and drops it, so that no space is put in front. */
  #tokenizeText(text: string, withSpecialTokens: boolean, continues: boolean): Token[] {
    if (!continues) return this.#model.tokenize(text, withSpecialTokens);
    const start = this.#model.tokenize('\n', withSpecialTokens);
    const all = this.#model.tokenize(`\n${text}`, withSpecialTokens);
    return start.every((token, index) => all[index] === token)
      ? all.slice(start.length)
      : this.#model.tokenize(text, withSpecialTokens);
  }
}

/** Tokens that vocabularies hold for the end of a turn, in the order in which they are chosen. */
const endOfTurnTexts = [
  '<|eot_id|>',
  '<|im_end|>',
  '<end_of_turn>',
  '<|end|>',
  '<|end_of_turn|>',
  '<EOT>',
];

/**
 * The text behind every turn where a model has no chat template (LIMA, section 3: a token of its
 * own, so that EOS keeps its pretrained meaning): the file's `eot_token_id`, else the first of
 * `<|eot_id|>`, `<|im_end|>`, `<end_of_turn>`, `<|end|>`, `<|end_of_turn|>`, `<EOT>` that the
 * vocabulary reserves, even if the base never used it; else EOS. `endTexts` are the texts of all
 * tokens that end a generation: no other is taken, because answers would never stop.
 */
function endOfTurnText(header: GgufFile, endTexts: readonly string[], eosText: string): string {
  const id = getNumber(header, 'tokenizer.ggml.eot_token_id') ?? -1;
  const named = getStrings(header, 'tokenizer.ggml.tokens')?.[id];
  const candidates = named === undefined ? endOfTurnTexts : [named, ...endOfTurnTexts];
  return candidates.find((text) => endTexts.includes(text)) ?? eosText;
}
