import { createHash } from 'node:crypto';
import { type LlamaModel, LlamaVocabularyType, type Token } from 'node-llama-cpp';
import type { Message } from '../../../shared/domain/message.ts';
import type { TaughtFormat } from '../../engines/protocol/trainer.ts';
import { fallbackTemplate, TemplateError } from '../../../shared/template/template-error.ts';
import type { RenderOptions } from '../../../shared/template/render-conversation.ts';
import type { AnswerRemark, Segment } from '../../../shared/template/turn-segments.ts';
import { chatTemplateKey, endOfTurnTexts } from '../../gguf/model/chat-template.ts';
import { segmentGroups } from './segment-groups.ts';
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

/** A prompt, and the tag at its end with which it opens the thinking of the answer; or ''. */
export interface TokenizedPrompt {
  tokens: Token[];
  /** How many stand in front of the text of the last message: template, system text, earlier turns. */
  headTokens: number;
  opening: string;
  /** What begins a line when the model goes on behind its answer. */
  stop?: string;
}

/** A remark on the answer in a message. */
export interface TurnRemark extends AnswerRemark {
  message: number;
}

/** Whether llama.cpp takes a token for special only where it is asked to; by its look first, which is quick. */
function isSpecial(model: LlamaModel, token: Token, text: string): boolean {
  if (!/^[<[].+[>\]]$/s.test(text) || /^<0x..>$/.test(text)) return false;
  const { control, unknown } = model.getTokenAttributes(token);
  return control || unknown;
}

/** Turns conversations into tokens: the only place that does, for training, chat and judging. */
export class Vocabulary {
  readonly templateSha256: string;
  readonly #model: LlamaModel;
  readonly #templates: TemplateRenderer;
  readonly #template: string;
  readonly #hasTemplate: boolean;
  /** Not the model's: somebody chose it, for a run or for a question. */
  readonly #isChosen: boolean;
  readonly #texts: readonly string[];
  readonly #endTexts: readonly string[];
  readonly #eosText: string;
  /** Texts that become special tokens where a template writes them. */
  readonly #specialTexts: readonly string[];
  /** SentencePiece puts a space in front of every text that it tokenizes, also in the middle. */
  readonly #prefixesSpace: boolean;

  /** A template that is not empty takes the place of the one in the header. */
  constructor(
    model: LlamaModel,
    header: GgufFile,
    { templates, chatTemplate = '' }: { templates: TemplateRenderer; chatTemplate?: string },
  ) {
    this.#model = model;
    this.#templates = templates;
    const template = chatTemplate === '' ? getString(header, chatTemplateKey) : chatTemplate;
    this.#hasTemplate = template !== undefined;
    this.#isChosen = chatTemplate !== '';
    this.#template = template ?? fallbackTemplate;
    this.templateSha256 = createHash('sha256').update(this.#template).digest('hex');
    const texts = getStrings(header, 'tokenizer.ggml.tokens') ?? [];
    this.#texts = texts;
    this.#specialTexts = [...model.iterateAllTokens()].flatMap((token) => {
      const text = texts[token] ?? '';
      return isSpecial(model, token, text) ? [text] : [];
    });
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

  /** Whether somebody wrote a template for the model; else turns end with a token, nothing more. */
  get hasTemplate(): boolean {
    return this.#hasTemplate;
  }

  /** Whether llama.cpp puts a BOS in front of every text by itself. */
  get addsBos(): boolean {
    return this.#model.tokens.shouldPrependBosToken;
  }

  /** The token every text begins with, where the model has one. */
  get beginToken(): Token | null {
    return this.#model.tokens.bos;
  }

  /**
   * What a file without a chat template needs, so that another program lets it talk as it was
   * trained: the template, its end of turn written out, and that token. Null for other files.
   */
  get carried(): TaughtFormat['carried'] {
    if (this.#hasTemplate) return null;
    const chatTemplate = this.#template.replace('eos_token', () => JSON.stringify(this.#eosText));
    return { chatTemplate, endOfTurnId: this.#texts.indexOf(this.#eosText) };
  }

  /**
   * What a run and a chat write for a conversation, as its prompt or as a sample: less the BOS that
   * llama.cpp puts in front of every text by itself. Throws `TemplateError`.
   */
  async render(messages: readonly Message[], asPrompt: boolean): Promise<Segment[]> {
    const [first, ...others] = await this.#render(messages, asPrompt, {
      keepsThinking: true,
    });
    const { bosString, shouldPrependBosToken } = this.#model.tokens;
    if (!first || !bosString || !shouldPrependBosToken || !first.text.startsWith(bosString))
      return first ? [first, ...others] : [];
    return [{ ...first, text: first.text.slice(bosString.length) }, ...others];
  }

  /** Tokens that ask the model for the next answer. Throws `TemplateError`. */
  async encodePrompt(messages: readonly Message[]): Promise<TokenizedPrompt> {
    const segments = await this.#render(messages, true, {});
    const { tokens } = this.#tokenize(segments, messages);
    const asked = segments.findIndex(
      ({ kind, messageIndex }) => kind === 'content' && messageIndex === messages.length - 1,
    );
    const head = this.#tokenize(segments.slice(0, Math.max(0, asked)), messages).tokens;
    // The text behind a head may take its last token, or the line break in that.
    const differs = head.findIndex((token, at) => tokens[at] !== token);
    const last = segments.at(-1);
    const [opening = ''] = (last?.kind === 'template' && /<think>\s*$/.exec(last.text)) || [];
    return { tokens, headTokens: differs === -1 ? head.length : differs, opening };
  }

  /** Tokens of a text that goes on behind a prompt, none of them special. */
  encodeContinuation(text: string, previous: Token | undefined): Token[] {
    return this.#tokenizeText(text, false, previous);
  }

  /** The tokens that say a symbol by themselves, as the first of an answer: with or without a space. */
  symbolTokens(symbol: string): Token[] {
    const lineBreak = this.#model.tokenize('\n', false).at(-1);
    const spoken = [symbol, ` ${symbol}`].map((text) => this.encodeContinuation(text, lineBreak));
    return [...new Set(spoken.flatMap((tokens) => (tokens.length === 1 ? tokens : [])))];
  }

  /** Tokens and loss mask of a training sample. Throws `TemplateError`. */
  async encodeSample(
    messages: readonly Message[],
    options: Pick<RenderOptions, 'lossOn' | 'keepsThinking'>,
  ): Promise<TokenizedConversation> {
    const sample = this.#tokenize(await this.#render(messages, false, options), messages);
    if (sample.trained.length > 0) sample.trained[0] = 0;
    return sample;
  }

  async #render(
    messages: readonly Message[],
    forChat: boolean,
    options: Pick<RenderOptions, 'lossOn' | 'keepsThinking'>,
  ): Promise<Segment[]> {
    const { bosString, shouldPrependBosToken } = this.#model.tokens;
    const rendering = this.#templates.render(this.#template, messages, {
      bosText: bosString ?? '',
      eosText: this.#eosText,
      prependBos: shouldPrependBosToken,
      endTexts: this.#endTexts,
      addGenerationPrompt: forChat,
      ...options,
    });
    return await (this.#isChosen ? rendering.catch(ofChosenTemplate) : rendering);
  }

  #tokenize(segments: readonly Segment[], messages: readonly Message[]): TokenizedConversation {
    const result: TokenizedConversation = { tokens: [], trained: [], turns: [], remarks: [] };
    for (const group of segmentGroups(segments, messages))
      for (const [segment, tokens] of this.#tokenizeGroup(group, result.tokens.at(-1))) {
        const { trained, messageIndex, remarks = [] } = segment;
        for (const remark of remarks) result.remarks.push({ ...remark, message: messageIndex });
        for (const token of tokens) {
          result.tokens.push(token);
          result.trained.push(trained ? 1 : 0);
          result.turns.push(messageIndex);
        }
      }
    return result;
  }

  /**
   * The tokens of a group as of one text, so that they are those of the whole conversation: a
   * template's `<|end|>` may swallow the line break behind it. Contents with the text of a special
   * token come apart instead, because that must stay text.
   */
  #tokenizeGroup(group: readonly Segment[], previous: Token | undefined): [Segment, Token[]][] {
    const isPlain = group.every(
      ({ kind, text }) =>
        kind === 'template' || !this.#specialTexts.some((special) => text.includes(special)),
    );
    const [first] = group;
    if (first && group.length > 1 && isPlain) {
      const text = group.map((segment) => segment.text).join('');
      const whole = this.#tokenizeText(text, true, previous);
      const start = this.#tokenizeText(first.text, true, previous);
      // Only the end of an answer differs in its fate from the rest of a group.
      const isAlike = group.every(({ trained }) => trained === first.trained);
      const isCut = start.every((token, index) => whole[index] === token);
      if (isAlike || isCut) return this.#shares(group, whole, start.length);
    }
    let last = previous;
    return group.map((segment) => {
      const tokens = this.#tokenizeText(segment.text, segment.kind === 'template', last);
      last = tokens.at(-1) ?? last;
      return [segment, tokens];
    });
  }

  /** The tokens of a group by segment; where one spans two, the first has it. */
  #shares(group: readonly Segment[], whole: readonly Token[], first: number): [Segment, Token[]][] {
    let from = 0;
    let text = '';
    return group.map((segment, index) => {
      text += segment.text;
      const isLast = index === group.length - 1;
      const end = index === 0 ? first : this.#model.tokenize(text, true).length;
      const to = isLast ? whole.length : Math.max(from, Math.min(end, whole.length));
      const tokens = whole.slice(from, to);
      from = to;
      return [segment, tokens];
    });
  }

  #isTextStart(previous: Token | undefined): boolean {
    if (previous === undefined) return true;
    const attributes = this.#model.getTokenAttributes(previous);
    return attributes.control || attributes.userDefined;
  }

  /** In the middle of a text it tokenizes behind a line break and drops it: no space in front. */
  #tokenizeText(text: string, withSpecialTokens: boolean, previous: Token | undefined): Token[] {
    const continues = this.#prefixesSpace && !this.#isTextStart(previous);
    if (!continues) return this.#model.tokenize(text, withSpecialTokens);
    const start = this.#model.tokenize('\n', withSpecialTokens);
    const all = this.#model.tokenize(`\n${text}`, withSpecialTokens);
    return start.every((token, index) => all[index] === token)
      ? all.slice(start.length)
      : this.#model.tokenize(text, withSpecialTokens);
  }
}

/** Throws what a chosen template refused, which says that it is the model's. */
function ofChosenTemplate(error: unknown): never {
  if (!(error instanceof TemplateError)) throw error;
  const message = error.message.replace("The model's chat", 'The chosen chat');
  throw new TemplateError(error.code, message, { cause: error, line: error.line });
}

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
